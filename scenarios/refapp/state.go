package refapp

import (
	"fmt"
	"time"
)

// The app's own states of a text it sends; the provider's sent, delivered and
// failed follow on accepted.
const (
	queued     = "queued"
	suppressed = "suppressed" // the handset had opted out
)

// rank orders the states of a sent text. A higher one is never left.
var rank = map[string]int{"accepted": 1, "sent": 2, "delivered": 3, "failed": 3}

// message is an entry of the outbox.
type message struct {
	outbound
	id        string
	state     string
	provider  string    // the provider's id, or what else it tells of the text under, once it is known
	asOf      choice    // the handset's consent when the newest call began
	lane      string    // where the work on it is
	tries     int       // calls begun
	calling   bool      // the newest call was begun and is not ended
	notBefore time.Time // of the next call
}

// choice is the last word on whether somebody may be texted.
type choice struct {
	out  bool
	at   time.Time // zero when nobody said
	turn int       // counts the changes
}

// lane is the work on one conversation, in its order. Only the worker that owns
// it does any, so a conversation keeps its order whoever takes its webhooks.
type lane struct {
	owner int
	jobs  []job // never none; the first is under way
}

// job is a text to answer, or else the id of one to send.
type job struct {
	text *inbound
	send string
}

// seen is a dedupe key with the time of its text.
type seen struct {
	key string
	at  time.Time
}

// state is everything the app remembers. It changes by changes alone, and the
// same changes make the same state: so a log of them is the store.
type state struct {
	name   string // begins the ids of this outbox
	unique string // begins the keys of its texts
	deaf   bool   // keep no consent: the bug ignores-stop

	inbox    map[string]bool // by dedupe key
	recent   []seen          // what is in the inbox, oldest filing first
	newest   time.Time       // of the texts
	outbox   map[string]*message
	byKey    map[string]*message
	byID     map[string]*message        // by the provider's id
	calling  map[string]map[string]bool // by handset: outbox ids with a call under way
	held     map[string][]string        // by handset: outbox ids that wait for its next webhook
	status   map[string]string          // by the provider's message id
	consent  map[string]choice          // by handset; by contact while its handset is unknown
	handset  map[string]string          // by contact
	events   map[string]bool            // consent events that were applied
	dialogue map[string]int             // by conversation: the last step that was answered
	lanes    map[string]*lane
	workers  map[int]bool // those that began and were not found dead

	lastWorker, lastSent, lastKey int // the numbers given out
}

func newState(name string) *state {
	return &state{
		name: name, inbox: map[string]bool{},
		outbox: map[string]*message{}, byKey: map[string]*message{}, byID: map[string]*message{},
		calling: map[string]map[string]bool{}, held: map[string][]string{}, status: map[string]string{},
		consent: map[string]choice{}, handset: map[string]string{}, events: map[string]bool{},
		dialogue: map[string]int{}, lanes: map[string]*lane{}, workers: map[int]bool{},
	}
}

// remember keeps a dedupe key until texts are told that are so much newer. The
// times are the provider's, which also say how old a webhook is that comes again.
func (s *state) remember(key string, at time.Time, keep time.Duration) {
	if !s.inbox[key] {
		s.inbox[key] = true
		s.recent = append(s.recent, seen{key, at})
	}
	if at.After(s.newest) {
		s.newest = at
	}
	for len(s.recent) > 0 && s.recent[0].at.Before(s.newest.Add(-keep)) {
		delete(s.inbox, s.recent[0].key)
		s.recent = s.recent[1:]
	}
}

// push adds jobs to a lane, which gets its owner with the first. The lane ""
// is for what its caller does at once.
func (s *state) push(name string, owner int, jobs ...job) {
	if name == "" || len(jobs) == 0 {
		return
	}
	if s.lanes[name] == nil {
		s.lanes[name] = &lane{owner: owner}
	}
	s.lanes[name].jobs = append(s.lanes[name].jobs, jobs...)
}

// replace ends the first job of a lane and puts others in its place.
func (s *state) replace(name string, jobs ...job) {
	l := s.lanes[name]
	if l == nil {
		return
	}
	if l.jobs = append(jobs, l.jobs[1:]...); len(l.jobs) == 0 {
		delete(s.lanes, name)
	}
}

// finish ends the work on a text of the outbox.
func (s *state) finish(m *message) {
	if l := s.lanes[m.lane]; l != nil && l.jobs[0].send == m.id {
		s.replace(m.lane)
	}
}

// file adds a text to the outbox and returns its id.
func (s *state) file(o outbound, as, lane string) string {
	s.lastSent++
	id := fmt.Sprintf("%s_out_%d", s.name, s.lastSent)
	o.Key = s.newKey()
	m := &message{outbound: o, id: id, state: as, lane: lane}
	s.outbox[id], s.byKey[o.Key] = m, m
	return id
}

func (s *state) newKey() string {
	s.lastKey++
	return fmt.Sprintf("%s%d", s.unique, s.lastKey)
}

func (s *state) advance(provider, status string) {
	if rank[status] > rank[s.status[provider]] {
		s.status[provider] = status
	}
}

// call notes whether a call is under way.
func (s *state) call(m *message, open bool) {
	m.calling = open
	if s.calling[m.Handset] == nil {
		s.calling[m.Handset] = map[string]bool{}
	}
	if s.calling[m.Handset][m.id] = true; !open {
		delete(s.calling[m.Handset], m.id)
	}
}

// turnedDown notes that the provider did not send a text because its handset
// had opted out. A word that came since the call began is newer than that.
func (s *state) turnedDown(m *message) {
	if now := s.consent[m.Handset]; now.turn == m.asOf.turn {
		s.choose(m.Handset, true, now.at)
	}
}

// meet ties a contact to its handset, and reports whether that was new. What was
// heard of the contact before it had a number counts from now on.
func (s *state) meet(contact, handset string) bool {
	if contact == "" || handset == "" || s.handset[contact] == handset {
		return false
	}
	s.handset[contact] = handset
	if early, heard := s.consent[contact]; heard {
		delete(s.consent, contact)
		s.choose(handset, early.out, early.at)
	}
	return true
}

// choose keeps somebody's choice unless a newer one is known: webhooks arrive
// late and out of order, and the times inside them do not lie.
func (s *state) choose(who string, out bool, at time.Time) {
	old := s.consent[who]
	if s.deaf || !at.IsZero() && at.Before(old.at) {
		return
	}
	s.consent[who] = choice{out: out, at: at, turn: old.turn + 1}
}

// state returns how far a text got, by the app's own id or the provider's.
func (s *state) state(id string) (string, bool) {
	if m := s.outbox[id]; m != nil {
		if m.provider == "" {
			return m.state, true
		}
		id = m.provider
	}
	status, known := s.status[id]
	return status, known
}

// pending counts what workers still have to do. Texts held for a webhook that
// may never come are not counted.
func (s *state) pending() int {
	n := 0
	for _, l := range s.lanes {
		n += len(l.jobs)
	}
	return n
}
