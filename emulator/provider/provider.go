package provider

import (
	"net/http"
	"time"

	"github.com/switchhook/switchhook/contracts"
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
	// Head writes the headers that every answer has, errors included.
	Head func(http.Header, Context)
	// Refuse writes an error in the vendor's shape.
	Refuse func(http.ResponseWriter, *http.Request, *sms.Error)

	// Setup makes the account that a new sandbox begins with. mint gives ids.
	Setup func(mint Mint) Setup
	// Fixed makes the account of the default sandbox out of that of any other:
	// the same everywhere, and plainly fake.
	Fixed func(Setup) Setup
	// ID writes the id of the n-th thing of a kind, from 0, in the vendor's form.
	ID func(kind sms.Kind, n uint64, at time.Time, entropy [16]byte) string
	// Render replaces the tokens of body with what is known of the recipient,
	// when the message is sent.
	Render func(body string, to sms.Contact) string

	// Encode writes an event as the vendor's webhook; false: this vendor sends none for it.
	Encode func(sms.Event, Context) (webhook.Payload, bool)
	// Sign adds the vendor's signature. It sees the whole request: some vendors sign the URL.
	Sign func(*http.Request, webhook.Signing)
	// Signed is what the signature lets an endpoint find out.
	Signed Signed
	// Typed says that an endpoint can tell which kind of event a webhook is.
	Typed bool
	// NewSecret makes a webhook secret in the vendor's form.
	NewSecret func(entropy [32]byte) string
	// Retry is the vendor's retry ladder.
	Retry func(Settings) webhook.Ladder
	// Events are the kinds of event that the vendor has a webhook for.
	Events []sms.EventType
	// Wake is called on the virtual clock when a document of the vendor's is due.
	Wake func(Network, sms.Document)
	// Occasions are what a person can make happen that no call or text brings
	// about: a document of the kind is made, due at once.
	Occasions []Occasion
	// Heard is called after an MO reached the provider.
	Heard func(Network, sms.Message)
	// Rates are the vendor's limits on calls; a call counts against the first
	// in force whose Routes hold its pattern, or that has none.
	Rates []Rate
	Pace  sms.Pace

	// MMSOver is the number of segments above which a text travels as MMS; 0 is never.
	MMSOver  func(Settings) int
	Keywords sms.Keywords
	Reasons  map[sms.Reason]string // the vendor's words for why messages fail
	Magic    []sms.Magic
	Switches Switches
	Declined []Decline
	// Contract is what the vendor promises; nil if nobody wrote it down. It is
	// called for each message: only the first call may take time.
	Contract func() (*contracts.Contract, error)
}

// Route is one operation of a vendor.
type Route struct {
	Pattern string // "POST /accounts/{account_id}/messages"
	// Open, if set, makes the route one that needs no credential; it says
	// whether a book holds what the request asks for.
	Open  func(Book, *http.Request) bool
	Serve func(Network, http.ResponseWriter, *http.Request) *sms.Error
}

// Signed says what an endpoint can find out from a vendor's signature. The zero
// value is of a vendor that signs nothing.
type Signed struct {
	Body    bool // that the vendor sent it, and that nobody changed it
	Time    bool // when
	Several bool // while a key rotates, every active secret signs
}

// Rate is a limit on calls: at most Limit in any Window of virtual time.
type Rate struct {
	Name   string
	Routes []string // patterns; empty: all
	Limit  int
	Window time.Duration
	Unless func(Settings) bool // the limit is switched off
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

// Occasion is a kind of document that a person can make by hand.
type Occasion struct {
	Kind   sms.Kind `json:"kind"`
	Says   string   `json:"says"`
	Sample string   `json:"sample"` // a body, as JSON; what it leaves out has a default
}

// Decline is an operation that is not emulated, and why.
type Decline struct {
	Operation string `json:"operation"`
	Reason    string `json:"reason"`
}
