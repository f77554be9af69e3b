package refapp

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Windows that make bugs certain to show when two requests meet, or a kill comes.
const (
	meetingTime = 500 * time.Millisecond // check-then-mark-race: how long a check waits for another
	batchTime   = 250 * time.Millisecond // last-conversation: how long a text waits for its worker
	turnTime    = 500 * time.Millisecond // ack-before-persist: between looks whether it is a text's turn
)

// Figures of other bugs.
const (
	shortTime = time.Hour // dedupe-ttl-too-short: how long a text is known
	mostTries = 3         // retries-refusal: calls for a text in all
	batchLane = "batch"   // refusal-aborts-batch: the lane of everybody
)

// zoo knows which bugs are let out, and holds what only they remember.
type zoo struct {
	on map[string]bool

	mu       sync.Mutex
	current  string                   // last-conversation
	name     string                   // shared-name
	first    map[string]string        // thread-by-handset: the handset's first conversation
	meetings map[string]chan struct{} // check-then-mark-race: checks waiting for another of the same key
	lookups  int                      // dedupe-fails-open
	unkept   map[string][]*filed      // ack-before-persist: by conversation
	steps    map[string]int           // session-in-memory: the last step, by conversation
	receipts map[string]int           // segments-counted: by the provider's message id
}

func newZoo(names []string) (*zoo, error) {
	z := &zoo{on: map[string]bool{}, first: map[string]string{}, meetings: map[string]chan struct{}{}, unkept: map[string][]*filed{}, steps: map[string]int{}, receipts: map[string]int{}}
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

func (z *zoo) lastStep(conversation string) int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.steps[conversation]
}

func (z *zoo) tookStep(conversation string, n int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.steps[conversation] = n
}

// lookupFails says so of every second look-up.
func (z *zoo) lookupFails() bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.lookups++
	return z.lookups%2 == 0
}

// misfile lets out the bugs about how a text is filed.
func (d *desk) misfile(c *filed) error {
	switch {
	case d.bug("no-dedupe"), d.bug("dedupe-fails-open") && d.zoo.lookupFails():
		c.Again = true
	case d.bug("dedupe-ttl-too-short"):
		c.Keep = shortTime
	case d.bug("marks-before-success"):
		c.Idle = true
	case d.bug("check-then-mark-race"):
		known := false
		if err := d.store.look(func(now *state) { known = now.inbox[c.Key] }); err != nil {
			return err
		}
		if !known {
			d.zoo.meet(c.Key)
			c.Again = true
		}
	}
	return nil
}

// takeLater keeps a text when its turn comes, that is when all before it in its
// conversation are answered.
func (d *desk) takeLater(c *filed) {
	d.unsaved.Add(1)
	d.zoo.mu.Lock()
	defer d.zoo.mu.Unlock()
	name := c.In.Conversation
	d.zoo.unkept[name] = append(d.zoo.unkept[name], c)
	if len(d.zoo.unkept[name]) == 1 {
		d.watching.Go(func() { d.keepInTurn(name) })
	}
}

func (d *desk) keepInTurn(name string) {
	for busy := true; busy; busy = d.keepNext(name) {
		for busy && sleep(d.ctx, turnTime) {
			_ = d.store.look(func(now *state) { busy = now.lanes[name] != nil })
		}
		if d.ctx.Err() != nil {
			return
		}
	}
}

// keepNext keeps the next text of a conversation and reports whether more wait.
func (d *desk) keepNext(name string) bool {
	d.zoo.mu.Lock()
	defer d.zoo.mu.Unlock()
	c := d.zoo.unkept[name][0]
	if d.store.do(c) == nil && c.fresh {
		d.wake(name)
	}
	d.unsaved.Add(-1)
	d.zoo.unkept[name] = d.zoo.unkept[name][1:]
	return len(d.zoo.unkept[name]) > 0
}

// countReceipt takes every receipt for that of one segment, and a text for
// delivered once there are as many as it has segments, whatever they say.
func (d *desk) countReceipt(in inbound) string {
	segments := 0
	_ = d.store.look(func(now *state) {
		if m := now.byID[in.Message]; m != nil {
			segments = roughSegments(m.Body)
		}
	})
	d.zoo.mu.Lock()
	defer d.zoo.mu.Unlock()
	d.zoo.receipts[in.Message]++
	if segments > 1 && d.zoo.receipts[in.Message] == segments {
		return "delivered"
	}
	return in.Status
}

// roughSegments is how many segments a text has, near enough.
func roughSegments(body string) int {
	n, alone, part := 0, 160, 153
	for _, r := range body {
		if n++; r > 127 {
			alone, part = 70, 67
		}
	}
	if n <= alone {
		return 1
	}
	return (n + part - 1) / part
}

// atHome is a number as spelling-splits keeps it: by its last ten digits.
func atHome(number string) string { return number[max(0, len(number)-10):] }
