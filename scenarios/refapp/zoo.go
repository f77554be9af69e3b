package refapp

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Windows that make two of the bugs certain to show when two requests meet.
const (
	meetingTime = 100 * time.Millisecond // check-then-mark-race: how long a check waits for another
	batchTime   = 50 * time.Millisecond  // last-conversation: how long a text waits for its worker
)

// zoo knows which bugs are let out, and holds what only they remember.
type zoo struct {
	on map[string]bool

	mu       sync.Mutex
	current  string                   // last-conversation
	name     string                   // shared-name
	first    map[string]string        // thread-by-handset: the handset's first conversation
	meetings map[string]chan struct{} // check-then-mark-race: checks waiting for another of the same key
}

func newZoo(names []string) (*zoo, error) {
	z := &zoo{on: map[string]bool{}, first: map[string]string{}, meetings: map[string]chan struct{}{}}
	known := map[string]bool{}
	var list []string
	for _, b := range Bugs() {
		known[b.Name], list = true, append(list, b.Name)
	}
	for _, name := range names {
		if !known[name] {
			return nil, fmt.Errorf("unknown bug %q: use one of %s", name, strings.Join(list, ", "))
		}
		z.on[name] = true
	}
	return z, nil
}

func (z *zoo) bug(name string) bool { return z.on[name] }

// enter makes a conversation the current one and, when it is the first that
// its handset was seen in, the handset's own.
func (z *zoo) enter(handset, conversation string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.current = conversation
	if z.first[handset] == "" {
		z.first[handset] = conversation
	}
}

func (z *zoo) currentConversation() string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.current
}

func (z *zoo) firstConversation(handset string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.first[handset]
}

// sharedName returns the first name it was ever given.
func (z *zoo) sharedName(name string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.name == "" {
		z.name = name
	}
	return z.name
}

// meet holds the first caller with a key until a second comes or time is up,
// so that two checks made side by side always both come before their marks.
func (z *zoo) meet(key string) {
	z.mu.Lock()
	other, waiting := z.meetings[key]
	if waiting {
		close(other)
		delete(z.meetings, key)
		z.mu.Unlock()
		return
	}
	mine := make(chan struct{})
	z.meetings[key] = mine
	z.mu.Unlock()

	timer := time.NewTimer(meetingTime)
	defer timer.Stop()
	select {
	case <-mine:
	case <-timer.C:
		z.mu.Lock()
		defer z.mu.Unlock()
		if z.meetings[key] == mine {
			delete(z.meetings, key)
		}
	}
}
