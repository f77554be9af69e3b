package stage

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

// reaper follows the record of a play and kills the application at the points
// that kill steps name. It looks at entries in order and one at a time, so once
// it has looked at an entry, what that entry asks for is done.
type reaper struct {
	world *World
	calm  bool // kills whose point lies in an attempt wait for the next rest

	ctx    context.Context
	cancel context.CancelFunc // nil until it is told of a kill
	done   sync.WaitGroup

	mu      sync.Mutex
	orders  []*order
	bodies  map[sms.Number]string // of the webhook that last told of a handset's text
	seen    uint64                // the last entry that it looked at
	changed chan struct{}         // closed when seen or err changes
	struck  int                   // kills so far
	late    []death               // of those that are still down
	calmed  []*order              // their point came, and they wait for rest
	err     error                 // why it cannot go on
	unborn  error                 // why the application did not start again
}

// order is a kill that waits for its point.
type order struct {
	*lookout
	step  page.Step
	after uint64 // the last entry before it
	done  bool
}

// death is a member that is down, and the entry after which it was.
type death struct {
	member int
	seq    uint64
}

func newReaper(w *World, calm bool) *reaper {
	return &reaper{world: w, calm: calm, bodies: map[sms.Number]string{}, changed: make(chan struct{})}
}

// arm adds a kill.
func (r *reaper) arm(ctx context.Context, o *order) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.orders = append(r.orders, o)
	if r.cancel != nil {
		return
	}
	r.seen = o.after
	watch, cancel := context.WithCancel(ctx)
	r.ctx, r.cancel = ctx, cancel // a kill that has begun is done to its end, even if the watch is not
	r.done.Go(func() {
		err := r.world.net.Follow(watch, o.after, r.look)
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.err == nil {
			r.err = fmt.Errorf("wait for the point of a kill: %w", errors.Join(err, errEnd))
		}
		r.wake()
	})
}

// errEnd says that nothing more will be looked at.
var errEnd = errors.New("the record ended")

// wake tells those who wait that something changed. The caller holds mu.
func (r *reaper) wake() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// look takes the next entry and does what it asks for.
func (r *reaper) look(e journal.Entry) (more bool) {
	r.mu.Lock()
	if a := e.Attempt; a != nil && e.Kind == journal.KindAttemptStarted && a.Neutral == sms.MessageReceived {
		r.bodies[a.Handset] = a.Body
	}
	var due []*order
	for _, o := range r.orders {
		if o.done || e.Seq <= o.after || !o.meets(e) {
			continue
		}
		if o.done = true; r.calm && o.spot.Point.InWebhook() {
			r.calmed = append(r.calmed, o)
		} else {
			due = append(due, o)
		}
	}
	r.mu.Unlock()
	var err error
	for _, o := range due {
		r.linger(o)
		err = errors.Join(err, r.strike(r.ctx, o.step, o.who, e.Seq))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen, r.err = e.Seq, errors.Join(r.err, err)
	r.wake()
	return r.err == nil
}

// linger gives the application the time to do nothing, if that is what it is to
// be killed at.
func (r *reaper) linger(o *order) {
	if o.step.Kill.Point != page.Waiting {
		return
	}
	idle, cancel := context.WithTimeout(r.ctx, idleTime)
	defer cancel()
	<-idle.Done()
}

// strike kills the replica that works for a handset, and starts it again unless
// that is to be late.
func (r *reaper) strike(ctx context.Context, s page.Step, who sms.Number, seq uint64) error {
	r.mu.Lock()
	body := r.bodies[who]
	r.mu.Unlock()
	i := r.world.crew.at(ctx, body, s.Kill.Point == page.Received)
	if err := r.world.crew.kill(ctx, i, string(s.Kill.Point)); err != nil {
		return err
	}
	r.mu.Lock()
	r.struck++
	if s.Kill.Late {
		r.late = append(r.late, death{i, seq})
	}
	r.mu.Unlock()
	if s.Kill.Late {
		return nil
	}
	r.raise(ctx, i)
	return nil
}

// rest does the kills that waited for it. Seq is the last entry so far.
func (r *reaper) rest(ctx context.Context, seq uint64) error {
	r.mu.Lock()
	due := r.calmed
	r.calmed = nil
	r.mu.Unlock()
	var err error
	for _, o := range due {
		err = errors.Join(err, r.strike(ctx, o.step, o.who, seq))
	}
	return err
}

// raise starts a member again. That it does not start is the application's
// fault, and kept.
func (r *reaper) raise(ctx context.Context, i int) {
	err := r.world.crew.start(ctx, i)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.unborn == nil {
		r.unborn = err
	}
}

// stillborn is why the application did not start again; nil if it did.
func (r *reaper) stillborn() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unborn
}

// armed reports whether any kill may still come.
func (r *reaper) armed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cancel != nil
}

// caughtUp waits until all up to an entry was looked at, and says what went
// wrong on the way.
func (r *reaper) caughtUp(ctx context.Context, seq uint64) error {
	for {
		r.mu.Lock()
		idle, seen, err, changed := r.cancel == nil, r.seen, r.err, r.changed
		r.mu.Unlock()
		switch {
		case idle || seen >= seq:
			return nil
		case err != nil:
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// kills counts them.
func (r *reaper) kills() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.struck
}

// struckSince reports whether the application was killed since there were so
// many kills. What fails because of one may be seen before the kill is counted.
func (r *reaper) struckSince(ctx context.Context, before int) bool {
	ctx, cancel := context.WithTimeout(ctx, deathTime)
	defer cancel()
	for {
		r.mu.Lock()
		idle, struck, changed := r.cancel == nil || r.err != nil, r.struck, r.changed
		r.mu.Unlock()
		if struck > before {
			return true
		}
		if idle {
			return false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// lost takes the members that are to be started again late, and the entry from
// which on they were down.
func (r *reaper) lost() []death {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.late
	r.late = nil
	return out
}

// withheld are the faults that hold back answers for a kill, by id.
func (r *reaper) withheld() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]bool{}
	for _, o := range r.orders {
		out[o.withhold] = true
	}
	return out
}

// stop ends the watch, and returns once no kill is under way.
func (r *reaper) stop() {
	r.mu.Lock()
	cancel := r.cancel
	r.cancel = nil
	r.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	r.done.Wait()
}
