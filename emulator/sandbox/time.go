package sandbox

import (
	"context"
	"time"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
)

// Move is what happened while the clock moved or the world settled.
type Move struct {
	From, To time.Time
	Quiet    bool   // nothing is open or due, and the application was silent
	Reason   string // why it is not
	Fired    []journal.Entry
}

// Clock is the state of the clock.
func (s *Sandbox) Clock() clock.State { return s.now().clock.State() }

// SetClock changes the mode, and the time if start is not zero.
func (s *Sandbox) SetClock(mode clock.Mode, scale float64, start time.Time) error {
	w := s.now()
	from := w.clock.Now()
	if err := w.clock.Set(mode, scale, start); err != nil {
		return badRequest("clock", err)
	}
	w.jumped(from, w.clock.Now())
	return nil
}

// Advance moves the clock and returns once every webhook that fell due on the
// way was really answered, or classed as failed.
func (s *Sandbox) Advance(ctx context.Context, m clock.Move) (Move, error) {
	w := s.now()
	since := w.journal.Last()
	from, to, err := w.clock.Advance(ctx, m)
	if err != nil {
		if ctx.Err() != nil {
			return Move{}, ctx.Err()
		}
		return Move{}, badRequest("clock", err)
	}
	fired, err := w.fired(since)
	return Move{From: from, To: to, Quiet: true, Fired: fired}, err
}

// Settle waits until nothing is open or due and the application has been
// silent for quiet; both durations are real time.
func (s *Sandbox) Settle(ctx context.Context, quiet, timeout time.Duration) (Move, error) {
	w := s.now()
	since, from := w.journal.Last(), w.clock.Now()
	reached, reason := w.clock.Settle(ctx, quiet, timeout)
	if err := ctx.Err(); err != nil {
		return Move{}, err
	}
	if err := w.note(journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{Quiet: reached, Reason: reason}}); err != nil {
		return Move{}, err
	}
	fired, err := w.fired(since)
	return Move{From: from, To: w.clock.Now(), Quiet: reached, Reason: reason, Fired: fired}, err
}

// fired lists what happened after since: states, events and attempts.
func (w *world) fired(since uint64) ([]journal.Entry, error) {
	out := []journal.Entry{}
	upTo := w.journal.Last()
	err := w.journal.Each(since, func(e journal.Entry) bool {
		if e.Seq > upTo {
			return false
		}
		switch e.Kind {
		case journal.KindMessage, journal.KindEvent, journal.KindAttemptEnded, journal.KindFaultFired, journal.KindFaultMissed:
			out = append(out, e)
		}
		return true
	})
	return out, err
}

// note records an entry that the engine does not decide about.
func (w *world) note(e journal.Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.draft(0)
	d.Add(e)
	return w.commit(d)
}
