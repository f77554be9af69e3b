package suite

import (
	"context"
	"errors"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// drainTime is how much virtual time the end of a page may take to let
// everything pending come about: longer than any vendor's retry ladder.
const drainTime = 15 * 24 * time.Hour

// settle waits until the world is quiet. That it does not come to rest is no
// error; it is kept as the reason for the verdict.
func (p *play) settle(ctx context.Context) error {
	rest, cancel := context.WithTimeout(ctx, restTime)
	defer cancel()
	return p.within(ctx, p.quiet(rest))
}

// within turns the end of a wait into a reason. The end of the whole run stays an error.
func (p *play) within(run context.Context, err error) error {
	if err == nil || run.Err() != nil {
		return err
	}
	var restless unrest
	switch {
	case errors.As(err, &restless):
		p.unquiet = restless.says
	case errors.Is(err, context.DeadlineExceeded):
		p.unquiet = "the world was not quiet in time"
	default:
		return err
	}
	return nil
}

// unrest is an error that says why the world is not quiet.
type unrest struct{ says string }

func (u unrest) Error() string { return u.says }

// quiet returns when there was silence for a whole window, the application
// says that it has nothing left to do, and nothing happened while it was asked.
func (p *play) quiet(ctx context.Context) error {
	for {
		move, err := p.net.Settle(ctx, client.Settle{Quiet: sms.Duration(p.window()), Timeout: sms.Duration(restTime)})
		if err != nil {
			return err
		}
		if !move.Quiet {
			return unrest{"the world was not quiet in time: " + move.Reason}
		}
		if err := p.read(ctx); err != nil {
			return err
		}
		before := p.tape.last
		left, err := p.pending(ctx)
		if err != nil {
			return err
		}
		if err := p.read(ctx); err != nil {
			return err
		}
		if !left && p.tape.last == before {
			return nil
		}
	}
}

// pending asks the application, if it can say, whether it has work left. An
// answer other than a number means work: it may be busy.
func (p *play) pending(ctx context.Context) (bool, error) {
	if _, tells := p.sut.Probe[sut.PendingProbe]; !tells {
		return false, nil
	}
	probe, err := p.sut.Look(ctx, sut.PendingProbe, "")
	if ctx.Err() != nil {
		return true, unrest{"the application still had work to do, by its probe " + probe.Path}
	}
	if err != nil {
		return true, unrest{"the application could not say whether it has work left: " + err.Error()}
	}
	return probe.Value != "0", nil
}

// advance moves the clock by a span, or to the next due item if it is 0, and
// lets the world come to rest at every instant where something happens.
func (p *play) advance(ctx context.Context, by time.Duration) error {
	rest, cancel := context.WithTimeout(ctx, restTime)
	defer cancel()
	if by == 0 {
		_, err := p.hop(rest, client.Advance{Next: true})
		return p.within(ctx, err)
	}
	now, err := p.net.Clock(rest)
	if err == nil {
		err = p.climb(rest, now.Now.Add(by))
	}
	if err == nil && p.unquiet == "" {
		_, err = p.hop(rest, client.Advance{To: now.Now.Add(by)})
	}
	return p.within(ctx, err)
}

// climb goes from due item to due item until none is left before the end.
func (p *play) climb(ctx context.Context, end time.Time) error {
	for {
		now, err := p.net.Clock(ctx)
		if err != nil || now.Pending == 0 || now.Next.After(end) {
			return err
		}
		if _, err := p.hop(ctx, client.Advance{Next: true}); err != nil {
			return err
		}
	}
}

// hop moves the clock once and waits for rest if anything fired.
func (p *play) hop(ctx context.Context, a client.Advance) (client.Move, error) {
	move, err := p.net.Advance(ctx, a)
	if err == nil && len(move.Fired) > 0 {
		err = p.quiet(ctx)
	}
	return move, err
}

// finish is the end of every page: what was planned is taken back, what was
// broken works again, and everything pending comes about.
func (p *play) finish(ctx context.Context) error {
	if err := p.settle(ctx); err != nil {
		return err
	}
	if err := p.cancel(ctx); err != nil {
		return err
	}
	if err := p.heal(ctx); err != nil {
		return err
	}
	rest, cancel := context.WithTimeout(ctx, restTime)
	defer cancel()
	return p.within(ctx, p.drain(rest))
}

func (p *play) drain(ctx context.Context) error {
	now, err := p.net.Clock(ctx)
	if err == nil {
		err = p.climb(ctx, now.Now.Add(drainTime))
	}
	if err == nil {
		err = p.quiet(ctx)
	}
	return err
}
