package clock

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Settle waits until the world is quiet: the clock is idle and not being
// advanced, in mode Auto nothing is pending, and for the wall time quiet,
// counted from this call, nothing called, fired or moved. It returns false when
// timeout (0: none) or ctx ends first, with the reason in words.
func (c *Clock) Settle(ctx context.Context, quiet, timeout time.Duration) (quietReached bool, reason string) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	began := Wall()
	_, err := c.await(ctx, func(wall time.Time) (bool, time.Duration) {
		if !c.quiet(wall) {
			return false, 0
		}
		left := quiet - wall.Sub(later(began, c.active))
		return left <= 0, left
	})
	if err != nil {
		return false, c.unrest(err, began)
	}
	return true, ""
}

// quiet reports whether nothing goes on that will go on by itself.
func (c *Clock) quiet(wall time.Time) bool {
	return c.idle(wall) && !c.advancing && (c.mode != Auto || len(c.queue) == 0)
}

// unrest says why a Settle that began at began and ended with err was not
// quiet. What people can act on comes first.
func (c *Clock) unrest(err error, began time.Time) string {
	wall := Wall()
	switch {
	case errors.Is(err, ErrClosed):
		return err.Error()
	case c.holds > 0:
		return count(c.holds, "exchange") + " open"
	case c.doing != "":
		return c.doing + " is still being handled"
	case c.due(wall):
		return fmt.Sprintf("an item due at %s has not fired", show(c.queue[0].Due))
	case c.advancing:
		return "the clock is being advanced"
	case !c.quiet(wall):
		return fmt.Sprintf("%s pending, the next due at %s", count(len(c.queue), "item"), show(c.queue[0].Due))
	case c.active.After(began):
		return c.activity + " " + ago(wall, c.active) + " ago"
	}
	return "the wait ended after only " + ago(wall, began) + " of quiet"
}

// count is "1 thing is" or "2 things are".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing + " is"
	}
	return fmt.Sprintf("%d %ss are", n, thing)
}

func ago(wall, then time.Time) string {
	return wall.Sub(then).Round(time.Millisecond).String()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
