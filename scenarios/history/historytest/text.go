package historytest

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Text is a text from a handset with one event about it.
type Text struct {
	Message sms.Message
	Event   sms.Event
	Consent *sms.Event // the event about consent that it made, if any
	Last    uint64     // the entry of the last attempt's end
}

// Texts is a text to the first line.
func (r *Record) Texts(who, body string) *Text { return r.TextsTo(who, Line, body) }

// TextsTo is a text to a line. STOP and START change consent.
func (r *Record) TextsTo(who string, line sms.Number, body string) *Text {
	return r.receive(who, line, body, 0)
}

func (r *Record) receive(who string, line sms.Number, body string, cause uint64) *Text {
	t := &Text{Message: sms.Message{
		ID: r.id("msg_"), Provider: "acme", Direction: sms.MO, Handset: r.Number(who), Line: line,
		Conversation: conversation(r.Number(who), line), Body: body, State: sms.Received,
	}}
	m := t.Message
	seq := r.Add(journal.Entry{Kind: journal.KindMessage, Cause: cause, Message: &m})
	if word := strings.ToUpper(body); word == "STOP" || word == "START" {
		t.Consent = r.consent(t, word == "STOP", seq)
	}
	t.Event = r.event(sms.MessageReceived, t, seq)
	return t
}

func conversation(handset, line sms.Number) string {
	return fmt.Sprintf("cnv_%s_%s", handset[1:], line[1:])
}

func (r *Record) consent(t *Text, out bool, cause uint64) *sms.Event {
	seq := r.Add(journal.Entry{Kind: journal.KindOptOut, Cause: cause, OptOut: &sms.OptOut{Handset: t.Message.Handset, Out: out}})
	kind := sms.OptedIn
	if out {
		kind = sms.OptedOut
	}
	e := r.event(kind, t, seq)
	return &e
}

func (r *Record) event(kind sms.EventType, t *Text, cause uint64) sms.Event {
	m := t.Message
	e := sms.Event{ID: r.id("evt_"), Type: kind, Provider: "acme", Handset: m.Handset, Message: &m}
	r.Add(journal.Entry{Kind: journal.KindEvent, Cause: cause, Event: &e})
	return e
}

// NewEvent is the same text under a new event id.
func (r *Record) NewEvent(t *Text) *Text {
	again := *t
	again.Event = r.event(sms.MessageReceived, t, t.Last)
	return &again
}

// Copy is the same words again as a new message, made by the carrier.
func (r *Record) Copy(who string, t *Text) *Text {
	return r.receive(who, t.Message.Line, t.Message.Body, t.Last)
}

// Attempt says what an attempt is and how it ends; the zero value is a first
// attempt that is acknowledged.
type Attempt struct {
	Why     journal.Why
	Outcome journal.Outcome
	Class   string
	Status  int
	Took    sms.Duration
	GaveUp  bool
	Forged  journal.FaultKind
	Faults  []journal.FaultKind
	Body    string
}

// Acks is a first attempt to tell of the text that is acknowledged.
func (r *Record) Acks(t *Text) { r.Tells(t, Attempt{}) }

// Answers is a genuine attempt that is answered with an error.
func (r *Record) Answers(t *Text, why journal.Why, status int) {
	r.Tells(t, Attempt{Why: why, Outcome: journal.Failure, Class: "status", Status: status})
}

// Loses is an attempt whose answer is lost.
func (r *Record) Loses(t *Text) {
	r.Tells(t, Attempt{Outcome: journal.Unknown, Class: "lost-answer"})
}

// Forges is a forged attempt and its answer.
func (r *Record) Forges(t *Text, kind journal.FaultKind, status int) {
	a := Attempt{Forged: kind, Status: status, Outcome: journal.Failure, Class: "status"}
	if status < 300 {
		a.Outcome, a.Class = journal.OK, ""
	}
	r.Tells(t, a)
}

// Tells is an attempt to tell of the text, from start to end.
func (r *Record) Tells(t *Text, a Attempt) { t.Last = r.tells(t.Event, a)() }

// TellsConsent is an attempt to tell of the consent that the text changed.
func (r *Record) TellsConsent(t *Text, a Attempt) { r.tells(*t.Consent, a)() }

// Opens begins an attempt to tell of the text; the result ends it.
func (r *Record) Opens(t *Text, a Attempt) (end func()) {
	done := r.tells(t.Event, a)
	return func() { t.Last = done() }
}

func (r *Record) tells(e sms.Event, a Attempt) (end func() uint64) {
	number := 1
	for _, entry := range r.entries {
		if entry.Kind == journal.KindAttemptStarted && entry.Attempt.Event == e.ID {
			number++
		}
	}
	if a.Why == "" && number > 1 {
		a.Why = journal.Retry
	} else if a.Why == "" {
		a.Why = journal.First
	}
	if a.Outcome == "" {
		a.Outcome, a.Status = journal.OK, 200
	}
	full := journal.Attempt{
		ID: fmt.Sprintf("%s/%d", e.ID, number), Delivery: e.ID, Event: e.ID, Type: string(e.Type), Neutral: e.Type,
		Provider: e.Provider, Handset: e.Handset, Message: e.Message.ID, Number: number, Why: a.Why, Forged: a.Forged, Faults: a.Faults, Body: a.Body,
	}
	if a.Why == journal.Stranger {
		full.Neutral, full.Type = "", "unheard.of"
		full.Event = e.ID + "_strange"
	}
	seq := r.Add(journal.Entry{Kind: journal.KindAttemptStarted, Attempt: &full})
	return func() uint64 {
		ended := full
		ended.Outcome, ended.Class, ended.Status, ended.GaveUp = a.Outcome, a.Class, a.Status, a.GaveUp
		ended.Took, ended.Limit = a.Took, sms.Duration(Limit)
		return r.Add(journal.Entry{Kind: journal.KindAttemptEnded, Cause: seq, Attempt: &ended})
	}
}
