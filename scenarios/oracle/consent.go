package oracle

import (
	"fmt"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// absence is the time between a STOP that the application acknowledged and the
// handset's coming back.
type absence struct {
	*history.Consent
	before uint64 // where the handset's consent began; 0: it always had it
	until  uint64 // its START; 0: it did not come back
	back   *history.Consent
}

// absences lists those that the application could know of before they ended.
func absences(h *history.History) []absence {
	var all []absence
	for i, c := range h.Consent {
		if !c.Out || c.Told == 0 {
			continue
		}
		a := absence{Consent: c, until: backIn(h.Consent[i:])}
		for _, other := range h.ConsentOf(c.Handset) {
			switch {
			case !other.Out && other.Seq < c.Seq:
				a.before = other.Seq
			case other.Seq == a.until:
				a.back = other
			}
		}
		if a.until == 0 || a.until > c.Told {
			all = append(all, a)
		}
	}
	return all
}

// covers reports whether seq lies between the ack of the STOP and the START.
func (a absence) covers(seq uint64) bool { return seq > a.Told && (a.until == 0 || seq < a.until) }

func queuedNeverLeaves(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range absences(h) {
		for _, s := range held(h, a) {
			seen++
			if left := leaves(h, a, s); left > 0 {
				return failed(a.Handset, fmt.Sprintf("message %s was scheduled, then %s said STOP and the webhook about it was acknowledged, and it left all the same", s.ID, a.Handset),
					s.Call.Seq, s.Seq, a.Seq, a.Told, left)
			}
		}
		for _, ask := range queued(h, a) {
			seen++
			if c := released(l, a, ask); c != nil {
				return failed(a.Handset, fmt.Sprintf("%q was queued for %s before its STOP was acknowledged and left after (call %s): consent was looked at when it was queued, not when it left",
					ask.Body, a.Handset, c.ID), ask.Seq, a.Seq, a.Told, c.Seq, c.Done)
			}
		}
	}
	if seen == 0 {
		return notExercised("no text was waiting for its time when its handset said STOP",
			"`send` or `queue` in sut.yaml, and a text that is queued or scheduled before the handset texts STOP")
	}
	return passed(count(seen, "text", "texts") + " waiting when the handset said STOP, and none left")
}

// held lists the messages that the provider held for the handset when its STOP
// was acknowledged, on the line that the STOP went to.
func held(h *history.History, a absence) []*history.Sent {
	line := stoppedLine(h, a)
	var out []*history.Sent
	for _, s := range h.Sent {
		if s.Handset != a.Handset || line != "" && s.Line != line {
			continue
		}
		state := sms.State("")
		for _, c := range s.Changes {
			if c.Seq < a.Told {
				state = c.State
			}
		}
		if state == sms.Scheduled {
			out = append(out, s)
		}
	}
	return out
}

func stoppedLine(h *history.History, a absence) sms.Number {
	for _, in := range h.Inbound {
		if in.Seq == a.Seq {
			return in.Line
		}
	}
	return ""
}

// leaves is where a held message left during the absence, after the application
// had time to take it back; 0 if it did not.
func leaves(h *history.History, a absence, s *history.Sent) uint64 {
	for _, c := range s.Changes {
		if a.covers(c.Seq) && c.State != sms.Scheduled && c.State != sms.Failed {
			if h.AtRest(a.Told, c.Seq) {
				return c.Seq
			}
			return 0
		}
	}
	return 0
}

// queued lists what the harness had the application text the handset, and what
// had not left when the STOP was acknowledged.
func queued(h *history.History, a absence) []history.Ask {
	gone := map[string]int{} // calls by what they say
	var out []history.Ask
	for _, ask := range h.Asks {
		if ask.Handset != a.Handset || ask.Body == "" || ask.Seq < a.before || ask.Seq > a.Told {
			continue
		}
		if _, counted := gone[ask.Body]; !counted {
			gone[ask.Body] = said(h, a, ask.Body)
		}
		if gone[ask.Body] > 0 {
			gone[ask.Body]--
			continue
		}
		out = append(out, ask)
	}
	return out
}

// said counts the calls with a text in them that began while the handset had
// consent.
func said(h *history.History, a absence, body string) (n int) {
	for _, c := range h.CallsTo(a.Handset, a.before) {
		if c.Seq < a.Told && c.Says(body) {
			n++
		}
	}
	return n
}

// released is a call that brought a queued text on its way during the absence,
// unless it can be one that was asked for then; nil if there is none.
func released(l *ledger, a absence, ask history.Ask) *history.Call {
	since := 0
	for _, other := range l.history.Asks {
		if other.Handset == a.Handset && other.Seq > a.Told && other.Body == ask.Body {
			since++
		}
	}
	for _, c := range l.history.CallsTo(a.Handset, a.Told) {
		if !a.covers(c.Seq) || !attempted(c) || !c.Says(ask.Body) || onTheWire(l, a.Consent, c) {
			continue
		}
		if since--; since < 0 {
			return c
		}
	}
	return nil
}
