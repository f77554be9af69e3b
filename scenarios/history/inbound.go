package history

import (
	"strconv"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Inbound is a text from a handset.
type Inbound struct {
	Conversation
	Message  sms.Message
	Seq      uint64
	Keyword  sms.Keyword
	Expected int    // replies promised; Undeclared if no promise speaks of it
	Canary   string // the word in it that no other customer may ever see
	Step     int    // the number that stands there instead, where texts are numbered; 0: none
	// Copy marks the same text a second time, made by the carrier. The system
	// under test cannot know, so replies to it are allowed and not owed.
	Copy   bool
	Events []*Event // that tell of it, each under its own id
}

// Tried is where the first genuine attempt to tell of the text began; 0 if none did.
func (in *Inbound) Tried() uint64 {
	var first uint64
	for _, e := range in.Events {
		first = earlier(first, e.Tried())
	}
	return first
}

// Acked is where a genuine attempt to tell of the text first succeeded; 0 if none did.
func (in *Inbound) Acked() uint64 {
	var first uint64
	for _, e := range in.Events {
		first = earlier(first, e.Acked())
	}
	return first
}

// Attempts lists all attempts to tell of the text, event by event.
func (in *Inbound) Attempts() []*Attempt {
	var all []*Attempt
	for _, e := range in.Events {
		all = append(all, e.Attempts...)
	}
	return all
}

// earlier is the smaller of two positions, where 0 is none.
func earlier(a, b uint64) uint64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

func (h *History) readMessage(e journal.Entry) {
	m := e.Message
	if m == nil || m.ID == "" {
		return
	}
	_, known := h.messages[m.ID]
	h.messages[m.ID] = m
	h.name(m.Conversation, Conversation{m.Handset, m.Line})
	if m.Direction != sms.MO || known {
		return
	}
	in := &Inbound{
		Conversation: Conversation{m.Handset, m.Line}, Message: *m, Seq: e.Seq, Copy: h.copies(e, m.ID),
	}
	in.Keyword, in.Expected, in.Canary = h.reader.read(m.Body)
	if n, err := strconv.Atoi(in.Canary); err == nil {
		in.Step, in.Canary = n, "" // too common to mark anybody
	}
	h.inbound[m.ID] = in
	h.Inbound = append(h.Inbound, in)
	h.consents(in)
}

// copies reports whether e, about the text with this id, was caused by what the
// record says of another text: its message, its event or an attempt to tell of it.
func (h *History) copies(e journal.Entry, id string) bool {
	cause := h.entries[e.Cause].Message
	if ev := h.events[h.eventAt(e.Cause)]; ev != nil {
		cause = ev.Message
	}
	return cause != nil && cause.Direction == sms.MO && cause.ID != id
}
