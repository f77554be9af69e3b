package refapp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"
)

// change is one transaction: what happened, which is kept, and what came of it,
// which the same state makes again and is not.
type change interface {
	// apply makes the change and reports whether it changed anything.
	apply(*state) bool
}

// changes are all there are, by the names that they are kept under.
var changes = func() map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for _, c := range []change{
		&born{}, &joined{}, &buried{}, &filed{}, &marked{}, &answered{}, &noticed{}, &released{}, &dropped{},
		&begun{}, &ended{}, &asked{}, &progressed{}, &decided{}, &learned{},
	} {
		t := reflect.TypeOf(c).Elem()
		out[t.Name()] = t
	}
	return out
}()

// kept is a change as it is written down.
type kept struct {
	Op string
	V  json.RawMessage
}

func encode(c change) ([]byte, error) {
	v, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return json.Marshal(kept{reflect.TypeOf(c).Elem().Name(), v})
}

func decode(record []byte) (change, error) {
	var k kept
	if err := json.Unmarshal(record, &k); err != nil {
		return nil, err
	}
	t, known := changes[k.Op]
	if !known {
		return nil, fmt.Errorf("a change named %q is not known: the store is of another version", k.Op)
	}
	c := reflect.New(t).Interface().(change)
	return c, json.Unmarshal(k.V, c)
}

// born is the first change of all.
type born struct{ Unique string }

func (c *born) apply(s *state) bool {
	if s.unique != "" {
		return false
	}
	s.unique = c.Unique
	return true
}

// joined says that a worker began.
type joined struct{ Worker int }

func (c *joined) apply(s *state) bool {
	s.lastWorker = max(s.lastWorker, c.Worker)
	s.workers[c.Worker] = true
	return true
}

// buried says that a worker is dead; what it left is another's to do.
type buried struct {
	Worker, By int
	Forget     bool `json:",omitempty"` // the bug forgets-work: nobody does it

	lanes []string // that changed hands
}

func (c *buried) apply(s *state) bool {
	if !s.workers[c.Worker] {
		return false
	}
	delete(s.workers, c.Worker)
	for _, name := range slices.Sorted(maps.Keys(s.lanes)) {
		switch l := s.lanes[name]; {
		case l.owner != c.Worker:
		case c.Forget:
			delete(s.lanes, name)
		default:
			l.owner = c.By
			c.lanes = append(c.lanes, name)
		}
	}
	return true
}

// filed is a text that came, together with what it says about consent, unless
// its dedupe key is known.
type filed struct {
	Key    string
	In     inbound
	Word   keyword `json:",omitempty"`
	Keep   time.Duration
	Worker int
	Again  bool `json:",omitempty"` // file it although its key is known
	Idle   bool `json:",omitempty"` // with no work behind it

	fresh  bool
	turned bool // the handset's consent is another now
}

func (c *filed) apply(s *state) bool {
	if s.inbox[c.Key] && !c.Again {
		return false
	}
	c.fresh = true
	s.remember(c.Key, c.In.At, c.Keep)
	before := s.consent[c.In.Handset].out
	if c.Word == stopWord || c.Word == startWord {
		s.choose(c.In.Handset, c.Word == stopWord, c.In.At)
	}
	c.turned = s.consent[c.In.Handset].out != before
	if !c.Idle {
		in := c.In
		in.Turned = c.turned
		s.push(in.Conversation, c.Worker, job{text: &in})
	}
	return true
}

// marked makes a dedupe key known with nothing behind it.
type marked struct {
	Key string
	At  time.Time
}

func (c *marked) apply(s *state) bool {
	s.remember(c.Key, c.At, keepTime)
	return true
}

// answered ends the work on a text of the inbox by filing its replies. This is
// where consent is looked at when a reply is queued.
type answered struct {
	Lane         string `json:",omitempty"`
	Conversation string `json:",omitempty"`
	Step         int    `json:",omitempty"` // of a dialogue; 0: none
	Replies      []outbound

	ids []string
}

func (c *answered) apply(s *state) bool {
	if c.Step > 0 {
		s.dialogue[c.Conversation] = max(s.dialogue[c.Conversation], c.Step)
	}
	var jobs []job
	for _, o := range c.Replies {
		if o.Force || !s.consent[o.Handset].out {
			id := s.file(o, queued, c.Lane)
			c.ids = append(c.ids, id)
			jobs = append(jobs, job{send: id})
		}
	}
	s.replace(c.Lane, jobs...)
	return true
}

// noticed files texts that nobody asked for. One whose handset opted out is
// suppressed for good; a held one waits for its handset's next webhook.
type noticed struct {
	Texts  []outbound
	Hold   bool   `json:",omitempty"`
	Lane   string `json:",omitempty"` // one for all of them; by default each handset has its own
	Worker int

	ids   []string
	lanes []string // that have work now
}

