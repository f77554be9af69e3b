package clock_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/clock"
)

func TestZeroOptionsFollowTheWall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := clock.New(clock.Options{})
		defer c.Close()
		c.At(clock.Item{Due: c.Now()}) // without Fire it goes nowhere
		<-time.NewTimer(time.Minute).C
		if got := c.Now(); !got.Equal(clock.Wall()) {
			t.Errorf("now is %v; the wall shows %v", got, clock.Wall())
		}
		if s := c.State(); s.Mode != clock.Real || s.Scale != 1 || s.Pending != 0 || !s.Next.IsZero() {
			t.Errorf("state is %+v", s)
		}
	})
}

func TestItemsFireWhenTheWallGetsThere(t *testing.T) {
	for name, o := range map[string]clock.Options{
		"real":       {Mode: clock.Real},
		"real later": {Mode: clock.Real, Start: clock.Epoch},
		"scaled":     {Mode: clock.Scaled},
		"slow":       {Mode: clock.Scaled, Scale: 0.5},
		"fastest":    {Mode: clock.Scaled, Scale: 1e9, Start: clock.Epoch},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := start(t, o)
				wall, scale := clock.Wall(), r.State().Scale
				fired := make(chan struct{})
				r.onFire = func(clock.Item) { close(fired) }
				r.in(2*time.Hour, 1, "a")
				<-fired
				want := time.Duration(math.Ceil(float64(2*time.Hour) / scale))
				if got := r.fired()[0].wall.Sub(wall); got != want {
					t.Errorf("fired after %v of wall time; want %v", got, want)
				}
				if got := r.fired()[0].at.Sub(wall); o.Start.IsZero() && got != 2*time.Hour {
					t.Errorf("fired at +%v of virtual time; want +2h", got)
				}
			})
		})
	}
}

func TestManualStandsStill(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		r.in(time.Second, 1, "later")
		r.in(-time.Hour, 2, "overdue")
		<-time.NewTimer(24 * time.Hour).C
		if got := r.Now(); !got.Equal(clock.Epoch) {
			t.Errorf("now is %v; want the epoch", got)
		}
		want := clock.State{Mode: clock.Manual, Now: clock.Epoch, Next: clock.Epoch.Add(time.Second), Pending: 1}
		if diff := cmp.Diff(want, r.State()); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"overdue"}, r.keys()); diff != "" {
			t.Errorf("fired (-want +got):\n%s", diff)
		}
	})
}

func TestAutoClimbsALadderInNoRealTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Auto})
		wall := clock.Wall()
		climbLadder(r)
		if ok, why := r.Settle(context.Background(), 0, time.Minute); !ok {
			t.Fatalf("not quiet: %s", why)
		}
		checkLadder(t, r)
		if took := clock.Wall().Sub(wall); took != 0 {
			t.Errorf("took %v of wall time; want none", took)
		}
	})
}

func TestManualClimbsALadderInNoRealTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		wall := clock.Wall()
		climbLadder(r)
		if got := r.advance(t, clock.Move{By: 27*time.Hour + 36*time.Minute}); got != 27*time.Hour+36*time.Minute {
			t.Errorf("advanced by %v", got)
		}
		checkLadder(t, r)
		if took := clock.Wall().Sub(wall); took != 0 {
			t.Errorf("took %v of wall time; want none", took)
		}
	})
}

// ladder is how long each try waits for the one before; 27h35m35s in all.
var ladder = []time.Duration{
	0, 5 * time.Second, 5*time.Minute + 30*time.Second, 30 * time.Minute,
	2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
}

// climbLadder makes each item schedule the next, as retries do.
func climbLadder(r *rig) {
	next := 0
	try := func() {
		if next < len(ladder) {
			next++
			r.in(ladder[next-1], uint64(next), string(rune('0'+next)))
		}
	}
	r.onFire = func(clock.Item) { try() }
	try()
}

func checkLadder(t *testing.T, r *rig) {
	t.Helper()
	if diff := cmp.Diff(strings.Split("12345678", ""), r.keys()); diff != "" {
		t.Fatalf("fired (-want +got):\n%s", diff)
	}
	at := clock.Epoch
	for i, f := range r.fired() {
		at = at.Add(ladder[i])
		if !f.at.Equal(at) {
			t.Errorf("try %s fired at %v; want %v", f.key, f.at, at)
		}
	}
}

func TestSwitchingModesKeepsTheTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		r.in(100*time.Hour, 1, "far")
		for _, step := range []struct {
			mode  clock.Mode
			scale float64
			want  time.Duration // virtual time that a wall second takes
		}{
			{clock.Scaled, 60, time.Minute},
			{clock.Real, 0, time.Second},
			{clock.Manual, 0, 0},
			{clock.Scaled, 0.5, 500 * time.Millisecond},
			{clock.Manual, 0, 0},
		} {
			before := r.Now()
			if err := r.Set(step.mode, step.scale, time.Time{}); err != nil {
				t.Fatal(err)
			}
			if after := r.Now(); !after.Equal(before) {
				t.Errorf("switching to %s moved the clock by %v", step.mode, after.Sub(before))
			}
			<-time.NewTimer(time.Second).C
			if got := r.Now().Sub(before); got != step.want {
				t.Errorf("%s: a second took %v; want %v", step.mode, got, step.want)
			}
		}
		if err := r.Set(clock.Auto, 0, time.Time{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := r.Now().Sub(clock.Epoch); got != 100*time.Hour || len(r.keys()) != 1 {
			t.Errorf("auto went to +%v and fired %v; want +100h and one item", got, r.keys())
		}
	})
}

func TestSetStart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Manual})
		r.in(time.Hour, 1, "a")
		zone := time.FixedZone("elsewhere", -7*3600)
		r.At(clock.Item{Due: clock.Epoch.Add(3 * time.Hour).In(zone), Seq: 2, Key: "b"})
		if err := r.Set(clock.Manual, 0, clock.Epoch.Add(2*time.Hour).In(zone)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := r.Now(); got != clock.Epoch.Add(2*time.Hour) {
			t.Errorf("now is %v; want two hours past the epoch, in UTC", got)
		}
		if got := r.State().Next; got != clock.Epoch.Add(3*time.Hour) {
			t.Errorf("next is %v; want three hours past the epoch, in UTC", got)
		}
		if diff := cmp.Diff([]string{"a"}, r.keys()); diff != "" {
			t.Errorf("fired (-want +got):\n%s", diff)
		}
	})
}

func TestSetRefuses(t *testing.T) {
	t.Parallel()
	c := clock.New(clock.Options{Mode: clock.Manual})
	defer c.Close()
	before := c.State()
	for _, wrong := range []struct {
		mode  clock.Mode
		scale float64
		start time.Time
		says  string
	}{
		{"lunar", 1, time.Time{}, "write real, scaled, manual or auto"},
		{"", 1, time.Time{}, "write real, scaled, manual or auto"},
		{clock.Scaled, 0, time.Time{}, "above 0"},
		{clock.Scaled, -1, time.Time{}, "above 0"},
		{clock.Scaled, 2e9, time.Time{}, "at most 1e9"},
		{clock.Scaled, math.NaN(), time.Time{}, "above 0"},
		{clock.Scaled, math.Inf(1), time.Time{}, "at most 1e9"},
		{clock.Manual, 0, clock.Epoch.Add(-1), "never goes backwards"},
		{clock.Manual, 0, clock.Epoch.AddDate(100, 0, 1), "over 100 years"},
	} {
		err := c.Set(wrong.mode, wrong.scale, wrong.start)
		if err == nil || !strings.Contains(err.Error(), wrong.says) {
			t.Errorf("Set(%q, %v, %v): %v; want an error that says %q", wrong.mode, wrong.scale, wrong.start, err, wrong.says)
		}
	}
	if diff := cmp.Diff(before, c.State()); diff != "" {
		t.Errorf("a refused Set changed the clock:\n%s", diff)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	if err := (clock.Options{}).Validate(); err != nil {
		t.Errorf("the zero Options: %v", err)
	}
	wrong := clock.Options{Mode: clock.Scaled, Scale: -3}
	if err := wrong.Validate(); err == nil {
		t.Error("a negative scale passed")
	}
	defer func() {
		if recover() == nil {
			t.Error("New took a negative scale")
		}
	}()
	clock.New(wrong)
}

func TestAFastClockStopsAtTheEndOfTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := start(t, clock.Options{Mode: clock.Scaled, Scale: 1e9})
		<-time.NewTimer(time.Hour).C // 114 000 years
		now := r.Now()
		if now.Year() != 9999 {
			t.Errorf("the clock shows %v", now)
		}
		if _, err := now.MarshalJSON(); err != nil {
			t.Error(err)
		}
		if _, _, err := r.Advance(context.Background(), clock.Move{By: time.Hour}); err == nil {
			t.Error("the clock advanced past the end of time")
		}
	})
}
