package webhook

import (
	"fmt"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/shelf"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Queue is what is due at the endpoints, folded from the journal. An event
// that an endpoint wants is one delivery: its attempts, one after the other.
// At the endpoint of the control API a delivery has the event's id; at a
// further one, the id of the endpoint follows.
type Queue struct {
	ladder     func(provider string) Ladder
	encode     func(sms.Event) (Payload, bool)
	jitter     func(delivery string, failures int) float64
	endpoints  map[string]*endpoint   // by id
	of         map[string][]*endpoint // by provider, in the order they were made
	deliveries map[string]*delivery
	told       map[string][]*delivery // by event
	held       []journal.Attempt      // planned, and waiting for others to end
	attempts   shelf.Shelf[journal.Attempt]
}

type delivery struct {
	id       string
	event    *sms.Event
	endpoint *endpoint
	payload  Payload // the same bytes for every attempt
	numbers  int     // attempts numbered so far
	failures int     // rungs of the ladder used up
	acked    bool
	planned  map[string]plan
}

type plan struct {
	journal.Attempt
	cause uint64 // the entry that planned it
}

// NewQueue is a queue without endpoints. ladder is a provider's ladder in
// force; encode writes an event as its vendor's webhook, if the vendor has one
// for it; jitter draws from 0 to 1.
func NewQueue(ladder func(provider string) Ladder, encode func(sms.Event) (Payload, bool), jitter func(delivery string, failures int) float64) *Queue {
	return &Queue{
		ladder: ladder, encode: encode, jitter: jitter,
		endpoints: map[string]*endpoint{}, of: map[string][]*endpoint{},
		deliveries: map[string]*delivery{}, told: map[string][]*delivery{}, attempts: shelf.New[journal.Attempt](),
	}
}

// Apply folds one ordered entry into the queue and returns the attempts that
// the clock must now wait for.
func (q *Queue) Apply(e journal.Entry) []journal.Attempt {
	switch e.Kind {
	case journal.KindEndpoint:
		q.applyEndpoint(*e.Endpoint)
	case journal.KindEvent:
		return q.applyEvent(e)
	case journal.KindAttemptPlanned:
		return q.applyPlanned(*e.Attempt, e.Seq)
	case journal.KindAttemptStarted:
		q.log(e.Attempt)
		if d := q.deliveries[e.Attempt.Delivery]; d != nil {
			delete(d.planned, e.Attempt.ID)
			d.numbers = max(d.numbers, e.Attempt.Number)
		}
	case journal.KindAttemptEnded:
		q.log(q.whole(*e.Attempt))
		return q.applyEnded(*e.Attempt, e.At)
	}
	return nil
}

func (q *Queue) applyEvent(e journal.Entry) []journal.Attempt {
	payload, encoded := Payload{}, false
	var due []journal.Attempt
	for _, ep := range q.of[e.Event.Provider] {
		if !ep.Wants(e.Event.Type) {
			continue
		}
		if !encoded {
			var ok bool
			if payload, ok = q.encode(*e.Event); !ok {
				return nil
			}
			encoded = true
		}
		// What goes to a URL of its own is told once, not at every endpoint.
		if ep.URL == "" && payload.URL == "" || payload.URL != "" && ep.ID != ep.Provider {
			continue
		}
		d := &delivery{id: e.Event.ID, event: e.Event, endpoint: ep, payload: payload, planned: map[string]plan{}}
		if ep.ID != ep.Provider {
			d.id += "@" + ep.ID
		}
		q.deliveries[d.id] = d
		q.told[e.Event.ID] = append(q.told[e.Event.ID], d)
		due = append(due, q.applyPlanned(d.attempt(1, journal.First, e.At), e.Seq)...)
	}
	return due
}

// whole is an attempt that ended, with what was noted only when it started.
func (q *Queue) whole(a journal.Attempt) *journal.Attempt {
	if s, ok := q.attempts.Get(a.ID); ok {
		a.URL, a.Header, a.Body = s.URL, s.Header, s.Body
		a.Faults, a.Forged, a.Limit = s.Faults, s.Forged, s.Limit
	}
	return &a
}

func (q *Queue) log(a *journal.Attempt) {
	q.attempts.Put(a.ID, a, "", key("provider", a.Provider), key("event", a.Event), key("handset", string(a.Handset)))
}

func key(narrow, value string) string { return narrow + "\x00" + value }

func (q *Queue) applyPlanned(a journal.Attempt, cause uint64) []journal.Attempt {
	d := q.deliveries[a.Delivery]
	if d == nil {
		return nil
	}
	d.numbers = max(d.numbers, a.Number)
	d.planned[a.ID] = plan{a, cause}
	if a.Hold > 0 {
		q.held = append(q.held, a)
	}
	return []journal.Attempt{a}
}

func (q *Queue) applyEnded(a journal.Attempt, at time.Time) []journal.Attempt {
	if d := q.deliveries[a.Delivery]; d != nil {
		delete(d.planned, a.ID)
		d.acked = d.acked || a.Outcome == journal.OK && a.Why != journal.Replay
		if OnLadder(a) && a.Outcome != journal.OK {
			d.failures++
		}
	}
	return q.free(a, at)
}

// free counts down the attempts that are held until others have ended, and
// returns those that may go now.
func (q *Queue) free(ended journal.Attempt, at time.Time) []journal.Attempt {
	var freed []journal.Attempt
	still := q.held[:0]
	for _, h := range q.held {
		if passes(ended, h) {
			h.Hold--
		}
		if h.Hold > 0 {
			still = append(still, h)
			continue
		}
		if d := q.deliveries[h.Delivery]; d != nil {
			if a, ok := d.planned[h.ID]; ok {
				a.Due, a.Hold = at, 0
				d.planned[h.ID] = a
				freed = append(freed, a.Attempt)
			}
		}
	}
	q.held = still
	return freed
}

// passes reports whether an attempt that ended is one that held waits for: any
// other of the provider, or of the same handset if held is to change places.
func passes(ended, held journal.Attempt) bool {
	return ended.ID != held.ID && ended.Provider == held.Provider &&
		(ended.Handset == held.Handset || !slices.Contains(held.Faults, journal.Reorder))
}

// attempt is attempt number n of the delivery.
func (d *delivery) attempt(n int, why journal.Why, due time.Time) journal.Attempt {
	ev := d.event
	a := journal.Attempt{
		ID: fmt.Sprintf("%s/%d", d.id, n), Delivery: d.id, Endpoint: d.endpoint.ID, Event: ev.ID, Neutral: ev.Type,
		Provider: ev.Provider, Handset: ev.Handset, Number: n, Why: why, Due: due,
	}
	if ev.Message != nil {
		a.Message = ev.Message.ID
	}
	return a
}

// Deliveries are the ids of an event's deliveries; none if no endpoint wanted it.
func (q *Queue) Deliveries(event string) []string {
	var out []string
	for _, d := range q.told[event] {
		out = append(out, d.id)
	}
	return out
}

// Another is a further attempt of a delivery, for a reason outside the ladder;
// false if there is no such delivery. skip leaves out numbers that the same
// decision has already given away.
func (q *Queue) Another(delivery string, why journal.Why, due time.Time, skip int) (journal.Attempt, bool) {
	d := q.deliveries[delivery]
	if d == nil {
		return journal.Attempt{}, false
	}
	return d.attempt(d.numbers+1+skip, why, due), true
}

// Planned is what a planned attempt is made from: its payload and the entry
// that planned it.
func (q *Queue) Planned(a journal.Attempt) (p Payload, cause uint64) {
	d := q.deliveries[a.Delivery]
	return d.payload, d.planned[a.ID].cause
}

// OnLadder reports whether an attempt counts as a rung of the retry ladder.
func OnLadder(a journal.Attempt) bool { return a.Why == journal.First || a.Why == journal.Retry }

// Retry is what the ladder plans after an attempt that did not succeed. gaveUp
// is true when the ladder has no further rung.
func (q *Queue) Retry(a journal.Attempt, now time.Time) (next journal.Attempt, planned, gaveUp bool) {
	d := q.deliveries[a.Delivery]
	if d == nil || d.acked || a.Outcome == journal.OK || !OnLadder(a) {
		return next, false, false
	}
	ladder, ep := q.ladder(a.Provider), d.endpoint
	if d.failures >= len(ladder.Delays) || ep.NoRetry || ep.IgnoreAll || slices.Contains(ep.Ignore, a.Status) {
		return next, false, true
	}
	wait := ladder.Delays[d.failures]
	wait += time.Duration(ladder.Jitter * q.jitter(a.Delivery, d.failures) * float64(wait))
	return d.attempt(d.numbers+1, journal.Retry, now.Add(wait)), true, false
}

// Endpoints are a provider's endpoints in the order they were made, as the
// record holds them.
func (q *Queue) Endpoints(provider string) []sms.Endpoint {
	var out []sms.Endpoint
	for _, ep := range q.of[provider] {
		out = append(out, ep.Endpoint)
	}
	return out
}

// Endpoint is the endpoint with that id, as the record holds it.
func (q *Queue) Endpoint(id string) (sms.Endpoint, bool) {
	if ep := q.endpoints[id]; ep != nil {
		return ep.Endpoint, true
	}
	return sms.Endpoint{}, false
}

// Limit is how long an attempt may take.
func (q *Queue) Limit(a journal.Attempt) time.Duration {
	if ep := q.endpoints[a.Endpoint]; ep != nil && ep.Timeout > 0 {
		return ep.Timeout.D()
	}
	return q.ladder(a.Provider).Timeout
}

// Attempts is a part of the list of attempts, oldest first; narrow is "",
// "provider", "event" or "handset". False: bad cursor.
func (q *Queue) Attempts(narrow, value string, p sms.Page) (sms.Slice[journal.Attempt], bool) {
	k := ""
	if narrow != "" {
		k = key(narrow, value)
	}
	return q.attempts.Page(k, p)
}
