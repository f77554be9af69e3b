package journal

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Store keeps entries in order. Append must keep all of its entries or none.
type Store interface {
	Append(entries []Entry) error
	// Read returns at most limit entries that follow seq after.
	Read(after uint64, limit int) ([]Entry, error)
}

// Journal orders entries and tells who waits for them. It is safe for concurrent use.
type Journal struct {
	store Store
	wall  func() time.Time

	mu      sync.Mutex
	last    uint64
	changed chan struct{}
	closed  bool
}

// New is a journal over an empty store; wall gives the real time of an entry.
func New(store Store, wall func() time.Time) *Journal {
	return &Journal{store: store, wall: wall, changed: make(chan struct{})}
}

// Append gives entries their place and time and keeps them. They are returned as kept.
func (j *Journal) Append(at time.Time, entries ...Entry) ([]Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wall := j.wall()
	for i := range entries {
		entries[i].Seq = j.last + uint64(i) + 1
		entries[i].At, entries[i].Wall = at, wall
	}
	if err := j.store.Append(entries); err != nil {
		return nil, fmt.Errorf("keep %d journal entries: %w", len(entries), err)
	}
	j.last += uint64(len(entries))
	j.wake()
	return entries, nil
}

func (j *Journal) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// Last is the seq of the newest entry; 0 if there is none.
func (j *Journal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// Since returns at most limit entries that follow seq after.
func (j *Journal) Since(after uint64, limit int) ([]Entry, error) {
	return j.store.Read(after, limit)
}

// Watch returns a channel that closes when there may be entries after seq
// after, or when the journal ends; more is false once it has ended.
func (j *Journal) Watch(after uint64) (ready <-chan struct{}, more bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.last > after || j.closed {
		done := make(chan struct{})
		close(done)
		return done, !j.closed
	}
	return j.changed, true
}

// Close ends every Watch. The entries stay readable.
func (j *Journal) Close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.closed {
		j.closed = true
		j.wake()
	}
}

// page bounds how many entries a follower holds at once.
const page = 256

// Each calls fn with every entry after seq after that is there now, in order,
// until fn says stop.
func (j *Journal) Each(after uint64, fn func(Entry) (more bool)) error {
	for {
		entries, err := j.Since(after, page)
		if err != nil {
			return err
		}
		for _, e := range entries {
			after = e.Seq
			if !fn(e) {
				return nil
			}
		}
		if len(entries) < page {
			return nil
		}
	}
}

// Follow calls fn with every entry after seq after, in order, until fn says
// stop, ctx ends, or the journal does.
func (j *Journal) Follow(ctx context.Context, after uint64, fn func(Entry) (more bool)) error {
	for {
		entries, err := j.Since(after, page)
		if err != nil {
			return err
		}
		for _, e := range entries {
			after = e.Seq
			if !fn(e) {
				return nil
			}
		}
		if len(entries) == page {
			continue
		}
		ready, more := j.Watch(after)
		if !more && j.Last() <= after {
			return nil
		}
		select {
		case <-ready:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
