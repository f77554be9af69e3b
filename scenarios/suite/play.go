package suite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// play is one page being played in a world.
type play struct {
	*world
	page   page.Page
	number int // of the page in the run
	cast   map[string]sms.Number
	tape   tape

	words    int                     // canary words given out
	asked    map[sms.Number][]string // texts that the application was made to send
	faults   map[string]page.Step    // planned ones by id
	hooks    *client.Webhooks        // as they were before the page changed them
	switches map[string]string       // the same
	odd      map[sms.Number]bool     // handsets that behave oddly and must be healed
	expects  []report.Expect
	why      string // why the page could not do what it says
	unquiet  string // why the world did not come to rest
}

// undone is an error that keeps a page from doing what it says, and only that
// page.
type undone struct{ says string }

func (u undone) Error() string { return u.says }

func cannot(format string, args ...any) error { return undone{fmt.Sprintf(format, args...)} }

// play runs a page from marker to verdict. An error means that the run cannot
// go on; what is wrong with the page or the application is in the result.
func (w *world) play(ctx context.Context, number int, p page.Page) (report.Result, error) {
	if r, out := leftOut(p, w.provider); out {
		return r, nil
	}
	result := blank(p, w.provider)
	if err := w.alive(); err != nil {
		return result, err
	}
	pl := &play{
		world: w, page: p, number: number, cast: numbers(w.o.Seed, number, p.Handsets(), w.lines),
		asked: map[sms.Number][]string{}, faults: map[string]page.Step{}, odd: map[sms.Number]bool{},
	}
	if err := pl.begin(ctx); err != nil {
		return result, err
	}
	err := pl.perform(ctx)
	if err == nil {
		err = pl.finish(ctx)
	}
	if back := pl.restore(ctx); err == nil {
		err = back
	}
	if err == nil {
		err = pl.read(ctx)
	}
	if err != nil {
		return result, fmt.Errorf("page %s: %w", p.Name, errors.Join(err, w.alive()))
	}
	pl.judge(&result)
	return result, w.alive()
}

// freshTime is how much virtual time lies between pages, so that no provider's
// rate limit remembers the calls of the page before.
const freshTime = time.Minute

// begin marks where the record of the page starts.
func (p *play) begin(ctx context.Context) error {
	if err := p.freshen(ctx); err != nil {
		return fmt.Errorf("move the clock on before page %s: %w", p.page.Name, err)
	}
	mark, err := p.net.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: "page " + p.page.Name + " start"})
	if err != nil {
		return fmt.Errorf("mark the start of page %s: %w", p.page.Name, err)
	}
	p.tape = newTape(mark, p.cast)
	return nil
}

func (p *play) freshen(ctx context.Context) error {
	if p.number == 0 {
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

// perform takes the steps in order, until one cannot be done.
func (p *play) perform(ctx context.Context) error {
	for _, s := range p.page.Steps() {
		if err := p.mark(ctx, fmt.Sprintf("line %d: %s", s.Line, s.Text)); err != nil {
			return err
		}
		err := p.step(ctx, s)
		var stuck undone
		if errors.As(err, &stuck) {
			p.why = fmt.Sprintf("line %d: %s", s.Line, stuck.says)
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %s: %w", s.Line, s.Text, err)
		}
	}
	return nil
}

// read brings the tape up to date and learns how fast the application reacts.
func (p *play) read(ctx context.Context) error {
	if err := p.tape.read(ctx, p.net); err != nil {
		return err
	}
	p.reacted(p.tape.slowest)
	return nil
}

// promise is what the application is held to.
func (p *play) promise() history.Promise {
	out := history.Promise{Confirms: p.sut.OptOut.Confirms, StopWords: p.sut.OptOut.Words, Policy: p.sut.Policy}
	for _, r := range p.sut.Replies {
		out.Replies = append(out.Replies, history.Reply{To: r.To, Expect: r.Expect})
	}
	return out
}

// judge gives the verdict. What is broken is broken, even if the world did not
// come to rest or a later step could not be done; nothing unfinished is green.
func (p *play) judge(r *report.Result) {
	r.Entries = p.tape.own()
	r.Findings = oracle.Judge(history.New(r.Entries, p.promise()))
	r.Expects = p.expects
	r.Virtual, r.Wall = p.tape.lengths()
	missed := p.missed()
	switch {
	case oracle.Primary(r.Findings) != nil || len(r.Expects) > 0:
		r.Verdict = report.Fail
	case p.unquiet != "":
		r.Verdict, r.Reason = report.Inconclusive, p.unquiet
	case p.why != "":
		r.Verdict, r.Reason = report.NotExercised, p.why
	case missed != "":
		r.Verdict, r.Reason = report.NotExercised, missed
	default:
		r.Verdict = report.Pass
	}
}

// missed says which planned fault never fired; "" if all did.
func (p *play) missed() string {
	fired := map[string]bool{}
	for _, e := range p.tape.entries {
		if e.Kind == journal.KindFaultFired && e.Fault != nil {
			fired[e.Fault.ID] = true
		}
	}
	for _, s := range p.page.Steps() {
		for id, planned := range p.faults {
			if planned.Line == s.Line && !fired[id] {
				return fmt.Sprintf("line %d: %s: the fault never fired, because nothing came to where it would strike", s.Line, s.Text)
			}
		}
	}
	return ""
}

// restTime bounds the wait for the world to come to rest; real time.
const restTime = 30 * time.Second
