package playback

import (
	"context"
	"sync"
	"time"
)

// timeline knows how far each item is. What waits is woken by each change.
type timeline struct {
	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	passed  int           // items before this one, by Seq, have all ended or were missed
	script  *script
}

func newTimeline(s *script) *timeline { return &timeline{script: s, changed: make(chan struct{})} }

// change does something under the lock and wakes all who wait.
func (t *timeline) change(do func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	do()
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *timeline) set(it *item, s state) { t.change(func() { it.state = s }) }

// wait returns true once ready says so under the lock, false if nothing
// changed for the given time, or ctx ended.
func (t *timeline) wait(ctx context.Context, patience time.Duration, ready func() bool) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		t.mu.Lock()
		ok, changed := ready(), t.changed
		t.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
			timer.Reset(patience)
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// open lists what must have happened before an item can begin and has not:
// what had ended by then must have ended, and calls that had begun by then must
// have come. The caller holds the lock.
func (t *timeline) open(it *item) []*item {
	var all []*item
	items := t.script.items
	for t.passed < len(items) && done(items[t.passed]) {
		t.passed++
	}
	for _, other := range items[t.passed:] {
		if other.Seq >= it.Seq {
			break
		}
		early := other.state == waiting || other.state == begun && other.Ended < it.Seq
		if early && !done(other) {
			all = append(all, other)
		}
	}
	return all
}

func done(it *item) bool { return it.state == ended || it.state == missed }

// inside reports whether all webhooks and triggers that came while a call was
// open have come as far as they had when it was answered. The caller holds the lock.
func (t *timeline) inside(it *item) bool {
	for _, other := range t.script.items[min(it.index+1, len(t.script.items)):] {
		switch {
		case other.Seq > it.Ended:
			return true
		case other.isCall():
		case other.Ended < it.Ended && other.state != ended, other.state == waiting:
			return false
		}
	}
	return true
}
