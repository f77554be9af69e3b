package webhook_test

import (
	"fmt"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

const (
	acme = "acme"
	ana  = sms.Number("+18015550142")
	ben  = sms.Number("+18015550143")
)

var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ladder is three retries, each later by up to a tenth.
var ladder = webhook.Ladder{
	Delays: []time.Duration{10 * time.Second, time.Minute, time.Hour},
	Jitter: 0.1, Timeout: 15 * time.Second, Success: is2xx,
}

// rig is a queue that is told of its record as a sandbox tells it.
type rig struct {
	*webhook.Queue
	now     time.Time
	seq     uint64
	events  int
	jitter  float64
	waiting []journal.Attempt // what the clock was told of, in order
	later   []time.Time       // when a capped endpoint wants to be asked again
}

// newRig is a queue with one endpoint, changed by set.
func newRig(set func(*sms.Endpoint)) *rig {
	r := &rig{now: began}
	encode := func(ev sms.Event) (webhook.Payload, bool) {
		return webhook.Payload{Type: "x." + string(ev.Type), Body: []byte(ev.ID)}, ev.Type != sms.OptedIn
	}
	r.Queue = webhook.NewQueue(func(string) webhook.Ladder { return ladder }, encode, func(string, int) float64 { return r.jitter })
	r.endpoint(set)
	return r
}

func (r *rig) endpoint(set func(*sms.Endpoint)) {
	ep := sms.Endpoint{ID: acme, Provider: acme, URL: "http://127.0.0.1:1/"}
	if set != nil {
		set(&ep)
	}
	r.apply(journal.Entry{Kind: journal.KindEndpoint, Endpoint: &ep})
}

func (r *rig) apply(e journal.Entry) {
	r.seq++
	e.Seq, e.At = r.seq, r.now
	r.waiting = append(r.waiting, r.Apply(e)...)
}

// event makes an event happen and returns its id.
func (r *rig) event(handset sms.Number, typ sms.EventType) string {
	r.events++
	id := fmt.Sprintf("evt-%d", r.events)
	r.apply(journal.Entry{Kind: journal.KindEvent, Event: &sms.Event{
		ID: id, Type: typ, Provider: acme, Handset: handset, At: r.now, Message: &sms.Message{ID: "msg-" + id},
	}})
	return id
}

// pass lets time go by: what falls due stands in its lane.
func (r *rig) pass(by time.Duration) {
	r.now = r.now.Add(by)
	var still []journal.Attempt
	for _, a := range r.waiting {
		if a.Due.After(r.now) {
			still = append(still, a)
			continue
		}
		r.Ready(a.ID, r.now)
	}
	r.waiting = still
}

// take takes and starts all that may start now.
func (r *rig) take() []journal.Attempt { return r.takeAt(acme) }

// takeAt does so at one endpoint.
func (r *rig) takeAt(endpoint string) []journal.Attempt {
	var out []journal.Attempt
	for {
		a, ok, later := r.Take(endpoint, r.now)
		if !later.IsZero() {
			r.later = append(r.later, later)
		}
		if !ok {
			return out
		}
		r.start(a)
		out = append(out, a)
	}
}

func (r *rig) start(a journal.Attempt) {
	r.apply(journal.Entry{Kind: journal.KindAttemptStarted, Attempt: &a})
}

// end ends an attempt and plans what the ladder says.
func (r *rig) end(a journal.Attempt, outcome journal.Outcome) (gaveUp bool) {
	a.Outcome = outcome
	next, planned, gaveUp := r.Retry(a, r.now)
	r.apply(journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &a})
	if planned {
		r.plan(next)
	}
	r.Done(a)
	return gaveUp
}

func (r *rig) plan(a journal.Attempt) {
	r.apply(journal.Entry{Kind: journal.KindAttemptPlanned, Attempt: &a})
}

// another plans a further attempt of an event now.
func (r *rig) another(event string, why journal.Why) journal.Attempt {
	a, _ := r.Another(event, why, r.now, 0)
	r.plan(a)
	return a
}

func names(attempts []journal.Attempt) []string {
	var out []string
	for _, a := range attempts {
		out = append(out, a.ID)
	}
	return out
}