func (c *noticed) apply(s *state) bool {
	for _, o := range c.Texts {
		lane := cmp.Or(c.Lane, o.Handset)
		switch {
		case s.consent[o.Handset].out:
			c.ids = append(c.ids, s.file(o, suppressed, lane))
			continue
		case c.Hold:
			id := s.file(o, queued, lane)
			c.ids, s.held[o.Handset] = append(c.ids, id), append(s.held[o.Handset], id)
			continue
		}
		id := s.file(o, queued, lane)
		s.push(lane, c.Worker, job{send: id})
		c.ids, c.lanes = append(c.ids, id), append(c.lanes, lane)
	}
	return true
}

// released makes work of the texts that waited for a webhook of a handset.
type released struct {
	Handset   string
	Worker    int
	NotBefore time.Time

	lanes []string
}

func (c *released) apply(s *state) bool {
	for _, id := range s.held[c.Handset] {
		m := s.outbox[id]
		m.notBefore = c.NotBefore
		s.push(m.lane, c.Worker, job{send: id})
		c.lanes = append(c.lanes, m.lane)
	}
	delete(s.held, c.Handset)
	return len(c.lanes) > 0
}

// dropped throws the work in a lane away: only a bug does that.
type dropped struct{ Lane string }

func (c *dropped) apply(s *state) bool {
	_, there := s.lanes[c.Lane]
	delete(s.lanes, c.Lane)
	return there
}

// begun opens a send call. With Recheck it does not, and ends the work, when
// the handset has opted out since the text was queued.
type begun struct {
	ID      string
	Recheck bool `json:",omitempty"`
	NewKey  bool `json:",omitempty"` // the bug new-key-on-retry: of each call but the first

	out        outbound
	try        int
	suppressed bool
}

func (c *begun) apply(s *state) bool {
	m := s.outbox[c.ID]
	m.asOf = s.consent[m.Handset]
	if c.Recheck && !m.Force && m.asOf.out {
		m.state, c.suppressed = suppressed, true
		s.finish(m)
		return true
	}
	m.tries++
	s.call(m, true)
	c.out, c.try = m.outbound, m.tries
	if c.NewKey && m.tries > 1 {
		c.out.Key = s.newKey()
	}
	return true
}

// ended closes a send call with what it brought. The work stays to be done when
// the call will be made again.
type ended struct {
	ID        string
	Outcome   outcome
	Message   string    `json:",omitempty"`
	Contact   string    `json:",omitempty"`
	Handset   string    `json:",omitempty"`
	Again     bool      `json:",omitempty"`
	NotBefore time.Time `json:",omitzero"`
}

func (c *ended) apply(s *state) bool {
	m := s.outbox[c.ID]
	s.call(m, false)
	if c.Again {
		m.notBefore = c.NotBefore
		return true
	}
	s.finish(m)
	m.state, m.provider = c.Outcome.String(), c.Message
	switch c.Outcome {
	case accepted:
		s.byID[c.Message] = m
		s.advance(c.Message, m.state)
		s.meet(c.Contact, c.Handset)
	case consentNo:
		s.turnedDown(m)
	}
	return true
}

// asked makes work of a text that was sent, as if it were another: only a bug
// does that.
type asked struct {
	Message string // the provider's id
	Worker  int
	Most    int // tries in all

	lane string // that has work now; empty: none
}

func (c *asked) apply(s *state) bool {
	m := s.byID[c.Message]
	if m == nil || m.tries >= c.Most {
		return false
	}
	c.lane, m.state, m.Key = m.lane, queued, s.newKey()
	s.push(m.lane, c.Worker, job{send: m.id})
	return true
}

// progressed is a status webhook, which may come before the send call it
// belongs to is answered, and under the provider's id or the text's own key.
type progressed struct {
	In inbound
	// The bugs status-last-wins, status-deduped and early-status-dropped.
	LastWins, Once, KnownOnly bool `json:",omitempty"`
}

func (c *progressed) apply(s *state) bool {
	in := c.In
	before := s.status[in.Message]
	switch {
	case c.KnownOnly && before == "", c.Once && rank[before] > rank["accepted"]:
		return false
	case c.LastWins && in.Status != "":
		s.status[in.Message] = in.Status
		if s.byKey[in.Key] != nil {
			s.status[in.Key] = in.Status
		}
	}
	s.advance(in.Message, in.Status)
	m := s.byKey[in.Key]
	if m == nil {
		return s.status[in.Message] != before
	}
	s.advance(in.Key, in.Status)
	if in.Left {
		s.turnedDown(m)
	}
	return true
}

// decided is what the provider says about a contact's consent, told once.
type decided struct {
	In inbound

	handset string // the contact's; empty while it is unknown
}

func (c *decided) apply(s *state) bool {
	c.handset = s.handset[c.In.Contact]
	if s.events[c.In.Event] {
		return false
	}
	s.events[c.In.Event] = true
	s.choose(cmp.Or(c.handset, c.In.Contact), c.In.Kind == optedOut, c.In.At)
	return true
}

// learned notes which handset a contact is.
type learned struct {
	Contact, Handset string

	handset string // of the webhook, which a consent event does not name itself
}

func (c *learned) apply(s *state) bool {
	fresh := s.meet(c.Contact, c.Handset)
	c.handset = cmp.Or(c.Handset, s.handset[c.Contact])
	return fresh
}
