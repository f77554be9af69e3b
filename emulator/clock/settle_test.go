package clock_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/switchhook/switchhook/emulator/clock"
)

const window = 200 * time.Millisecond

func TestSettleWaitsForAFullWindow(t *testing.T) {
	for name, c := range map[string]struct {
		mode clock.Mode
		stir func(*rig)
		want time.Duration
	}{
		"nothing happens": {clock.Manual, func(*rig) {}, window},
		"the application calls": {clock.Manual, func(r *rig) {
			later(150*time.Millisecond, r.Touch)
			later(300*time.Millisecond, r.Touch)
		}, 300*time.Millisecond + window},
		"an exchange begins and ends": {clock.Manual, func(r *rig) {
			later(100*time.Millisecond, func() { later(time.Second, r.Hold()) })
		}, 1100*time.Millisecond + window},
		"an item fires by the wall": {clock.Real, func(r *rig) {
			r.in(150*time.Millisecond, 1, "a")
			r.in(time.Hour, 2, "b")
		}, 150*time.Millisecond + window},
		"an item far ahead": {clock.Manual, func(r *rig) { r.in(time.Hour, 1, "a") }, window},
		"auto runs dry": {clock.Auto, func(r *rig) {
			r.onFire = func(clock.Item) { later(50*time.Millisecond, r.Hold()) }
			r.in(time.Hour, 1, "a")
			r.in(2*time.Hour, 2, "b")
		}, 100*time.Millisecond + window},
		"the clock is advanced": {clock.Manual, func(r *rig) {
			r.in(time.Hour, 1, "a")
			later(100*time.Millisecond, func() {
				_, _, _ = r.Advance(context.Background(), clock.Move{Next: true, Settle: time.Second})
			})
		}, 1100 * time.Millisecond}, // the advance watched the same window, and more
		"the mode is switched": {clock.Auto, func(r *rig) {
			r.At(clock.Item{Due: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)})
			later(100*time.Millisecond, func() { _ = r.Set(clock.Manual, 0, time.Time{}) })
		}, 100*time.Millisecond + window},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := start(t, clock.Options{Mode: c.mode})
				wall := clock.Wall()
				c.stir(r)
				ok, why := r.Settle(context.Background(), window, time.Minute)
				if !ok || why != "" {
					t.Errorf("not quiet: %s", why)
				}
				if got := clock.Wall().Sub(wall); got != c.want {
					t.Errorf("settled after %v; want %v", got, c.want)
				}
			})
		})
	}
}

func TestSettleSaysWhyNot(t *testing.T) {
	for says, c := range map[string]struct {
		mode clock.Mode
		stir func(*rig) (undo func())
	}{
		"1 exchange is open": {clock.Manual, func(r *rig) func() { return r.Hold() }},
		"2 items are pending, the next due at 20000-": {clock.Auto, func(r *rig) func() {
			r.At(clock.Item{Due: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)})
			r.At(clock.Item{Due: time.Date(30000, 1, 1, 0, 0, 0, 0, time.UTC)})
			return func() {}
		}},
		"2 exchanges are open": {clock.Auto, func(r *rig) func() { a, b := r.Hold(), r.Hold(); return func() { a(); b() } }},
		"item a is still being handled": {clock.Manual, func(r *rig) func() {
			done := make(chan struct{})
			r.onFire = func(clock.Item) { <-done }
			r.in(0, 1, "a")
			return func() { close(done) }
		}},
		"the clock is being advanced": {clock.Manual, func(r *rig) func() {
			r.in(time.Hour, 1, "a")
			ctx, cancel := context.WithCancel(context.Background())
			go func() { _, _, _ = r.Advance(ctx, clock.Move{By: 2 * time.Hour, Settle: time.Hour}) }()
			return cancel
		}},
		"1 item is pending, the next due at 20000-": {clock.Auto, func(r *rig) func() {
			r.At(clock.Item{Due: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)})
			return func() {}
		}},
		"the application called 30ms ago": {clock.Manual, func(r *rig) func() {
			later(900*time.Millisecond, r.Hold())
			later(970*time.Millisecond, r.Touch)
			return func() {}
		}},
		"an exchange ended 40ms ago": {clock.Manual, func(r *rig) func() {
			later(960*time.Millisecond, r.Hold())
			return func() {}
		}},
		"an item fired 50ms ago": {clock.Real, func(r *rig) func() {
			later(900*time.Millisecond, r.Hold())
			r.in(950*time.Millisecond, 1, "a")
			return func() {}
		}},
	} {
		t.Run(says, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := start(t, clock.Options{Mode: c.mode})
				undo := c.stir(r)
				defer undo()
				synctest.Wait()
				ok, why := r.Settle(context.Background(), window, time.Second)
				if ok || !strings.HasPrefix(why, says) {
					t.Errorf("quiet %v, because %q; want %q", ok, why, says)
				}
			})
		})
	}
}

func TestSettleEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		ctx, cancel := context.WithCancel(context.Background())
		later(50*time.Millisecond, cancel)
		ok, why := r.Settle(ctx, window, 0)
		if want := "the wait ended after only 50ms of quiet"; ok || why != want {
			t.Errorf("quiet %v, because %q; want %q", ok, why, want)
		}
	})
}

func TestSettleWithoutAWindowOnlyWaitsForIdle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		wall := clock.Wall()
		r.Touch()
		r.in(0, 1, "a")
		if ok, why := r.Settle(context.Background(), 0, 0); !ok {
			t.Errorf("not quiet: %s", why)
		}
		if got := clock.Wall().Sub(wall); got != 0 || len(r.keys()) != 1 {
			t.Errorf("it took %v and %v fired", got, r.keys())
		}
	})
}

func TestCloseEndsEveryWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		release := r.Hold()
		var done sync.WaitGroup
		for range 3 { // one waits for the exchange, the others for their turn
			done.Go(func() {
				if _, _, err := r.Advance(context.Background(), clock.Move{By: time.Hour}); !errors.Is(err, clock.ErrClosed) {
					t.Errorf("Advance: %v; want ErrClosed", err)
				}
			})
		}
		done.Go(func() {
			if ok, why := r.Settle(context.Background(), window, 0); ok || why != clock.ErrClosed.Error() {
				t.Errorf("Settle: %v, %q", ok, why)
			}
		})
		synctest.Wait()
		r.Close()
		r.Close()
		done.Wait()
		release()
		r.in(0, 1, "too late")
		synctest.Wait()
		if _, _, err := r.Advance(context.Background(), clock.Move{By: 1}); !errors.Is(err, clock.ErrClosed) {
			t.Errorf("Advance on a closed clock: %v", err)
		}
		if got := r.keys(); len(got) != 0 || !r.Now().Equal(clock.Epoch) {
			t.Errorf("the closed clock fired %v and shows %v", got, r.Now())
		}
	})
}

func TestCloseWaitsForTheRunningItem(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		finished := false
		r.onFire = func(clock.Item) {
			<-time.NewTimer(time.Second).C
			finished = true
		}
		r.in(0, 1, "a")
		r.in(0, 2, "b")
		synctest.Wait()
		r.Close()
		if got := len(r.keys()); !finished || got != 1 {
			t.Errorf("closed with the item finished: %v, and %d fired; want true and 1", finished, got)
		}
	})
}
