package stage

import (
	"context"
	"fmt"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

// withholding is the fault that keeps the application waiting at a point.
var withholding = map[page.Point]journal.FaultKind{page.Called: journal.TimeoutBefore, page.Accepted: journal.TimeoutAfter}

// slay kills the application now, or arms a kill.
func (p *play) slay(ctx context.Context, c *cast, s page.Step) error {
	if !p.crew.starts() {
		return cannot("sut.yaml does not say how to start the application, so it cannot be killed; add start: [\"node\", \"server.js\"]")
	}
	if s.Kill.Point == page.Now {
		return p.reaper.strike(ctx, s, "", p.tape.last)
	}
	if err := p.read(ctx); err != nil {
		return err
	}
	o := &order{step: s, who: c.first(s), after: p.tape.last}
	if kind, ok := withholding[s.Kill.Point]; ok {
		f, err := p.net.PlanFault(ctx, journal.Fault{
			Kind: kind, Nth: s.Kill.Nth, After: sms.Duration(restTime),
			Match: journal.FaultMatch{Provider: p.provider, Handset: o.who},
		})
		if err != nil {
			return refused(err)
		}
		o.withhold = f.ID
	}
	p.reaper.arm(ctx, o)
	return nil
}

// killAtEnd does the kills of the plan whose time comes when the script is done.
func (p *play) killAtEnd(ctx context.Context) error {
	c := p.casts[0] // a page with kills is played alone
	for _, s := range c.page.Plan {
		if s.Verb != page.Slay || s.Kill.Point != page.Now || !p.going() {
			continue
		}
		if err := p.stuck(c, s, p.slay(ctx, c, s)); err != nil {
			return err
		}
		if err := p.mend(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// mend makes the application run again after a step: a late restart is due once
// what it missed was tried in vain, and one that ended by itself is an end of
// the script.
func (p *play) mend(ctx context.Context, s page.Step) error {
	rest, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	if p.reaper.armed() {
		if err := p.within(ctx, p.caughtUp(rest)); err != nil {
			return err
		}
	}
	for _, d := range p.reaper.lost() {
		if err := p.within(ctx, p.missOne(rest, d.seq)); err != nil {
			return err
		}
		p.reaper.raise(ctx, d.member)
	}
	if err := p.reaper.stillborn(); err != nil {
		p.fall(s, fmt.Sprintf("the application was killed and did not start again: %v", err))
		return ctx.Err()
	}
	if err := p.look(ctx, s); err != nil || p.fell == "" {
		return err
	}
	return p.crew.muster(ctx, max(1, p.script.Replicas))
}

// look finds out whether the application ended by itself.
func (p *play) look(ctx context.Context, s page.Step) error {
	for {
		how, err := p.crew.bury(ctx)
		if how == nil || err != nil {
			return err
		}
		p.fall(s, fmt.Sprintf("nothing had asked the application to end, but %v", how))
	}
}

// fall notes the first failure of the application as a process.
func (p *play) fall(s page.Step, how string) {
	if p.fell == "" {
		p.fell, p.fellAt = how, s
	}
}

// missOne moves the clock on until an attempt that began after seq has ended,
// or nothing is left to try.
func (p *play) missOne(ctx context.Context, seq uint64) error {
	if err := p.quiet(ctx); err != nil {
		return err
	}
	now, err := p.net.Clock(ctx)
	if err != nil {
		return err
	}
	for end := now.Now.Add(drainTime); !p.tape.tried(seq); {
		if now, err = p.net.Clock(ctx); err != nil || now.Pending == 0 || now.Next.After(end) {
			return err
		}
		if _, err := p.hop(ctx, client.Advance{Next: true}); err != nil {
			return err
		}
	}
	return nil
}

// tried reports whether an attempt began and ended after an entry.
func (t *tape) tried(seq uint64) bool {
	began := map[string]bool{}
	for _, e := range t.entries {
		switch {
		case e.Seq <= seq || e.Attempt == nil:
		case e.Kind == journal.KindAttemptStarted:
			began[e.Attempt.ID] = true
		case e.Kind == journal.KindAttemptEnded && began[e.Attempt.ID]:
			return true
		}
	}
	return false
}
