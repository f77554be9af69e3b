package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// play is one script being played in a world, by one cast or by several in
// lock-step.
type play struct {
	*World
	script   page.Page // that of every cast; its plan is that of the first alone
	casts    []*cast
	tape     tape
	reaper   *reaper
	opinions opinions

	hooks     *client.Webhooks  // as they were before the page changed them
	switches  map[string]string // the same
	keyed     bool              // the provider takes idempotency keys while the page is played
	unquiet   string            // why the world did not come to rest
	fell      string            // how the application ended by itself
	fellAt    page.Step         // where that was found out
	undecided bool              // a kill came in a moment that tells nothing
	calm      bool              // no kill is to come in one again
}

// undone is an error that keeps a page from doing what it says, and only that
// page.
type undone struct {
	says    string
	refused bool // by the network, which would refuse it anywhere
}

func (u undone) Error() string { return u.says }

func cannot(format string, args ...any) error { return undone{says: fmt.Sprintf(format, args...)} }

// Play plays a page from marker to verdict; several at once in lock-step, each
// with handsets of its own. Those must have the same settings and steps and
// differ only in their plans; each result holds the entries of its own handsets
// and is judged alone, besides what concerns all (the clock, markers). One that
// Alone names can only be played by itself.
//
// A kill may come in a moment after which nobody can tell whether the application
// was right. Such a play says nothing, and the page is played again by another
// cast, a few times at most.
//
// An error means that the world cannot go on; what is wrong with a page or the
// application is in the results, which come in the order of the pages. A world
// with an inconclusive result may still be busy with it, and is no place for
// further pages.
func (w *World) Play(ctx context.Context, pages ...page.Page) ([]report.Result, error) {
	return w.PlayFrom(ctx, w.next, pages...)
}

// PlayFrom is Play by casts that are numbered from first on. The number of a
// cast and the seed decide its handsets' numbers and its words.
func (w *World) PlayFrom(ctx context.Context, first int, pages ...page.Page) ([]report.Result, error) {
	if err := together(pages); err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		results, undecided, err := w.once(ctx, first, pages, n == mostPlays)
		if err != nil || !undecided || n == mostPlays {
			return results, err
		}
		first += encore
	}
}

// mostPlays is how often a page is played whose kills tell nothing. The last time,
// kills in an attempt wait for the next rest, which always tells something.
const mostPlays = 6

// encore keeps the casts of pages that are played again away from those of the
// pages that follow.
const encore = 1000

// once plays pages one time, and reports whether that leaves open what it was about.
func (w *World) once(ctx context.Context, first int, pages []page.Page, calm bool) (results []report.Result, undecided bool, err error) {
	w.next = max(w.next, first+len(pages))
	results = make([]report.Result, len(pages))
	for i, p := range pages {
		r, out := LeftOut(p, w.provider)
		if !out {
			r = blank(p, w.provider)
		}
		results[i] = r
	}
	if results[0].Verdict == report.LeftOut { // then all of them are
		return results, false, nil
	}
	p := &play{World: w, script: pages[0], calm: calm, keyed: w.keyed, opinions: opinions{net: w.net, sut: w.sut}}
	if why := w.cannotRun(pages[0]); why != "" {
		results[0].Verdict, results[0].Reason = report.NotExercised, why
		return results, false, nil
	}
	for i, one := range pages {
		c, err := w.newCast(one, first+i)
		if err != nil {
			return nil, false, err
		}
		p.casts = append(p.casts, c)
	}
	if err := p.whole(ctx); err != nil {
		return nil, false, fmt.Errorf("page %s: %w", pages[0].Name, err)
	}
	p.judge(results)
	return results, p.undecided, nil
}

// Alone reports whether a page can only be played by itself, and why: what it
// does would reach the casts of other pages, too.
func Alone(p page.Page) (reason string, alone bool) {
	if p.Replicas > 0 {
		return "it has replicas", true
	}
	for _, s := range slices.Concat(p.Steps(), p.Plan) {
		switch {
		case s.Verb == page.Slay:
			return fmt.Sprintf("%q concerns all that goes on", text(s)), true
		case s.Verb == page.Plan && s.Fault.Kind == journal.Hold:
			return fmt.Sprintf("%q waits for the attempts of all handsets", text(s)), true
		case s.Verb == page.Plan && len(s.Who) == 0 && len(p.Handsets()) > 1:
			return fmt.Sprintf("%q names no handset", text(s)), true
		}
	}
	return "", false
}

