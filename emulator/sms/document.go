package sms

import (
	"encoding/json"
	"time"
)

// Document is a thing that only its vendor knows: a group, a template, a
// campaign. The network keeps it, lists it in the order things were made, and
// wakes the dialect about it when it is due; what it means is the dialect's.
type Document struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Account  string `json:"account,omitempty"`
	Kind     Kind   `json:"kind"`
	// Keys are what it is found and listed under, besides its kind. New says
	// that no other document of the kind may stand under any of them.
	Keys []string        `json:"keys,omitempty"`
	New  bool            `json:"-"`
	Body json.RawMessage `json:"body,omitempty"`
	Gone bool            `json:"gone,omitempty"` // deleted: no longer found or listed
	Due  time.Time       `json:"due,omitzero"`   // when the dialect is woken about it
}

// Change is something that a dialect does besides sending: it makes or changes
// an account, a contact, a consent, a document or an endpoint, or tells an
// event. Where an ID is empty a new one is minted into the value.
type Change interface{ change() }

func (*Account) change()  {}
func (*Contact) change()  {}
func (*OptOut) change()   {}
func (*Document) change() {}
func (*Endpoint) change() {}
func (*Event) change()    {}
