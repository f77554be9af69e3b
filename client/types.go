package client

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Default is the id of the sandbox that is always there.
const Default = "default"

// Health says that an emulator lives and of which version it is.
type Health struct {
	Status  string `json:"status"` // ok
	Version string `json:"version,omitempty"`
}

// Sandbox is one isolated world and how to reach it.
type Sandbox struct {
	ID   string
	Seed int64
	// Providers holds, per provider, what an application needs: url, key,
	// account, number, secret and whatever else the vendor has. The names are
	// the placeholders of sut.yaml ("{{surge.url}}").
	Providers map[string]map[string]string
}

// MarshalJSON writes providers beside id and seed.
func (s Sandbox) MarshalJSON() ([]byte, error) {
	all := map[string]any{"id": s.ID, "seed": s.Seed}
	for name, values := range s.Providers {
		all[name] = values
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Sandbox) UnmarshalJSON(data []byte) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*s = Sandbox{Providers: map[string]map[string]string{}}
	for name, raw := range all {
		var err error
		switch name {
		case "id":
			err = json.Unmarshal(raw, &s.ID)
		case "seed":
			err = json.Unmarshal(raw, &s.Seed)
		default:
			var values map[string]string
			err = json.Unmarshal(raw, &values)
			s.Providers[name] = values
		}
		if err != nil {
			return fmt.Errorf("sandbox field %q: %w", name, err)
		}
	}
	return nil
}

// Placeholders are the values of all providers by their full names ("surge.url").
func (s Sandbox) Placeholders() map[string]string {
	out := map[string]string{}
	for name, values := range s.Providers {
		for k, v := range values {
			out[name+"."+k] = v
		}
	}
	return out
}

// SandboxOptions says how to make a sandbox; the zero value works.
type SandboxOptions struct {
	ID       string                       `json:"id,omitempty"` // default: sb1, sb2, …
	Seed     *int64                       `json:"seed,omitempty"`
	Clock    *ClockOptions                `json:"clock,omitempty"`
	Webhooks map[string]string            `json:"webhooks,omitempty"` // provider to URL
	Switches map[string]map[string]string `json:"switches,omitempty"` // provider to switch to value
	// Unlimited lifts the vendors' limits on calls, so that many conversations
	// can be played at once.
	Unlimited bool `json:"unlimited,omitempty"`
}

// ClockOptions sets a clock. Mode is real, scaled, manual or auto.
type ClockOptions struct {
	Mode  string  `json:"mode"`
	Scale float64 `json:"scale,omitempty"` // virtual seconds per real one, for scaled
	// Start is where virtual time begins: an RFC 3339 instant or "now". Manual
	// and auto clocks begin at 2026-01-01T00:00:00Z by default, the others now.
	Start string `json:"start,omitempty"`
}

// Clock is the state of a clock.
type Clock struct {
	Mode    string    `json:"mode"`
	Now     time.Time `json:"now"`
	Scale   float64   `json:"scale,omitempty"`
	Next    time.Time `json:"next,omitzero"` // when the next pending item is due
	Pending int       `json:"pending"`       // how many items wait
}

// Advance says how far to move: exactly one of By, To and Next.
type Advance struct {
	By   sms.Duration `json:"by,omitempty"`
	To   time.Time    `json:"to,omitzero"`
	Next bool         `json:"next,omitempty"`
	// Settle, if set, waits at each instant where something fired until the
	// application has been silent for so long (real time) before moving on.
	Settle sms.Duration `json:"settle,omitempty"`
}

// Settle says how long silence must last and how long to wait for it, in real time.
type Settle struct {
	Quiet   sms.Duration `json:"quiet,omitempty"`   // default 200ms
	Timeout sms.Duration `json:"timeout,omitempty"` // default 10s
}

// Move is what happened while the clock moved or the world settled.
type Move struct {
	From   time.Time       `json:"from"`
	To     time.Time       `json:"to"`
	Quiet  bool            `json:"quiet"`            // the world is at rest
	Reason string          `json:"reason,omitempty"` // why it is not
	Fired  []journal.Entry `json:"fired"`            // state changes, events and attempts, in order
}

// Handset is a handset with its thread.
type Handset struct {
	sms.Handset
	Thread []sms.Message `json:"thread"` // newest last, at most 100
}

