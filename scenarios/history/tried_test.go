package history_test

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// A text that two events tell of was told by the genuine attempt that came
// first, whichever event came first.
func TestTriedByTheSecondEvent(t *testing.T) {
	t.Parallel()
	first := &history.Event{Event: sms.Event{ID: "a"}, Attempts: []*history.Attempt{
		{Attempt: journal.Attempt{Forged: journal.BadSignature}, Started: 5}, {Started: 9},
	}}
	second := &history.Event{Event: sms.Event{ID: "b"}, Attempts: []*history.Attempt{{Started: 7}}}
	in := &history.Inbound{Events: []*history.Event{first, second}}
	if got := in.Tried(); got != 7 {
		t.Errorf("tried at %d, want 7", got)
	}
	if got := (&history.Inbound{}).Tried(); got != 0 {
		t.Errorf("never tried, but at %d", got)
	}
}
