package historytest

import (
	"fmt"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// events that tell of the states of an MT.
var events = map[sms.State]sms.EventType{
	sms.Accepted: sms.MessageAccepted, sms.Sending: sms.MessageSending, sms.Sent: sms.MessageSent,
	sms.Delivered: sms.MessageDelivered, sms.Failed: sms.MessageFailed,
}

// Status is an event about a message that got further, with nobody told yet.
type Status struct{ event sms.Event }

// Reaches says that a message of the application reached a state.
func (r *Record) Reaches(message string, state sms.State) *Status {
	return r.reaches(message, state, "")
}

// Fails says that a message of the application failed, and why.
func (r *Record) Fails(message string, why sms.Reason) *Status {
	return r.reaches(message, sms.Failed, why)
}

func (r *Record) reaches(message string, state sms.State, why sms.Reason) *Status {
	m := r.message(message)
	m.State, m.Reason = state, why
	seq := r.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
	e := sms.Event{ID: r.id("evt_"), Type: events[state], Provider: "acme", Handset: m.Handset, Message: &m}
	r.Add(journal.Entry{Kind: journal.KindEvent, Cause: seq, Event: &e})
	return &Status{e}
}

// message is what was last recorded of a message.
func (r *Record) message(id string) sms.Message {
	var m sms.Message
	for _, e := range r.entries {
		if e.Kind == journal.KindMessage && e.Message.ID == id {
			m = *e.Message
		}
	}
	return m
}

// Segmented says that a message takes several segments.
func (r *Record) Segmented(message string, n int) {
	m := r.message(message)
	m.Segments = n
	r.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
}

// TellsStatus is an attempt to tell of a status, from start to end.
func (r *Record) TellsStatus(s *Status, a Attempt) { r.tells(s.event, a)() }

// Reports says that a message reached a state and that the application
// acknowledged the webhook about it.
func (r *Record) Reports(message string, state sms.State) *Status {
	s := r.Reaches(message, state)
	r.TellsStatus(s, Attempt{})
	return s
}

// Views says that the world came to rest and the application, asked, gave its
// word for the state of a message; an empty one is that it knows none.
func (r *Record) Views(message, word string) {
	r.Quiet()
	status := 200
	if word == "" {
		status = 404
	}
	r.Add(journal.Entry{Kind: journal.KindProbe, Probe: &journal.Probe{
		Name: "status", Path: "/messages/" + message, Status: status, Value: word,
	}})
}

// Pending says that the world came to rest and the application said how much
// work it has left.
func (r *Record) Pending(count string) {
	r.Quiet()
	r.Add(journal.Entry{Kind: journal.KindProbe, Probe: &journal.Probe{Name: "pending", Path: "/pending", Status: 200, Value: count}})
}

// Line marks a line of the script.
func (r *Record) Line(text string) uint64 {
	return r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "line 9: " + text})
}

// AsksFor marks that the harness makes the application text a customer these
// words; how is the verb of the script, sends or queues.
func (r *Record) AsksFor(who, how, body string) {
	r.Line(fmt.Sprintf("app %s %s %q", how, who, body))
	r.Asks(who)
}

// Schedules is a send that the provider holds until its time.
func (r *Record) Schedules(who, body string) string {
	return r.Sends(r.Number(who), Line, body, Call{Held: true})
}

// Leaves says that a held message goes out.
func (r *Record) Leaves(message string) {
	m := r.message(message)
	m.State = sms.Sent
	r.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
}
