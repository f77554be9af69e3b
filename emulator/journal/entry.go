package journal

import (
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Kind says which payload an entry carries.
type Kind string

// Kinds, by what they record.
const (
	// Facts of the network. The last entry for an id is its present state.
	KindMessage      Kind = "message"
	KindConversation Kind = "conversation"
	KindAccount      Kind = "account"
	KindContact      Kind = "contact"
	KindDocument     Kind = "document"
	KindOptOut       Kind = "optout"
	KindHandset      Kind = "handset"
	KindEvent        Kind = "event"

	// Webhooks to the system under test.
	KindEndpoint       Kind = "endpoint"
	KindAttemptPlanned Kind = "attempt.planned"
	KindAttemptStarted Kind = "attempt.started"
	KindAttemptEnded   Kind = "attempt.ended"

	// Calls from the system under test. What was done and what was said are
	// separate facts.
	KindCall     Kind = "call"
	KindAccepted Kind = "accepted"
	KindRefused  Kind = "refused"
	KindTold     Kind = "told"

	// What a check of a call or an attempt against its contract found.
	KindFinding Kind = "finding"

	// Faults.
	KindFaultPlanned Kind = "fault.planned"
	KindFaultFired   Kind = "fault.fired"
	KindFaultMissed  Kind = "fault.missed"

	// The world around.
	KindClock    Kind = "clock"
	KindSwitches Kind = "switches"
	KindProcess  Kind = "process"
	KindProbe    Kind = "probe"
	KindMarker   Kind = "marker"
)

// Entry is one line of the record. Exactly the payload that Kind names is set.
type Entry struct {
	Seq   uint64    `json:"seq"`             // from 1, without gaps
	At    time.Time `json:"at"`              // virtual
	Wall  time.Time `json:"wall"`            // real
	Cause uint64    `json:"cause,omitempty"` // the entry that made this one happen
	Kind  Kind      `json:"kind"`

	Message      *sms.Message      `json:"message,omitempty"`
	Conversation *sms.Conversation `json:"conversation,omitempty"`
	Account      *sms.Account      `json:"account,omitempty"`
	Contact      *sms.Contact      `json:"contact,omitempty"`
	Document     *sms.Document     `json:"document,omitempty"`
	OptOut       *sms.OptOut       `json:"optout,omitempty"`
	Handset      *sms.Handset      `json:"handset,omitempty"`
	Event        *sms.Event        `json:"event,omitempty"`
	Endpoint     *sms.Endpoint     `json:"endpoint,omitempty"`
	Attempt      *Attempt          `json:"attempt,omitempty"`
	Call         *Call             `json:"call,omitempty"`
	Finding      *Finding          `json:"finding,omitempty"`
	Fault        *Fault            `json:"fault,omitempty"`
	Clock        *Clock            `json:"clock,omitempty"`
	Switches     *Switches         `json:"switches,omitempty"`
	Process      *Process          `json:"process,omitempty"`
	Probe        *Probe            `json:"probe,omitempty"`
	Marker       string            `json:"marker,omitempty"`
}

// Call is one request of the system under test to a provider. The entries of
// kind call, accepted, refused and told about one request share its ID.
type Call struct {
	ID       string     `json:"id"`
	Provider string     `json:"provider"`
	Method   string     `json:"method,omitempty"`
	Path     string     `json:"path,omitempty"`
	Route    string     `json:"route,omitempty"`  // the provider's route pattern; empty if unknown
	Header   []Header   `json:"header,omitempty"` // call: of the request; told: of the answer
	Body     string     `json:"body,omitempty"`
	Message  string     `json:"message,omitempty"` // accepted: the message made
	Handset  sms.Number `json:"handset,omitempty"` // accepted, refused: whom it would have texted
	Line     sms.Number `json:"line,omitempty"`    // accepted, refused: from which number
	Code     sms.Code   `json:"code,omitempty"`    // refused: why
	Detail   string     `json:"detail,omitempty"`  // refused: in words
	Status   int        `json:"status,omitempty"`  // told: 0 means that no answer reached the caller
	Answer   string     `json:"answer,omitempty"`  // told: the body as written
}

// Header is one header line. Secrets in it are already replaced by a fingerprint.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Why says what made an attempt happen.
type Why string

// Why attempts are made.
const (
	First     Why = "first"
	Retry     Why = "retry"     // the ladder
	Duplicate Why = "duplicate" // a fault
	Manual    Why = "manual"    // asked for by the control API
	Replay    Why = "replay"    // an old capture, sent again
	Stranger  Why = "stranger"  // an event of a type that the vendor may add one day
)

// Outcome is how an attempt ended, seen from the network.
type Outcome string

// Outcomes. Unknown means that the network gave up on purpose and cannot know
// what the system under test did.
const (
	OK      Outcome = "ok"
	Failure Outcome = "failed"
	Unknown Outcome = "unknown"
)

// Attempt is one HTTP try of a webhook.
type Attempt struct {
	ID       string        `json:"id"`                 // delivery and number: "evt_…/2"
	Delivery string        `json:"delivery"`           // one event to one endpoint
	Endpoint string        `json:"endpoint,omitempty"` // the provider's name, or a further endpoint's id
	Event    string        `json:"event"`
	Type     string        `json:"type"` // in the vendor's words
	Neutral  sms.EventType `json:"neutral,omitempty"`
	Provider string        `json:"provider"`
	Handset  sms.Number    `json:"handset,omitempty"`
	Message  string        `json:"message,omitempty"`
	Number   int           `json:"number"` // from 1
	Why      Why           `json:"why"`
	Due      time.Time     `json:"due,omitzero"`
	// Hold, on attempt.planned, is how many other attempts must end before
	// this one may start; Due is when it starts in any case.
	Hold int `json:"hold,omitempty"`
	// Age is how old the signature of a replayed attempt is.
	Age sms.Duration `json:"age,omitempty"`

	// Set on attempt.started.
	URL    string      `json:"url,omitempty"`
	Header []Header    `json:"header,omitempty"`
	Body   string      `json:"body,omitempty"`
	Faults []FaultKind `json:"faults,omitempty"`
	// Forged names what makes the attempt one that must be refused and have no
	// effect; empty for a genuine one.
	Forged FaultKind `json:"forged,omitempty"`

	// Set on attempt.ended.
	Outcome Outcome      `json:"outcome,omitempty"`
	Class   string       `json:"class,omitempty"` // dns, refused, reset, timeout, tls, blocked, status, lost-answer, hang-up
	Status  int          `json:"status,omitempty"`
	Answer  string       `json:"answer,omitempty"` // at most 64 KiB
	Detail  string       `json:"detail,omitempty"`
	Took    sms.Duration `json:"took,omitempty"` // wall time
	Limit   sms.Duration `json:"limit,omitempty"`
	GaveUp  bool         `json:"gave_up,omitempty"` // the ladder has no further rung
}

// Clock records a move of the virtual clock, or that the world went quiet.
type Clock struct {
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Quiet  bool      `json:"quiet,omitempty"`
	Reason string    `json:"reason,omitempty"`
}

// Switches records the vendor switches in force for a provider.
type Switches struct {
	Provider string            `json:"provider"`
	Values   map[string]string `json:"values"`
}

// Process records a change in the life of the system under test.
type Process struct {
	State string `json:"state"` // started, ready, killed, exited
	Point string `json:"point,omitempty"`
	Code  int    `json:"code,omitempty"`
}

// Probe records what the system under test said about itself.
type Probe struct {
	Name   string `json:"name"`
	Path   string `json:"path"`
	Status int    `json:"status"`
	Value  string `json:"value"`
}