// Behaviour says what to change about a handset; what is nil stays as it is.
// An empty Failure or Flagged clears it.
type Behaviour struct {
	Reachable *bool         `json:"reachable,omitempty"`
	Receipts  *bool         `json:"receipts,omitempty"`
	MMS       *bool         `json:"mms,omitempty"`
	Failure   *sms.Reason   `json:"failure,omitempty"`
	Sent      *sms.Duration `json:"sent_after,omitempty"`
	Delivered *sms.Duration `json:"delivered_after,omitempty"`
	Flagged   *sms.Reason   `json:"flagged,omitempty"`
}

// Text is an MO from a handset. To may be empty: the provider's default number.
type Text struct {
	Provider string      `json:"provider,omitempty"` // default: the first
	To       sms.Number  `json:"to,omitempty"`
	Body     string      `json:"body"`
	Media    []sms.Media `json:"media,omitempty"`
}

// Occasion is something that no call or text brings about, made to happen by
// hand: a call that ended, a number that was brought in.
type Occasion struct {
	Kind    string          `json:"kind"`
	Account string          `json:"account,omitempty"` // default: the provider's first
	Body    json.RawMessage `json:"body"`              // a JSON object, as Sample of its OccasionInfo
}

// OccasionInfo describes a kind of occasion.
type OccasionInfo struct {
	Kind   string `json:"kind"`
	Says   string `json:"says"`
	Sample string `json:"sample"`
}

// Filter narrows a list by at most one of its first four fields, each of which
// is an index, and pages through it.
type Filter struct {
	Provider     string
	Handset      sms.Number
	Conversation string // messages only
	Event        string // attempts only
	After        string // Next of the page before
	Limit        int    // default 100, at most 1000
}

// Page is part of a list. Next, if not empty, is the After of the following page.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Webhooks is the endpoint of one provider: what sms.Endpoint is, without the
// provider's name. A change replaces all of it but the secrets, which are kept
// when none are given.
type Webhooks struct {
	URL      string          `json:"url"` // empty: no webhooks are sent
	Secrets  []string        `json:"secrets,omitempty"`
	Events   []sms.EventType `json:"events,omitempty"`   // empty: all
	Parallel int             `json:"parallel,omitempty"` // attempts open at once; 0 means 8
	Ordered  *bool           `json:"ordered,omitempty"`  // one at a time per handset; default true
	Timeout  sms.Duration    `json:"timeout,omitempty"`  // 0 means the provider's own
	NoRetry  bool            `json:"no_retry,omitempty"` // no retry ladder
	// Ignore lists statuses that need no retry, IgnoreAll says that none do.
	Ignore    []int `json:"ignore,omitempty"`
	IgnoreAll bool  `json:"ignore_all,omitempty"`
	PerMinute int   `json:"per_minute,omitempty"` // attempts started in any 60 s of virtual time; 0: no cap
}

// JournalQuery reads the record.
type JournalQuery struct {
	After uint64
	Limit int // default 1000, at most 10000
	Kind  journal.Kind
}

// FindingQuery narrows what Findings lists; what is empty matches all.
type FindingQuery struct {
	Provider string
	By       string          // journal.ByApp or journal.ByEmulator
	Call     string          // the id of one call or attempt
	Kind     sms.FindingKind // one kind
	Unread   *bool           // true: only notes about what nobody reads; false: only violations
	After    uint64          // Last of the page before
	Limit    int             // default 1000, at most 10000
}

// JournalPage is part of the record. Last is the After of the following page.
type JournalPage struct {
	Entries []journal.Entry `json:"entries"`
	Last    uint64          `json:"last"`
}

// Wait blocks until Count entries that match have been seen after seq After.
type Wait struct {
	After   uint64       `json:"after,omitempty"`
	Where   Where        `json:"where"`
	Count   int          `json:"count,omitempty"`   // default 1
	Timeout sms.Duration `json:"timeout,omitempty"` // default 10s, real time
}

// Waited is what a Wait saw. Held is false if the deadline came first.
type Waited struct {
	Held    bool            `json:"held"`
	Entries []journal.Entry `json:"entries"`
	Last    uint64          `json:"last"`
}

// Note is an entry that a harness adds to the record: a marker, a change in
// the life of the application's process, or what a probe said. Exactly the
// payload that Kind names is set.
type Note struct {
	Kind    journal.Kind     `json:"kind"`
	Process *journal.Process `json:"process,omitempty"`
	Probe   *journal.Probe   `json:"probe,omitempty"`
	Marker  string           `json:"marker,omitempty"`
}
