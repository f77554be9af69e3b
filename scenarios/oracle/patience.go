package oracle

import (
	"fmt"
	"slices"
	"time"

	"github.com/switchhook/switchhook/scenarios/history"
)

// What is too often or too fast, for any program that means well.
const (
	mostTries = 20 // tries of one send, where there was reason for one
	tightGap  = 20 * time.Millisecond
	tightRun  = 5 // repeats at once
	// slack is how much earlier than told a call may come: timers of some
	// languages are a little early.
	slack = 20 * time.Millisecond
)

func patient(h *history.History) Finding {
	l := balance(h)
	for _, t := range triesOf(l) {
		if t.open {
			continue
		}
		for _, group := range t.groups() {
			for _, rule := range []func(*tries, []*history.Call) *Finding{hasty, endless, tight} {
				if f := rule(t, group); f != nil {
					return *f
				}
			}
		}
	}
	told := 0
	for _, c := range h.Calls {
		if c.Wait > 0 {
			told++
		}
	}
	if told == 0 {
		return notExercised("no send was told to wait", "a fault of kind rate-limit on a send")
	}
	return passed(fmt.Sprintf("%s to wait, and none was repeated before its time", count(told, "send was told", "sends were told")))
}

// hasty finds a call that comes before it was told to. That of another text
// with the same words is none, as far as there was one; nor is one after a kill,
// which may have taken with it what was told.
func hasty(t *tries, group []*history.Call) *Finding {
	h, early := t.ledger.history, 0
	for i, c := range group {
		for _, u := range group[:i] {
			passed := gap(h, u, c)
			if u.Wait == 0 || u.Told == 0 || c.Seq < u.Told || passed >= u.Wait-slack || h.Down(u.Told, c.Seq) {
				continue
			}
			early++
			if 1+early > t.wanted(c.Seq) {
				f := failed(t.handset, fmt.Sprintf("call %s to %s was told %d and to wait %s; the same was asked again %s later (call %s)",
					u.ID, t.handset, u.Status, u.Wait, passed.Round(time.Millisecond), c.ID), u.Seq, u.Told, c.Seq)
				return &f
			}
			break
		}
	}
	return nil
}

// gap is the time from the answer to a call to a later one. It is real time, but
// for what the application does when a webhook tells it to: that came at its time
// on the network's clock.
func gap(h *history.History, u, c *history.Call) time.Duration {
	passed := c.Wall.Sub(h.WallOf(u.Told))
	if slices.ContainsFunc(h.Attempts, func(a *history.Attempt) bool {
		return a.Handset == c.Handset && a.Started > u.Told && a.Started < c.Seq
	}) {
		passed = max(passed, h.TimeOf(c.Seq).Sub(h.TimeOf(u.Told)))
	}
	return passed
}

// endless finds a send that is tried again and again.
func endless(t *tries, group []*history.Call) *Finding {
	last := group[len(group)-1]
	n := len(group) - t.wanted(last.Seq)
	if n <= mostTries {
		return nil
	}
	f := failed(t.handset, fmt.Sprintf("the same text to %s was asked for %d times, up to call %s; every try but the last failed or was not needed",
		t.handset, len(group), last.ID), group[0].Seq, last.Seq)
	return &f
}

// tight finds a send that is tried again at once, several times in a row.
func tight(t *tries, group []*history.Call) *Finding {
	h, run := t.ledger.history, 0
	for i, c := range group[1:] {
		before := group[i]
		if !before.Again() || before.Told == 0 || c.Seq < before.Told || c.Wall.Sub(h.WallOf(before.Told)) >= tightGap {
			run = 0
			continue
		}
		if run++; run-max(t.wanted(c.Seq)-1, 0) >= tightRun {
			f := failed(t.handset, fmt.Sprintf("the same text to %s was asked for again %d times in a row within %s of the answer (%s), the last time by call %s",
				t.handset, run, tightGap, outcome(before), c.ID), group[0].Seq, before.Told, c.Seq)
			return &f
		}
	}
	return nil
}
