package stage

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

// restTime bounds the wait for the world to come to rest, and castTime what each
// further cast adds to it; real time.
const (
	restTime = 30 * time.Second
	castTime = time.Second
)

func (p *play) patience() time.Duration {
	return restTime + time.Duration(len(p.casts)-1)*castTime
}

// settle waits until the world is quiet, and does the kills that waited for that.
// That it does not come to rest is no error; it is kept as the reason for the
// verdict.
func (p *play) settle(ctx context.Context) error {
	rest, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	err := p.quiet(rest)
	if err == nil {
		err = p.reaper.rest(ctx, p.tape.last)
	}
	return p.within(ctx, err)
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
// One that cannot say so, and was told to wait before it calls again, gets the
// time to.
func (p *play) quiet(ctx context.Context) error {
	for {
		silence := p.window()
		move, err := p.net.Settle(ctx, client.Settle{Quiet: sms.Duration(silence), Timeout: sms.Duration(restTime)})
		if err != nil {
			return err
		}
		if !move.Quiet {
			return unrest{"the world was not quiet in time: " + move.Reason}
		}
		if err := p.caughtUp(ctx); err != nil {
			return err
		}
		before, kills := p.tape.last, p.reaper.kills()
		left, err := p.pending(ctx)
		if err != nil && !p.reaper.struckSince(ctx, kills) {
			return err
		}
		if err := p.read(ctx); err != nil {
			return err
		}
		if left || p.tape.last != before {
			continue
		}
		if !p.tells() && p.tape.endure(silence) {
			continue
		}
		if err := p.opinions.ask(ctx, p.tape.entries); err != nil {
			return err
		}
		return p.read(ctx)
	}
}

// caughtUp reads the record, and waits until the kills that it asks for are done.
func (p *play) caughtUp(ctx context.Context) error {
	if err := p.read(ctx); err != nil {
		return err
	}
	return p.reaper.caughtUp(ctx, p.tape.last)
}

// tells reports whether the application can say whether it has work left.
func (p *play) tells() bool {
	_, tells := p.sut.Probe[sut.PendingProbe]
	return tells
}

// pending asks the application, if it can say, whether it has work left; all of
// its replicas, but for those that are down. An answer other than a number means
// work: it may be busy.
func (p *play) pending(ctx context.Context) (bool, error) {
	if !p.tells() {
		return false, nil
	}
	for _, one := range p.running() {
		probe, err := one.Look(ctx, sut.PendingProbe, "")
		if ctx.Err() != nil {
			return true, unrest{"the application still had work to do, by its probe " + probe.Path}
		}
		if err != nil && p.crew.gone(ctx, one) {
			continue
		}
		if err != nil {
			return true, unrest{"the application could not say whether it has work left: " + err.Error()}
		}
		if probe.Value != "0" {
			return true, nil
		}
	}
	return false, nil
}

// advance moves the clock by a span, or to the next due item if it is 0, and
// lets the world come to rest at every instant where something happens.
func (p *play) advance(ctx context.Context, by time.Duration) error {
	rest, cancel := context.WithTimeout(ctx, p.patience())
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
		if _, err := p.hop(ctx, p.stride(now, end)); err != nil {
			return err
		}
	}
}

// swathe is the virtual time that several casts go through in one stride: what
// is due for one of them is due for the others at nearly the same time.
const swathe = time.Second

// stride is the next move of a climb: one item, or for several casts all that is
// due shortly after it, with a short silence in between for the application to
// react to each.
func (p *play) stride(now client.Clock, end time.Time) client.Advance {
	to := now.Next.Add(swathe)
	if to.After(end) {
		to = end
	}
	if len(p.casts) == 1 || !to.After(now.Now) {
		return client.Advance{Next: true}
	}
	return client.Advance{To: to, Settle: sms.Duration(p.window() / 10)}
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
// broken works again, everything pending comes about, and what a kill left open
// is asked after. Where nobody can tell whose page ended the application, it is
// not waited for what comes of that.
func (p *play) finish(ctx context.Context) error {
	if p.fell != "" && len(p.casts) > 1 {
		p.reaper.stop()
		return p.cancel(ctx)
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	last := p.script.Steps()[len(p.script.Steps())-1]
	if err := p.mend(ctx, last); err != nil {
		return err
	}
	if err := p.killAtEnd(ctx); err != nil {
		return err
	}
	p.reaper.stop()
	if err := p.cancel(ctx); err != nil {
		return err
	}
	if err := p.heal(ctx); err != nil {
		return err
	}
	rest, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	if err := p.within(ctx, p.drain(rest)); err != nil {
		return err
	}
	if err := p.within(ctx, p.remind(rest)); err != nil {
		return err
	}
	return p.look(ctx, last)
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
