package exotel_test

import "testing"

// TestUnknownFrom holds that a made-up number sends under the default sender,
// if that is wanted, and that an empty From never does.
func TestUnknownFrom(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.wantError(l.send("From", "9999999999"), 400, 40206)
	l.set("unknown_from", "default")
	if got := l.message(l.send("From", "9999999999")).From; got == nil || *got != *l.message(l.send()).From {
		t.Errorf("sent from %v", got)
	}
	l.wantError(l.send("From", " "), 400, 40205)
}
