package stage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// World is a sandbox with an application in it. It is for one caller at a time.
type World struct {
	o        Options
	provider string
	net      network
	sut      *sut.SUT     // as it is reached from outside, with its placeholders filled
	crew     *crew        // its processes; none for one that runs already
	lines    []sms.Number // the application's numbers, the default one first
	drop     func()

	taken  map[sms.Number]bool // numbers that no further cast may have
	next   int                 // number of the next cast
	played bool
	keyed  bool // the provider takes idempotency keys

	mu      sync.Mutex
	slowest time.Duration // reaction of the application seen so far
}

// Open makes or takes a sandbox and starts the application if it says how.
// Provider "" is the first that the emulator has.
func Open(ctx context.Context, o Options, provider string) (*World, error) {
	if o.SUT == nil {
		o.SUT = &sut.SUT{}
	}
	c := client.New(client.Options{URL: o.URL, Token: o.Token})
	w := &World{o: o, provider: provider, drop: func() {}, taken: map[sms.Number]bool{}}
	box, err := w.sandbox(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := w.enter(ctx, box); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// sandbox is a new one for an application that is started for it, else the
// default one, emptied, which an application that runs already must be using.
func (w *World) sandbox(ctx context.Context, c *client.Client) (client.Sandbox, error) {
	if len(w.o.SUT.Start) == 0 {
		w.net = c
		if err := c.Reset(ctx); err != nil {
			return client.Sandbox{}, fmt.Errorf("empty the default sandbox: %w", err)
		}
		if _, err := c.SetClock(ctx, client.ClockOptions{Mode: "manual"}); err != nil {
			return client.Sandbox{}, fmt.Errorf("take hold of the clock: %w", err)
		}
		return c.Sandbox(ctx)
	}
	box, err := c.MakeSandbox(ctx, client.SandboxOptions{
		Seed: &w.o.Seed, Clock: &client.ClockOptions{Mode: "manual", Start: "now"}, Unlimited: w.o.Unlimited,
	})
	if err != nil {
		return box, fmt.Errorf("make a sandbox: %w", err)
	}
	own := c.In(box.ID)
	w.net = own
	w.drop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
		defer cancel()
		_ = own.DropSandbox(ctx) // an emulator that is gone has dropped it
	}
	return box, nil
}

// leaveTime bounds how long the end of a world may take.
const leaveTime = 10 * time.Second

// enter points the sandbox and the application at each other.
func (w *World) enter(ctx context.Context, box client.Sandbox) error {
	if w.provider == "" && len(box.Providers) > 0 {
		w.provider = slices.Sorted(maps.Keys(box.Providers))[0]
	}
	own, ok := box.Providers[w.provider]
	if !ok {
		return fmt.Errorf("the emulator has no provider %q; it has %v", w.provider, slices.Sorted(maps.Keys(box.Providers)))
	}
	w.lines = lines(own)
	for _, n := range w.lines {
		w.taken[n] = true
	}
	app := w.o.SUT.For(w.provider)
	crew, err := newCrew(app, box.Placeholders(), w.o.Log, w.noteProcess)
	if err != nil {
		return err
	}
	w.crew = crew
	if w.sut, err = app.Expand(crew.values); err != nil {
		return err
	}
	for _, provider := range slices.Sorted(maps.Keys(w.sut.Webhooks)) {
		if err := w.point(ctx, provider, w.sut.Webhooks[provider]); err != nil {
			return err
		}
	}
	if err := w.preset(ctx); err != nil {
		return err
	}
	return crew.muster(ctx, 1)
}

func (w *World) point(ctx context.Context, provider, at string) error {
	hooks, err := w.net.Webhooks(ctx, provider)
	if err == nil {
		hooks.URL = at
		_, err = w.net.SetWebhooks(ctx, provider, hooks)
	}
	if err != nil {
		return fmt.Errorf("send the webhooks of %s to the application: %w", provider, err)
	}
	return nil
}

// lines are the numbers among what a provider tells an application: number,
// number2 and so on.
func lines(values map[string]string) []sms.Number {
	var out []sms.Number
	for i := 1; i < 10; i++ {
		key := "number"
		if i > 1 {
			key += strconv.Itoa(i)
		}
		if n, ok := values[key]; ok {
			out = append(out, sms.Number(n))
		}
	}
	return out
}

func (w *World) noteProcess(ctx context.Context, p journal.Process) error {
	_, err := w.net.Note(ctx, client.Note{Kind: journal.KindProcess, Process: &p})
	return err
}

// running are the parts of the application that can be asked.
func (w *World) running() []*sut.SUT {
	if !w.crew.starts() {
		return []*sut.SUT{w.sut}
	}
	return w.crew.up()
}

// cannotRun says why a page needs what the application does not declare.
func (w *World) cannotRun(p page.Page) string {
	if p.Replicas > 0 && !w.crew.starts() {
		return "sut.yaml does not say how to start the application, so there are no replicas of it; add start: [\"node\", \"server.js\"]"
	}
	if p.Replicas > 0 && !w.sut.Replicas {
		return "sut.yaml does not say that several processes of the application may serve at once; add replicas: true if they may"
	}
	return ""
}

// Close ends the application and drops the sandbox.
func (w *World) Close() {
	w.crew.close()
	w.drop()
}

// window is how long silence must last now.
func (w *World) window() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return window(w.o, w.slowest)
}

// reacted takes note of how long the application took.
func (w *World) reacted(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slowest = max(w.slowest, d)
}
