package explore

import (
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

// variants are the faults that are also played otherwise than by default: where
// a program could have drawn its line in between.
var variants = []journal.Fault{
	{Kind: journal.DuplicateLate, After: sms.Duration(10 * 24 * time.Hour)}, // past every memory of what was seen
	{Kind: journal.DuplicateNow, Count: 3},
	{Kind: journal.Delay, After: sms.Duration(25 * time.Hour)}, // past the next day
	{Kind: journal.ErrorBefore, Status: 503},
	{Kind: journal.ErrorAfter, Status: 503},
	{Kind: journal.RateLimit, RetryAfter: sms.Duration(3 * time.Second)},
	{Kind: journal.SayOptedOut, After: sms.Duration(300 * time.Millisecond)}, // while others wait behind it
}

// strikes are the faults that can be tried at a position, the default form of
// every kind first.
func strikes(at position) []page.Step {
	var kinds []journal.Fault
	for _, info := range journal.Faults() {
		kinds = append(kinds, journal.Fault{Kind: info.Kind})
	}
	var out []page.Step
	for _, f := range slices.Concat(kinds, variants) {
		if onCall(f.Kind) == (at.event == "") {
			out = append(out, strike(f, at))
		}
	}
	return out
}

// strike binds a fault to a position.
func strike(f journal.Fault, at position) page.Step {
	f.Match.Event = at.event
	if at.nth > 1 {
		f.Nth = at.nth
	}
	if f.Kind == journal.Hold {
		f.Count = 1
	}
	return page.Step{Verb: page.Plan, Who: []string{at.who}, Fault: f}
}

// ends are the kills that can be tried at a position, with both restarts where
// the second can matter.
func ends(at position) []page.Step {
	points := []page.Point{page.Called, page.Accepted, page.Answered, page.Waiting}
	switch at.event {
	case "":
	case sms.MessageReceived:
		points = []page.Point{page.Received, page.Acked}
	default:
		return nil
	}
	var out []page.Step
	for _, p := range points {
		for _, late := range []bool{false, true} {
			if late && p == page.Waiting {
				continue // nobody tries to tell it anything that it could miss
			}
			k := page.Kill{Spot: page.Spot{Point: p}, Late: late}
			if at.nth > 1 {
				k.Nth = at.nth
			}
			out = append(out, page.Step{Verb: page.Slay, Who: []string{at.who}, Kill: k})
		}
	}
	return out
}

// atRest are the kills that are bound to no position.
func atRest() []page.Step {
	return []page.Step{
		{Verb: page.Slay, Kill: page.Kill{Spot: page.Spot{Point: page.Now}}},
		{Verb: page.Slay, Kill: page.Kill{Spot: page.Spot{Point: page.Now}, Late: true}},
	}
}

// repeats reports whether a fault makes the application hear twice of what it
// had taken. Only these are played at a provider that forgets idempotency keys,
// too: after a send with an unknown outcome a program may rely on its key.
func repeats(s page.Step) bool {
	kinds := []journal.FaultKind{journal.DuplicateNow, journal.DuplicateLate, journal.NewEventID, journal.LoseAnswer}
	return s.Verb == page.Plan && slices.Contains(kinds, s.Fault.Kind)
}

func onCall(k journal.FaultKind) bool {
	info, _ := journal.Info(k)
	return info.Group == journal.OnCall
}

// kind names what a step of a plan does, without its position and numbers.
func kind(s page.Step) string {
	if s.Verb == page.Slay {
		return "kill " + string(s.Kill.Point)
	}
	return string(s.Fault.Kind)
}

// mark is kind and, but for texts from handsets, what it strikes: a duplicate of
// a status is another mistake than one of a text.
func mark(s page.Step) string {
	if s.Verb == page.Plan && s.Fault.Match.Event != "" && s.Fault.Match.Event != sms.MessageReceived {
		return kind(s) + " on " + string(s.Fault.Match.Event)
	}
	return kind(s)
}

// marks are those of a plan, in order and each once.
func marks(plan []page.Step) []string {
	var out []string
	for _, s := range plan {
		out = append(out, mark(s))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
