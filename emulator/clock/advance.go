package clock

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Move says how far to advance: exactly one of By, To and Next is set.
type Move struct {
	By   time.Duration
	To   time.Time
	Next bool // to the next due item; nowhere if nothing is pending

	// Settle is how long (wall time) the clock waits, at every instant where
	// items fired, without any activity before it jumps further. With 0 it only
	// waits until the clock is idle.
	Settle time.Duration
}

// Advance moves virtual time forward in any mode, stopping at every item on
// the way until it has fired and the clock is idle again. It returns where the
// clock was and where it is. Calls at the same time run one after the other;
// one that is called while its own caller holds an exchange open never ends.
// When ctx ends, it returns with the clock left where it is.
func (c *Clock) Advance(ctx context.Context, m Move) (from, to time.Time, err error) {
	err = m.check()
	if err == nil {
		err = c.takeTurn(ctx)
	}
	if err != nil {
		now := c.Now()
		return now, now, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advancing = true
	defer c.endTurn()
	from = c.now(Wall())
	target, err := m.target(from)
	if err == nil {
		err = c.climb(ctx, target, m.Settle)
	}
	return from, c.now(Wall()), err
}

func (c *Clock) takeTurn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.stopped:
		return ErrClosed
	}
}

func (c *Clock) endTurn() {
	c.advancing = false
	c.wake()
	<-c.turn
}

// check refuses moves that are wrong at any time.
func (m Move) check() error {
	given := 0
	for _, set := range []bool{m.By != 0, !m.To.IsZero(), m.Next} {
		if set {
			given++
		}
	}
	switch {
	case given != 1:
		return errors.New("the clock needs exactly one of by, to and next; write by with a duration above zero (\"10m\"), to with a later time (\"2026-01-01T12:00:00Z\"), or next")
	case m.By < 0:
		return fmt.Errorf("the clock cannot advance by %s: it never goes backwards; write a duration above zero, like \"10m\"", m.By)
	case m.Settle < 0:
		return fmt.Errorf("a settle window of %s is impossible; write a duration of zero or more, like \"200ms\"", m.Settle)
	}
	return nil
}

// target is where m leads from now; the zero time means to the next item.
func (m Move) target(now time.Time) (time.Time, error) {
	if m.Next {
		return time.Time{}, nil
	}
	to := virtual(m.To)
	if m.By > 0 {
		to = now.Add(m.By)
	}
	return to, reachable(now, to)
}

// climb jumps from item to item up to target.
func (c *Clock) climb(ctx context.Context, target time.Time, settle time.Duration) error {
	seen := c.fired
	rested := func(wall time.Time) (bool, time.Duration) {
		if !c.idle(wall) {
			return false, 0
		}
		if c.fired == seen {
			return true, 0
		}
		left := settle - wall.Sub(c.active)
		return left <= 0, left
	}
	for {
		wall, err := c.await(ctx, rested)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		seen = c.fired
		hop := c.hop(target)
		if !hop.After(c.now(wall)) {
			return nil
		}
		if target.IsZero() {
			target = hop
		}
		c.jump(hop, wall)
	}
}

// hop is where a climb to target stops next; the zero time if it leads nowhere.
func (c *Clock) hop(target time.Time) time.Time {
	if len(c.queue) == 0 || c.queue[0].Due.After(end) {
		return target
	}
	if next := c.queue[0].Due; target.IsZero() || next.Before(target) {
		return next
	}
	return target
}
