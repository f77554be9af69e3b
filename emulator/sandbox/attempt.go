package sandbox

import (
	"net/http"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// exchange is one attempt on its way, with all that was decided about it.
type exchange struct {
	journal.Attempt
	cause   uint64
	faults  []journal.Fault
	payload webhook.Payload
	request *http.Request
	err     error // the request could not be made

	offences []journal.Finding // what is wrong with the request
}

func (x *exchange) fault(kind journal.FaultKind) (journal.Fault, bool) {
	for _, f := range x.faults {
		if f.Kind == kind {
			return f, true
		}
	}
	return journal.Fault{}, false
}

// pump starts every attempt at an endpoint that may start now.
func (w *world) pump(endpoint string) {
	for w.broken == nil {
		a, ok, later := w.queue.Take(endpoint, w.clock.Now())
		if !later.IsZero() {
			w.clock.At(clock.Item{Due: later, Seq: w.journal.Last(), Key: keyPump + endpoint})
		}
		if !ok {
			return
		}
		w.start(a)
	}
}

// start decides what becomes of an attempt that is due: whether it goes now,
// later or never, and in which company.
func (w *world) start(a journal.Attempt) {
	payload, cause := w.queue.Planned(a)
	a.Type = payload.Type
	x := &exchange{Attempt: a, cause: cause, payload: payload, faults: w.striking(a)}
	d := w.draft(cause)
	if w.divert(d, x) {
		_ = w.commit(d)
		w.queue.Put(a)
		return
	}
	for _, f := range x.faults {
		d.Add(fired(f, a.ID))
	}
	parade := w.parade(d, x)
	if w.commit(d) != nil {
		w.queue.Done(a)
		return
	}
	for _, group := range parade {
		w.open.Add(1)
		go w.run(group, w.clock.Hold())
	}
}

// striking are the faults of an attempt, but for those that its vendor's
// webhooks cannot show.
func (w *world) striking(a journal.Attempt) []journal.Fault {
	p := w.providers[a.Provider]
	return slices.DeleteFunc(w.faults.OnAttempt(a.Event, a.Number), func(f journal.Fault) bool { return !shows(p, f.Kind) })
}

func fired(f journal.Fault, at string) journal.Entry {
	f.At = at
	return journal.Entry{Kind: journal.KindFaultFired, Fault: &f}
}

// divert handles the faults under which an attempt does not go now, one at a
// time: the others strike when it comes by again.
func (w *world) divert(d *carrier.Draft, x *exchange) bool {
	later := func(f journal.Fault, wait time.Duration, hold int) bool {
		d.Add(fired(f, x.ID))
		a := x.Attempt
		a.Due, a.Hold = d.Now.Add(orElse(f.After, wait)), hold
		a.Faults = append(slices.Clone(a.Faults), f.Kind)
		d.Add(journal.Entry{Kind: journal.KindAttemptPlanned, Attempt: &a})
		return true
	}
	if f, ok := x.fault(journal.Drop); ok {
		d.Add(fired(f, x.ID))
		a := x.Attempt
		a.Outcome, a.Class, a.Detail = journal.Unknown, webhook.ClassDropped, "the network dropped it for good"
		d.Add(journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &a})
		return true
	}
	if f, ok := x.fault(journal.Delay); ok {
		return later(f, 10*time.Second, 0)
	}
	if f, ok := x.fault(journal.Reorder); ok {
		return later(f, time.Minute, 1)
	}
	if f, ok := x.fault(journal.Hold); ok {
		return later(f, time.Minute, max(1, f.Count))
	}
	return false
}

func orElse(d sms.Duration, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d.D()
	}
	return otherwise
}

// parade is who goes with an attempt: groups go at the same moment, the
// members of a group one after the other.
func (w *world) parade(d *carrier.Draft, x *exchange) [][]*exchange {
	line := []*exchange{x}
	if _, ok := x.fault(journal.UnknownType); ok {
		line = []*exchange{w.stranger(d, x), x}
	}
	groups := [][]*exchange{line}
	if f, ok := x.fault(journal.DuplicateConcurrent); ok {
		for range max(1, f.Count) {
			twin, _ := w.queue.Another(x.Delivery, journal.Duplicate, d.Now, 0)
			twin.Type = x.Type
			w.queue.Claim(twin, d.Now)
			groups = append(groups, []*exchange{{Attempt: twin, cause: x.cause, payload: x.payload}})
		}
	}
	return groups
}