// together makes sure that pages can be played in lock-step.
func together(pages []page.Page) error {
	if len(pages) == 0 {
		return errors.New("no page is given; name at least one")
	}
	if len(pages) == 1 {
		return nil
	}
	for i, p := range pages {
		if reason, alone := Alone(p); alone {
			return fmt.Errorf("page %s must be played by itself: %s", p.Name, reason)
		}
		if !sameScript(pages[0], p) {
			return fmt.Errorf("page %d (%s) has another script than page 1 (%s); only plans may differ", i+1, p.Name, pages[0].Name)
		}
	}
	return nil
}

func sameScript(a, b page.Page) bool {
	return a.Provider == b.Provider && slices.Equal(a.Except, b.Except) &&
		slices.EqualFunc(a.Steps(), b.Steps(), func(x, y page.Step) bool { return x.String() == y.String() })
}

// whole goes from the first marker to the last entry.
func (p *play) whole(ctx context.Context) error {
	if err := p.begin(ctx); err != nil {
		return err
	}
	defer p.reaper.stop()
	err := p.conspire(ctx)
	if err == nil {
		err = p.perform(ctx)
	}
	if err == nil {
		err = p.finish(ctx)
	}
	if back := p.restore(ctx); err == nil {
		err = back
	}
	if err == nil {
		err = p.read(ctx)
	}
	return err
}

// freshTime is how much virtual time lies between pages, so that no provider's
// rate limit remembers the calls of the page before.
const freshTime = time.Minute

// begin gets the application ready and marks where the record of the page starts.
func (p *play) begin(ctx context.Context) error {
	if err := p.freshen(ctx); err != nil {
		return fmt.Errorf("move the clock on before the page: %w", err)
	}
	start, err := p.net.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: "page " + p.script.Name + " start"})
	if err != nil {
		return fmt.Errorf("mark the start of the page: %w", err)
	}
	p.tape = newTape(start, p.casts, p.everybody())
	p.reaper = newReaper(p.World, p.calm)
	return p.crew.muster(ctx, max(1, p.script.Replicas))
}

// everybody are all handsets that pages of this world had; nil if others may
// have handsets in the sandbox.
func (w *World) everybody() map[sms.Number]bool {
	if !w.crew.starts() {
		return nil
	}
	return w.taken
}

func (p *play) freshen(ctx context.Context) error {
	if !p.played {
		p.played = true
		return nil
	}
	now, err := p.net.Clock(ctx)
	if err == nil {
		_, err = p.net.Advance(ctx, client.Advance{To: now.Now.Add(freshTime)})
	}
	return err
}

func (p *play) mark(ctx context.Context, text string) error {
	_, err := p.net.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: text})
	return err
}

// conspire brings the plans of all casts into force.
func (p *play) conspire(ctx context.Context) error {
	return p.each(func(c *cast) error {
		for _, s := range c.page.Plan {
			if s.Verb == page.Slay && s.Kill.Point == page.Now {
				continue // its time comes when the script is done
			}
			if err := p.stuck(c, s, p.act(ctx, c, s)); err != nil || c.why != "" {
				return err
			}
		}
		return nil
	})
}

// perform takes the steps in order, until none of the casts can go on.
func (p *play) perform(ctx context.Context) error {
	for i, s := range p.script.Steps() {
		if !p.going() {
			return nil
		}
		if err := p.mark(ctx, fmt.Sprintf("line %d: %s", s.Line, text(s))); err != nil {
			return err
		}
		err := p.step(ctx, i)
		if err == nil {
			err = p.mend(ctx, s)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", where(s), err)
		}
	}
	return nil
}

// going reports whether any cast can go on.
func (p *play) going() bool {
	return p.fell == "" && slices.ContainsFunc(p.casts, func(c *cast) bool { return c.why == "" })
}

// stuck keeps what keeps a cast from doing a step, and only that cast.
func (p *play) stuck(c *cast, s page.Step, err error) error {
	var stuck undone
	if errors.As(err, &stuck) {
		c.why, c.refused = where(s)+": "+stuck.says, stuck.refused
		if s.Line > 0 {
			c.why = fmt.Sprintf("line %d: %s", s.Line, stuck.says)
		}
		return nil
	}
	return err
}

// atOnce is how many casts do a step at the same moment.
const atOnce = 8

// each does a thing for every cast that can go on, several at a time.
func (p *play) each(do func(*cast) error) error {
	errs := make([]error, len(p.casts))
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i, c := range p.casts {
		if c.why != "" {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			errs[i] = do(c)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// read brings the tape up to date and learns how fast the application reacts.
func (p *play) read(ctx context.Context) error {
	if err := p.tape.read(ctx, p.net); err != nil {
		return err
	}
	p.reacted(p.tape.slowest)
	return nil
}

// handsets are those of all casts that behave oddly.
func (p *play) handsets() []sms.Number {
	var out []sms.Number
	for _, c := range p.casts {
		for who := range c.odd {
			out = append(out, who)
		}
	}
	return out
}
