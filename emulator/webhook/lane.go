package webhook

import (
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// parallel is how many attempts one endpoint takes at once unless told otherwise.
const parallel = 8

// endpoint is where attempts go, and which of them may go now. Lanes are not
// part of the record: what stands in them is due and not started.
type endpoint struct {
	sms.Endpoint
	open  map[string]*lane // by attempt
	lanes map[string]*lane
	turn  []*lane     // lanes that may start their next attempt
	began []time.Time // starts within the last minute, where there is a cap
	again time.Time   // when a start was last put off to by the cap
}

// lane is what goes one at a time and in order: by default, all that concerns
// one handset.
type lane struct {
	name    string
	waiting []journal.Attempt
	busy    bool
	queued  bool // stands in turn
}

func (q *Queue) applyEndpoint(e sms.Endpoint) {
	if old := q.endpoints[e.ID]; old != nil {
		old.Endpoint = e
		return
	}
	ep := &endpoint{Endpoint: e, lanes: map[string]*lane{}, open: map[string]*lane{}}
	q.endpoints[e.ID] = ep
	q.of[e.Provider] = append(q.of[e.Provider], ep)
}

// Ready puts a planned attempt that is due into its lane and returns the id of
// its endpoint; "" if it was started, moved or dropped since the clock was told
// of it.
func (q *Queue) Ready(attemptID string, now time.Time) (endpoint string) {
	d := q.deliveries[attemptID[:max(0, strings.LastIndexByte(attemptID, '/'))]]
	if d == nil {
		return ""
	}
	planned, ok := d.planned[attemptID]
	if !ok || planned.Due.After(now) {
		return ""
	}
	ep := d.endpoint
	if _, open := ep.open[attemptID]; open {
		return "" // taken, and not yet recorded as started
	}
	l := ep.lane(planned.Attempt)
	if slices.ContainsFunc(l.waiting, func(w journal.Attempt) bool { return w.ID == attemptID }) {
		return ""
	}
	l.waiting = append(l.waiting, planned.Attempt)
	ep.enqueue(l)
	return ep.ID
}

func (ep *endpoint) lane(a journal.Attempt) *lane {
	name := string(a.Handset)
	if ep.Ordered != nil && !*ep.Ordered {
		name = a.ID
	}
	l := ep.lanes[name]
	if l == nil {
		l = &lane{name: name}
		ep.lanes[name] = l
	}
	return l
}

func (ep *endpoint) enqueue(l *lane) {
	if !l.busy && !l.queued && len(l.waiting) > 0 {
		l.queued = true
		ep.turn = append(ep.turn, l)
	}
}

// Take removes and returns the next attempt of an endpoint that may start now.
// Where only the endpoint's cap is in the way, later is when to ask again; it
// is said once.
func (q *Queue) Take(endpoint string, now time.Time) (a journal.Attempt, ok bool, later time.Time) {
	ep := q.endpoints[endpoint]
	if ep == nil {
		return a, false, later
	}
	limit := ep.Parallel
	if limit <= 0 {
		limit = parallel
	}
	if len(ep.open) >= limit || len(ep.turn) == 0 {
		return a, false, later
	}
	if later = ep.capped(now); !later.IsZero() {
		if later.Equal(ep.again) {
			return a, false, time.Time{}
		}
		ep.again = later
		return a, false, later
	}
	ep.start(now)
	l := ep.turn[0]
	ep.turn = ep.turn[1:]
	a = l.waiting[0]
	l.waiting = l.waiting[1:]
	l.busy, l.queued = true, false
	ep.open[a.ID] = l
	return a, true, later
}

// capped says when the next start may be made if the cap is used up now.
func (ep *endpoint) capped(now time.Time) (later time.Time) {
	if ep.PerMinute <= 0 {
		return later
	}
	ep.began = slices.DeleteFunc(ep.began, func(t time.Time) bool { return !t.Add(time.Minute).After(now) })
	if len(ep.began) >= ep.PerMinute {
		return ep.began[len(ep.began)-ep.PerMinute].Add(time.Minute)
	}
	return later
}

// start counts a start against the cap.
func (ep *endpoint) start(now time.Time) {
	if ep.PerMinute > 0 {
		ep.began = append(ep.began, now)
	}
}

// Put gives back an attempt that was taken and did not start.
func (q *Queue) Put(a journal.Attempt) {
	if ep := q.endpoints[a.Endpoint]; ep.PerMinute > 0 {
		ep.began = ep.began[:len(ep.began)-1] // Take counted it last
	}
	q.Done(a)
}

// Claim counts an attempt as open that goes beside its lane, at once, whatever
// the limits. Its number is taken from now on.
func (q *Queue) Claim(a journal.Attempt, now time.Time) {
	ep := q.endpoints[a.Endpoint]
	ep.open[a.ID] = nil
	ep.start(now)
	d := q.deliveries[a.Delivery]
	d.numbers = max(d.numbers, a.Number)
}

// Done frees the lane that an attempt was taken from.
func (q *Queue) Done(a journal.Attempt) {
	ep := q.endpoints[a.Endpoint]
	l := ep.open[a.ID]
	delete(ep.open, a.ID)
	if l == nil {
		return
	}
	l.busy = false
	if len(l.waiting) == 0 {
		delete(ep.lanes, l.name)
		return
	}
	ep.enqueue(l)
}
