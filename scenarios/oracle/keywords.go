package oracle

import (
	"fmt"
	"math"
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

func confirmations(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range absences(h) {
		got, pending := l.confirming(a)
		switch n := h.Promise.Confirms; {
		case len(got) > n+pending:
			last := got[len(got)-1]
			return failed(a.Handset, fmt.Sprintf("%s said STOP and got %s where %d is right (call %s)",
				a.Handset, count(len(got)-pending, "confirmation", "confirmations"), n, last.ID), a.Seq, a.Told, last.Seq, last.Done)
		case len(got) < n && l.mustConfirm(a):
			return failed(a.Handset, fmt.Sprintf("%s said STOP, the webhook about it was acknowledged, and it got %s where %d is right",
				a.Handset, count(len(got), "confirmation", "confirmations"), n), a.Seq, a.Told)
		}
		seen++
	}
	for _, in := range h.Inbound {
		if in.Keyword != sms.Help || !h.Owed(in) {
			continue
		}
		seen++
		if len(h.CallsTo(in.Handset, in.Tried())) == 0 && !failedSince(h, in.Handset, in.Tried()) {
			return failed(in.Handset, fmt.Sprintf("%s asked for HELP (message %s) and was not answered", in.Handset, in.Message.ID), seqs(in)...)
		}
	}
	if seen == 0 {
		return notExercised("nobody's STOP was acknowledged, and nobody's HELP had to be answered", needStop)
	}
	return passed(count(seen, "keyword", "keywords") + " answered as declared")
}

// confirming lists the calls that can be confirmations of a STOP, and says how
// many of them may as well be something else: replies and texts that were under
// way when it came, and repetitions of calls that failed.
func (l *ledger) confirming(a absence) (calls []*history.Call, pending int) {
	h := l.history
	for _, c := range h.Calls {
		if c.Handset == a.Handset && c.Seq > a.Seq && attempted(c) && h.MayConfirm(a.Consent, c) && !wasAsked(h, c) {
			calls = append(calls, c)
			if c.Again() {
				pending++
			}
		}
	}
	for _, ask := range h.Asks {
		said := slices.ContainsFunc(h.Calls, func(c *history.Call) bool { return c.Handset == a.Handset && c.Says(ask.Body) })
		if ask.Handset == a.Handset && ask.Seq > a.before && (a.until == 0 || ask.Seq < a.until) && !said {
			pending++
		}
	}
	for _, in := range h.Inbound {
		if in.Handset == a.Handset && in.Seq != a.Seq && (a.until == 0 || in.Seq < a.until) {
			pending += underWay(l, a, in)
		}
	}
	return calls, pending
}

// underWay is how many replies to another text may be sent after the STOP.
func underWay(l *ledger, a absence, in *history.Inbound) int {
	switch {
	case in.Expected == history.Undeclared:
		return len(l.history.Calls) // any number
	case in.Keyword == sms.Stop:
		return l.history.Promise.Confirms
	}
	if acked := in.Acked(); acked > 0 && acked < a.Seq && l.history.AtRest(acked, a.Seq) {
		return 0
	}
	return max(in.Expected, 0)
}

// mustConfirm reports whether the STOP was a text and new to the application,
// and nothing that came after kept it from confirming: no kill just before the
// call either, after which nobody could tell whether it was made.
func (l *ledger) mustConfirm(a absence) bool {
	h, end := l.history, a.until
	if end == 0 {
		end = math.MaxUint64
	}
	if stoppedLine(h, a) == "" || !h.AtRest(a.Told, end) {
		return false
	}
	for _, in := range h.Inbound {
		if in.Seq == a.Seq && l.mayLeave() && h.CaughtBy(in) != nil {
			return false
		}
	}
	for _, c := range h.ConsentOf(a.Handset) {
		if c.Seq < a.Seq && (c.Told == 0 || c.Told > a.Seq) {
			return false // it may have taken the handset for opted out
		}
	}
	return !failedSince(h, a.Handset, a.Seq) && !slices.ContainsFunc(h.Calls, func(c *history.Call) bool {
		return c.Handset == a.Handset && c.Refused == sms.RecipientOut && c.Seq < a.Told
	})
}

// failedSince reports whether a call after seq, for the handset or for nobody
// knows whom, had no success: it may have been the one that is missed.
func failedSince(h *history.History, who sms.Number, seq uint64) bool {
	return slices.ContainsFunc(h.Calls, func(c *history.Call) bool {
		return c.Seq > seq && (c.Handset == who || c.Handset == "") && len(c.Made) == 0 && (c.Refused != "" || c.Unknown())
	})
}
