package stage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

// lookout finds a point in the work for a handset, in entries that it is shown
// in order.
type lookout struct {
	spot     page.Spot
	who      sms.Number
	withhold string // the fault that holds the world at the point; "" for others

	events map[string]bool // texts told so far
	event  string          // the one that is meant, once it is known
	calls  int             // sends so far
	call   string          // the one that is meant, once it is known
}

func newLookout(spot page.Spot, who sms.Number) *lookout {
	return &lookout{spot: spot, who: who, events: map[string]bool{}}
}

// meets reports whether an entry is the point.
func (l *lookout) meets(e journal.Entry) bool {
	switch {
	case l.spot.Point.InWebhook():
		return l.meetsAttempt(e)
	case l.withhold != "":
		if e.Kind == journal.KindFaultFired && e.Fault != nil && e.Fault.ID == l.withhold {
			l.call = e.Fault.At
		}
		return e.Kind == journal.KindTold && e.Call != nil && l.call == e.Call.ID
	}
	if e.Call == nil {
		return false
	}
	if (e.Kind == journal.KindAccepted || e.Kind == journal.KindRefused) && e.Call.Handset == l.who {
		if l.calls++; l.calls == max(1, l.spot.Nth) {
			l.call = e.Call.ID
		}
	}
	return e.Kind == journal.KindTold && l.call == e.Call.ID && e.Call.Status != 0
}

// meetsAttempt counts texts as faults do: by the events that tell of them.
func (l *lookout) meetsAttempt(e journal.Entry) bool {
	a := e.Attempt
	if a == nil || a.Neutral != sms.MessageReceived || a.Handset != l.who ||
		e.Kind != journal.KindAttemptStarted && e.Kind != journal.KindAttemptEnded {
		return false
	}
	if !l.events[a.Event] {
		l.events[a.Event] = true
		if len(l.events) == max(1, l.spot.Nth) {
			l.event = a.Event
		}
	}
	if a.Event != l.event || a.Number != max(1, l.spot.Attempt) {
		return false
	}
	if l.spot.Point == page.Received {
		return e.Kind == journal.KindAttemptStarted
	}
	return e.Kind == journal.KindAttemptEnded && a.Status/100 == http.StatusOK/100
}

// until waits until the work for a handset of each cast came to the point that
// step i names, counted from the beginning of the page. A cast for which the
// world comes to rest without that cannot go on.
func (p *play) until(ctx context.Context, i int) error {
	var lookouts []*lookout
	for _, c := range p.casts {
		if c.why == "" {
			lookouts = append(lookouts, c.lookout(c.steps[i]))
		}
	}
	first := p.tape.entries[0].Seq
	rest, enough := context.WithCancel(ctx)
	defer enough()
	watched := make(chan error, 1)
	go func() {
		err := p.net.Follow(rest, first, func(e journal.Entry) bool {
			lookouts = slices.DeleteFunc(lookouts, func(l *lookout) bool { return l.meets(e) })
			return len(lookouts) > 0
		})
		enough()
		watched <- err
	}()
	restless := p.settle(rest)
	reached := rest.Err() != nil
	enough()
	if err := <-watched; err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("wait for a point in the application's work: %w", err)
	}
	if restless != nil && !reached {
		return restless
	}
	if err := p.read(ctx); err != nil {
		return err
	}
	return p.each(func(c *cast) error {
		s := c.steps[i]
		if slices.ContainsFunc(p.tape.entries, c.lookout(s).meets) {
			return nil
		}
		return p.stuck(c, s, cannot("the application never came to that point"))
	})
}

func (c *cast) lookout(s page.Step) *lookout { return newLookout(s.Until, c.first(s)) }
