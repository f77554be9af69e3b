package clock

import (
	"fmt"
	"math"
	"time"
)

// end is the last instant that a clock can show: later years cannot be written as JSON.
var end = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// rate is how many virtual seconds pass in a wall second.
func (c *Clock) rate() float64 {
	switch c.mode {
	case Real:
		return 1
	case Scaled:
		return c.scale
	}
	return 0
}

// now is the virtual time when the wall shows wall. A Duration would overflow
// after 292 years, which a fast clock passes in seconds; hence the floats.
func (c *Clock) now(wall time.Time) time.Time {
	rate := c.rate()
	elapsed := max(0, wall.Sub(c.anchor))
	switch rate {
	case 0:
		return c.base
	case 1:
		return earlier(c.base.Add(elapsed), end)
	}
	seconds := elapsed.Seconds() * rate
	if seconds >= float64(end.Unix()-c.base.Unix()) {
		return end
	}
	whole, part := math.Modf(seconds)
	nanos := int64(c.base.Nanosecond()) + int64(math.Round(part*1e9))
	return time.Unix(c.base.Unix()+int64(whole), nanos).UTC()
}

// until is how much wall time passes before an item due at due is due, at
// least one nanosecond; 0 if the wall does not move this clock there.
func (c *Clock) until(due, wall time.Time) time.Duration {
	rate := c.rate()
	if rate == 0 || due.After(end) {
		return 0
	}
	const longest = time.Duration(1 << 60) // waking early does no harm
	wait := math.Ceil(float64(due.Sub(c.now(wall))) / rate)
	return time.Duration(min(max(wait, 1), float64(longest)))
}

// reachable says why a clock that shows now cannot be moved to target.
func reachable(now, target time.Time) error {
	switch {
	case target.Before(now):
		return fmt.Errorf("%s is in the past: the clock shows %s and never goes backwards; write a later time", show(target), show(now))
	case target.After(now.AddDate(100, 0, 0)):
		return fmt.Errorf("%s is over 100 years ahead of %s; write an earlier time", show(target), show(now))
	case target.After(end):
		return fmt.Errorf("%s is later than any clock can show; write a time before the year 10000", show(target))
	}
	return nil
}

func show(t time.Time) string { return t.Format(time.RFC3339Nano) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
