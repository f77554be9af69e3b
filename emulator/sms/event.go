package sms

import "time"

// EventType names a neutral fact. Each provider has its own word for it, or none.
type EventType string

// What can happen.
const (
	MessageReceived     EventType = "message.received"
	MessageAccepted     EventType = "message.accepted"
	MessageSending      EventType = "message.sending"
	MessageSent         EventType = "message.sent"
	MessageDelivered    EventType = "message.delivered"
	MessageFailed       EventType = "message.failed"
	MessageUnconfirmed  EventType = "message.unconfirmed" // sent, and no receipt will come
	ConversationCreated EventType = "conversation.created"
	OptedOut            EventType = "contact.opted_out"
	OptedIn             EventType = "contact.opted_in"
)

// EventTypes lists them all.
func EventTypes() []EventType {
	return []EventType{
		MessageReceived, MessageAccepted, MessageSending, MessageSent, MessageDelivered, MessageFailed, MessageUnconfirmed, ConversationCreated, OptedOut, OptedIn,
	}
}

// Event is a neutral fact with a snapshot of all that a webhook about it needs,
// so that every attempt of it can be made again, byte for byte.
type Event struct {
	ID           string        `json:"id"` // in the provider's own form
	Type         EventType     `json:"type"`
	Provider     string        `json:"provider"`
	Account      string        `json:"account"`
	Handset      Number        `json:"handset"`
	At           time.Time     `json:"at"`
	Message      *Message      `json:"message,omitempty"`
	Conversation *Conversation `json:"conversation,omitempty"`
	Contact      *Contact      `json:"contact,omitempty"`
	Line         *Line         `json:"line,omitempty"`
	Answers      *Message      `json:"answers,omitempty"`  // the newest MT that an MO can be a reply to
	Document     *Document     `json:"document,omitempty"` // what a vendor's own event is about
}

// Endpoint is where the system under test takes a provider's webhooks.
type Endpoint struct {
	ID       string      `json:"id"` // the provider's name for the one of the control API
	Provider string      `json:"provider"`
	URL      string      `json:"url"`               // empty: no webhooks are sent
	Secrets  []string    `json:"secrets,omitempty"` // all sign; several while a key rotates
	Events   []EventType `json:"events,omitempty"`  // empty: all
	Parallel int         `json:"parallel"`          // attempts open at once; 0 means 8
	Ordered  *bool       `json:"ordered,omitempty"` // one at a time per handset, in order; default true
	Timeout  Duration    `json:"timeout,omitempty"` // 0 means the provider's own
	// NoRetry leaves out the ladder; Ignore lists statuses that count as
	// success besides the vendor's own, IgnoreAll takes any failure for one.
	NoRetry   bool  `json:"no_retry,omitempty"`
	Ignore    []int `json:"ignore,omitempty"`
	IgnoreAll bool  `json:"ignore_all,omitempty"`
	PerMinute int   `json:"per_minute,omitempty"` // attempts started in any 60 s of virtual time; 0: no cap
}

// Wants reports whether the endpoint takes events of type t.
func (e Endpoint) Wants(t EventType) bool {
	if len(e.Events) == 0 {
		return true
	}
	for _, want := range e.Events {
		if want == t {
			return true
		}
	}
	return false
}
