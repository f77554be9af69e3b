package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

func sameWordsTwice(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range l.accounts {
		bodies := map[string]int{} // expected replies by body
		var twice []*history.Inbound
		for _, in := range l.owed(a) {
			if _, known := bodies[in.Message.Body]; known {
				twice = append(twice, in)
			}
			bodies[in.Message.Body] = in.Expected
		}
		once := 0
		for _, expected := range bodies {
			once += expected
		}
		// Fewer replies than different texts is silence, not taking two for one.
		if len(twice) == 0 || len(a.replies) < once {
			continue
		}
		seen += len(twice)
		if missing := l.short(a); missing > 0 {
			in := twice[len(twice)-1]
			return failed(a.Handset, fmt.Sprintf("message %s says the same as an earlier one and was taken for it: %s wrote %d texts and got %s, %d missing",
				in.Message.ID, a.Handset, len(l.owed(a)), replies(len(a.replies)), missing), seqs(in)...)
		}
	}
	if seen == 0 {
		return notExercised("nobody wrote the same words twice and was answered", "a handset that texts the same declared words twice")
	}
	return passed(count(seen, "text", "texts") + " repeated earlier words and had an own answer")
}

func newEventID(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range l.accounts {
		for _, in := range a.inbound {
			if len(in.Events) < 2 || in.Events[1].Tried() == 0 {
				continue
			}
			seen++
			for _, s := range a.extra {
				if _, last := a.telling(s.Call.Seq); last != nil && last.Event != in.Events[0].ID && last.Message == in.Message.ID {
					return failed(a.Handset, fmt.Sprintf("message %s was answered again when it came under the new event id %s", in.Message.ID, last.Event), proof(a, s)...)
				}
			}
		}
	}
	if seen == 0 {
		return notExercised("no text came under a second event id", "a fault of kind new-event-id on message.received")
	}
	return passed(count(seen, "text", "texts") + " came under a new event id and changed nothing")
}

const needStop = "a handset that texts STOP, and the webhook about it acknowledged"

func silentAfterStop(h *history.History) Finding {
	l, seen := balance(h), 0
	for i, c := range h.Consent {
		if !c.Out || c.Told == 0 {
			continue
		}
		until := backIn(h.Consent[i:])
		if until > 0 && until <= c.Told {
			continue
		}
		seen++
		confirms, answers := h.Promise.Confirms, 0
		for _, call := range h.CallsTo(c.Handset, c.Told) {
			switch asked := wasAsked(h, call); {
			case until > 0 && call.Seq > until || !attempted(call) || onTheWire(l, c, call):
			case !asked && confirms > 0 && h.MayConfirm(c, call):
				confirms--
			case !asked && answers < answerable(h, c, call):
				answers++
			default:
				return failed(c.Handset, overstepped(h, c, call), c.Seq, c.Told, call.Seq, call.Done)
			}
		}
	}
	if seen == 0 {
		return notExercised("nobody's STOP was acknowledged", needStop)
	}
	return passed(fmt.Sprintf("%s, and no send after the webhook about it was acknowledged", count(seen, "STOP", "STOPs")))
}

// answerable is how many calls may be answers to what the handset texted after a
// STOP: to HELP, and to one more STOP.
func answerable(h *history.History, c *history.Consent, call *history.Call) (n int) {
	for _, in := range h.Inbound {
		tried := in.Tried()
		switch {
		case in.Handset != c.Handset || in.Seq <= c.Seq || tried == 0 || tried > call.Seq:
		case in.Keyword == sms.Stop:
			n += h.Promise.Confirms
		case in.Keyword == sms.Help && in.Expected == history.Undeclared:
			n++
		case in.Keyword == sms.Help:
			n += in.Expected
		}
	}
	return n
}

// wasAsked reports whether a call asked for a text that the harness had the
// application send.
func wasAsked(h *history.History, c *history.Call) bool {
	return slices.ContainsFunc(h.Asks, func(ask history.Ask) bool { return ask.Handset == c.Handset && c.Says(ask.Body) })
}

// backIn is where the handset of the first change opts in again; 0 if never.
func backIn(changes []*history.Consent) uint64 {
	for _, c := range changes {
		if c.Handset == changes[0].Handset && !c.Out {
			return c.Seq
		}
	}
	return 0
}

// attempted reports whether the provider saw a send to the handset: it took it,
// or refused it because of the STOP.
func attempted(c *history.Call) bool {
	return len(c.Made) > 0 || c.Refused == sms.RecipientOut && c.Named
}

func overstepped(h *history.History, c *history.Consent, call *history.Call) string {
	became := "the provider took it"
	if call.Refused != "" {
		became = "the provider refused it"
	}
	switch n := h.Promise.Confirms; {
	case n > 0 && wasAsked(h, call):
		became = "it is no confirmation, but what the harness had it send; " + became
	case n > 0 && h.MayConfirm(c, call):
		became = fmt.Sprintf("one more than the %d it declares; %s", n, became)
	case n > 0:
		became = "too late to confirm it; " + became
	}
	return fmt.Sprintf("%s said STOP and the webhook about it was acknowledged, then the application sent to it (call %s); %s",
		c.Handset, call.ID, became)
}
