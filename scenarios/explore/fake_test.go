package explore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/explore"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// app is an application in a few words: what breaks under which page.
type app struct {
	// bug is the number of the rule that breaks, 0 if none; negative if an oracle
	// holds that nobody could have kept it.
	bug func(page.Page) int
	// crowd is what it says of pages that are played together; nil: nothing.
	crowd func([]page.Page) error
	// refuses are pages with what its network does not do.
	refuses func(page.Page) bool
	// ends are pages over which the application ends by itself.
	ends func(page.Page) bool
	// hangs are pages after which the world does not come to rest.
	hangs func(page.Page) bool

	mu     sync.Mutex
	open   int
	plays  int
	reused int // plays on a stage that was left busy
}

func (a *app) Open(context.Context, explore.Scene) (explore.Stage, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open++
	return &stage{app: a}, nil
}

// stage plays pages by counting: each question is an event and a send.
type stage struct {
	app  *app
	busy bool
}

func (s *stage) Close() {
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	s.app.open--
}

func (s *stage) Play(ctx context.Context, pages ...page.Page) ([]report.Result, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	s.app.plays += len(pages)
	if s.busy {
		s.app.reused++
	}
	if s.app.crowd != nil {
		if err := s.app.crowd(pages); err != nil {
			return nil, err
		}
	}
	for _, p := range pages[1:] {
		if spell(p.Steps()) != spell(pages[0].Steps()) {
			return nil, errors.New("pages of different scripts were played together")
		}
	}
	hung := s.app.hangs != nil && slices.ContainsFunc(pages, s.app.hangs)
	s.busy = s.busy || hung
	var out []report.Result
	for _, p := range pages {
		r := s.app.result(p)
		if hung {
			r.Verdict, r.Reason = report.Inconclusive, "the world was not quiet in time"
		}
		out = append(out, r)
	}
	return out, nil
}

func (a *app) result(p page.Page) report.Result {
	r := report.Result{Page: p.Name, Title: p.Title, Provider: "acme", Verdict: report.Pass, Cast: map[string]sms.Number{}}
	count := map[string]int{}
	for _, s := range p.Steps() {
		for _, who := range s.Who {
			count[who]++
			r.Cast[who] = number(who)
			id := fmt.Sprintf("%s-%d", who, count[who])
			r.Entries = append(r.Entries,
				journal.Entry{Kind: journal.KindEvent, Event: &sms.Event{ID: id, Type: sms.MessageReceived, Handset: number(who)}},
				journal.Entry{Kind: journal.KindAttemptStarted, Attempt: &journal.Attempt{Event: id, Why: journal.First}},
				journal.Entry{Kind: journal.KindAccepted, Call: &journal.Call{ID: "call " + id, Handset: number(who)}})
		}
	}
	if a.refuses != nil && a.refuses(p) {
		r.Verdict, r.Reason, r.Refused = report.NotExercised, "fault: this is not done here", true
		return r
	}
	for _, s := range p.Plan {
		if len(s.Who) > 0 && max(s.Fault.Nth, s.Kill.Nth, 1) > count[s.Who[0]] {
			r.Verdict, r.Reason = report.NotExercised, "the fault never fired"
			continue
		}
		if s.Verb == page.Plan {
			f := s.Fault
			r.Entries = append(r.Entries, journal.Entry{Kind: journal.KindFaultFired, Fault: &f})
		} else {
			r.Entries = append(r.Entries, journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: "killed", Point: string(s.Kill.Point)}})
		}
	}
	r.Findings = []oracle.Finding{{Oracle: 19, Name: "answered in time", Status: oracle.Pass}}
	if len(p.Plan) == 0 {
		r.Findings = append(r.Findings, oracle.Finding{Oracle: 7, Name: "queued never leaves", Status: oracle.Pass})
	}
	switch n := a.bug(p); {
	case n > 0:
		r.Verdict = report.Fail
		r.Findings = append(r.Findings, oracle.Finding{Oracle: n, Name: "a rule", Status: oracle.Fail, Says: "it broke"})
	case n < 0:
		r.Verdict = report.Unavoidable
		r.Findings = append(r.Findings, oracle.Finding{Oracle: -n, Name: "a rule", Status: oracle.Unavoidable, Says: "it broke"})
	}
	if a.ends != nil && a.ends(p) {
		r.Verdict, r.Expects = report.Fail, []report.Expect{{Says: "it ended with code 3:\nits first words\nits last words"}}
		r.Entries = append(r.Entries, journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: "exited", Code: 3}})
	}
	for i := range r.Entries {
		r.Entries[i].Seq = uint64(i + 1)
		r.Entries[i].Wall = time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)
	}
	return r
}

func number(who string) sms.Number {
	return sms.Number(fmt.Sprintf("+1201555%04d", 100+len(who)+int(who[0])))
}

func spell(steps []page.Step) string {
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.String())
	}
	return strings.Join(lines, "; ")
}

// has reports whether a plan holds one of the kinds, aimed at a text or a send.
func has(p page.Page, kinds ...journal.FaultKind) bool {
	return slices.ContainsFunc(p.Plan, func(s page.Step) bool {
		return s.Verb == page.Plan && slices.Contains(kinds, s.Fault.Kind)
	})
}

// asks counts the questions of a handset in a script.
func asks(p page.Page, who string) int {
	n := 0
	for _, s := range p.Steps() {
		if s.Verb == page.Asks && slices.Contains(s.Who, who) {
			n++
		}
	}
	return n
}
