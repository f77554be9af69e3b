package stage

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/page"
)

// Whether the provider takes idempotency keys follows its switch: from the start
// of the world, and while a page has changed it.
func TestKeysFollowTheSwitch(t *testing.T) {
	t.Parallel()
	off := map[string]string{keySwitch: "off"}
	for _, tt := range []struct {
		provider string
		switches map[string]string
		want     bool
	}{{"mta", nil, true}, {"mta", off, false}, {"surge", nil, false}} {
		w, err := Open(t.Context(), Options{URL: emulatortest.Start(t).URL, Switches: tt.switches}, tt.provider)
		if err != nil {
			t.Fatal(err)
		}
		p := &play{World: w, keyed: w.keyed}
		if got := p.promise().Keyed; got != tt.want {
			t.Errorf("%s with %v: keyed %t", tt.provider, tt.switches, got)
		}
		if tt.provider == "mta" {
			step := page.Step{Verb: page.Switch, Word: keySwitch, Value: "off"}
			if err := p.turn(t.Context(), step); err != nil || p.promise().Keyed || w.keyed != tt.want {
				t.Errorf("switched off by a page: %v, keyed %t, the world %t", err, p.promise().Keyed, w.keyed)
			}
		}
		w.Close()
	}
	if _, err := Open(t.Context(), Options{URL: emulatortest.Start(t).URL, Switches: off}, "surge"); err == nil {
		t.Error("a switch that the provider does not have is no error")
	}
}

func TestStrideOfSeveralCasts(t *testing.T) {
	t.Parallel()
	w := newFake().stage()
	now, err := w.net.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now.Next = now.Now.Add(swathe)
	alone, many := &play{World: w, casts: make([]*cast, 1)}, &play{World: w, casts: make([]*cast, 2)}
	if a := alone.stride(now, now.Now.Add(10*swathe)); !a.Next || a.Settle != 0 {
		t.Errorf("one cast goes %+v, want item by item", a)
	}
	if a := many.stride(now, now.Now.Add(10*swathe)); a.Next || !a.To.Equal(now.Now.Add(2*swathe)) || a.Settle == 0 {
		t.Errorf("several go %+v, want through a swathe after the next item", a)
	}
	if a := many.stride(now, now.Next); !a.To.Equal(now.Next) {
		t.Errorf("several go %+v, beyond the end", a)
	}
}
