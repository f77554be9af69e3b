package refapp

import (
	"sync"
	"time"
)

// Waits of a worker.
const (
	releaseTime = 250 * time.Millisecond // of a reminder for the answer to the webhook that it waited for
	watchTime   = 100 * time.Millisecond // between looks for workers that died
	mendTime    = time.Second            // before a change is made again that could not be kept
)

// work does the first job of a lane and reports whether there was one.
func (d *desk) work(lane string) bool {
	j, mine, err := d.store.next(lane)
	switch {
	case err != nil:
		d.log.Error("store", "problem", err)
		return sleep(d.ctx, mendTime)
	case !mine || d.ctx.Err() != nil:
		return false
	case j.text != nil:
		d.process(lane, *j.text)
	default:
		d.deliver(j.send)
	}
	return true
}

// commit makes a change that must be made, however often it takes. It gives up
// only when the desk closes.
func (d *desk) commit(c change) bool {
	for {
		err := d.store.do(c)
		if err == nil {
			return true
		}
		d.log.Error("store", "problem", err)
		if !sleep(d.ctx, mendTime) {
			return false
		}
	}
}

// process files the replies to a text and ends the job that it is.
func (d *desk) process(lane string, in inbound) []string {
	if d.bug("last-conversation") && !sleep(d.ctx, batchTime) {
		return nil
	}
	replies, step := d.replies(in)
	c := &answered{Lane: lane, Conversation: in.Conversation, Step: step, Replies: replies}
	if !d.commit(c) {
		return nil
	}
	return c.ids
}

// processNow is what the bug marks-before-success does before it answers a
// webhook. It reports whether every reply was taken or was not wanted.
func (d *desk) processNow(in inbound) bool {
	all := true
	for _, id := range d.process("", in) {
		all = d.deliver(id) && all
	}
	return all
}

// deliver sends one text of the outbox and reports whether it was taken or was
// suppressed. Consent is looked at again before every call.
func (d *desk) deliver(id string) bool {
	for d.ready(id) {
		c := &begun{ID: id, Recheck: !d.bug("consent-checked-when-queued"), NewKey: d.bug("new-key-on-retry")}
		switch {
		case !d.commit(c):
			return false
		case c.suppressed:
			d.log.Info("text suppressed", "id", id)
			return true
		}
		got := d.vendor.send(d.ctx, c.out)
		if !d.conclude(id, c.try, got) {
			return got.outcome == accepted
		}
	}
	return false
}

// ready waits until a call for a text may be made, and reports whether to make
// it. A call that was begun and never ended, because its worker did not live to
// hear the answer, is one whose outcome is unknown.
func (d *desk) ready(id string) bool {
	var m message
	look := func() error { return d.store.look(func(now *state) { m = *now.outbox[id] }) }
	err := look()
	if err == nil && m.calling {
		if !d.conclude(id, m.tries, receipt{}) {
			return false
		}
		err = look()
	}
	if err != nil {
		d.log.Error("store", "problem", err)
		sleep(d.ctx, mendTime)
		return false // the job is still there
	}
	return sleep(d.ctx, time.Until(m.notBefore))
}

// conclude keeps what a call brought and reports whether to make it again.
func (d *desk) conclude(id string, try int, got receipt) bool {
	wait, again := d.policy.next(got, try, d.manners.takesOnce)
	if d.bug("ignores-retry-after") && got.retryAfter > 0 {
		wait = 0
	}
	if d.bug("retries-refusal") && try < mostTries && (got.outcome == refused || got.outcome == consentNo) {
		again = true
	}
	if d.bug("spelling-splits") {
		got.handset = atHome(got.handset)
	}
	d.log.Info("send call", "id", id, "try", try, "outcome", got.outcome, "again", again)
	kept := d.commit(&ended{
		ID: id, Outcome: got.outcome, Message: got.message, Contact: got.contact, Handset: got.handset,
		Again: again, NotBefore: time.Now().Add(wait),
	})
	if d.bug("refusal-aborts-batch") && (got.outcome == refused || got.outcome == consentNo) {
		d.commit(&dropped{Lane: batchLane})
	}
	return kept && again
}

// release sends the reminders that waited for a webhook of this handset.
func (d *desk) release(handset string) error {
	c := &released{Handset: handset, Worker: d.store.me, NotBefore: time.Now().Add(releaseTime)}
	err := d.store.do(c)
	d.wake(c.lanes...)
	return err
}

// wake has the work in lanes done.
func (d *desk) wake(lanes ...string) {
	for _, name := range lanes {
		d.lanes.wake(name, d.work)
	}
}

// watch takes over, now and then, what workers left that died.
func (d *desk) watch() {
	for {
		lanes, err := d.store.inherit(d.bug("forgets-work"))
		if err != nil {
			d.log.Error("store", "problem", err)
		}
		d.wake(lanes...)
		if !sleep(d.ctx, watchTime) {
			return
		}
	}
}

// lanes runs what works in each lane, once at a time, and different lanes side
// by side.
type lanes struct {
	mu     sync.Mutex
	woken  map[string]bool // a lane is there while it runs; true: look again before it ends
	closed bool
	wg     sync.WaitGroup
}

func newLanes() *lanes { return &lanes{woken: map[string]bool{}} }

// wake makes a lane run until work says that there is none. It does nothing
// after close.
func (l *lanes) wake(name string, work func(lane string) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	_, running := l.woken[name]
	l.woken[name] = true
	if running {
		return
	}
	l.wg.Go(func() {
		for l.awake(name) {
			for work(name) {
			}
		}
	})
}

// awake takes a lane's wake-up, or ends the lane if there was none.
func (l *lanes) awake(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.woken[name] || l.closed {
		delete(l.woken, name)
		return false
	}
	l.woken[name] = false
	return true
}

// close lets each lane finish its current job and waits for them.
func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.wg.Wait()
}
