package explore

import (
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/page"
)

// couple is a pair of faults by their places in a list, small because there are
// many. The second may strike one try later than it says there.
type couple struct {
	a, b   int
	behind bool
}

// couples lists the pairs of faults that are worth playing together. Each of
// them fired alone and the application bore it. A fault that makes somebody try
// again also opens a position behind it: the second attempt, or the next send. If
// a fault was borne there as well, it has its pair already.
func couples(alone []page.Step) []couple {
	var out []couple
	borne := map[string]bool{}
	for _, s := range alone {
		borne[s.String()] = true
	}
	for i, a := range alone {
		for j, b := range alone[i+1:] {
			if together(a, b) {
				out = append(out, couple{i, i + 1 + j, false})
			}
		}
		for j, b := range alone {
			if behind, ok := later(a, b); ok && !borne[behind.String()] {
				out = append(out, couple{i, j, true})
			}
		}
	}
	return out
}

// of is the pair as a plan.
func (c couple) of(alone []page.Step) []page.Step {
	a, b := alone[c.a], alone[c.b]
	if c.behind {
		b, _ = later(a, b)
	}
	return []page.Step{a, b}
}

// together reports whether two faults can both fire and have to do with each other.
func together(a, b page.Step) bool {
	if a.Verb == page.Slay && b.Verb == page.Slay {
		return false
	}
	if apart(a, b) && !crowds(a) && !crowds(b) {
		return false
	}
	if a.Verb == page.Slay || b.Verb == page.Slay || !samePlace(a, b) {
		return true
	}
	return !onCall(a.Fault.Kind) && a.Fault.Kind != b.Fault.Kind &&
		a.Fault.Kind != journal.Drop && b.Fault.Kind != journal.Drop
}

// apart reports whether two steps are about different handsets.
func apart(a, b page.Step) bool {
	return len(a.Who) > 0 && len(b.Who) > 0 && !slices.Equal(a.Who, b.Who)
}

// crowds reports whether a fault matters to other conversations than its own:
// it makes the application do two things at once.
func crowds(s page.Step) bool {
	kinds := []journal.FaultKind{journal.DuplicateConcurrent, journal.Hold, journal.HangUp, journal.TimeoutBefore, journal.TimeoutAfter}
	return s.Verb == page.Plan && slices.Contains(kinds, s.Fault.Kind)
}

// samePlace reports whether two faults wait for the same event, or the same send.
func samePlace(a, b page.Step) bool {
	return slices.Equal(a.Who, b.Who) && onCall(a.Fault.Kind) == onCall(b.Fault.Kind) &&
		a.Fault.Match.Event == b.Fault.Match.Event && max(a.Fault.Nth, 1) == max(b.Fault.Nth, 1)
}

// later is b one try later, if a brings that try about.
func later(a, b page.Step) (page.Step, bool) {
	if a.Verb == page.Slay || b.Verb == page.Slay || !samePlace(a, b) {
		return b, false
	}
	switch {
	case retried(a.Fault.Kind):
		b.Fault.Attempt = 2
	case failing(a.Fault.Kind):
		b.Fault.Nth = max(b.Fault.Nth, 1) + 1
	default:
		return b, false
	}
	return b, true
}

// retried reports whether the network tries an attempt again after a fault.
func retried(k journal.FaultKind) bool {
	return k == journal.LoseAnswer || k == journal.HangUp || k == journal.ResetMid
}

// failing reports whether an application may send again after a fault.
func failing(k journal.FaultKind) bool {
	return onCall(k) && k != journal.SlowAnswer && k != journal.StatusFirst && k != journal.SayOptedOut
}

// plain reports whether a step is the default form of its kind. Only those are
// paired: the others differ in how much time passes.
func plain(s page.Step) bool {
	f := s.Fault
	return f.After == 0 && f.Status == 0 && f.RetryAfter == 0 && (f.Count == 0 || f.Kind == journal.Hold) && !s.Kill.Late
}
