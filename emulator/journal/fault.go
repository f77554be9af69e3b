package journal

import (
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Fault is one rule: a kind of misbehaviour bound to a position. A position is
// "attempt a of the n-th matching event that an endpoint takes" or "the n-th
// matching send or call", never a moment in time, so a plan keeps its meaning
// while it shrinks.
type Fault struct {
	ID    string     `json:"id"`
	Kind  FaultKind  `json:"kind"`
	Match FaultMatch `json:"match,omitzero"`

	Nth     int `json:"nth"`               // which match, from 1
	Attempt int `json:"attempt,omitempty"` // which attempt of it, from 1 (attempt faults)
	Times   int `json:"times"`             // how many matches in a row from Nth; default 1

	// Chance, if set, fires each match with this probability, drawn from Seed;
	// Nth and Times then bound the window in which it may.
	Chance float64 `json:"chance,omitempty"`
	Seed   uint64  `json:"seed,omitempty"`

	// What the kind needs; each has a working default.
	After      sms.Duration `json:"after,omitempty"`       // virtual for late attempts, wall inside an exchange
	Count      int          `json:"count,omitempty"`       // hold: how many others pass first; duplicate: how many extra
	Status     int          `json:"status,omitempty"`      // error-before, error-after: 500 or 503
	RetryAfter sms.Duration `json:"retry_after,omitempty"` // rate-limit

	Expires time.Time `json:"expires,omitzero"` // virtual; afterwards it counts as missed

	Seen  int    `json:"seen"`         // matches so far
	Fired int    `json:"fired"`        // times fired so far
	State string `json:"state"`        // planned, fired, missed
	At    string `json:"at,omitempty"` // on fault.fired: the attempt or call it hit
}

// FaultMatch narrows what a rule looks at; empty fields match all.
type FaultMatch struct {
	Provider string        `json:"provider,omitempty"`
	Event    sms.EventType `json:"event,omitempty"`
	Handset  sms.Number    `json:"handset,omitempty"`
	Route    string        `json:"route,omitempty"` // "GET /messages/{id}", for call faults
}

// FaultKind names a misbehaviour.
type FaultKind string

// Faults on an attempt of a webhook.
const (
	DuplicateNow        FaultKind = "duplicate"            // once more, at once
	DuplicateLate       FaultKind = "duplicate-late"       // once more, After later (default 72h)
	DuplicateConcurrent FaultKind = "duplicate-concurrent" // twice at the same moment
	NewEventID          FaultKind = "new-event-id"         // the same message again under a new event id
	NewMessageID        FaultKind = "new-message-id"       // the same text again as a new message
	Reorder             FaultKind = "reorder"              // after the next one of the same handset
	Hold                FaultKind = "hold"                 // until Count others have passed
	Delay               FaultKind = "delay"                // After later (default 10s)
	Drop                FaultKind = "drop"                 // never
	ReplayOld           FaultKind = "replay"               // the captured bytes again, After later (default 10m)
)

// Faults on the answer to an attempt.
const (
	LoseAnswer FaultKind = "lose-answer" // it was processed; the answer never arrives
	HangUp     FaultKind = "hang-up"     // we close After (default 100ms) while it works
	ResetMid   FaultKind = "reset"       // the connection is reset in the middle of the answer
	SlowRead   FaultKind = "slow-read"   // we read the answer slowly
)

// Faults on trust. Forges says which of them make an attempt that must be
// refused: those that sign wrongly, not at all, or for another time. One with
// WrongContentType may be refused; the rest must be taken like any other.
const (
	BadSignature     FaultKind = "bad-signature"
	NoSignature      FaultKind = "no-signature"
	OldSecret        FaultKind = "old-secret" // signed with a secret that is not the endpoint's
	Rotated          FaultKind = "rotated"    // signed with a strange secret first, then the right one
	StaleTime        FaultKind = "stale-time"
	FutureTime       FaultKind = "future-time"
	BodyChanged      FaultKind = "body-changed"       // altered after signing
	UnknownType      FaultKind = "unknown-event-type" // an extra event of a type nobody knows, before the real one
	ExtraFields      FaultKind = "extra-fields"
	WrongContentType FaultKind = "wrong-content-type"
)

// Faults on a send call of the provider API. The first group strikes before
// the message exists; the second after, and so looks only at sends that were
// accepted. Those that answer with an error do so After, by default at once.
const (
	ErrorBefore   FaultKind = "error-before"
	RateLimit     FaultKind = "rate-limit"
	SayOptedOut   FaultKind = "opted-out"
	TimeoutBefore FaultKind = "timeout-before" // silent for After (default 1s), then closed

	ErrorAfter   FaultKind = "error-after"
	TimeoutAfter FaultKind = "timeout-after"
	ResetAfter   FaultKind = "reset-after"
	HalfBody     FaultKind = "half-body"
	Malformed    FaultKind = "malformed-body"
	SlowAnswer   FaultKind = "slow"         // After (default 500ms)
	StatusFirst  FaultKind = "status-first" // the status webhook is answered before the call is
)

// Group says what a kind of fault strikes.
type Group string

// Groups of faults.
const (
	OnAttempt Group = "attempt"
	OnAnswer  Group = "answer"
	OnTrust   Group = "trust"
	OnCall    Group = "provider-api"
)

// FaultInfo describes a kind for people and for listings.
type FaultInfo struct {
	Kind  FaultKind `json:"kind"`
	Group Group     `json:"group"`
	Says  string    `json:"says"`
}

// Forges reports whether an attempt under this fault must be refused.
func (k FaultKind) Forges() bool {
	switch k {
	case BadSignature, NoSignature, OldSecret, StaleTime, FutureTime, BodyChanged, ReplayOld:
		return true
	}
	return false
}

// OnAccepted reports whether a fault of this kind needs a send that was accepted.
func (k FaultKind) OnAccepted() bool {
	switch k {
	case ErrorAfter, TimeoutAfter, ResetAfter, HalfBody, Malformed, SlowAnswer, StatusFirst:
		return true
	}
	return false
}
