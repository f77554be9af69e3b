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
	turn  []*lane // lanes that may start their next attempt
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
	if old := q.endpoints[e.Provider]; old != nil {
		old.Endpoint = e
		return
	}
	q.endpoints[e.Provider] = &endpoint{Endpoint: e, lanes: map[string]*lane{}, open: map[string]*lane{}}
}

// Ready puts a planned attempt that is due into its lane and returns whose
// endpoint it is for; "" if it was started, moved or dropped since the clock
// was told of it.
func (q *Queue) Ready(attemptID string, now time.Time) (provider string) {
	delivery, _, _ := strings.Cut(attemptID, "/")
	d := q.deliveries[delivery]
	if d == nil {
		return ""
	}
	planned, ok := d.planned[attemptID]
	if !ok || planned.Due.After(now) {
		return ""
	}
	ep := q.endpoints[planned.Provider]
	if _, open := ep.open[attemptID]; open {
		return "" // taken, and not yet recorded as started
	}
	l := ep.lane(planned.Attempt)
	if slices.ContainsFunc(l.waiting, func(w journal.Attempt) bool { return w.ID == attemptID }) {
		return ""
	}
	l.waiting = append(l.waiting, planned.Attempt)
	ep.enqueue(l)
	return planned.Provider
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

// Take removes and returns the next attempt that may start now.
func (q *Queue) Take(provider string) (journal.Attempt, bool) {
	ep := q.endpoints[provider]
	if ep == nil {
		return journal.Attempt{}, false
	}
	limit := ep.Parallel
	if limit <= 0 {
		limit = parallel
	}
	if len(ep.open) >= limit || len(ep.turn) == 0 {
		return journal.Attempt{}, false
	}
	l := ep.turn[0]
	ep.turn = ep.turn[1:]
	a := l.waiting[0]
	l.waiting = l.waiting[1:]
	l.busy, l.queued = true, false
	ep.open[a.ID] = l
	return a, true
}

// Claim counts an attempt as open that goes beside its lane, at once.
// Its number is taken from now on.
func (q *Queue) Claim(a journal.Attempt) {
	q.endpoints[a.Provider].open[a.ID] = nil
	d := q.deliveries[a.Delivery]
	d.numbers = max(d.numbers, a.Number)
}

// Done frees the lane that an attempt was taken from.
func (q *Queue) Done(a journal.Attempt) {
	ep := q.endpoints[a.Provider]
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
