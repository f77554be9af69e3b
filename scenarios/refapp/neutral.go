package refapp

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// vendor is a provider's edge: everything that knows its wire.
type vendor interface {
	// verify says why a webhook cannot be trusted.
	verify(r *http.Request, body []byte) error
	// decode reads a webhook. errBug asks for a 500, errLater for a 503, any
	// other error for a 400.
	decode(r *http.Request, body []byte) (inbound, error)
	// send makes one call to the provider.
	send(ctx context.Context, o outbound) receipt
}

// manners is how providers differ in what they do for the app.
type manners struct {
	schedules bool     // holds a text until its time
	takesOnce bool     // takes a call that is repeated under the same key once
	silent    bool     // leaves it to the app to answer STOP and HELP
	stopWords []string // count as STOP besides the usual ones
}

// errBug is the answer of a bug that chokes on a webhook.
var errBug = errors.New("the app chokes on this webhook")

// errLater is why a webhook cannot be read now; it must come again.
var errLater = errors.New("what the webhook is about cannot be found out now")

// kind says what a webhook is about.
type kind int

const (
	other     kind = iota // nothing this app acts on
	text                  // a customer wrote
	progress              // one of the app's own texts got further
	optedOut              // a contact said STOP
	optedIn               // a contact said START
	newThread             // a conversation began
)

// inbound is a webhook in neutral words.
type inbound struct {
	Kind         kind
	Event        string    `json:",omitempty"` // the id of the event
	At           time.Time // by the provider's clock
	Message      string    `json:",omitempty"`
	Body         string    `json:",omitempty"`
	Status       string    `json:",omitempty"`
	Left         bool      `json:",omitempty"` // of progress: it failed because the handset had opted out
	Key          string    `json:",omitempty"` // of progress: the text's own, where the provider gives it back
	Turned       bool      `json:",omitempty"` // of a text: it changed the handset's consent
	Conversation string    `json:",omitempty"`
	Contact      string    `json:",omitempty"`
	Handset      string    `json:",omitempty"`
}

// outbound is a text to send: into a conversation, or else to a handset.
type outbound struct {
	Conversation string `json:",omitempty"`
	Handset      string `json:",omitempty"`
	Body         string `json:",omitempty"`
	Ref          string `json:",omitempty"` // the caller's own reference
	Key          string `json:",omitempty"` // names the text for ever, the same at every try; letters and digits
	SendAt       string `json:",omitempty"` // RFC 3339; empty sends at once
	Force        bool   `json:",omitempty"` // without asking for consent: it confirms that there is none any more
}

// thread names a conversation where the provider has no name for one: by the
// number that was texted and the handset.
func thread(line, handset string) string { return line + " " + handset }

// ends are the number to send from and the handset to send to, where
// conversations are named by thread. The number is empty for whichever is usual.
func (o outbound) ends() (line, handset string) {
	if line, handset, ok := strings.Cut(o.Conversation, " "); ok {
		return line, handset
	}
	return "", o.Handset
}

// outcome is what became of a send call.
type outcome int

const (
	unknown   outcome = iota // it may have been taken
	accepted                 // taken, and the provider gave it an id
	throttled                // not taken, try later
	refused                  // not taken, and never will be
	consentNo                // refused because the handset opted out
)

func (o outcome) String() string {
	return [...]string{"unknown", "accepted", "throttled", "refused", "opted_out"}[o]
}

// receipt is what the provider said to a send call.
type receipt struct {
	outcome    outcome
	message    string        // the provider's id
	contact    string        // empty when the provider did not say
	handset    string        // likewise
	retryAfter time.Duration // for throttled; 0 when none was named
}

// next says how long to wait before try number try+1, and whether to make it.
// Where the provider takes a call once, however often it is made, to repeat one
// is safe under either policy.
func (p Policy) next(got receipt, try int, takesOnce bool) (time.Duration, bool) {
	backoff := 50 * time.Millisecond << (try - 1)
	switch {
	case got.outcome == throttled:
		return max(got.retryAfter, backoff), try <= 5
	case got.outcome == unknown && (p == AtLeastOnce || takesOnce):
		return max(got.retryAfter, backoff), try <= 3
	}
	return 0, false
}
