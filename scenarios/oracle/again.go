package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/scenarios/history"
)

// sameAgain judges the calls that repeat one whose outcome could not be known.
func sameAgain(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, t := range triesOf(l) {
		repeats, found := t.repeats()
		if found != nil {
			return *found
		}
		seen += repeats
	}
	if seen == 0 {
		return notExercised("no send was made again after an outcome that could not be known",
			"a fault of kind error-after, reset-after or timeout-after on a send, of a text that the application sends again")
	}
	return passed(fmt.Sprintf("%s after an unknown outcome, each the same as before", count(seen, "send was made again", "sends were made again")))
}

// repeats counts the calls that repeat faithfully one with an unknown outcome,
// and finds one that does not. A call that differs is held to repeat another
// only where there was no reason for one more message.
func (t *tries) repeats() (faithful int, found *Finding) {
	h, firsts := t.ledger.history, 0
	var waiting []*history.Call // may be made again, and were not yet
	for i, c := range t.calls {
		before := slices.IndexFunc(waiting, func(u *history.Call) bool { return repeatsWell(h, u, c) })
		switch {
		case before >= 0:
			if waiting[before].Unknown() {
				faithful++
			}
			waiting = slices.Delete(waiting, before, before+1)
		default:
			firsts++
			if !t.open && firsts > t.wanted(c.Seq) && !slices.ContainsFunc(waiting, plain) {
				found = t.differs(waiting, t.calls[:i+1])
			}
		}
		if found != nil {
			return faithful, found
		}
		if c.Again() {
			waiting = append(waiting, c)
		}
	}
	return faithful, nil
}

// plain reports whether a call was refused in so many words: then the next try
// may be another in every respect.
func plain(c *history.Call) bool { return !c.Unknown() }

// repeatsWell reports whether c is u again.
func repeatsWell(h *history.History, u, c *history.Call) bool {
	return c.Seq > u.Seq && sameText(h, u, c) && (plain(u) || sameName(h, u, c))
}

// sameName reports whether the provider can tell two calls for one: by their
// key where it takes keys, else by the reference, if there is one.
func sameName(h *history.History, u, c *history.Call) bool {
	if h.Promise.Keyed {
		return u.Key() != "" && u.Key() == c.Key()
	}
	return h.ReferenceOf(u) == h.ReferenceOf(c)
}

// differs finds among the calls one that repeats a waiting one under another
// name or with other words; nil where nothing shows that it is a repeat.
func (t *tries) differs(waiting, calls []*history.Call) *Finding {
	h, last := t.ledger.history, calls[len(calls)-1]
	for _, u := range waiting {
		for _, c := range slices.Backward(calls) {
			says := ""
			switch same, known := h.SameText(u, c); {
			case c.Seq <= u.Seq || !known:
			case same && !sameName(h, u, c):
				says = renamed(h, u, c)
			case !same && sameName(h, u, c) && (c == last || h.Promise.Keyed):
				says = "says something else"
			}
			if says != "" {
				f := failed(t.handset, fmt.Sprintf("%s repeats %s, of which the application could not know the outcome (%s), and %s",
					c.ID, u.ID, outcome(u), says), u.Seq, u.Done, u.Told, c.Seq, c.Done)
				return &f
			}
		}
	}
	return nil
}

func renamed(h *history.History, u, c *history.Call) string {
	switch {
	case !h.Promise.Keyed:
		return fmt.Sprintf("carries another reference (%q, then %q)", h.ReferenceOf(u), h.ReferenceOf(c))
	case u.Key() == "" && c.Key() == "":
		return "neither carries an idempotency key, which the provider would honour"
	}
	return fmt.Sprintf("carries another idempotency key (%q, then %q)", u.Key(), c.Key())
}

// outcome says what the caller saw of a call.
func outcome(c *history.Call) string {
	switch {
	case c.Killed > 0:
		return "it was killed before it could note the answer"
	case c.Told == 0 || c.Status == 0:
		return "no answer came"
	case len(c.Faults) > 0 && c.Status < 300:
		return "the answer could not be read"
	}
	return fmt.Sprintf("it was told %d", c.Status)
}
