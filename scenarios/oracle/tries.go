package oracle

import (
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// tries is every call that asked for a message to one handset, by whatever
// number: a call that failed early does not say by which. Calls for several
// handsets at once are left out.
type tries struct {
	ledger  *ledger
	handset sms.Number
	calls   []*history.Call // in order
	open    bool            // a text of the handset that nobody declared: any number of calls may be right
}

// triesOf lists the tries of all handsets, in the order of their first.
func triesOf(l *ledger) []*tries {
	var all []*tries
	known := map[sms.Number]*tries{}
	for _, c := range l.history.Calls {
		if c.Handset == "" || len(c.Made) > 1 || c.Request.Method == "GET" || !l.history.Asking(c) {
			continue
		}
		t := known[c.Handset]
		if t == nil {
			t = &tries{ledger: l, handset: c.Handset}
			known[c.Handset] = t
			all = append(all, t)
		}
		t.calls = append(t.calls, c)
	}
	for _, a := range l.accounts {
		if t := known[a.Handset]; t != nil {
			t.open = t.open || a.open
		}
	}
	return all
}

// wanted is how many messages to the handset there was reason for by seq.
func (t *tries) wanted(seq uint64) int {
	n := 0
	for _, in := range t.ledger.history.Inbound {
		if tried := in.Tried(); in.Handset == t.handset && tried > 0 && tried < seq {
			n += allowance(t.ledger.history, in)
		}
	}
	for _, ask := range t.ledger.history.Asks {
		if ask.Handset == t.handset && ask.Seq < seq {
			n++
		}
	}
	return n
}

// alike lists the calls that ask for the same words as c, c among them.
func (t *tries) alike(c *history.Call) []*history.Call {
	return slices.DeleteFunc(slices.Clone(t.calls), func(o *history.Call) bool { return o != c && !sameText(t.ledger.history, o, c) })
}

// groups splits the calls by what they ask for.
func (t *tries) groups() [][]*history.Call {
	var all [][]*history.Call
	for _, c := range t.calls {
		i := slices.IndexFunc(all, func(g []*history.Call) bool { return sameText(t.ledger.history, g[0], c) })
		if i < 0 {
			all = append(all, nil)
			i = len(all) - 1
		}
		all[i] = append(all[i], c)
	}
	return all
}

func sameText(h *history.History, a, b *history.Call) bool {
	same, known := h.SameText(a, b)
	return same && known
}
