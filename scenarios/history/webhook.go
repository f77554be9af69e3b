package history

import (
	"cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Event is a fact that webhooks tell of.
type Event struct {
	sms.Event
	Seq      uint64
	Root     uint64 // the first event about the same; Seq unless this one repeats it
	Attempts []*Attempt
}

// Tried is where the first genuine attempt began; 0 if none did.
func (e *Event) Tried() uint64 {
	for _, a := range e.Attempts {
		if a.Genuine() {
			return a.Started
		}
	}
	return 0
}

// Acked is where a genuine attempt first succeeded; 0 if none did.
func (e *Event) Acked() uint64 {
	var first uint64
	for _, a := range e.Attempts {
		if a.Genuine() && a.Outcome == journal.OK {
			first = earlier(first, a.Ended)
		}
	}
	return first
}

// Attempt is one try of a webhook, from start to end.
type Attempt struct {
	journal.Attempt
	Started uint64
	Ended   uint64          // 0: it was still open when the record ended
	Struck  []journal.Fault // that hit it
	// Signers is how many of the endpoint's secrets sign, as far as the record
	// says; 0: it does not.
	Signers int
}

// Genuine reports whether the attempt may be believed.
func (a *Attempt) Genuine() bool { return a.Forged == "" }

func (h *History) readEvent(e journal.Entry) {
	if e.Event == nil || e.Event.ID == "" || h.events[e.Event.ID] != nil {
		return
	}
	ev := &Event{Event: *e.Event, Seq: e.Seq, Root: e.Seq}
	if first, ok := h.events[h.eventAt(e.Cause)]; ok && first.Type == ev.Type {
		ev.Root = first.Root
	}
	h.events[ev.ID] = ev
	h.Events = append(h.Events, ev)
	if ev.Type != sms.MessageReceived || ev.Message == nil {
		return
	}
	if in := h.inbound[ev.Message.ID]; in != nil {
		in.Events = append(in.Events, ev)
		in.Copy = in.Copy || h.copies(e, ev.Message.ID)
	}
}

// eventAt is the id of the event that the entry at seq tells of: itself, or by
// an attempt of it.
func (h *History) eventAt(seq uint64) string {
	e := h.entries[seq]
	switch {
	case e.Kind == journal.KindEvent && e.Event != nil:
		return e.Event.ID
	case e.Attempt != nil:
		return e.Attempt.Event
	}
	return ""
}

func (h *History) readAttempt(e journal.Entry) {
	if e.Attempt == nil || e.Attempt.ID == "" {
		return
	}
	if e.Kind == journal.KindAttemptEnded {
		h.endAttempt(e)
		return
	}
	a := &Attempt{Attempt: *e.Attempt, Started: e.Seq, Signers: h.secrets[cmp.Or(e.Attempt.Endpoint, e.Attempt.Provider)]}
	h.attempts[a.ID] = a
	h.Attempts = append(h.Attempts, a)
	if ev := h.events[a.Event]; ev != nil {
		ev.Attempts = append(ev.Attempts, a)
	}
}

func (h *History) readEndpoint(e journal.Entry) {
	if e.Endpoint != nil {
		h.secrets[cmp.Or(e.Endpoint.ID, e.Endpoint.Provider)] = len(e.Endpoint.Secrets)
	}
}

// endAttempt adds how an attempt ended to how it began. An end whose beginning
// lies before the record belongs to another story.
func (h *History) endAttempt(e journal.Entry) {
	a := h.attempts[e.Attempt.ID]
	if a == nil || a.Ended > 0 {
		return
	}
	end := e.Attempt
	a.Ended = e.Seq
	a.Outcome, a.Class, a.Status = end.Outcome, end.Class, end.Status
	a.Answer, a.Detail = end.Answer, end.Detail
	a.Took, a.Limit, a.GaveUp = end.Took, end.Limit, end.GaveUp
	if a.Limit == 0 {
		a.Limit = sms.Duration(h.Promise.Timeout)
	}
}
