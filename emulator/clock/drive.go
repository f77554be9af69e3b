package clock

import (
	"context"
	"time"
)

// drive fires what is due and, in mode Auto, jumps to what is not. It is the
// only caller of Fire.
func (c *Clock) drive() {
	defer close(c.stopped)
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		wall := Wall()
		switch {
		case c.doing != "": // an Advance is telling of its jump
			c.sleep(nil, 0)
		case c.due(wall):
			c.fireNext()
		case c.mayJump():
			c.jump(c.queue[0].Due, wall)
		case len(c.queue) > 0:
			c.sleep(nil, c.until(c.queue[0].Due, wall))
		default:
			c.sleep(nil, 0)
		}
	}
}

func (c *Clock) fireNext() {
	i := c.queue.pop()
	c.outside("item "+i.Key, func() { c.fire(i) })
	c.fired++
	c.act("an item fired")
}

// mayJump reports whether the clock, idle but for its holds, jumps by itself.
func (c *Clock) mayJump() bool {
	return c.mode == Auto && !c.advancing && c.holds == 0 && len(c.queue) > 0 && !c.queue[0].Due.After(end)
}

// jump moves virtual time and says so.
func (c *Clock) jump(to, wall time.Time) {
	from := c.now(wall)
	c.base, c.anchor = to, wall
	c.act("the clock moved")
	c.wake()
	if c.jumped != nil {
		c.outside("the jump to "+show(to), func() { c.jumped(from, to) })
	}
}

// outside calls fn without the lock, while the clock counts as busy with what.
func (c *Clock) outside(what string, fn func()) {
	c.doing = what
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.doing = ""
		c.wake()
	}()
	fn()
}

// due reports whether an item should have fired.
func (c *Clock) due(wall time.Time) bool {
	return len(c.queue) > 0 && !c.queue[0].Due.After(c.now(wall))
}

// idle reports whether nothing is due, being fired, or held open.
func (c *Clock) idle(wall time.Time) bool {
	return c.doing == "" && c.holds == 0 && !c.due(wall)
}

// act records activity, which quiet windows are measured from.
func (c *Clock) act(what string) { c.active, c.activity = Wall(), what }

// wake makes every waiter look again.
func (c *Clock) wake() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// await blocks until ready says so and returns the wall time at which it did.
// ready is called under the lock, which is held again on return; again says
// after how long to ask even if nothing changes, 0 for never.
func (c *Clock) await(ctx context.Context, ready func(wall time.Time) (ok bool, again time.Duration)) (time.Time, error) {
	for {
		if c.closed {
			return time.Time{}, ErrClosed
		}
		wall := Wall()
		ok, again := ready(wall)
		if ok {
			return wall, nil
		}
		if err := ctx.Err(); err != nil {
			return time.Time{}, err
		}
		c.sleep(ctx.Done(), again)
	}
}

// sleep gives up the lock until something changes, done closes, or d has
// passed; 0 is no limit.
func (c *Clock) sleep(done <-chan struct{}, d time.Duration) {
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	changed := c.changed
	c.mu.Unlock()
	defer c.mu.Lock()
	var elapsed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		elapsed = timer.C
	}
	select {
	case <-changed:
	case <-done:
	case <-elapsed:
	}
}
