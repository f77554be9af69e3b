package recorder

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/switchhook/switchhook/contracts"
	exchanges "github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Options of a Recorder. Upstream is required.
type Options struct {
	// Contract is the provider's: it says what must not be kept, and which
	// requests to the application are webhooks. nil: shapes are all there is to
	// go by, and every request to the application is a webhook.
	Contract *contracts.Contract
	// Upstream is where calls go; its path goes before theirs.
	Upstream *url.URL
	// App is where webhooks and triggers go; nil: App answers nothing.
	App *url.URL
	// Secrets sign webhooks. With them the recording says which signatures are
	// valid; they go wherever they stand.
	Secrets []string
	// Texts says that the words of message texts go, too.
	Texts bool
	// Keep are numbers in E.164 that nobody has, and that mean something.
	Keep []string
	// Ended, if not nil, is told of each exchange as it was kept, one at a time.
	Ended func(recording.Entry)
	// Limit is how many bytes are kept at most; 0 is 16 MB. What comes then is
	// passed on and counted.
	Limit int
}

// defaultLimit keeps the file, in which texts are quoted, well below what can
// be read again.
const defaultLimit = 16 << 20

// maxBody is how much of a body is kept; a longer one is left out.
const maxBody = 1 << 20

// Recorder passes on and remembers. It may be used by many goroutines.
type Recorder struct {
	options  Options
	redactor *recording.Redactor
	provider http.Handler
	app      http.Handler

	mu      sync.Mutex
	idle    *sync.Cond // of mu: pending is 0
	pending int        // exchanges that have ended and are not kept yet
	place   int        // the last on the timeline
	kept    []recording.Entry
	size    int
	dropped int
	telling sync.Mutex
}

// New makes a Recorder. It reaches nobody before it is asked to.
func New(o Options) (*Recorder, error) {
	if err := checkTarget("upstream", o.Upstream); err != nil {
		return nil, err
	}
	o.Limit = cmp.Or(o.Limit, defaultLimit)
	var document *openapi3.T
	if o.Contract != nil {
		if document = o.Contract.Document(); document == nil {
			return nil, fmt.Errorf("the contract of %s cannot be read, so it cannot say what must not be kept", o.Contract.Name())
		}
	}
	r := &Recorder{options: o, redactor: recording.NewRedactor(recording.Options{
		Document: document, Texts: o.Texts, Secrets: o.Secrets, Keep: o.Keep,
	})}
	r.idle = sync.NewCond(&r.mu)
	r.provider = r.face(o.Upstream, http.ProxyFromEnvironment, recording.Call)
	r.app = http.NotFoundHandler()
	if o.App != nil {
		if err := checkTarget("app", o.App); err != nil {
			return nil, err
		}
		r.app = r.face(o.App, nil, recording.Webhook)
	}
	return r, nil
}

func checkTarget(name string, u *url.URL) error {
	switch {
	case u == nil:
		return fmt.Errorf("there is no %s; give its URL", name)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%s %q is no http or https URL", name, u.Redacted())
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%s %q must be a plain URL, without credentials, query or fragment", name, u.Redacted())
	}
	return nil
}

// Provider is the face that the application takes for its provider.
func (r *Recorder) Provider() http.Handler { return r.provider }

// App is the face that the provider takes for the application.
func (r *Recorder) App() http.Handler { return r.app }

// Recording is all that has ended so far.
func (r *Recorder) Recording() *recording.HAR {
	r.mu.Lock()
	for r.pending > 0 {
		r.idle.Wait()
	}
	h := &recording.HAR{Log: recording.Log{
		Version: "1.2", Creator: recording.Creator{Name: "switchhook", Version: "1"},
		Entries:    slices.Clone(r.kept),
		Switchhook: &recording.Switchhook{Version: 1, Redacted: r.redactor.Redacted(), Dropped: r.dropped},
	}}
	r.mu.Unlock()
	if r.options.Contract != nil {
		h.Log.Switchhook.Provider = r.options.Contract.Name()
	}
	slices.SortFunc(h.Log.Entries, func(a, b recording.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	r.redactor.Again(h)
	return h
}

// Count is how many exchanges are kept, and how many there was no room for.
func (r *Recorder) Count() (kept, dropped int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.kept), r.dropped
}

// begin is where an exchange begins on the timeline.
func (r *Recorder) begin() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.place++
	return r.place
}

// end keeps an exchange that has just ended. That takes time of its own: nobody
// who is spoken to waits for it.
func (r *Recorder) end(x *exchange) {
	r.mu.Lock()
	r.place++
	r.pending++
	place := r.place
	r.mu.Unlock()
	go r.keep(x.ended(place)) // x as it is now
}

// keep redacts an exchange and remembers it.
func (r *Recorder) keep(e recording.Entry) {
	r.classify(&e)
	r.redactor.Entry(&e)
	size := e.Request.BodySize + e.Response.BodySize + 2048 // of headers and all else
	r.mu.Lock()
	fits := r.size+size <= r.options.Limit
	if fits {
		r.kept = append(r.kept, e)
		r.size += size
	} else {
		r.dropped++
	}
	if r.pending--; r.pending == 0 {
		r.idle.Broadcast()
	}
	r.mu.Unlock()
	if r.options.Ended != nil {
		r.telling.Lock()
		defer r.telling.Unlock()
		r.options.Ended(e)
	}
}

// classify tells webhooks from triggers, and looks at their signatures.
func (r *Recorder) classify(e *recording.Entry) {
	if e.Direction == recording.Call {
		return
	}
	if !r.redactor.IsWebhook(e.Request) {
		e.Direction = recording.Trigger
		return
	}
	if r.options.Contract == nil || !r.options.Contract.Signs() || len(r.options.Secrets) == 0 {
		return
	}
	q := exchanges.RequestOf(e)
	e.Signature = recording.Valid
	for _, f := range r.options.Contract.CheckWebhook(contracts.Webhook{Request: q, Secrets: r.options.Secrets, At: e.Started}) {
		if f.Kind == sms.FoundSignature && q.Header.Get(f.Pointer) == "" {
			e.Signature = recording.Absent
		} else if f.Kind == sms.FoundSignature && e.Signature == recording.Valid {
			e.Signature = recording.Invalid
		}
	}
}

// milliseconds between two moments; never negative.
func milliseconds(from, to time.Time) float64 {
	return max(0, float64(to.Sub(from).Microseconds())/1000)
}

var (
	now           = clock.Wall
	errHungUp     = errors.New("the caller hung up")
	errUnfinished = errors.New("the answer was not passed on to its end")
)
