package oracle

import (
	"time"

	"github.com/switchhook/switchhook/scenarios/history"
)

// wire is how much later than it left the application a call may be recorded.
const wire = 100 * time.Millisecond

// onTheWire reports whether a call may have left the application before it
// acknowledged the change of consent, though it was recorded after: it is
// recorded at the same moment, and it is the answer to a text from before the
// STOP that was still waited for.
func onTheWire(l *ledger, c *history.Consent, call *history.Call) bool {
	a := l.of(call.Conversation)
	if a == nil {
		return false
	}
	ack := l.history.WallOf(c.Told)
	if call.Wall.Sub(ack) > wire {
		return false
	}
	due := 0
	for _, in := range a.inbound {
		if in.Seq < c.Seq && in.Tried() > 0 && in.Tried() < c.Told {
			due += max(in.Expected, 0)
		}
	}
	for _, earlier := range a.calls {
		if earlier.Seq < call.Seq {
			due--
		}
	}
	return due > 0
}
