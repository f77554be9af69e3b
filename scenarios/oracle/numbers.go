package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

func oneIdentity(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, s := range h.Sent {
		if who := otherSpelling(h, s.Handset); who != "" {
			return failed(s.Handset, fmt.Sprintf("message %s went to %s, which is %s spelled another way: one customer became two", s.ID, s.Handset, who), s.Call.Seq, s.Seq)
		}
	}
	for _, who := range customers(h) {
		if taken, instead := confused(l, who); taken != nil {
			return failed(who, fmt.Sprintf("%s wrote to %s and to %s, and the two conversations were taken for one: the answer from %s is missing, and message %s came from %s instead",
				who, instead.Line, taken.Line, instead.Line, taken.extra[0].ID, taken.Line), proof(taken, taken.extra[0])...)
		}
		if lines := answeredOn(l, who); lines > 1 || lines == 1 && len(h.Spellings(who)) > 1 {
			seen++
		}
	}
	if seen == 0 {
		return notExercised("nobody wrote to two numbers of the application, and webhooks spell nobody's number in two ways",
			"a handset that writes to both numbers and is answered (`ana asks on line2`)")
	}
	return passed(count(seen, "customer", "customers") + " with two lines or two spellings, each kept for one customer and apart by line")
}

// otherSpelling is the handset that wrote, or that the harness had texted, and
// whose number is another spelling of a number to which neither happened; empty
// if there is none.
func otherSpelling(h *history.History, sent sms.Number) sms.Number {
	known := customers(h)
	for _, ask := range h.Asks {
		known = append(known, ask.Handset)
	}
	if slices.Contains(known, sent) {
		return ""
	}
	for _, who := range known {
		if history.Alike(who, sent) {
			return who
		}
	}
	return ""
}

// customers lists the handsets that wrote, in the order of their first text.
func customers(h *history.History) []sms.Number {
	var out []sms.Number
	for _, in := range h.Inbound {
		if !slices.Contains(out, in.Handset) {
			out = append(out, in.Handset)
		}
	}
	return out
}

// confused finds two conversations of a handset of which one got the answer of
// the other.
func confused(l *ledger, who sms.Number) (taken, instead *account) {
	for _, a := range l.accounts {
		switch {
		case a.Handset != who || len(a.inbound) == 0:
		case len(a.extra) > 0 && taken == nil:
			taken = a
		case l.short(a) > 0 && instead == nil:
			instead = a
		}
	}
	if taken == nil || instead == nil {
		return nil, nil
	}
	return taken, instead
}

// answeredOn is on how many lines a handset wrote and was answered.
func answeredOn(l *ledger, who sms.Number) (lines int) {
	for _, a := range l.accounts {
		if a.Handset == who && len(a.inbound) > 0 && len(a.replies) > 0 {
			lines++
		}
	}
	return lines
}
