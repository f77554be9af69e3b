package clock_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/clock"
)

var allModes = []clock.Mode{clock.Real, clock.Scaled, clock.Manual, clock.Auto}

func TestAdvanceStopsAtEveryItem(t *testing.T) {
	for _, mode := range allModes {
		t.Run(string(mode), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := start(t, clock.Options{Mode: mode, Start: clock.Epoch})
				stay := r.Hold() // so that Auto does not run ahead
				r.in(time.Hour, 2, "b")
				r.in(2*time.Hour, 3, "c")
				r.in(time.Hour, 1, "a")
				r.in(9*time.Hour, 4, "d")
				later(0, stay)
				if got := r.advance(t, clock.Move{To: clock.Epoch.Add(3 * time.Hour)}); got != 3*time.Hour {
					t.Errorf("advanced by %v; want 3h", got)
				}
				fired := r.fired()
				if mode == clock.Auto { // goes on to d by itself
					fired = fired[:min(3, len(fired))]
				}
				var got []string
				for _, f := range fired {
					got = append(got, f.key+" +"+f.at.Sub(clock.Epoch).String())
				}
				if diff := cmp.Diff([]string{"a +1h0m0s", "b +1h0m0s", "c +2h0m0s"}, got); diff != "" {
					t.Errorf("fired (-want +got):\n%s", diff)
				}
				want := []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour}
				if diff := cmp.Diff(want, r.hops()[:3]); diff != "" {
					t.Errorf("jumps (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestTiesFireBySeq(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		for i, seq := range []uint64{5, 1, 4, 2, 3} {
			r.in(time.Minute, seq, string(rune('a'+i)))
		}
		r.onFire = func(i clock.Item) {
			if i.Key == "d" { // due at the same instant, and overtakes those that wait
				r.in(0, 0, "during")
			}
		}
		r.advance(t, clock.Move{By: time.Minute})
		if diff := cmp.Diff([]string{"b", "d", "during", "e", "c", "a"}, r.keys()); diff != "" {
			t.Errorf("fired (-want +got):\n%s", diff)
		}
	})
}

func TestAdvanceNext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		if got := r.advance(t, clock.Move{Next: true}); got != 0 {
			t.Errorf("with nothing pending it advanced by %v", got)
		}
		r.in(0, 1, "now")
		r.in(time.Hour, 2, "a")
		r.in(time.Hour, 3, "b")
		r.in(2*time.Hour, 4, "c")
		if got := r.advance(t, clock.Move{Next: true}); got != time.Hour {
			t.Errorf("advanced by %v; want 1h", got)
		}
		if diff := cmp.Diff([]string{"now", "a", "b"}, r.keys()); diff != "" {
			t.Errorf("fired (-want +got):\n%s", diff)
		}
	})
}

func TestAdvanceToNowWaitsForWhatIsDue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		r.in(0, 1, "a")
		if got := r.advance(t, clock.Move{To: clock.Epoch}); got != 0 || len(r.keys()) != 1 {
			t.Errorf("advanced by %v, fired %v", got, r.keys())
		}
	})
}

func TestAdvanceRefuses(t *testing.T) {
	t.Parallel()
	c := clock.New(clock.Options{Mode: clock.Manual})
	defer c.Close()
	c.At(clock.Item{Due: clock.Epoch.Add(time.Hour)})
	for says, wrong := range map[string]clock.Move{
		"exactly one of by, to and next": {},
		"exactly one of":                 {By: time.Hour, Next: true},
		"exactly":                        {To: clock.Epoch.Add(time.Hour), By: time.Hour},
		"duration above zero":            {By: -time.Hour},
		"write a later time":             {To: clock.Epoch.Add(-1)},
		"over 100 years":                 {To: clock.Epoch.AddDate(101, 0, 0)},
		"100 years ahead":                {By: 290 * 365 * 24 * time.Hour},
		"zero or more":                   {By: time.Hour, Settle: -1},
	} {
		from, to, err := c.Advance(context.Background(), wrong)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v; want an error that says %q", wrong, err, says)
		}
		if !from.Equal(clock.Epoch) || !to.Equal(clock.Epoch) {
			t.Errorf("%+v: refused, but says %v to %v", wrong, from, to)
		}
	}
	if s := c.State(); !s.Now.Equal(clock.Epoch) || s.Pending != 1 {
		t.Errorf("a refused move changed the clock: %+v", s)
	}
}

func TestAHoldBlocksJumps(t *testing.T) {
	for _, mode := range allModes {
		t.Run(string(mode), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := start(t, clock.Options{Mode: mode, Scale: 1e-9, Start: clock.Epoch})
				first, second := r.Hold(), r.Hold()
				r.in(time.Hour, 1, "a")
				var done sync.WaitGroup
				done.Go(func() { r.advance(t, clock.Move{By: 2 * time.Hour}) })
				check := func(when string, want int) {
					<-time.NewTimer(time.Second).C
					if got := len(r.hops()); got != want {
						t.Errorf("%s: %d jumps; want %d", when, got, want)
					}
				}
				check("two exchanges open", 0)
				first()
				first() // releasing twice must not release the other
				check("one exchange open", 0)
				second()
				check("none open", 2)
				done.Wait()
			})
		})
	}
}

