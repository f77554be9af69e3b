package refapp

import (
	"fmt"
	"sync"
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
	state    string
	provider string // the provider's id, or what else it tells of the text under, once it is known
	asOf     choice // the handset's consent when the newest call began
}

// choice is the last word on whether somebody may be texted.
type choice struct {
	out  bool
	at   time.Time // zero when nobody said
	turn int       // counts the changes
}

// store is everything the app remembers. Each method is one transaction, so
// the struct can stand for a durable store.
type store struct {
	mu       sync.Mutex
	name     string          // begins the ids of this outbox
	unique   string          // begins the keys of its texts
	deaf     bool            // keep no consent: the bug ignores-stop
	inbox    map[string]bool // by dedupe key
	outbox   map[string]*message
	calls    map[string]map[string]chan struct{} // send calls under way, by handset and outbox id; closed when answered
	held     map[string][]string                 // by handset: outbox ids that wait for its next webhook
	status   map[string]string                   // by the provider's message id
	consent  map[string]choice                   // by handset; by contact while its handset is unknown
	handset  map[string]string                   // by contact
	events   map[string]bool                     // consent events that were applied
	todo     int                                 // entries of both boxes that wait for a worker
	lastSent int                                 // the number in the newest outbox id
	lastKey  int                                 // the same in the newest key
	byKey    map[string]*message                 // the outbox by key
}

func newStore(name, unique string) *store {
	return &store{
		name: name, unique: unique, byKey: map[string]*message{},
		inbox: map[string]bool{}, outbox: map[string]*message{},
		calls: map[string]map[string]chan struct{}{}, held: map[string][]string{},
		status: map[string]string{}, consent: map[string]choice{}, handset: map[string]string{}, events: map[string]bool{},
	}
}

// accept files a text under its dedupe key, together with what it says about
// consent, unless the key is known. Blind files it again all the same. turned
// says that the handset's consent is another now.
func (s *store) accept(key string, in inbound, word keyword, blind bool) (fresh, turned bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inbox[key] && !blind {
		return false, false
	}
	s.inbox[key] = true
	s.todo++
	before := s.consent[in.handset].out
	if word == stopWord || word == startWord {
		s.choose(in.handset, word == stopWord, in.at)
	}
	return true, s.consent[in.handset].out != before
}

// seen reports whether a dedupe key is known.
func (s *store) seen(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inbox[key]
}

// mark makes a dedupe key known with no work behind it.
func (s *store) mark(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox[key] = true
}

// answer ends the work on a text of the inbox by filing its replies, and returns
// their ids. This is where consent is looked at when a reply is queued.
func (s *store) answer(replies []outbound) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.todo--
	var ids []string
	for _, o := range replies {
		if o.force || !s.consent[o.handset].out {
			ids = append(ids, s.file(o, queued))
			s.todo++
		}
	}
	return ids
}

// notice files a text that nobody asked for, unless its handset opted out: then
// it is suppressed for good and waiting is false. A held one waits for its
// handset's next webhook.
func (s *store) notice(o outbound, hold bool) (id string, waiting bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.consent[o.handset].out {
		return s.file(o, suppressed), false
	}
	id = s.file(o, queued)
	if hold {
		s.held[o.handset] = append(s.held[o.handset], id)
		return id, false
	}
	s.todo++
	return id, true
}

// unhold returns the texts that waited for a webhook of this handset. Only now
// are they work to do.
func (s *store) unhold(handset string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := s.held[handset]
	delete(s.held, handset)
	s.todo += len(ids)
	return ids
}

func (s *store) file(o outbound, state string) string {
	s.lastSent++
	id := fmt.Sprintf("%s_out_%d", s.name, s.lastSent)
	o.key = s.newKey()
	m := &message{outbound: o, state: state}
	s.outbox[id], s.byKey[o.key] = m, m
	return id
}

func (s *store) newKey() string {
	s.lastKey++
	return fmt.Sprintf("%s%d", s.unique, s.lastKey)
}

// freshKey is a key that no text has.
func (s *store) freshKey() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newKey()
}

// begin opens a send call. With recheck it refuses, and ends the work, when the
// handset has opted out since the text was queued.
func (s *store) begin(id string, recheck bool) (outbound, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.outbox[id]
	m.asOf = s.consent[m.handset]
	if recheck && !m.force && m.asOf.out {
		m.state = suppressed
		s.todo--
		return outbound{}, false
	}
	if s.calls[m.handset] == nil {
		s.calls[m.handset] = map[string]chan struct{}{}
	}
	s.calls[m.handset][id] = make(chan struct{})
	return m.outbound, true
}

// end closes a send call with what it brought. The work stays to be done when
// the call will be made again.
func (s *store) end(id string, got receipt, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.outbox[id]
	close(s.calls[m.handset][id])
	delete(s.calls[m.handset], id)
	if again {
		return
	}
	s.todo--
	m.state, m.provider = got.outcome.String(), got.message
	switch got.outcome {
	case accepted:
		s.advance(got.message, m.state)
		s.meet(got.contact, got.handset)
	case consentNo:
		s.turnedDown(m)
	}
}

// turnedDown notes that the provider did not send a text because its handset
// had opted out. A word that came since the call began is newer than that.
func (s *store) turnedDown(m *message) {
	if now := s.consent[m.handset]; now.turn == m.asOf.turn {
		s.choose(m.handset, true, now.at)
	}
}

// open returns what closes when the send calls to a handset that are under way
// now are answered.
func (s *store) open(handset string) []<-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []<-chan struct{}
	for _, answered := range s.calls[handset] {
		calls = append(calls, answered)
	}
	return calls
}

// progress notes a status webhook, which may come before the send call it
// belongs to is answered, and under the provider's id or the text's own key.
func (s *store) progress(in inbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(in.message, in.status)
	m := s.byKey[in.key]
	if m == nil {
		return
	}
	s.advance(in.key, in.status)
	if in.left {
		s.turnedDown(m)
	}
}

func (s *store) advance(provider, status string) {
	if rank[status] > rank[s.status[provider]] {
		s.status[provider] = status
	}
}

// state returns how far a text got, by the app's own id or the provider's.
func (s *store) state(id string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
func (s *store) pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.todo
}
