package suite

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
	"github.com/switchhook/switchhook/scenarios/sut"
)

// world is a sandbox with an application in it.
type world struct {
	o        Options
	provider string
	net      network
	sut      *sut.SUT // with its placeholders filled
	process  *sut.Process
	lines    []sms.Number // the application's numbers, the default one first
	drop     func()

	mu      sync.Mutex
	slowest time.Duration // reaction of the application seen so far
}

// open makes or takes a sandbox and starts the application if it says how.
func open(ctx context.Context, o Options, provider string) (*world, error) {
	o = o.withDefaults()
	c := client.New(client.Options{URL: o.URL, Token: o.Token})
	w := &world{o: o, provider: provider, drop: func() {}}
	box, err := w.sandbox(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := w.enter(ctx, box); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// sandbox is a new one for an application that is started for it, else the
// default one, emptied, which an application that runs already must be using.
func (w *world) sandbox(ctx context.Context, c *client.Client) (client.Sandbox, error) {
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
		Seed: &w.o.Seed, Clock: &client.ClockOptions{Mode: "manual", Start: "now"},
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
func (w *world) enter(ctx context.Context, box client.Sandbox) error {
	if w.provider == "" && len(box.Providers) > 0 {
		w.provider = slices.Sorted(maps.Keys(box.Providers))[0]
	}
	own, ok := box.Providers[w.provider]
	if !ok {
		return fmt.Errorf("the emulator has no provider %q; it has %v", w.provider, slices.Sorted(maps.Keys(box.Providers)))
	}
	w.lines = lines(own)
	values := box.Placeholders()
	port, err := sut.FreePort()
	if err != nil {
		return err
	}
	values["port"] = strconv.Itoa(port)
	if w.sut, err = w.o.SUT.For(w.provider).Expand(values); err != nil {
		return err
	}
	for _, provider := range slices.Sorted(maps.Keys(w.sut.Webhooks)) {
		if err := w.point(ctx, provider, w.sut.Webhooks[provider]); err != nil {
			return err
		}
	}
	return w.start(ctx)
}

func (w *world) point(ctx context.Context, provider, at string) error {
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

func (w *world) start(ctx context.Context) error {
	if len(w.sut.Start) == 0 {
		return nil
	}
	if err := w.noteProcess(ctx, journal.Process{State: "started"}); err != nil {
		return err
	}
	process, err := w.sut.Run(ctx, w.o.Log)
	if err != nil {
		return err
	}
	w.process = process
	return w.noteProcess(ctx, journal.Process{State: "ready"})
}

func (w *world) noteProcess(ctx context.Context, p journal.Process) error {
	_, err := w.net.Note(ctx, client.Note{Kind: journal.KindProcess, Process: &p})
	return err
}

// alive is an error if the application was started and is gone.
func (w *world) alive() error {
	if w.process == nil {
		return nil
	}
	return w.process.Err()
}

func (w *world) close() {
	if w.process != nil {
		w.process.Stop()
	}
	w.drop()
}

// window is how long silence must last now.
func (w *world) window() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return window(w.o, w.slowest)
}

// reacted takes note of how long the application took.
func (w *world) reacted(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slowest = max(w.slowest, d)
}
