package provider

import (
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// Provider is one vendor's dialect.
type Provider struct {
	Name  string   // also the path prefix: /name/…
	Hosts []string // served by Host header too

	// Routes are the vendor's operations. The network records, guards and
	// mounts them; patterns are those of http.ServeMux.
	Routes []Route
	// Credential reads the key that a request carries; "" if it carries none.
	Credential func(*http.Request) string
	// RequestID is the response header that carries the request's id; "" is none.
	RequestID string
	// Refuse writes an error in the vendor's shape.
	Refuse func(http.ResponseWriter, *http.Request, *sms.Error)

	// Setup makes the account that a new sandbox begins with. mint gives ids.
	Setup func(mint Mint) Setup
	// Fixed makes the account of the default sandbox out of that of any other:
	// the same everywhere, and plainly fake.
	Fixed func(Setup) Setup
	// ID writes an id of the given kind in the vendor's form.
	ID func(kind sms.Kind, at time.Time, entropy [16]byte) string
	// Render replaces the tokens of body with what is known of the recipient,
	// when the message is sent.
	Render func(body string, to sms.Contact) string

	// Encode writes an event as the vendor's webhook; false: this vendor sends none for it.
	Encode func(sms.Event, Context) (webhook.Payload, bool)
	// Sign adds the vendor's signature. It sees the whole request: some vendors sign the URL.
	Sign func(*http.Request, webhook.Signing)
	// NewSecret makes a webhook secret in the vendor's form.
	NewSecret func(entropy [32]byte) string
	// Retry is the vendor's retry ladder.
	Retry webhook.Ladder

	// MMSOver is the number of segments above which a text travels as MMS; 0 is never.
	MMSOver  func(Settings) int
	Keywords sms.Keywords
	Reasons  map[sms.Reason]string // the vendor's words for why messages fail
	Magic    []sms.Magic
	Switches []Switch
	Declined []Decline
}

// Route is one operation of a vendor.
type Route struct {
	Pattern string // "POST /accounts/{account_id}/messages"
	// Open, if set, makes the route one that needs no credential; it says
	// whether a book holds what the request asks for.
	Open  func(Book, *http.Request) bool
	Serve func(Network, http.ResponseWriter, *http.Request) *sms.Error
}

// Mint makes an id of a kind, from the sandbox's seed.
type Mint func(kind sms.Kind) string

// Setup is the account of a new sandbox with what the application needs to reach it.
type Setup struct {
	Account sms.Account
	Key     string            // the credential that picks the sandbox
	Trial   string            // a second one, bound to the demo line; "" if the vendor has none
	Secret  string            // signs webhooks
	Env     map[string]string // further values, by placeholder name ("number", "number2", …)
}

// Switch is a choice where the vendor's documents are silent or disagree.
type Switch struct {
	Name    string   `json:"name"`
	Default string   `json:"default"`
	Values  []string `json:"values,omitempty"` // allowed; empty: any number
	Says    string   `json:"says"`
}

// Decline is an operation that is not emulated, and why.
type Decline struct {
	Operation string `json:"operation"`
	Reason    string `json:"reason"`
}

// Settings reads the value of a switch in force.
type Settings func(name string) string

// On reports whether a switch is "on".
func (s Settings) On(name string) bool { return s(name) == "on" }
