package oracle

import (
	"fmt"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// givenUp is how many genuine attempts were made to tell of a text that awaits a
// reply, if the ladder ended without an ack and the application had its part in
// that; 0 otherwise.
func givenUp(h *history.History, in *history.Inbound) int {
	if in.Expected <= 0 || in.Copy || in.Acked() > 0 {
		return 0
	}
	n, over, refused := 0, false, false
	for _, a := range in.Attempts() {
		if !a.Genuine() {
			continue
		}
		n++
		over = over || a.GaveUp
		refused = refused || a.Outcome == journal.Failure && !h.Downed(a)
	}
	if !over || !refused {
		return 0
	}
	return n
}

// lastWord says how the last attempt to tell of a text ended.
func lastWord(in *history.Inbound) string {
	all := in.Attempts()
	if len(all) == 0 {
		return "none was made"
	}
	return fate(len(all), all[len(all)-1])
}

func answeredInTime(h *history.History) Finding {
	var slowest *history.Attempt
	seen := 0
	for _, a := range h.Attempts {
		if !a.Genuine() || a.Ended == 0 || mayRefuse(a) {
			continue
		}
		switch {
		case a.Outcome == journal.Failure && !excused(h, a):
			return failed(a.Handset, slipped(h, a), a.Started, a.Ended)
		case a.Outcome != journal.OK:
			continue
		case a.Limit > 0 && a.Took > a.Limit:
			return failed(a.Handset, fmt.Sprintf("%s was answered after %s; the provider waits %s", title(a), a.Took.D(), a.Limit.D()), a.Started, a.Ended)
		}
		seen++
		if slowest == nil || a.Took > slowest.Took {
			slowest = a
		}
	}
	if slowest == nil {
		return notExercised("no genuine attempt was brought to an end", "a webhook of any kind")
	}
	return passed(fmt.Sprintf("%s answered; the slowest took %s of %s",
		count(seen, "attempt", "attempts"), slowest.Took.D().Round(time.Millisecond), slowest.Limit.D()))
}

// mayRefuse reports whether the attempt came with a content type that an
// application may refuse as well as accept.
func mayRefuse(a *history.Attempt) bool { return slices.Contains(a.Faults, journal.WrongContentType) }

// excused reports whether the attempt failed while the harness kept the
// application down, or while a call was open that the provider's API let down:
// an application that works before it acknowledges can only pass that on.
func excused(h *history.History, a *history.Attempt) bool {
	if h.Downed(a) {
		return true
	}
	for _, c := range h.Calls {
		if len(c.Faults) > 0 && c.Open(a.Started, a.Ended) {
			return true
		}
	}
	return false
}

func title(a *history.Attempt) string {
	return fmt.Sprintf("attempt %d of %s (%s)", a.Number, a.Event, a.Type)
}

// slipped says how a genuine attempt failed.
func slipped(h *history.History, a *history.Attempt) string {
	switch {
	case a.Why == journal.Stranger && a.Status > 0:
		return fmt.Sprintf("an event of a type that nobody knows (%s) was answered %d", a.Type, a.Status)
	case a.Status > 0 && repeats(h, a):
		return fmt.Sprintf("a duplicate was answered %d: %s tells what had been told before", a.Status, title(a))
	case a.Status > 0:
		return fmt.Sprintf("%s was answered %d", title(a), a.Status)
	case a.Class == "timeout":
		return fmt.Sprintf("%s was not answered inside the timeout of %s", title(a), a.Limit.D())
	}
	return fmt.Sprintf("%s failed: %s", title(a), a.Class)
}

// repeats reports whether the application had taken what a tells before a
// began, as far as it can see: an answer that was lost on the way was given.
func repeats(h *history.History, a *history.Attempt) bool {
	if a.Why == journal.Duplicate {
		return true
	}
	var before []*history.Attempt
	if in := h.InboundOf(a.Message); in != nil && a.Neutral == sms.MessageReceived {
		before = in.Attempts()
	} else if e := h.EventOf(a.Event); e != nil {
		before = e.Attempts
	}
	return slices.ContainsFunc(before, func(b *history.Attempt) bool {
		return b.Genuine() && b.Ended > 0 && b.Ended < a.Started && b.Outcome != journal.Failure
	})
}
