package history

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
)

// faultWait is how long a fault makes a caller wait that does not say how long.
const faultWait = time.Second

// wait is how long the answer to a call asked the caller to wait before it
// comes back: what the record says was told, else what the fault that made the
// answer says. 0: it did not ask.
func (c *Call) wait(told []journal.Header) time.Duration {
	if c.Status != http.StatusTooManyRequests && c.Status != http.StatusServiceUnavailable {
		return 0
	}
	for _, line := range told {
		if n, err := strconv.Atoi(line.Value); err == nil && strings.EqualFold(line.Name, "Retry-After") {
			return time.Duration(min(max(n, 0), int(longestWait/time.Second))) * time.Second
		}
	}
	for _, f := range c.Faults {
		switch f.Kind {
		case journal.RateLimit, journal.ErrorBefore, journal.ErrorAfter:
			if f.RetryAfter > 0 {
				return f.RetryAfter.D()
			}
			return faultWait
		}
	}
	return 0
}

// longestWait keeps a wait that no program can sit out inside what a duration holds.
const longestWait = 1000 * time.Hour
