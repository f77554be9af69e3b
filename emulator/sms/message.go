package sms

import (
	"encoding/json"
	"time"
)

// Direction says which way a message travels.
type Direction string

// The two directions.
const (
	MO Direction = "mo" // handset to application
	MT Direction = "mt" // application to handset
)

// State is a step in the life of a message.
type State string

// The life of an MT is accepted (or scheduled), sending where the provider has
// it, sent, then delivered or failed; without a receipt it stays sent.
// An MO is received and stays so.
const (
	Scheduled State = "scheduled" // accepted, waits for SendAt
	Accepted  State = "accepted"  // taken by the provider, not yet at the carrier
	Sending   State = "sending"   // on its way to the carrier; not every provider has it
	Sent      State = "sent"      // taken by the carrier
	Delivered State = "delivered" // confirmed by a delivery receipt
	Failed    State = "failed"    // will never arrive; Reason says why
	Received  State = "received"  // an MO that reached the provider
)

// Done reports whether no further state can follow.
func (s State) Done() bool { return s == Delivered || s == Failed || s == Received }

// Protocol is how a message travels.
type Protocol string

// The two protocols.
const (
	SMS Protocol = "sms"
	MMS Protocol = "mms"
)

// Media is one attachment of an MMS.
type Media struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // image, video, file, contact, link
	URL  string `json:"url"`  // where the file lies, as the sender gave it
}

// Message is one text in either direction. A value is a snapshot: a change of
// state makes a new value, never a write into an old one.
type Message struct {
	ID           string          `json:"id"` // in the provider's own form
	Provider     string          `json:"provider"`
	Account      string          `json:"account"`
	Direction    Direction       `json:"direction"`
	Conversation string          `json:"conversation"`
	Contact      string          `json:"contact,omitempty"`
	Handset      Number          `json:"handset"`
	Line         Number          `json:"line"` // the application's number
	Body         string          `json:"body"`
	Media        []Media         `json:"media,omitempty"`
	Metadata     json.RawMessage `json:"metadata,omitempty"` // a JSON object, kept as it was sent
	Protocol     Protocol        `json:"protocol"`
	Encoding     Encoding        `json:"encoding"`
	Segments     int             `json:"segments"`
	State        State           `json:"state"`
	Reason       Reason          `json:"reason,omitempty"`
	Automatic    bool            `json:"automatic,omitempty"` // the provider's own compliance answer
	Doomed       Reason          `json:"doomed,omitempty"`    // will fail for this at the carrier's door
	Batch        string          `json:"batch,omitempty"`     // the request or blast it was part of
	Reference    string          `json:"reference,omitempty"` // the application's own id for it
	Callback     string          `json:"callback,omitempty"`  // where its status is told, if not at the endpoint
	Extra        json.RawMessage `json:"extra,omitempty"`     // what only the vendor knows of it
	Created      time.Time       `json:"created"`
	SendAt       time.Time       `json:"send_at,omitzero"`
	Changed      time.Time       `json:"changed"` // when State was reached
	Next         *Step           `json:"next,omitempty"`
}

// Step is a change that is still to come: pending work, kept as data.
type Step struct {
	State  State     `json:"state"`
	Reason Reason    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Outbound is what an application asks a provider to send. Exactly one of
// Handset and Conversation is set; Contact may ride with Handset.
type Outbound struct {
	Account      string
	Handset      Number
	Conversation string
	Line         Number // the zero value means the account's default number
	Contact      *Contact
	Body         string
	Media        []Media
	Metadata     json.RawMessage
	SendAt       time.Time // the zero value means at once
	Doomed       Reason    // accepted, and then fails for this
	Batch        string
	Reference    string
	Callback     string
	Extra        json.RawMessage
	Automatic    bool // the provider's own text: no events, not blocked by consent
}

// Pace is how long a provider takes between states, where a handset does not
// say otherwise. Sending 0 leaves that state out.
type Pace struct {
	Sending   Duration // accepted to sending
	Sent      Duration // accepted (or sending) to sent
	Delivered Duration // sent to delivered or failed
}

// Reason says why an MT failed, in neutral words that each provider maps to its own.
type Reason string

// Why messages fail.
const (
	Unreachable   Reason = "unreachable"    // handset off or out of reach
	NotMobile     Reason = "not-mobile"     // a landline
	NoRoute       Reason = "no-route"       // the carrier itself cannot be reached
	Filtered      Reason = "filtered"       // content filter
	NoMMS         Reason = "no-mms"         // no MMS at the recipient's carrier
	CarrierFault  Reason = "carrier-fault"  // a fault at the carrier
	InvalidNumber Reason = "invalid-number" // not a number in service
	Blocked       Reason = "blocked"        // the carrier blocks this sender
	Spam          Reason = "spam"           // judged to be spam
	Throttled     Reason = "throttled"      // over the sender's throughput
	Refused       Reason = "opted-out"      // opted out while the message waited
)

// Reasons lists every reason that a handset can be told to fail with.
func Reasons() []Reason {
	return []Reason{
		Unreachable, NotMobile, NoRoute, Filtered, NoMMS, CarrierFault, InvalidNumber, Blocked, Spam, Throttled,
	}
}

// BeforeCarrier reports whether a message fails for r before any carrier takes it.
func (r Reason) BeforeCarrier() bool {
	switch r {
	case NotMobile, NoRoute, InvalidNumber, Refused:
		return true
	}
	return false
}

// Flags reports whether a failure for r marks the number, so that later sends
// are cancelled at once until one gets through.
func (r Reason) Flags() bool { return r == NotMobile || r == NoRoute }
