package clock_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/emulator/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bubble runs fn in fake wall time.
func bubble(t *testing.T, fn func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, fn)
}

// firing is an item as it fired.
type firing struct {
	key      string
	at, wall time.Time
}

// rig is a clock that remembers what fired and where it jumped.
type rig struct {
	*clock.Clock
	onFire func(clock.Item) // runs inside Fire, if set before anything fires

	mu      sync.Mutex
	firings []firing
	jumps   []time.Duration // since the clock began
}

func start(t *testing.T, o clock.Options) *rig {
	t.Helper()
	r := &rig{}
	ready := make(chan struct{})
	var began time.Time
	o.Fire = func(i clock.Item) {
		<-ready
		r.note(i)
		if r.onFire != nil {
			r.onFire(i)
		}
	}
	o.Jumped = func(_, to time.Time) {
		<-ready
		r.mu.Lock()
		defer r.mu.Unlock()
		r.jumps = append(r.jumps, to.Sub(began))
	}
	r.Clock = clock.New(o)
	began = r.Now()
	close(ready)
	t.Cleanup(r.Close)
	return r
}

func (r *rig) note(i clock.Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.firings = append(r.firings, firing{i.Key, r.Now(), clock.Wall()})
}

func (r *rig) fired() []firing {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.firings)
}

func (r *rig) keys() []string {
	var keys []string
	for _, f := range r.fired() {
		keys = append(keys, f.key)
	}
	return keys
}

func (r *rig) hops() []time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.jumps)
}

// in schedules key after d of virtual time.
func (r *rig) in(d time.Duration, seq uint64, key string) {
	r.At(clock.Item{Due: r.Now().Add(d), Seq: seq, Key: key})
}

// advance moves the clock and returns by how much.
func (r *rig) advance(t *testing.T, m clock.Move) time.Duration {
	t.Helper()
	from, to, err := r.Advance(context.Background(), m)
	if err != nil {
		t.Fatalf("Advance(%+v): %v", m, err)
	}
	return to.Sub(from)
}

// later runs fn in the bubble after d of wall time.
func later(d time.Duration, fn func()) { time.AfterFunc(d, fn) }
