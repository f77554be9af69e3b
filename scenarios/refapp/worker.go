package refapp

import (
	"sync"
	"time"
)

// releaseTime is how long a reminder that waited for a webhook still waits for
// that webhook's answer to be on its way.
const releaseTime = 50 * time.Millisecond

// process answers one text of the inbox and reports whether every reply was
// taken or was not wanted.
func (d *desk) process(in inbound) bool {
	if d.bug("last-conversation") && !sleep(d.ctx, batchTime) {
		return false
	}
	all := true
	for _, id := range d.store.answer(d.replies(in)) {
		all = d.deliver(id) && all
	}
	return all
}

// deliver sends one text of the outbox and reports whether it was taken or was
// suppressed. Consent is looked at again before every call.
func (d *desk) deliver(id string) bool {
	for try := 1; ; try++ {
		o, ok := d.store.begin(id, !d.bug("consent-checked-when-queued"))
		if !ok {
			d.log.Info("text suppressed", "id", id)
			return true
		}
		if try > 1 && d.bug("new-key-on-retry") {
			o.key = d.store.freshKey()
		}
		got := d.vendor.send(d.ctx, o)
		wait, again := d.policy.next(got, try, d.manners.takesOnce)
		d.store.end(id, got, again)
		d.log.Info("send call", "id", id, "try", try, "outcome", got.outcome, "again", again)
		if !again {
			return got.outcome == accepted
		}
		if !sleep(d.ctx, wait) {
			return false
		}
	}
}

// release sends the reminders that waited for a webhook of this handset.
func (d *desk) release(handset string) {
	for _, id := range d.store.unhold(handset) {
		d.lanes.put(handset, func() {
			if sleep(d.ctx, releaseTime) {
				d.deliver(id)
			}
		})
	}
}

// lanes runs the jobs of one key in order, and different keys side by side.
type lanes struct {
	mu     sync.Mutex
	jobs   map[string][]func() // a key is there while its lane runs
	closed bool
	wg     sync.WaitGroup
}

func newLanes() *lanes { return &lanes{jobs: map[string][]func(){}} }

// put adds a job to its lane. It does nothing after close.
func (l *lanes) put(key string, job func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	waiting, running := l.jobs[key]
	l.jobs[key] = append(waiting, job)
	if !running {
		l.wg.Go(func() { l.run(key) })
	}
}

func (l *lanes) run(key string) {
	for job := l.take(key); job != nil; job = l.take(key) {
		job()
	}
}

// take returns a lane's next job, or ends the lane.
func (l *lanes) take(key string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := l.jobs[key]
	if len(waiting) == 0 || l.closed {
		delete(l.jobs, key)
		return nil
	}
	l.jobs[key] = waiting[1:]
	return waiting[0]
}

// close lets each lane finish its current job and waits for them.
func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.wg.Wait()
}
