package client

import (
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Where is a predicate over entries; all that is set must hold.
type Where struct {
	Kind         journal.Kind    `json:"kind,omitempty"`
	Provider     string          `json:"provider,omitempty"`
	Handset      sms.Number      `json:"handset,omitempty"`
	Conversation string          `json:"conversation,omitempty"`
	Message      string          `json:"message,omitempty"`
	Direction    sms.Direction   `json:"direction,omitempty"`
	State        sms.State       `json:"state,omitempty"`
	Event        sms.EventType   `json:"event,omitempty"`
	Outcome      journal.Outcome `json:"outcome,omitempty"`
	Body         string          `json:"body,omitempty"` // contained in the message's text
}

// Matches reports whether all that w sets holds for e. An entry that does not
// know what w asks about does not match.
func (w Where) Matches(e journal.Entry) bool {
	is := factsOf(e)
	return holds(w.Kind, is.Kind) &&
		holds(w.Provider, is.Provider) &&
		holds(w.Handset, is.Handset) &&
		holds(w.Conversation, is.Conversation) &&
		holds(w.Message, is.Message) &&
		holds(w.Direction, is.Direction) &&
		holds(w.State, is.State) &&
		holds(w.Event, is.Event) &&
		holds(w.Outcome, is.Outcome) &&
		strings.Contains(is.Body, w.Body)
}

func holds[T ~string](want, is T) bool { return want == "" || want == is }

// factsOf says of an entry all that a predicate can ask.
func factsOf(e journal.Entry) Where {
	is := Where{Kind: e.Kind}
	switch {
	case e.Message != nil:
		is.about(*e.Message)
	case e.Conversation != nil:
		c := e.Conversation
		is.Provider, is.Handset, is.Conversation = c.Provider, c.Handset, c.ID
	case e.Contact != nil:
		is.Provider, is.Handset = e.Contact.Provider, e.Contact.Number
	case e.OptOut != nil:
		is.Provider, is.Handset = e.OptOut.Provider, e.OptOut.Handset
	case e.Handset != nil:
		is.Handset = e.Handset.Number
	case e.Event != nil:
		is.happened(*e.Event)
	case e.Endpoint != nil:
		is.Provider = e.Endpoint.Provider
	case e.Attempt != nil:
		a := e.Attempt
		is.Provider, is.Handset, is.Message = a.Provider, a.Handset, a.Message
		is.Event, is.Outcome = a.Neutral, a.Outcome
	case e.Call != nil:
		is.Provider, is.Handset, is.Message = e.Call.Provider, e.Call.Handset, e.Call.Message
	case e.Finding != nil:
		is.Provider, is.Handset = e.Finding.Provider, e.Finding.Handset
	case e.Fault != nil:
		m := e.Fault.Match
		is.Provider, is.Handset, is.Event = m.Provider, m.Handset, m.Event
	case e.Switches != nil:
		is.Provider = e.Switches.Provider
	}
	return is
}

func (w *Where) about(m sms.Message) {
	w.Provider, w.Handset, w.Conversation, w.Message = m.Provider, m.Handset, m.Conversation, m.ID
	w.Direction, w.State, w.Body = m.Direction, m.State, m.Body
}

func (w *Where) happened(e sms.Event) {
	if e.Message != nil {
		w.about(*e.Message)
	}
	if e.Conversation != nil {
		w.Conversation = e.Conversation.ID
	}
	w.Provider, w.Handset, w.Event = e.Provider, e.Handset, e.Type
}
