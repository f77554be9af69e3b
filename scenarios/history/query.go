package history

import (
	"cmp"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// InboundOf finds a text by its message id; nil if there is none.
func (h *History) InboundOf(message string) *Inbound { return h.inbound[message] }

// EventOf finds an event by its id; nil if there is none.
func (h *History) EventOf(id string) *Event { return h.events[id] }

// WallOf is the real time of an entry; zero if there is none.
func (h *History) WallOf(seq uint64) time.Time { return h.entries[seq].Wall }

// TimeOf is the virtual time of an entry; zero if there is none.
func (h *History) TimeOf(seq uint64) time.Time { return h.entries[seq].At }

// Conversations lists them in the order of their first text.
func (h *History) Conversations() []Conversation {
	type place struct {
		Conversation
		seq uint64
	}
	var all []place
	for _, in := range h.Inbound {
		all = append(all, place{in.Conversation, in.Seq})
	}
	for _, s := range h.Sent {
		all = append(all, place{s.Conversation, s.Seq})
	}
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(a.seq, b.seq) })
	var out []Conversation
	seen := map[Conversation]bool{}
	for _, p := range all {
		if !seen[p.Conversation] {
			seen[p.Conversation] = true
			out = append(out, p.Conversation)
		}
	}
	return out
}

// CallsTo lists the calls of the system under test that asked for a message to
// a handset after seq, whatever became of them.
func (h *History) CallsTo(who sms.Number, after uint64) []*Call {
	var out []*Call
	for _, c := range h.Calls {
		if c.Handset == who && c.Sends() && c.Seq > after {
			out = append(out, c)
		}
	}
	return out
}

// AtRest reports whether the world came to rest between two entries.
func (h *History) AtRest(from, to uint64) bool { return h.quietBetween(from, to) }
