package explore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// breach is what a play was found guilty of: a rule, or 0 for an application
// that ended by itself.
type breach struct {
	oracle int
	status oracle.Status // Fail or Unavoidable
}

// breachOf is what a result shows, if anything; what fails goes before what
// nobody can help, and an end of the application before what follows from it.
func breachOf(r report.Result) (breach, bool) {
	if r.Verdict == report.Fail {
		f := oracle.Primary(r.Findings)
		switch {
		case len(r.Expects) > 0 && (f == nil || fell(r)):
			return breach{0, oracle.Fail}, true
		case f != nil:
			return breach{f.Oracle, oracle.Fail}, true
		}
	}
	for _, f := range r.Findings {
		if f.Status == oracle.Unavoidable && (r.Verdict == report.Pass || r.Verdict == report.Unavoidable) {
			return breach{f.Oracle, oracle.Unavoidable}, true
		}
	}
	return breach{}, false
}

// fell reports whether the application ended by itself, or did not start again.
func fell(r report.Result) bool {
	h := history.New(r.Entries, history.Promise{})
	return len(h.Exits) > 0 || h.Stillborn()
}

// in reports whether a result shows the breach.
func (b breach) in(r report.Result) bool {
	if b.oracle == 0 {
		return r.Verdict == report.Fail && len(r.Expects) > 0
	}
	return b.finding(r) != nil
}

func (b breach) finding(r report.Result) *oracle.Finding {
	i := slices.IndexFunc(r.Findings, func(f oracle.Finding) bool { return f.Oracle == b.oracle && f.Status == b.status })
	if i < 0 {
		return nil
	}
	return &r.Findings[i]
}

// words are the name of the rule, and what a result says of it in a sentence: of
// an application that ended, the last line of its output too.
func (b breach) words(r report.Result) (rule, says string) {
	if f := b.finding(r); f != nil {
		return f.Name, f.Says
	}
	if len(r.Expects) > 0 {
		first, rest, _ := strings.Cut(strings.TrimSpace(r.Expects[0].Says), "\n")
		says = strings.TrimSpace(first + " " + rest[strings.LastIndex(rest, "\n")+1:])
	}
	return "stays up", says
}

// tries is how often a failure must show to be one.
const tries = 3

// failed takes a failure. One that is known is counted, unless it is one that
// nobody could help: that is to be proved of each. Any other is pursued.
func (x *explorer) failed(ctx context.Context, p plan, r report.Result, b breach) (like bool, err error) {
	key, c, like := x.claim(p, b)
	if c == nil {
		return like, nil
	}
	return false, x.pursue(ctx, key, c, r, b)
}

// pursue confirms a failure, shrinks it or looks for its proof, and keeps it, as
// far as the time goes.
func (x *explorer) pursue(ctx context.Context, key string, c *Case, r report.Result, b breach) error {
	c.Result = r
	c.Verdict = report.Fail
	err := x.confirm(ctx, c, b)
	switch {
	case err != nil:
	case b.status == oracle.Unavoidable:
		err = x.excuse(ctx, c, b)
	case c.Verdict == report.Flaky:
	default:
		err = x.reduce(ctx, c, b)
	}
	if c.Unproved != "" {
		b.status = oracle.Fail
	}
	if err == nil && len(c.Page.Plan) > 0 {
		err = x.contrast(ctx, c)
	}
	if b.status == oracle.Unavoidable && c.Proof == nil {
		x.drop(key, plan{c.Level, c.Provider, c.Workload, c.Page})
	} else {
		x.keep(key, c, b)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// moreLooks is how often one that failed now and then is pursued again when it
// comes up once more: a busy machine may have been why.
const moreLooks = 2

// claim counts a failure that is known or being looked at; any other is the
// caller's to look at. Like says that it is one that nobody could help, as far as
// is known, and is not counted yet.
func (x *explorer) claim(p plan, b breach) (key string, c *Case, like bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	own := marks(p.page.Plan)
	key = signature(p, b)
	known := x.open[key]
	for _, k := range x.out.Cases {
		if !k.covers(p, b, own) {
			continue
		}
		known = k
		if k.Verdict == report.Flaky && k.looks < moreLooks {
			k.looks++
			known, key = nil, fmt.Sprint(key, " look ", k.looks)
			break
		}
	}
	switch {
	case known == nil:
		c = newCase(p, b, x.out.Played)
		x.open[key] = c
		return key, c, false
	case b.status == oracle.Unavoidable && known.Unproved == "":
		return "", nil, true
	}
	known.Same++
	if b.status == oracle.Unavoidable {
		x.out.fell()
	}
	return "", nil, false
}

// signature is what plans have in common that fail in the same way.
func signature(p plan, b breach) string {
	own := marks(p.page.Plan)
	if len(own) == 0 {
		return fmt.Sprint(p.provider, b, own, p.workload)
	}
	return fmt.Sprint(p.provider, b, own)
}

func newCase(p plan, b breach, after int) *Case {
	return &Case{Provider: p.provider, Oracle: b.oracle, Level: p.level, Workload: p.workload, After: after, Page: p.page}
}

// covers reports whether a plan that breaks the same rule only adds to the case.
func (c *Case) covers(p plan, b breach, own []string) bool {
	if c.Provider != p.provider || c.Oracle != b.oracle || c.Verdict == report.Unavoidable && b.status != oracle.Unavoidable {
		return false
	}
	if len(c.Marks) == 0 {
		return c.Workload == p.workload
	}
	return !slices.ContainsFunc(c.Marks, func(m string) bool { return !slices.Contains(own, m) })
}

// confirm plays a failing page by itself, each time in a new world, to see
// whether it always fails. What it was played before counts as well.
func (x *explorer) confirm(ctx context.Context, c *Case, b breach) error {
	results, errs := make([]report.Result, tries), make([]error, tries)
	slots := make(chan struct{}, min(tries, x.Parallel))
	var wg sync.WaitGroup
	for i := range tries {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i], errs[i] = x.company.alone(ctx, c.Provider, c.Page)
		})
	}
	wg.Wait()
	for i, r := range results {
		if errs[i] != nil {
			continue
		}
		c.Tries++
		if b.in(r) {
			c.Failed++
			c.Result = r
		}
	}
	if c.Failed < c.Tries {
		c.Verdict = report.Flaky
	}
	return errors.Join(errs...)
}

