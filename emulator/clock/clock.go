package clock

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Mode says what moves a clock.
type Mode string

// The modes. Advance works in all of them.
const (
	Real   Mode = "real"   // follows the wall
	Scaled Mode = "scaled" // follows the wall, Scale times as fast
	Manual Mode = "manual" // only Advance moves it
	Auto   Mode = "auto"   // jumps to the next due item whenever it is idle
)

// Epoch is when Manual and Auto clocks begin unless told otherwise.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrClosed is what waiting calls return once the clock is closed.
var ErrClosed = errors.New("the clock is closed")

// Options configure a Clock; the zero value is a real clock that begins now.
type Options struct {
	Mode  Mode      // default Real
	Scale float64   // virtual seconds per wall second, for Scaled; default 3600
	Start time.Time // default: now by the wall for Real and Scaled, Epoch for Manual and Auto

	// Fire is called for each due item, one at a time, in order of (Due, Seq).
	Fire func(Item)
	// Jumped is called when virtual time jumps, by Advance or in mode Auto,
	// before the items due at to fire. It may be nil.
	//
	// Both run without the clock's lock and may call it, but not its waiting
	// calls: Advance, Settle and Close would wait for them.
	Jumped func(from, to time.Time)
}

// Item is work that waits for its hour.
type Item struct {
	Due time.Time
	Seq uint64 // breaks ties
	Key string // opaque to the clock
}

// State is a look at a clock.
type State struct {
	Mode    Mode
	Now     time.Time
	Scale   float64   // virtual seconds per wall second; 0 if the clock stands between jumps
	Next    time.Time // when the next item is due; zero if there is none
	Pending int       // items that have not fired
}

// Clock is the virtual time of one sandbox. It is safe for concurrent use.
type Clock struct {
	fire    func(Item)
	jumped  func(from, to time.Time)
	turn    chan struct{} // held by the Advance that runs
	stopped chan struct{} // closed when the driver has ended

	mu        sync.Mutex
	mode      Mode
	scale     float64   // used in mode Scaled only
	base      time.Time // virtual time when the wall showed anchor
	anchor    time.Time
	queue     queue
	holds     int           // open exchanges
	doing     string        // what Fire or Jumped is busy with; empty if neither runs
	fired     uint64        // items fired so far
	advancing bool          // an Advance decides about jumps
	active    time.Time     // wall time of the last activity
	activity  string        // what it was, in words that "ago" can follow
	changed   chan struct{} // closed when a waiter should look again; nil if none waits
	closed    bool
}

// Wall is the real time. The rest of Switchhook asks here and nowhere else.
func Wall() time.Time { return time.Now().UTC() }

// Validate says what is wrong with options that came from outside.
func (o Options) Validate() error {
	o = o.withDefaults()
	return check(o.Mode, o.Scale)
}

func (o Options) withDefaults() Options {
	if o.Mode == "" {
		o.Mode = Real
	}
	if o.Scale == 0 {
		o.Scale = 3600
	}
	if o.Start.IsZero() {
		o.Start = Epoch
		if o.Mode == Real || o.Mode == Scaled {
			o.Start = Wall()
		}
	}
	if o.Fire == nil {
		o.Fire = func(Item) {}
	}
	return o
}

const maxScale = 1e9

func check(mode Mode, scale float64) error {
	switch mode {
	case Real, Scaled, Manual, Auto:
	default:
		return fmt.Errorf("unknown clock mode %q; write real, scaled, manual or auto", mode)
	}
	if mode == Scaled && !(scale > 0 && scale <= maxScale) { // also refuses NaN
		return fmt.Errorf("clock scale %v is out of range; write the virtual seconds per real second, above 0 and at most 1e9", scale)
	}
	return nil
}

// New starts a clock; Close ends it. It panics on options that Validate refuses.
func New(o Options) *Clock {
	if err := o.Validate(); err != nil {
		panic("clock: " + err.Error())
	}
	o = o.withDefaults()
	c := &Clock{
		fire: o.Fire, jumped: o.Jumped,
		turn: make(chan struct{}, 1), stopped: make(chan struct{}),
		mode: o.Mode, scale: o.Scale, base: virtual(o.Start), anchor: Wall(),
	}
	go c.drive()
	return c
}

// virtual strips what only wall times have: a zone and a monotonic reading.
func virtual(t time.Time) time.Time { return t.Round(0).UTC() }

// Now is the virtual time, in UTC. It never goes backwards.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now(Wall())
}

// State is how the clock stands.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := State{Mode: c.mode, Now: c.now(Wall()), Scale: c.rate(), Pending: len(c.queue)}
	if len(c.queue) > 0 {
		s.Next = c.queue[0].Due
	}
	return s
}

// Set switches the mode while the clock runs. The virtual time is kept unless
// start is given; start may not lie in the past or over 100 years ahead. It
// does not wait for open exchanges and does not call Jumped; items that start
// makes due fire at once. Scale matters for Scaled only.
func (c *Clock) Set(mode Mode, scale float64, start time.Time) error {
	if err := check(mode, scale); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := Wall()
	now := c.now(wall)
	if !start.IsZero() {
		start = virtual(start)
		if err := reachable(now, start); err != nil {
			return err
		}
		now = start
	}
	if mode == Scaled {
		c.scale = scale
	}
	c.mode, c.base, c.anchor = mode, now, wall
	c.act("the clock was set")
	c.wake()
	return nil
}

// At schedules an item. One that is due already fires as soon as it can, in
// any mode. Nothing fires once the clock is closed.
func (c *Clock) At(i Item) {
	i.Due = virtual(i.Due)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue.push(i)
	c.wake()
}

// Hold says that an exchange is open: the clock does not jump until release is
// called. A second release does nothing. Both ends count as activity.
func (c *Clock) Hold() (release func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holds++
	c.act("an exchange began")
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.holds--
		c.act("an exchange ended")
		c.wake()
	})
}

// Touch records activity of the application: quiet windows begin again.
func (c *Clock) Touch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.act("the application called")
}

// Close stops the clock and waits until the running Fire, if any, has
// returned. Advance and Settle calls that wait end with ErrClosed. Items that
// have not fired never will.
func (c *Clock) Close() {
	c.mu.Lock()
	c.closed = true
	c.wake()
	c.mu.Unlock()
	<-c.stopped
}
