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
	kind         kind
	event        string // the id of the event
	at           time.Time
	message      string
	body         string
	status       string
	left         bool   // of progress: it failed because the handset had opted out
	key          string // of progress: the text's own, where the provider gives it back
	turned       bool   // of a text: it changed the handset's consent
	conversation string
	contact      string
	handset      string
}

// outbound is a text to send: into a conversation, or else to a handset.
type outbound struct {
	conversation string
	handset      string
	body         string
	ref          string // the caller's own reference
	key          string // names the text for ever, the same at every try; letters and digits
	sendAt       string // RFC 3339; empty sends at once
	force        bool   // without asking for consent; only a bug does that
}

// thread names a conversation where the provider has no name for one: by the
// number that was texted and the handset.
func thread(line, handset string) string { return line + " " + handset }

// ends are the number to send from and the handset to send to, where
// conversations are named by thread. The number is empty for whichever is usual.
func (o outbound) ends() (line, handset string) {
	if line, handset, ok := strings.Cut(o.conversation, " "); ok {
		return line, handset
	}
	return "", o.handset
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
		return backoff, try <= 3
	}
	return 0, false
}