func TestAutoJumpsNoFurtherThanAHoldOpenedByAnItem(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Auto})
		var release []func()
		r.onFire = func(clock.Item) { release = append(release, r.Hold()) }
		stay := r.Hold()
		r.in(time.Hour, 1, "a")
		r.in(2*time.Hour, 2, "b")
		stay()
		synctest.Wait()
		if got := r.Now().Sub(clock.Epoch); got != time.Hour {
			t.Errorf("the clock is at +%v; want +1h while the exchange is open", got)
		}
		r.in(0, 0, "due now") // an open exchange does not keep back what is due
		synctest.Wait()
		if diff := cmp.Diff([]string{"a", "due now"}, r.keys()); diff != "" {
			t.Errorf("fired (-want +got):\n%s", diff)
		}
		release[0]()
		release[1]()
		synctest.Wait()
		if got := r.Now().Sub(clock.Epoch); got != 2*time.Hour {
			t.Errorf("the clock is at +%v; want +2h", got)
		}
		release[2]()
	})
}

func TestConcurrentAdvancesAddUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		for i := range 50 {
			r.in(time.Duration(i)*time.Hour, uint64(i), "x")
		}
		var done sync.WaitGroup
		spans := make([][2]time.Time, 20)
		for i := range spans {
			done.Go(func() {
				from, to, err := r.Advance(context.Background(), clock.Move{By: time.Hour})
				if err != nil {
					t.Error(err)
				}
				spans[i] = [2]time.Time{from, to}
			})
		}
		done.Wait()
		if got := r.Now().Sub(clock.Epoch); got != 20*time.Hour {
			t.Errorf("20 moves of an hour went %v", got)
		}
		if got := len(r.keys()); got != 21 {
			t.Errorf("%d items fired; want 21", got)
		}
		seen := map[time.Time]bool{}
		for _, s := range spans {
			if s[1].Sub(s[0]) != time.Hour || seen[s[0]] {
				t.Errorf("a move went from %v to %v", s[0], s[1])
			}
			seen[s[0]] = true
		}
	})
}

func TestAdvanceEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		var release func()
		r.onFire = func(clock.Item) { release = r.Hold() }
		r.in(time.Hour, 1, "a")
		r.in(2*time.Hour, 2, "b")
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var waits sync.WaitGroup
		waits.Go(func() { // waits for its turn, then gives up too
			synctest.Wait()
			if _, _, err := r.Advance(ctx, clock.Move{Next: true}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the second Advance: %v", err)
			}
		})
		_, to, err := r.Advance(ctx, clock.Move{By: 3 * time.Hour})
		waits.Wait()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Advance: %v", err)
		}
		if want := clock.Epoch.Add(time.Hour); !to.Equal(want) || !r.Now().Equal(want) {
			t.Errorf("the clock is said to be at %v and is at %v; want %v", to, r.Now(), want)
		}
		release()
		if _, _, err := r.Advance(ctx, clock.Move{By: time.Hour}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Advance with a context that has ended: %v", err)
		}
		if got := len(r.keys()); got != 1 {
			t.Errorf("%d items fired; want 1", got)
		}
	})
}

func TestAdvanceLetsTheWorldSettleWhereItemsFired(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		wall := clock.Wall()
		r.onFire = func(i clock.Item) {
			switch i.Key {
			case "a": // answered at once, then the application calls 80 ms later
				later(80*time.Millisecond, r.Touch)
			case "b": // an exchange of 300 ms
				later(300*time.Millisecond, r.Hold())
			}
		}
		r.in(time.Hour, 1, "a")
		r.in(2*time.Hour, 2, "b")
		r.in(3*time.Hour, 3, "c")
		r.advance(t, clock.Move{By: 10 * time.Hour, Settle: 100 * time.Millisecond})
		for i, want := range []time.Duration{0, 180 * time.Millisecond, 580 * time.Millisecond} {
			if got := r.fired()[i].wall.Sub(wall); got != want {
				t.Errorf("%s fired after %v of wall time; want %v", r.fired()[i].key, got, want)
			}
		}
		if got, want := clock.Wall().Sub(wall), 680*time.Millisecond; got != want {
			t.Errorf("it took %v of wall time; want %v", got, want)
		}
		if got := r.advance(t, clock.Move{By: time.Hour, Settle: time.Hour}); got != time.Hour {
			t.Errorf("advanced by %v", got)
		}
		if got, want := clock.Wall().Sub(wall), 680*time.Millisecond; got != want {
			t.Errorf("an advance with nothing to fire took %v", got-want)
		}
	})
}

func TestJumpedComesBeforeTheItemsAndUnlocked(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c *clock.Clock
		var mu sync.Mutex
		var log []string
		add := func(s string) {
			mu.Lock()
			defer mu.Unlock()
			log = append(log, s+" at "+c.Now().Format("15:04"))
		}
		ready := make(chan struct{})
		c = clock.New(clock.Options{
			Mode: clock.Manual,
			Fire: func(i clock.Item) { <-ready; add(i.Key) },
			Jumped: func(from, to time.Time) {
				<-ready
				<-time.NewTimer(time.Second).C // ample time to fire out of turn
				add("jump from " + from.Format("15:04"))
				if to.Hour() == 1 {
					c.At(clock.Item{Due: to, Seq: 1, Key: "a"})
				}
			},
		})
		defer c.Close()
		close(ready)
		c.At(clock.Item{Due: clock.Epoch.Add(time.Hour), Seq: 2, Key: "b"})
		if _, _, err := c.Advance(context.Background(), clock.Move{By: 2 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		want := []string{"jump from 00:00 at 01:00", "a at 01:00", "b at 01:00", "jump from 01:00 at 02:00"}
		if diff := cmp.Diff(want, log); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestItemsPastTheEndOfTimeStay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Auto})
		r.At(clock.Item{Due: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), Key: "never"})
		synctest.Wait()
		if got := r.advance(t, clock.Move{Next: true}); got != 0 || len(r.keys()) != 0 {
			t.Errorf("advanced by %v and fired %v", got, r.keys())
		}
	})
}
