package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
)

// withholding is the fault that holds the world at a point until the kill came:
// the answer to the application's call is kept back, or nobody hears its own.
var withholding = map[page.Point]journal.Fault{
	page.Received: {Kind: journal.LoseAnswer, Match: journal.FaultMatch{Event: sms.MessageReceived}},
	page.Called:   {Kind: journal.TimeoutBefore, After: sms.Duration(restTime)},
	page.Accepted: {Kind: journal.TimeoutAfter, After: sms.Duration(restTime)},
	page.Waiting:  {Kind: journal.RateLimit, RetryAfter: sms.Duration(waitTime)},
}

// How long an application is told to wait at the point Waiting, and for how much
// of it it is left alone before it is killed: so long that it has noted what it
// was told.
const (
	waitTime = 4 * time.Second
	idleTime = 1500 * time.Millisecond
)

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
	o := &order{lookout: newLookout(s.Kill.Spot, c.first(s)), step: s, after: p.tape.last}
	if f, ok := withholding[s.Kill.Point]; ok {
		f.Nth, f.Attempt = s.Kill.Nth, s.Kill.Attempt
		f.Match.Provider, f.Match.Handset = p.provider, o.who
		kept, err := p.net.PlanFault(ctx, f)
		if err != nil {
			return refused(err)
		}
		o.withhold = kept.ID
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

// remind tells the application again of texts that it did not answer after a
// kill, where the record cannot say whether it had kept them: anybody at the
// provider can do so, and what it does then shows it.
func (p *play) remind(ctx context.Context) error {
	if p.reaper.kills() == 0 {
		return nil
	}
	if err := p.read(ctx); err != nil {
		return err
	}
	p.tape.deal()
	texts, _ := oracle.Undecided(history.New(p.tape.dealt(p.casts[0]), p.promise())) // a page with kills is played alone
	for _, in := range texts {
		if _, err := p.net.Resend(ctx, in.Events[0].ID); err != nil {
			return fmt.Errorf("tell of message %s again: %w", in.Message.ID, err)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return p.quiet(ctx)
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
