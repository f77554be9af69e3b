package refapp

import (
	_ "embed" // for sut.yaml
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// SUT describes the app to the harness: how to start it, what it answers and
// where it can be probed.
//
//go:embed sut.yaml
var SUT string

// Policy is what the app promises when it cannot know whether a send was taken.
type Policy string

// The two policies.
const (
	AtMostOnce  Policy = "at-most-once"  // never repeat it: a text may be lost
	AtLeastOnce Policy = "at-least-once" // repeat it three times: a text may arrive twice
)

// Options says whom the app talks to and how it misbehaves. At least one
// provider must have its BaseURL.
type Options struct {
	Provider string // sends what no provider is named for; default: the first of these that is set
	Surge    Surge
	MTA      MTA
	Exotel   Exotel
	Bugs     []string // names from Bugs()
	Log      *slog.Logger
	// Store is a folder in which everything is kept that must outlive the process,
	// made if need be. Several processes may share it, if all have the same
	// providers and policy. Empty: everything is kept in memory and ends with the process.
	Store string

	Policy  Policy           // default AtMostOnce
	Timeout time.Duration    // of one call, default 3 s
	SlowAck time.Duration    // how long the bug slow-ack holds an answer, default 16 s
	Now     func() time.Time // judges the age of a signature, default the wall clock

	transport http.RoundTripper // of calls; tests go without a network
}

// App is the booking assistant: a desk for each provider. Its methods may be
// called from many goroutines.
type App struct {
	log      *slog.Logger
	desks    []*desk
	fallback *desk // sends what no provider is named for
}

// New makes an app. It fails for an unknown bug, policy or provider, for one
// that lacks what it needs, and where no provider is set.
func New(opts Options) (*App, error) {
	opts = opts.withDefaults()
	if opts.Policy != AtMostOnce && opts.Policy != AtLeastOnce {
		return nil, errors.New("unknown policy " + string(opts.Policy) + ": use at-most-once or at-least-once")
	}
	a := &App{log: opts.Log}
	for _, v := range vendors {
		if v.base(opts) == "" {
			continue
		}
		d, err := newDesk(v, opts)
		if err != nil {
			a.Close()
			return nil, err
		}
		a.desks = append(a.desks, d)
	}
	if len(a.desks) == 0 {
		return nil, errors.New("no provider: set SURGE_BASE_URL, MTA_BASE_URL or EXOTEL_BASE_URL to the address of its API")
	}
	a.fallback = a.desks[0]
	if opts.Provider == "" {
		return a, nil
	}
	if a.fallback = a.desk(opts.Provider); a.fallback == nil {
		a.Close()
		return nil, fmt.Errorf("provider %q is not set up: give %s_BASE_URL and what belongs to it", opts.Provider, strings.ToUpper(opts.Provider))
	}
	return a, nil
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Policy == "" {
		o.Policy = AtMostOnce
	}
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Second
	}
	if o.SlowAck == 0 {
		o.SlowAck = 16 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// desk finds the desk of a provider; nil if there is none.
func (a *App) desk(provider string) *desk {
	for _, d := range a.desks {
		if d.name == provider {
			return d
		}
	}
	return nil
}

// hooks is where webhooks come: the provider's name follows.
const hooks = "/webhooks/"

// Handler serves the webhooks of each provider, POST /notify and the probes.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, d := range a.desks {
		mux.HandleFunc("POST "+hooks+d.name, d.webhook)
		mux.HandleFunc("POST "+hooks+d.name+"/status", d.webhook)
	}
	mux.HandleFunc("POST /notify", a.notify)
	mux.HandleFunc("GET /messages/{id}", a.message)
	mux.HandleFunc("GET /debug/pending", a.pending)
	mux.HandleFunc("GET /healthz", a.healthy)
	return mux
}

// Close cuts open sends, stops the workers and waits for them. Work that was
// still pending is left in the store, for whoever opens it next.
func (a *App) Close() {
	for _, d := range a.desks {
		d.close()
	}
}
