package history

import (
	"math"

	"github.com/switchhook/switchhook/emulator/sms"
)

// misled reports whether the system under test had reason to believe, when it
// was to answer a text, that the handset had opted out though it had not: the
// provider had said so, or told of the STOP as late as of the START.
func (h *History) misled(in *Inbound) bool {
	var since, told uint64 // the handset's START and its ack
	if c := h.consentAt(in.Handset, in.Seq); c != nil {
		since, told = c.Seq, c.Told
	}
	until := h.restAfter(in.Acked())
	return h.turnedAway(in, told, until) || since > 0 && h.toldLate(in, since, until)
}

// restAfter is where the world first came to rest after seq.
func (h *History) restAfter(seq uint64) uint64 {
	for _, quiet := range h.Quiet {
		if quiet > seq {
			return quiet
		}
	}
	return math.MaxUint64
}

// turnedAway reports whether the provider said, by refusing a send or failing
// one later, that the handset had opted out. What it says of the answer to the
// text itself misleads nobody.
func (h *History) turnedAway(in *Inbound, from, until uint64) bool {
	for _, c := range h.Calls {
		if c.Handset == in.Handset && c.Refused == sms.RecipientOut && from < c.Seq && c.Seq < until && h.answersOther(in, c) {
			return true
		}
	}
	for _, s := range h.Sent {
		if s.Handset != in.Handset || s.Message.Reason != sms.Refused {
			continue
		}
		for _, r := range s.Reports {
			if r.Progress == Lost && from < r.Started && r.Started < until {
				return true
			}
		}
	}
	return false
}

// answersOther reports whether a call can be about another text than in, or
// about none.
func (h *History) answersOther(in *Inbound, c *Call) bool {
	if tried := in.Tried(); c.Seq < tried {
		return true
	}
	for _, other := range h.Inbound {
		if tried := other.Tried(); other != in && other.Handset == in.Handset && tried > 0 && tried < c.Seq {
			return true
		}
	}
	return false
}

// toldLate reports whether an attempt that began after the START told of a
// STOP with a time that is not before it, so that nobody could know which came
// first.
func (h *History) toldLate(in *Inbound, since, until uint64) bool {
	for _, e := range h.Events {
		out, tells := h.tells(e)
		if !tells || !out || e.Handset != in.Handset {
			continue
		}
		at := e.At
		if at.IsZero() {
			at = h.entries[e.Seq].At
		}
		if at.Before(h.entries[since].At) {
			continue
		}
		for _, a := range e.Attempts {
			if a.Genuine() && since < a.Started && a.Started < until {
				return true
			}
		}
	}
	return false
}