// reduce shrinks a confirmed failure. What was shrunk among others must also
// fail by itself; if it does not, the failure stays as it was found.
func (x *explorer) reduce(ctx context.Context, c *Case, b breach) error {
	found, result := c.Page, c.Result
	small, err := x.shrink(ctx, c.Provider, c.Page, b)
	if err != nil {
		return err
	}
	c.Page = small
	if x.known(c.Provider, b, marks(small.Plan)) {
		return nil // it is kept with that one
	}
	if spellPage(small) != spellPage(found) {
		c.Failed, c.Tries = 0, 0
		err := x.confirm(ctx, c, b)
		if err != nil || c.Verdict == report.Flaky {
			c.Page, c.Result, c.Verdict, c.Failed, c.Tries = found, result, report.Fail, tries, tries
			return err
		}
	}
	c.Shrunk = true
	return nil
}

// contrast adds the record of the same page without its plan to a case, if it
// passes, so that one can see what the faults changed.
func (x *explorer) contrast(ctx context.Context, c *Case) error {
	bare := c.Page
	bare.Plan = nil
	results, err := x.company.play(ctx, c.Provider, bare)
	if err == nil && results[0].Verdict == report.Pass {
		c.Result.Baseline, c.Result.BaselineCast = results[0].Entries, results[0].Cast
	}
	return err
}

// keep puts a case among those that were found, or counts it if shrinking led
// to one that is there.
func (x *explorer) keep(key string, c *Case, b breach) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.open, key)
	c.Marks = marks(c.Page.Plan)
	c.Plan = c.plan()
	c.Script = nil
	for _, s := range c.Page.Steps() {
		c.Script = append(c.Script, s.String())
	}
	c.Rule, c.Says = b.words(c.Result)
	c.Page.Provider, c.Page.Except = c.Provider, nil
	x.out.supersede(c)
	for _, k := range x.out.Cases {
		if k.same(c) {
			k.Same += c.Same + 1
			return
		}
	}
	c.Page.Title = title(c)
	c.Result.Title, c.Result.Verdict, c.Result.Reason = c.Page.Title, c.Verdict, c.reason()
	x.out.Cases = append(x.out.Cases, c)
	if x.Until(c) {
		x.enough()
	}
}

// plan spells the faults and kills of the page.
func (c *Case) plan() []string {
	var out []string
	for _, s := range c.Page.Plan {
		out = append(out, s.String())
	}
	return out
}

// known reports whether a mistake was found before.
func (x *explorer) known(provider string, b breach, marks []string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(marks) > 0 && slices.ContainsFunc(x.out.Cases, func(c *Case) bool {
		return c.Provider == provider && c.Oracle == b.oracle && c.Verdict == report.Fail && slices.Equal(c.Marks, marks)
	})
}

// same reports whether two cases are one mistake: the same rule is broken under
// the same faults, or without any by the same script.
func (c *Case) same(o *Case) bool {
	return c.Provider == o.Provider && c.Oracle == o.Oracle && c.Verdict == o.Verdict && slices.Equal(c.Marks, o.Marks) &&
		(len(c.Marks) > 0 || spellPage(c.Page) == spellPage(o.Page))
}

// title is a page's first line.
func title(c *Case) string {
	under := "without any fault"
	if len(c.Marks) > 0 {
		under = "under " + strings.Join(c.Marks, " and ")
	}
	return fmt.Sprintf("%s, %s", c.Rule, under)
}

// reason says what the verdict rests on besides the finding.
func (c *Case) reason() string {
	switch {
	case c.Verdict == report.Flaky:
		return fmt.Sprintf("it failed %d of %d times by itself in a new world, and once in the search", c.Failed, c.Tries)
	case c.Proof != nil:
		return c.Proof.Says
	case c.Tries < tries:
		return fmt.Sprintf("the time was up before it was confirmed: it failed %d of %d times by itself", c.Failed, c.Tries)
	}
	return ""
}

// spellPage writes the script and the plan of a page on one line.
func spellPage(p page.Page) string { return spell(p.Steps()) + " | " + spell(p.Plan) }
