package explore

import (
	"maps"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/report"
)

// position is where a fault can strike: the n-th event of a kind that webhooks
// tell of a handset, or the n-th send to it.
type position struct {
	who   string        // the handset's name in the script
	event sms.EventType // "" for a send
	nth   int           // from 1
}

// positions lists those of a record that a play without faults left, in order.
func positions(r report.Result) []position {
	who := map[sms.Number]string{}
	for _, name := range slices.Sorted(maps.Keys(r.Cast)) {
		who[r.Cast[name]] = name
	}
	told := map[string]bool{}
	for _, e := range r.Entries {
		if e.Kind == journal.KindAttemptStarted && e.Attempt != nil && e.Attempt.Why == journal.First {
			told[e.Attempt.Event] = true
		}
	}
	var out []position
	seen := map[position]int{}
	for _, e := range r.Entries {
		at := position{}
		switch {
		case e.Kind == journal.KindEvent && e.Event != nil && told[e.Event.ID]:
			at = position{who: who[e.Event.Handset], event: e.Event.Type}
		case e.Kind == journal.KindAccepted && e.Call != nil, e.Kind == journal.KindRefused && e.Call != nil:
			at = position{who: who[e.Call.Handset]}
		}
		if at.who == "" {
			continue
		}
		seen[at]++
		at.nth = seen[at]
		out = append(out, at)
	}
	return out
}
