package sms

import (
	"encoding/json"
	"time"
)

// Account is the customer of a provider that lines, contacts and messages belong to.
type Account struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Name     string `json:"name"`
	Lines    []Line `json:"lines"` // the first is the default
}

// LineKind is the kind of an application's number.
type LineKind string

// Number kinds.
const (
	LongCode  LineKind = "long-code"
	ShortCode LineKind = "short-code"
	TollFree  LineKind = "toll-free"
	DemoLine  LineKind = "demo" // a number shared by accounts that are trying the service
)

// Line is a number that an application sends from and is texted on.
type Line struct {
	ID     string          `json:"id"`
	Number Number          `json:"number"`
	Kind   LineKind        `json:"kind"`
	Name   string          `json:"name,omitempty"`
	Cap    int             `json:"cap,omitempty"`   // most MTs ever accepted on it; 0 is no cap
	Extra  json.RawMessage `json:"extra,omitempty"` // what only the vendor knows of it
}

// Contact is what an account knows about the owner of a handset.
type Contact struct {
	ID        string          `json:"id"`
	Provider  string          `json:"provider"`
	Account   string          `json:"account"`
	Number    Number          `json:"number"`
	FirstName string          `json:"first_name,omitempty"`
	LastName  string          `json:"last_name,omitempty"`
	Email     string          `json:"email,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	Disabled  bool            `json:"disabled,omitempty"` // the account blocked sends by hand
}

// Conversation is the messages between one handset and one line. Its id never changes.
type Conversation struct {
	ID       string    `json:"id"`
	Provider string    `json:"provider"`
	Account  string    `json:"account"`
	Handset  Number    `json:"handset"`
	Line     Number    `json:"line"`
	Contact  string    `json:"contact"`
	Created  time.Time `json:"created"`
}

// OptOut is the consent of a handset towards an account, or one line of it.
type OptOut struct {
	Provider string    `json:"provider"`
	Account  string    `json:"account"`
	Handset  Number    `json:"handset"`
	Line     Number    `json:"line,omitempty"` // set where consent is per line
	Contact  string    `json:"contact,omitempty"`
	Out      bool      `json:"out"` // false: opted in again
	Keyword  string    `json:"keyword,omitempty"`
	At       time.Time `json:"at"`
}

// Handset is a simulated subscriber and how it behaves.
type Handset struct {
	Number    Number   `json:"number"`
	Reachable bool     `json:"reachable"` // false: MTs fail with unreachable
	Receipts  bool     `json:"receipts"`  // false: the carrier never confirms delivery
	MMS       bool     `json:"mms"`       // false: an MMS falls back to SMS
	Failure   Reason   `json:"failure,omitempty"`
	Sent      Duration `json:"sent_after,omitempty"`      // accepted to sent; 0: the provider's pace
	Delivered Duration `json:"delivered_after,omitempty"` // sent to delivered or failed; 0: the provider's pace
	Flagged   Reason   `json:"flagged,omitempty"`
}

// NewHandset is a handset that works.
func NewHandset(n Number) Handset {
	return Handset{Number: n, Reachable: true, Receipts: true, MMS: true}
}

// Magic is a handset number that always behaves in one way, for tests that
// cannot reach the control API.
type Magic struct {
	Number  Number `json:"number"`
	Failure Reason `json:"failure,omitempty"`
	Silent  bool   `json:"silent,omitempty"` // no receipts
	NoMMS   bool   `json:"no_mms,omitempty"`
	Says    string `json:"says"` // what happens, in the provider's words
}

// Handset is the handset that m describes.
func (m Magic) Handset() Handset {
	h := NewHandset(m.Number)
	h.Failure, h.Receipts, h.MMS = m.Failure, !m.Silent, !m.NoMMS
	return h
}
