package oracle

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

func refusalTaken(h *history.History) Finding {
	l, seen := balance(h), 0
	all := triesOf(l)
	for _, t := range all {
		for _, c := range t.calls {
			why := forGood(c)
			if why == "" {
				continue
			}
			seen++
			if again := t.insists(c); again != nil {
				return failed(t.handset, fmt.Sprintf("a text to %s was refused for good (call %s: %s) and was sent again (call %s)",
					t.handset, c.ID, why, again.ID), c.Seq, c.Done, c.Told, again.Seq, again.Told)
			}
			if who := stopped(l, all, t, c); who != "" {
				return failed(who, fmt.Sprintf("after a text to %s was refused for good (call %s: %s), nothing was sent to anybody else, and %s was still waiting",
					t.handset, c.ID, why, who), c.Seq, c.Done, c.Told)
			}
		}
	}
	if seen == 0 {
		return notExercised("no recipient was refused for good", "a fault of kind opted-out on a send, or a handset that fails with invalid-number")
	}
	return passed(fmt.Sprintf("%s for good, not asked again and no hindrance to others", count(seen, "recipient was refused", "recipients were refused")))
}

// forGood says why the recipient of a call can never be reached by it; "" if it
// can, or if that is not known.
func forGood(c *history.Call) string {
	if len(c.Made) == 1 {
		m := c.Made[0].Message
		switch {
		case m.State != sms.Failed:
		case m.Reason == sms.Refused, m.Reason == sms.InvalidNumber, m.Reason == sms.NotMobile:
			return "it failed with " + string(m.Reason)
		}
		return ""
	}
	if c.Told == 0 || c.Unknown() || c.Status < 400 || c.Again() {
		return ""
	}
	switch c.Refused {
	case sms.RecipientOut, sms.RecipientOff, sms.Invalid, sms.Links, sms.BadMedia:
		return fmt.Sprintf("%s, told %d", c.Refused, c.Status)
	}
	return ""
}

// insists finds a call that asks again for what was refused, where there is no
// other reason for a message with these words.
func (t *tries) insists(c *history.Call) *history.Call {
	if t.open {
		return nil
	}
	firsts := 1
	for _, again := range t.alike(c) {
		if again.Seq < c.Told || c.Told == 0 || again == c || taken(again) {
			continue
		}
		if firsts++; firsts > t.wanted(again.Seq) {
			return again
		}
	}
	return nil
}

// taken reports whether the provider said that it had the call already, which
// is no try of its own.
func taken(c *history.Call) bool { return c.Status == http.StatusConflict }

// stopped finds somebody who waits for a message when the record ends, if
// after the refusal c nobody else was sent any.
func stopped(l *ledger, all []*tries, t *tries, c *history.Call) sms.Number {
	if c.Told == 0 || len(l.history.Kills) > 0 {
		return ""
	}
	for _, other := range all {
		if other != t && slices.ContainsFunc(other.calls, func(o *history.Call) bool { return o.Told == 0 || o.Told > c.Told }) {
			return ""
		}
	}
	for _, a := range l.accounts {
		if a.Handset != t.handset && l.short(a) > 0 {
			return a.Handset
		}
	}
	return t.unasked(all, c)
}

// unasked finds somebody whom the application was asked to text and did not,
// where it was asked for the refused text in the same way.
func (t *tries) unasked(all []*tries, c *history.Call) sms.Number {
	h := t.ledger.history
	if !slices.ContainsFunc(h.Asks, func(a history.Ask) bool { return a.Handset == t.handset && a.Seq < c.Seq }) {
		return ""
	}
	for _, ask := range h.Asks {
		called := slices.ContainsFunc(all, func(o *tries) bool { return o.handset == ask.Handset })
		if ask.Handset != t.handset && !ask.Later && !called && len(h.ConsentOf(ask.Handset)) == 0 {
			return ask.Handset
		}
	}
	return ""
}
