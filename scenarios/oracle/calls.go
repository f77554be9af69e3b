package oracle

import (
	"fmt"

	"github.com/switchhook/switchhook/scenarios/history"
)

func noCallsAfterAck(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range l.accounts {
		late := lateAttempt(a)
		if late == nil || a.open {
			continue
		}
		seen++
		for _, c := range a.surplus {
			if c.Seq > late.Started {
				return failed(a.Handset, fmt.Sprintf("%s came after the text had been acknowledged, and the application called again (call %s, told %d)",
					title(late), c.ID, c.Status), late.Started, late.Ended, c.Seq, c.Done, c.Told)
			}
		}
	}
	if seen == 0 {
		return notExercised("no text was told again after its ack", "a fault of kind duplicate, duplicate-late or new-event-id on message.received")
	}
	return passed(fmt.Sprintf("told again after the ack in %s, and no further call", count(seen, "conversation", "conversations")))
}

// lateAttempt is the first attempt that told of a text after its ack; nil if there is none.
func lateAttempt(a *account) *history.Attempt {
	var first *history.Attempt
	for _, in := range a.inbound {
		acked := in.Acked()
		for _, t := range in.Attempts() {
			if acked > 0 && t.Started > acked && (first == nil || t.Started < first.Started) {
				first = t
			}
		}
	}
	return first
}
