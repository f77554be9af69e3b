package history

import (
	"net/http"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
)

// Kill is an end that the harness put to the system under test.
type Kill struct {
	Seq   uint64
	Point string // what it was doing, in the harness's words
	Ready uint64 // where it took webhooks again; 0: never
}

// Exit is an end of the system under test, or of one process of it, that nobody
// had asked for.
type Exit struct {
	Seq  uint64
	Code int // -1 if a signal ended it
}

// The states of a process.
const (
	started = "started"
	ready   = "ready"
	killed  = "killed"
	exited  = "exited"
)

func (h *History) readProcess(e journal.Entry) {
	if e.Process == nil {
		return
	}
	switch e.Process.State {
	case killed:
		h.Kills = append(h.Kills, &Kill{Seq: e.Seq, Point: e.Process.Point})
	case exited:
		h.Exits = append(h.Exits, Exit{e.Seq, e.Process.Code})
	case started:
		h.starting++
	case ready:
		h.starting--
		for _, k := range h.Kills {
			if k.Ready == 0 {
				k.Ready = e.Seq
			}
		}
	}
}

// Stillborn reports whether the system under test was started and did not get ready.
func (h *History) Stillborn() bool { return h.starting > 0 }

// Down reports whether the harness kept the system under test down at some
// moment of the span from one seq to another; 0 as the end is the end of the record.
func (h *History) Down(from, to uint64) bool {
	for _, k := range h.Kills {
		if (to == 0 || k.Seq < to) && (k.Ready == 0 || k.Ready > from) {
			return true
		}
	}
	return false
}

// Downed reports whether an attempt may have failed because the harness kept
// the system under test down. A connection breaks a little before the kill is
// in the record.
func (h *History) Downed(a *Attempt) bool {
	if h.Down(a.Started, a.Ended) {
		return true
	}
	broken := a.Status == 0 || a.Status == http.StatusBadGateway // what stands before several replicas says so
	return broken && a.Ended > 0 && slices.ContainsFunc(h.Kills, func(k *Kill) bool {
		return a.Ended < k.Seq && h.near(a.Ended, k)
	})
}

// killGrace is how long before a kill, as the record has it, a call may have
// been answered or an attempt have broken off, in real time, for the kill to
// be why nothing came of it: the application had no time to write the answer
// down, or was dead before that was noted.
const killGrace = time.Second

// near reports whether an entry lies so shortly before a kill.
func (h *History) near(seq uint64, k *Kill) bool {
	return h.WallOf(k.Seq).Sub(h.WallOf(seq)) <= killGrace
}

// CaughtBy is the kill that came so soon after the system under test was told of
// a text that it may have been about to answer: it had written down that it
// would, and had made no call yet. While a call is open in a conversation, no
// other one of it is about to be made. Nil if there is none.
func (h *History) CaughtBy(in *Inbound) *Kill {
	for _, k := range h.Kills {
		begun := in.Tried()
		acked := in.Acked()
		soon := begun > 0 && begun < k.Seq && h.near(begun, k) || acked > 0 && acked < k.Seq && h.near(acked, k)
		if soon && !h.called(in, k.Seq) && !h.busy(in.Conversation, k.Seq) {
			return k
		}
	}
	return nil
}

// Reminder is the attempt that told of a text again after a kill that had caught
// it, once the system under test ran again and the world had come to rest: what it
// had not done by then it was not going to do. Nil if there is none.
func (h *History) Reminder(in *Inbound) *Attempt {
	k := h.CaughtBy(in)
	if k == nil || k.Ready == 0 {
		return nil
	}
	var first *Attempt
	for _, a := range in.Attempts() {
		if a.Genuine() && h.AtRest(k.Ready, a.Started) && (first == nil || a.Started < first.Started) {
			first = a
		}
	}
	if first == nil || h.callsIn(in.Conversation, k.Seq, first.Started) > h.causes(in, k.Seq, first.Started) {
		return nil
	}
	return first
}

// causes counts what else than a text gave reason to call in its conversation
// between two entries: other texts, and what the harness asked for.
func (h *History) causes(in *Inbound, from, to uint64) (n int) {
	for _, o := range h.Inbound {
		if tried := o.Tried(); o != in && o.Conversation == in.Conversation && from < tried && tried < to {
			n++
		}
	}
	for _, ask := range h.Asks {
		if ask.Handset == in.Handset && from < ask.Seq && ask.Seq < to {
			n++
		}
	}
	return n
}

// called reports whether the system under test had begun to answer a text by
// then: its conversation has more calls since than texts before it were waiting for.
func (h *History) called(in *Inbound, by uint64) bool {
	begun, waiting := in.Tried(), 0
	for _, o := range h.Inbound {
		if tried := o.Tried(); o != in && o.Conversation == in.Conversation && tried > 0 && tried < begun && h.callsIn(o.Conversation, tried, begun) == 0 {
			waiting++
		}
	}
	return h.callsIn(in.Conversation, begun, by) > waiting
}

// busy reports whether a call was open in a conversation.
func (h *History) busy(c Conversation, at uint64) bool {
	return slices.ContainsFunc(h.Calls, func(call *Call) bool {
		return call.Conversation == c && call.Seq < at && (call.Status == 0 || call.Told > at)
	})
}

// callsIn counts those in a conversation between two entries.
func (h *History) callsIn(c Conversation, from, to uint64) (n int) {
	for _, call := range h.Calls {
		if call.Conversation == c && from < call.Seq && call.Seq < to {
			n++
		}
	}
	return n
}

// interrupt notes at a call which kill kept the caller from knowing its outcome.
func (h *History) interrupt(c *Call) {
	for _, k := range h.Kills {
		inTime := c.Told > 0 && c.Told < k.Seq && !h.near(c.Told, k)
		if c.Seq < k.Seq && !inTime {
			c.Killed = k.Seq
			return
		}
	}
}