// stranger is an event of a type that nobody knows yet, as a vendor may add one.
func (w *world) stranger(d *carrier.Draft, x *exchange) *exchange {
	a := x.Attempt
	a.Event = w.carrier.StrangerID(d, a.Provider, a.ID)
	a.Delivery, a.ID = a.Event, a.Event+"/1"
	a.Number, a.Why, a.Neutral, a.Type, a.Faults = 1, journal.Stranger, "", strangeType, nil
	return &exchange{Attempt: a, cause: x.cause, payload: strange(x.payload, x.Event, a.Event)}
}

// run makes the attempts of a group, one after the other.
func (w *world) run(group []*exchange, release func()) {
	defer w.open.Done()
	defer release()
	for _, x := range group {
		w.sign(x)
		started := w.began(x)
		if started == 0 {
			return
		}
		w.complain(x.offences)
		res := webhook.Result{Outcome: journal.Failure, Class: webhook.ClassBlocked}
		if x.err != nil {
			res.Detail = x.err.Error()
		} else {
			res = w.box.opts.Poster.Post(w.ctx, x.request, x.Limit.D(), w.ladder(x.Provider).Success, behaviour(x))
		}
		w.ended(x, res, started)
	}
}

// began records the attempt as it goes out and returns its seq.
func (w *world) began(x *exchange) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.draft(x.cause)
	a := x.Attempt
	seq := d.Add(journal.Entry{Kind: journal.KindAttemptStarted, Attempt: &a})
	note(d, seq, x.offences)
	if w.commit(d) != nil {
		return 0
	}
	return seq
}

// ended records how an attempt ended and plans what follows from it.
func (w *world) ended(x *exchange, res webhook.Result, started uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx.Err() != nil {
		return
	}
	d := w.draft(started)
	a := x.Attempt
	a.Header, a.Body, a.Faults = nil, "", nil
	a.Outcome, a.Class, a.Status, a.Answer = res.Outcome, res.Class, res.Status, res.Answer
	a.Detail, a.Took = res.Detail, sms.Duration(res.Took)
	retry, planned, gaveUp := w.queue.Retry(a, d.Now)
	a.GaveUp = gaveUp
	seq := d.Add(journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &a})
	extra := 0
	if planned {
		d.Add(journal.Entry{Kind: journal.KindAttemptPlanned, Cause: seq, Attempt: &retry})
		extra++
	}
	w.aftermath(d, x, seq, extra)
	_ = w.commit(d)
	if a.Why != journal.Stranger {
		w.queue.Done(a)
	}
	w.clock.Touch()
	w.pump(a.Endpoint)
}

// aftermath plans what the faults of an attempt bring about once it has ended.
// given counts the attempt numbers that the decision has given away.
func (w *world) aftermath(d *carrier.Draft, x *exchange, cause uint64, given int) {
	again := func(f journal.Fault, why journal.Why, wait, age time.Duration) {
		for range max(1, f.Count) {
			next, ok := w.queue.Another(x.Delivery, why, d.Now.Add(wait), given)
			if !ok {
				return
			}
			next.Age = sms.Duration(age)
			given++
			d.Add(journal.Entry{Kind: journal.KindAttemptPlanned, Cause: cause, Attempt: &next})
		}
	}
	for _, f := range x.faults {
		switch f.Kind {
		case journal.DuplicateNow:
			again(f, journal.Duplicate, f.After.D(), 0)
		case journal.DuplicateLate:
			again(f, journal.Duplicate, orElse(f.After, 72*time.Hour), 0)
		case journal.ReplayOld:
			wait := orElse(f.After, 10*time.Minute)
			again(f, journal.Replay, wait, wait)
		case journal.NewEventID:
			w.carrier.Repeat(d, x.Event, cause)
		case journal.NewMessageID:
			w.carrier.RepeatMessage(d, x.Event, cause)
		}
	}
}

// behaviour is how the network treats the exchange itself.
func behaviour(x *exchange) webhook.Behaviour {
	var b webhook.Behaviour
	_, b.LoseAnswer = x.fault(journal.LoseAnswer)
	_, b.Reset = x.fault(journal.ResetMid)
	if f, ok := x.fault(journal.HangUp); ok {
		b.HangUp = orElse(f.After, 100*time.Millisecond)
	}
	if f, ok := x.fault(journal.SlowRead); ok {
		b.SlowRead = orElse(f.After, 20*time.Millisecond)
	}
	return b
}
