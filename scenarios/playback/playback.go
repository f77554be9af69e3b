package playback

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// player plays one recording once.
type player struct {
	o Options
	*timeline
	over    chan struct{} // closed at the end, so that no answer is held any more
	app     *sut.SUT      // its placeholders filled
	process *sut.Process  // nil if it runs already
	hooks   hooks
	secrets []string
	client  *http.Client

	// Guarded by the timeline.
	arrivals int               // calls that came
	extras   []arrived         // those that fit none
	misses   int               // how often calls did not come in time
	names    map[string]string // keys of the application's own, as recorded → as they are now
	diffs    differences
}

// Run plays a recording. The error is about what kept it from being played;
// what the application did otherwise is in the result. It lasts until ctx ends
// at most, which is an error, too, and the result then says how far it came.
func Run(ctx context.Context, o Options) (Result, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Result{}, err
	}
	p := &player{o: o, timeline: newTimeline(newScript(o.Recording, o.Contract)), over: make(chan struct{}), names: map[string]string{}}
	// A connection of its own for each request: on one that was used before,
	// the transport would repeat what was reset.
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	p.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	here, stop, err := p.listen()
	if err != nil {
		return Result{}, err
	}
	defer stop()
	leave, err := p.enter(ctx, here)
	if err != nil {
		return Result{}, err
	}
	defer leave()
	err = p.play(ctx)
	close(p.over)
	return p.result(), err
}

// listen serves the application's calls.
func (p *player) listen() (here string, stop func(), err error) {
	listener, err := net.Listen("tcp", p.o.Addr)
	if err != nil {
		return "", nil, fmt.Errorf("listen for calls: %w", err)
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends by stop
	}()
	return "http://" + listener.Addr().String(), func() {
		_ = server.Close()
		<-served
	}, nil
}

// enter points the application here, and starts it if it says how.
func (p *player) enter(ctx context.Context, here string) (leave func(), err error) {
	provider := p.o.Contract.Name()
	values := p.values(here)
	port, err := sut.ReservePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "switchhook-")
	if err != nil {
		port.Release()
		return nil, fmt.Errorf("make a folder for the application: %w", err)
	}
	values["port"], values[sut.DirPlaceholder] = port.String(), dir
	if secret := values[provider+".secret"]; secret != "" {
		p.secrets = []string{secret}
	}
	leave = func() {
		if p.process != nil {
			p.process.Stop()
		}
		port.Release()
		_ = os.RemoveAll(dir) // what cannot be removed is left to the system's own tidying
	}
	if err := p.start(ctx, values); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// start starts the application, if it says how.
func (p *player) start(ctx context.Context, values map[string]string) (err error) {
	if p.app, err = p.o.SUT.For(p.o.Contract.Name()).Expand(values); err != nil {
		return err
	}
	if p.hooks, err = newHooks(p.app.Webhooks[p.o.Contract.Name()], p.script); err != nil || len(p.app.Start) == 0 {
		return err
	}
	p.process, err = p.app.Run(ctx, p.o.Log)
	return err
}

// play sends what the application did not do itself, each thing when all that
// came before it is there, and waits for the rest.
func (p *player) play(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var sending sync.WaitGroup
	for _, it := range p.script.items {
		if it.isCall() {
			continue
		}
		p.await(ctx, p.patience(), func() []*item { return p.open(it) })
		p.rest(ctx, it.silence)
		if ctx.Err() != nil {
			break
		}
		p.set(it, begun)
		sending.Go(func() { p.send(ctx, it) })
	}
	sending.Wait()
	p.await(ctx, p.o.Patience, p.outstanding)
	err := p.settle(ctx)
	if ctx.Err() != nil {
		return fmt.Errorf("the recording was not played to its end: %w", ctx.Err())
	}
	return err
}

// outstanding are the calls that have not come or are not answered.
func (p *player) outstanding() []*item {
	var all []*item
	for _, it := range p.script.items[p.passed:] {
		if it.isCall() && !done(it) {
			all = append(all, it)
		}
	}
	return all
}

// patience is how long a call is waited for: less with each that did not come,
// so that an application that makes none is done with in time. One that comes
// later is taken all the same.
func (p *player) patience() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.o.Patience>>min(p.misses, 16), min(p.o.Patience, leastPatience))
}

// leastPatience is real time.
const leastPatience = 250 * time.Millisecond

// await waits until nothing of a list is left. Calls that do not come within the
// patience are missed, so that they hold up nothing else.
func (p *player) await(ctx context.Context, patience time.Duration, left func() []*item) {
	for ctx.Err() == nil && !p.wait(ctx, patience, func() bool { return len(left()) == 0 }) {
		p.change(func() {
			p.misses++
			for _, it := range left() {
				if it.isCall() && it.state == waiting {
					it.state = missed
				}
			}
		})
	}
}

// What the application did in a silence cannot be seen: it may have taken up a
// text and found that nothing was to be done. In one of leastSilence or more it
// is given up to slower times as long for that, where it can be asked.
const (
	leastSilence = 20 * time.Millisecond
	slower       = 10
)

// rest waits, where there was a silence, until the application has nothing left
// to do.
func (p *player) rest(ctx context.Context, silence time.Duration) {
	if _, ok := p.app.Probe[sut.PendingProbe]; !ok || silence < leastSilence {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, min(slower*silence, p.o.Patience))
	defer cancel()
	for {
		probe, err := p.app.Look(ctx, sut.PendingProbe, "")
		if err != nil || probe.Value == "0" {
			return // what keeps it from answering is told at the end
		}
		p.wait(ctx, askEvery, func() bool { return false })
	}
}

// askEvery is how often the application is asked whether it is done.
const askEvery = 5 * time.Millisecond

// settle waits until the application has been silent for a while and, where it
// can be asked, has nothing left to do.
func (p *player) settle(ctx context.Context) error {
	for deadline := p.o.Now().Add(p.o.Patience); ; {
		came := -1
		p.wait(ctx, p.o.Quiet, func() bool { came = max(came, p.arrivals); return false })
		if _, ok := p.app.Probe[sut.PendingProbe]; !ok || ctx.Err() != nil || p.o.Now().After(deadline) {
			return nil
		}
		probe, err := p.app.Look(ctx, sut.PendingProbe, "")
		if err != nil {
			if p.process != nil && p.process.Err() != nil {
				return nil // told as a difference
			}
			return errors.Join(errors.New("ask the application whether it has anything left to do"), err)
		}
		if probe.Value == "0" {
			return nil
		}
	}
}

// recorded counts the exchanges of one direction.
func (s *script) recorded(d recording.Direction) int {
	n := 0
	for _, it := range s.items {
		if it.Direction == d {
			n++
		}
	}
	return n
}
