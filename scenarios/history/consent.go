package history

import (
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Consent is a change of a handset's consent, and when the system under test
// had acknowledged it. It counts from the handset's text, which comes before
// the provider's own note of it. Consent per line is not told apart: who says
// STOP to one line is held to have said it to all.
type Consent struct {
	Handset sms.Number
	Out     bool
	Seq     uint64
	Told    uint64 // from where on it could know, see tellConsent; 0: never
}

// consents notes the change that a text makes.
func (h *History) consents(in *Inbound) {
	switch in.Keyword {
	case sms.Stop:
		h.change(in.Handset, true, in.Seq)
	case sms.Start:
		h.change(in.Handset, false, in.Seq)
	}
}

func (h *History) readOptOut(e journal.Entry) {
	if e.OptOut != nil {
		h.change(e.OptOut.Handset, e.OptOut.Out, e.Seq)
	}
}

// change notes a change, unless it is none. A handset begins with consent.
func (h *History) change(who sms.Number, out bool, seq uint64) {
	if h.OptedOut(who, seq) != out {
		h.Consent = append(h.Consent, &Consent{Handset: who, Out: out, Seq: seq})
	}
}

// ConsentOf lists the changes of one handset.
func (h *History) ConsentOf(who sms.Number) []*Consent {
	return slices.DeleteFunc(slices.Clone(h.Consent), func(c *Consent) bool { return c.Handset != who })
}

// OptedOut reports whether the handset was opted out at seq.
func (h *History) OptedOut(who sms.Number, seq uint64) bool {
	c := h.consentAt(who, seq)
	return c != nil && c.Out
}

// consentAt is the last change of a handset up to seq.
func (h *History) consentAt(who sms.Number, seq uint64) *Consent {
	for _, c := range slices.Backward(h.Consent) {
		if c.Handset == who && c.Seq <= seq {
			return c
		}
	}
	return nil
}

// MayConfirm reports whether a call can be what the application confirms a STOP
// with: it begins after it, and before all that followed from it had happened.
func (h *History) MayConfirm(c *Consent, call *Call) bool {
	return c.Out && h.consentAt(call.Handset, call.Seq) == c && !h.wentOn(max(c.Seq, c.Told), call.Seq)
}

// wentOn reports whether the script went on, between two entries, from a world
// at rest. Quiet alone is not rest: the application may have said that it has
// work left.
func (h *History) wentOn(from, to uint64) bool {
	return slices.ContainsFunc(h.steps, func(seq uint64) bool { return h.quietBetween(from, seq) && seq < to })
}

// tellConsent finds for each change the first ack of a webhook that tells of
// it: the event about consent, or the text that made it. An event that comes
// again counts for the change that it first told of, and one that says an id
// alone counts once something else had said whose it is.
func (h *History) tellConsent() {
	for _, e := range h.Events {
		out, tells := h.tells(e)
		if !tells {
			continue
		}
		if c := h.consentAt(e.Handset, e.Root); c != nil && c.Out == out {
			c.Told = earlier(c.Told, h.understood(e))
		}
	}
}

// understood is where an event was first acknowledged by somebody who could
// tell whom it is about; 0: never.
func (h *History) understood(e *Event) uint64 {
	acked := e.Acked()
	if acked == 0 || slices.ContainsFunc(e.Attempts, func(a *Attempt) bool { return a.Body == "" || names(a.Body, e.Handset) }) {
		return acked
	}
	if met := h.met(e.Handset); met > 0 {
		return max(acked, met)
	}
	return 0
}

// met is where something first told the system under test a handset together
// with its id: a webhook with its number, or the answer to a call; 0: nothing did.
func (h *History) met(who sms.Number) uint64 {
	var first uint64
	for _, a := range h.Attempts {
		if a.Handset == who && a.Genuine() && a.Outcome == journal.OK && names(a.Body, who) {
			first = earlier(first, a.Ended)
		}
	}
	for _, c := range h.Calls {
		if c.Handset == who && c.Status/100 == 2 {
			first = earlier(first, c.Told)
		}
	}
	return first
}

// names reports whether a body says a number, however it spells the country.
func names(body string, n sms.Number) bool {
	return strings.Contains(body, string(n[max(0, len(n)-subscriber):]))
}

// subscriber is how many digits of a number are the same in all spellings.
const subscriber = 9

// tells reports whether an event is about consent, and which way.
func (h *History) tells(e *Event) (out, ok bool) {
	switch e.Type {
	case sms.OptedOut:
		return true, true
	case sms.OptedIn:
		return false, true
	case sms.MessageReceived:
		if e.Message == nil || h.inbound[e.Message.ID] == nil {
			return false, false
		}
		in := h.inbound[e.Message.ID]
		return in.Keyword == sms.Stop, in.Keyword == sms.Stop || in.Keyword == sms.Start
	}
	return false, false
}

// Owed reports whether the system under test must answer a text, now that the
// record has ended: it was acknowledged, the handset may be texted as far as
// the system under test could know and was not told otherwise, and it did not
// leave again before the world had been quiet once.
func (h *History) Owed(in *Inbound) bool {
	acked := in.Acked()
	if in.Expected <= 0 || in.Copy || acked == 0 {
		return false
	}
	if c := h.consentAt(in.Handset, in.Seq); c != nil && (c.Out || c.Told == 0 || c.Told > acked) || h.misled(in) {
		return false
	}
	for _, c := range h.ConsentOf(in.Handset) {
		if c.Out && c.Seq > in.Seq {
			return h.quietBetween(acked, c.Seq)
		}
	}
	return true
}

// quietBetween reports whether the world came to rest between two entries while
// the system under test was up: otherwise that says nothing of it.
func (h *History) quietBetween(from, to uint64) bool {
	return slices.ContainsFunc(h.Quiet, func(seq uint64) bool { return from < seq && seq < to && !h.Down(seq, seq+1) })
}
