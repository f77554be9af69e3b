package explore

import (
	"cmp"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

// milderPlans lists the pages with one fault in the place of which stands a
// simpler one.
func milderPlans(p page.Page) []page.Page {
	var out []page.Page
	for i, s := range p.Plan {
		for _, w := range slices.Concat(weaker(s), lower(s)) {
			q := p
			q.Plan = slices.Clone(p.Plan)
			q.Plan[i] = w
			out = append(out, q)
		}
	}
	return out
}

// simpler lists the pages with one step in the place of which stands a simpler
// one, those with simpler plans first.
func simpler(p page.Page) []page.Page {
	out := milderPlans(p)
	steps := p.Steps()
	for i, s := range steps {
		for _, w := range shorter(s) {
			changed := slices.Clone(steps)
			changed[i] = w
			out = append(out, say(p, changed))
		}
	}
	if q := renamed(p); spellPage(q) != spellPage(p) {
		out = append(out, q)
	}
	return out
}

// names are given to handsets in the order of their first appearance.
var names = []string{"ana", "ben", "cleo", "dan"}

// renamed is the page with the usual names, and its plan in the usual order, so
// that what is the same looks the same.
func renamed(p page.Page) page.Page {
	as := map[string]string{}
	for i, who := range p.Handsets() {
		if i == len(names) {
			return p
		}
		as[who] = names[i]
	}
	call := func(steps []page.Step) []page.Step {
		out := slices.Clone(steps)
		for i := range out {
			out[i].Who = slices.Clone(out[i].Who)
			for j, who := range out[i].Who {
				out[i].Who[j] = as[who]
			}
			out[i].Text = ""
		}
		return out
	}
	q := say(p, call(p.Steps()))
	q.Plan = call(p.Plan)
	slices.SortStableFunc(q.Plan, func(a, b page.Step) int { return cmp.Compare(a.String(), b.String()) })
	return q
}

// milder are, by kind, the faults that do less of the same, the mildest first.
// No chain of them leads back.
var milder = map[journal.FaultKind][]journal.FaultKind{
	journal.DuplicateConcurrent: {journal.DuplicateNow},
	journal.DuplicateLate:       {journal.DuplicateNow},
	journal.NewEventID:          {journal.DuplicateNow},
	journal.LoseAnswer:          {journal.DuplicateNow},
	journal.HangUp:              {journal.DuplicateNow, journal.LoseAnswer},
	journal.ResetMid:            {journal.DuplicateNow, journal.LoseAnswer},
	journal.Hold:                {journal.Reorder, journal.Delay},
	journal.Reorder:             {journal.Delay},
	journal.ErrorAfter:          {journal.SlowAnswer},
	journal.TimeoutAfter:        {journal.SlowAnswer, journal.ErrorAfter},
	journal.ResetAfter:          {journal.SlowAnswer, journal.ErrorAfter},
	journal.HalfBody:            {journal.SlowAnswer, journal.ErrorAfter},
	journal.Malformed:           {journal.SlowAnswer, journal.ErrorAfter},
	journal.TimeoutBefore:       {journal.ErrorBefore},
}

// weaker are faults that may do in place of a step, the mildest first: a
// duplicate for a lost answer, a lost answer for a kill.
func weaker(s page.Step) []page.Step {
	if s.Verb == page.Slay {
		return instead(s)
	}
	var out []page.Step
	for _, k := range milder[s.Fault.Kind] {
		f := journal.Fault{Kind: k, Match: s.Fault.Match, Nth: s.Fault.Nth, Attempt: s.Fault.Attempt, Times: s.Fault.Times}
		out = append(out, page.Step{Verb: page.Plan, Who: s.Who, Fault: f})
	}
	return out
}

// instead are faults that leave the application alive and may do for a kill.
func instead(s page.Step) []page.Step {
	kinds := map[page.Point][]journal.FaultKind{
		page.Received: {journal.DuplicateNow, journal.LoseAnswer},
		page.Acked:    {journal.DuplicateNow, journal.LoseAnswer},
		page.Called:   {journal.ErrorBefore, journal.TimeoutBefore},
		page.Accepted: {journal.ErrorAfter, journal.TimeoutAfter},
		page.Waiting:  {journal.RateLimit},
	}
	var out []page.Step
	for _, k := range kinds[s.Kill.Point] {
		f := journal.Fault{Kind: k, Nth: s.Kill.Nth, Attempt: s.Kill.Attempt}
		if !onCall(k) {
			f.Match.Event = sms.MessageReceived
		}
		out = append(out, page.Step{Verb: page.Plan, Who: s.Who, Fault: f})
	}
	return out
}

// lower are the same fault or kill with one number less in it, the lowest first.
func lower(s page.Step) []page.Step {
	var out []page.Step
	change := func(do func(*page.Step)) {
		w := s
		do(&w)
		if w.String() != s.String() {
			out = append(out, w)
		}
	}
	if s.Verb == page.Slay {
		change(func(w *page.Step) { w.Kill.Late = false })
		change(func(w *page.Step) { w.Kill.Nth = 0 })
		change(func(w *page.Step) { w.Kill.Nth = less(w.Kill.Nth) })
		change(func(w *page.Step) { w.Kill.Attempt = 0 })
		return out
	}
	change(func(w *page.Step) { w.Fault.Nth = 0 })
	change(func(w *page.Step) { w.Fault.Nth = less(w.Fault.Nth) })
	change(func(w *page.Step) { w.Fault.Attempt = 0 })
	change(func(w *page.Step) { w.Fault.Attempt = less(w.Fault.Attempt) })
	change(func(w *page.Step) { w.Fault.Times = 0 })
	change(func(w *page.Step) { w.Fault.Times = less(w.Fault.Times) })
	change(func(w *page.Step) { w.Fault.Count = 0 })
	change(func(w *page.Step) { w.Fault.Count = less(w.Fault.Count) })
	change(func(w *page.Step) { w.Fault.Status = 0 })
	change(func(w *page.Step) { w.Fault.RetryAfter = 0 })
	change(func(w *page.Step) { w.Fault.After = 0 })
	return out
}

// less is one less, or none where that is the first.
func less(n int) int {
	if n <= 2 {
		return 0
	}
	return n - 1
}

// shorter are forms of a step of the script that do less.
func shorter(s page.Step) []page.Step {
	var out []page.Step
	s.Text = ""
	if s.Verb == page.Texts || s.Verb == page.Asks {
		for i := range s.Who {
			if len(s.Who) > 1 {
				w := s
				w.Who = slices.Concat(s.Who[:i], s.Who[i+1:])
				out = append(out, w)
			}
		}
		if s.On != "" {
			w := s
			w.On = ""
			out = append(out, w)
		}
	}
	if s.Named {
		s.Named = false
		out = append(out, s)
	}
	return out
}
