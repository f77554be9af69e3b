package oracle

import (
	"time"

	"github.com/switchhook/switchhook/scenarios/history"
)

// wire is how much later than it left the application a call may be recorded.
const wire = 100 * time.Millisecond

// onTheWire reports whether a call may have left the application before it
// acknowledged the change of consent, though it was recorded after: it is
// recorded at the same moment, and it is what was still waited for when the
// STOP came: the answer to an earlier text, or a text that it was asked to send.
func onTheWire(l *ledger, c *history.Consent, call *history.Call) bool {
	a := l.of(call.Conversation)
	if a == nil {
		return false
	}
	ack := l.history.WallOf(c.Told)
	if call.Wall.Sub(ack) > wire {
		return false
	}
	fresh := func(seq uint64) bool { return seq < c.Told && !l.history.AtRest(seq, c.Told) }
	for _, ask := range l.history.Asks {
		if ask.Handset == call.Handset && !ask.Later && fresh(ask.Seq) && call.Says(ask.Body) {
			return true
		}
	}
	due := 0
	for _, in := range a.inbound {
		tried := in.Tried()
		if in.Seq >= c.Seq || tried == 0 || tried > c.Told {
			continue
		}
		if in.Expected == history.Undeclared && fresh(tried) {
			return true // it may have any number of answers
		}
		due += max(in.Expected, 0)
	}
	for _, earlier := range a.calls {
		if earlier.Seq < call.Seq {
			due--
		}
	}
	return due > 0
}
