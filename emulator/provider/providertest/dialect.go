package providertest

import (
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Dialect is a vendor as the suite must know it. Facts in it come from the
// vendor's documents, not from the provider under test: two sources that can
// disagree.
type Dialect struct {
	Provider provider.Provider
	Switches map[string]string // in force in every lab; limits on calls must be off
	Handsets string            // numbers to text, without their last two digits; default +180155502

	// Send asks the vendor to text somebody; a line of "" leaves the number to
	// send from to the vendor.
	Send func(l *Lab, to, line sms.Number, body string) *http.Request
	// Reply asks for a text in a conversation; nil if the vendor cannot be asked that.
	Reply func(l *Lab, conversation, body string) *http.Request
	// MessageID reads, from the answer to a send, the id that webhooks about it carry.
	MessageID func(answer []byte) string
	Accepted  int // status of that answer; default 200

	// Read reads a webhook.
	Read func(Hook) Told
	// Verify checks a webhook's signature as the vendor tells its customers to;
	// nil if the vendor signs nothing.
	Verify func(h Hook, secret string) error

	// Webhooks by Told.Type, in order: what goes ahead in a new conversation,
	// what a text from a handset brings, and what a text that is delivered does.
	Opens, Hears, Life []string
	// Acks are those of Statuses that end the retries.
	Acks []int
	// OptOut is what becomes of a send to who texted STOP.
	OptOut sms.Block
	// Bad are sends that are refused.
	Bad []Bad

	// Behind gives, by event, the switch without which it has no webhook.
	Behind map[sms.EventType]string
	// Closing gives, by "switch=value", why no send is taken under it.
	Closing map[string]string
	// Root is what paths in Declined leave out at their beginning.
	Root string
	// Declines says, by part of the suite, why it does not apply. It must agree
	// with Reply, Verify and what Provider.Signed says.
	Declines map[string]string
}

// Told is what a webhook says; fields that it lacks are empty.
type Told struct {
	Type         string // the vendor's word, with the status where one word stands for several
	Message      string // id
	Conversation string // id
	Handset      sms.Number
	Text         string
	Reason       string // why it failed, as in Provider.Reasons
}

// Bad is a send that is refused: the good one with another body.
type Bad struct {
	Name   string
	Path   string // after the vendor's base URL, {account} for the account; default that of a send
	Type   string // content type; default that of a send
	Body   string
	Status int
}

// Statuses are the answers to webhooks that Acks is chosen from.
func Statuses() []int {
	return []int{200, 201, 202, 204, 226, 301, 302, 304, 307, 400, 401, 404, 409, 410, 422, 429, 500, 502, 503}
}

func (d Dialect) accepted() int {
	if d.Accepted == 0 {
		return http.StatusOK
	}
	return d.Accepted
}

// takes reports whether sends are taken while a switch has a value.
func (d Dialect) takes(name, value string) bool { return d.Closing[name+"="+value] == "" }
