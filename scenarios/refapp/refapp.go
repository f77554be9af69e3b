package refapp

import (
	"context"
	_ "embed" // for sut.yaml
	"errors"
	"log/slog"
	"net/http"
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

// Options says whom the app talks to and how it misbehaves.
type Options struct {
	BaseURL string   // the provider's API, without a slash at the end; must be set
	Key     string   // sent as a bearer token
	Account string   // the account that sends
	Secrets []string // webhook signing secrets, any of which may sign; none refuses every webhook
	Bugs    []string // names from Bugs()
	Log     *slog.Logger

	Policy  Policy           // default AtMostOnce
	Timeout time.Duration    // of one send call, default 3 s
	SlowAck time.Duration    // how long the bug slow-ack holds an answer, default 16 s
	Now     func() time.Time // judges the age of a signature, default the wall clock
}

// App is the booking assistant. Its methods may be called from many goroutines.
type App struct {
	log    *slog.Logger
	policy Policy
	slow   time.Duration
	zoo    *zoo
	vendor vendor
	store  *store
	lanes  *lanes
	ctx    context.Context // ends with Close; workers outlive the requests that woke them
	stop   context.CancelFunc
	hangUp func()
}

// New makes an app. It fails for an unknown bug or policy, an empty base URL
// and a secret that is not base64.
func New(opts Options) (*App, error) {
	opts = opts.withDefaults()
	zoo, err := newZoo(opts.Bugs)
	if err != nil {
		return nil, err
	}
	if opts.Policy != AtMostOnce && opts.Policy != AtLeastOnce {
		return nil, errors.New("unknown policy " + string(opts.Policy) + ": use at-most-once or at-least-once")
	}
	provider, err := newSurge(opts, zoo.bug)
	if err != nil {
		return nil, err
	}
	a := &App{
		log: opts.Log, policy: opts.Policy, slow: opts.SlowAck, zoo: zoo,
		vendor: provider, store: newStore(), lanes: newLanes(), hangUp: provider.client.CloseIdleConnections,
	}
	a.store.deaf = a.bug("ignores-stop")
	a.ctx, a.stop = context.WithCancel(context.Background())
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

// Handler serves the webhooks, POST /notify and the probes.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+surgePath, a.webhook)
	mux.HandleFunc("POST /notify", a.notify)
	mux.HandleFunc("GET /messages/{id}", a.message)
	mux.HandleFunc("GET /debug/pending", a.pending)
	mux.HandleFunc("GET /healthz", a.healthy)
	return mux
}

// Close cuts open sends, stops the workers and waits for them. Work that was
// still pending is lost.
func (a *App) Close() {
	a.stop()
	a.lanes.close()
	a.hangUp()
}

func (a *App) bug(name string) bool { return a.zoo.bug(name) }

// sleep waits for d and reports whether it was left in peace.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
