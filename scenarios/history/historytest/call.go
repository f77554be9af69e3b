package historytest

import (
	"fmt"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Call says what comes of a send; the zero value is one that works.
type Call struct {
	Refused sms.Code          // why nothing is made; empty if a message is
	Status  int               // what the caller is told; default 201, or 422 for a refusal
	Silent  bool              // the caller is told nothing
	Fault   journal.FaultKind // that hits the call
	Blind   bool              // it fails before the provider looks whom it is for
	Key     string            // its idempotency key
	Ref     string            // the application's own id for the message
	Wait    string            // the Retry-After that the caller is told
	Became  sms.Reason        // why the message made is not delivered in the end
	Held    bool              // the provider holds the message until its time
	During  func(id string)   // what happens once the message is made and before the caller is told
}

// Replies is a send to the customer, from the line that the text went to.
func (r *Record) Replies(t *Text, body string) string {
	return r.Sends(t.Message.Handset, t.Message.Line, body, Call{})
}

// SendsTo is a send to a customer from the first line.
func (r *Record) SendsTo(who, body string) string {
	return r.Sends(r.Number(who), Line, body, Call{})
}

// Sends is a send and what comes of it. It returns the id of the message made.
func (r *Record) Sends(to, from sms.Number, body string, c Call) string {
	id := r.id("call-")
	asked := journal.Call{
		ID: id, Provider: "acme", Method: "POST", Path: "/messages",
		Body: fmt.Sprintf(`{"conversation":%q,"body":%q,"reference":%q}`, conversation(to, from), body, c.Ref),
	}
	if c.Key != "" {
		asked.Header = []journal.Header{{Name: "Idempotency-Key", Value: c.Key}}
	}
	seq := r.Add(journal.Entry{Kind: journal.KindCall, Call: &asked})
	if c.Fault != "" {
		r.Fault(c.Fault, id)
	}
	made := ""
	if c.Refused == "" {
		made = r.accept(seq, journal.Call{ID: id, Handset: to, Line: from}, body, c)
	} else {
		r.refuse(seq, journal.Call{ID: id, Handset: to, Line: from, Code: c.Refused}, c.Blind)
	}
	r.tell(seq, id, c)
	return made
}

func (r *Record) accept(cause uint64, done journal.Call, body string, c Call) string {
	m := sms.Message{
		ID: r.id("msg_"), Provider: "acme", Direction: sms.MT, Handset: done.Handset, Line: done.Line,
		Conversation: conversation(done.Handset, done.Line), Body: body, State: sms.Accepted, Reference: c.Ref,
	}
	done.Message = m.ID
	seq := r.Add(journal.Entry{Kind: journal.KindAccepted, Cause: cause, Call: &done})
	r.Add(journal.Entry{Kind: journal.KindMessage, Cause: seq, Message: &m})
	became := m
	became.State = sms.Delivered
	if c.Became != "" {
		became.State, became.Reason = sms.Failed, c.Became
	}
	if c.Held {
		became.State = sms.Scheduled
	}
	if c.During == nil {
		r.Add(journal.Entry{Kind: journal.KindMessage, Cause: seq, Message: &became})
	} else {
		c.During(m.ID)
	}
	return m.ID
}

func (r *Record) refuse(cause uint64, done journal.Call, blind bool) {
	if blind {
		done.Handset, done.Line = "", ""
	}
	r.Add(journal.Entry{Kind: journal.KindRefused, Cause: cause, Call: &done})
}

func (r *Record) tell(cause uint64, id string, c Call) {
	status := c.Status
	switch {
	case c.Silent:
		status = 0
	case status == 0 && c.Refused != "":
		status = 422
	case status == 0:
		status = 201
	}
	told := journal.Call{ID: id, Status: status}
	if c.Wait != "" {
		told.Header = []journal.Header{{Name: "Retry-After", Value: c.Wait}}
	}
	r.Add(journal.Entry{Kind: journal.KindTold, Cause: cause, Call: &told})
}
