package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/stage"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// savedRun plays a saved run again and compares.
type savedRun struct {
	file  string
	sut   string
	times int
	json  bool
}

// replay plays the run and says whether its verdict is still the saved one.
func (c savedRun) replay(ctx context.Context, t *terminal, log io.Writer) error {
	b, err := loadRun(c.file)
	if err != nil {
		return err
	}
	app, err := described(c.sut)
	if err != nil {
		return err
	}
	if _, err := served(app, c.sut, []string{b.Verdict.Provider}); err != nil {
		return err
	}
	s, err := own(t, app, stopIt)
	if err != nil {
		return err
	}
	defer s.close()
	o := stage.Options{URL: s.url, Token: s.token, SUT: app, Seed: b.Seed, Unlimited: true, Log: log}
	w, err := stage.Open(ctx, o, b.Verdict.Provider)
	if err != nil {
		return err
	}
	defer w.Close()
	run := report.Run{SUT: app.Name, Provider: b.Verdict.Provider, Seed: b.Seed}
	same := 0
	for range c.times {
		results, err := w.Play(ctx, b.Page)
		if err != nil {
			return err
		}
		if asSaved(b.Verdict, results[0]) {
			same++
		}
		run.Results = append(run.Results, results[0])
	}
	run.Started = began(run.Results[0])
	return c.tell(t, b, run, same)
}

func began(r report.Result) (at time.Time) {
	if len(r.Entries) > 0 {
		at = r.Entries[0].Wall
	}
	return at
}

// tell prints the last of the plays that says most, and compares.
func (c savedRun) tell(t *terminal, b bundle.Bundle, run report.Run, same int) error {
	code := run.ExitCode()
	if code == exitCouldNot && same == len(run.Results) && b.Verdict.Verdict == report.Unavoidable {
		code = exitOK // nobody could do better, and it did no worse
	}
	if c.json {
		var out bytes.Buffer
		if err := report.JSON(&out, run); err != nil {
			return err
		}
		t.printf("%s", inert(out.Bytes()))
		return asCode(code)
	}
	shown := run
	shown.Results = []report.Result{telling(run.Results)}
	command := fmt.Sprintf("switchhook replay %s --sut %s", c.file, c.sut)
	if err := report.Text(t.out, shown, report.Options{Color: t.color(), Replay: func(report.Result) string { return command }}); err != nil {
		return err
	}
	now := shown.Results[0]
	switch {
	case same == len(run.Results):
		t.printf("\nas it was saved: %s%s\n", b.Verdict.Verdict, times(same, len(run.Results)))
	default:
		t.printf("\nnot as it was saved: it was %s, now it is %s%s\n", verdictText(b.Verdict.Verdict, b.Verdict.Oracle),
			now.Verdict, times(len(run.Results)-same, len(run.Results)))
	}
	return asCode(code)
}

func times(n, of int) string {
	if of == 1 {
		return ""
	}
	return fmt.Sprintf(", %d of %d times", n, of)
}

func verdictText(v report.Verdict, number int) string {
	if number == 0 {
		return string(v)
	}
	return fmt.Sprintf("%s (oracle %d)", v, number)
}

// asCode is the verdict as an error; nil if all is well.
func asCode(code int) error {
	if code == exitOK {
		return nil
	}
	return verdict(code)
}

// telling is the worst of some plays of one page.
func telling(all []report.Result) report.Result {
	order := []report.Verdict{report.Fail, report.Inconclusive, report.NotExercised, report.Unavoidable, report.Pass}
	return slices.MinFunc(all, func(a, b report.Result) int {
		return cmp.Compare(slices.Index(order, a.Verdict), slices.Index(order, b.Verdict))
	})
}

// asSaved reports whether a play shows what the saved run showed.
func asSaved(v bundle.Verdict, r report.Result) bool {
	found := func(s oracle.Status) bool {
		return slices.ContainsFunc(r.Findings, func(f oracle.Finding) bool { return f.Oracle == v.Oracle && f.Status == s })
	}
	switch v.Verdict {
	case report.Fail, report.Flaky:
		return found(oracle.Fail) || found(oracle.Unavoidable) || v.Oracle == 0 && r.Verdict == report.Fail
	case report.Unavoidable:
		return r.Verdict == v.Verdict && found(oracle.Unavoidable)
	}
	return r.Verdict == v.Verdict
}

func loadRun(file string) (bundle.Bundle, error) {
	b, err := bundle.Load(file)
	if err != nil {
		return b, misuse(err.Error(), "explore writes such files into switchhook-runs/")
	}
	return b, nil
}

// judgeCommand judges the record of a saved run with the oracles of today.
type judgeCommand struct {
	File string `arg:"" help:"A saved run, *.run.txtar."`
	SUT  string `name:"sut" placeholder:"FILE" help:"What the application promises; default: what was saved with the run."`
	JSON bool   `name:"json" help:"For machines."`
}

// Help is the example in the help text.
func (judgeCommand) Help() string {
	return `Nothing is played, and no application is needed: the record in the file is judged again. One that was cut is inconclusive. Exit codes as for verify.

    switchhook judge switchhook-runs/NAME.run.txtar`
}

// Run judges the record and prints the report.
func (c *judgeCommand) Run(t *terminal) error {
	b, err := loadRun(c.File)
	if err != nil {
		return err
	}
	app, err := c.promises(b)
	if err != nil {
		return err
	}
	if len(b.Entries) == 0 {
		return couldNot(c.File+" holds no record to judge", "play it with switchhook replay")
	}
	p := stage.Promise(app.For(b.Verdict.Provider))
	p.Keyed = keyed(b.Verdict.Provider, b.Page)
	r := judgedAgain(b, history.New(b.Entries, p))
	run := report.Run{SUT: app.Name, Provider: b.Verdict.Provider, Seed: b.Seed, Started: b.Entries[0].Wall, Results: []report.Result{r}}
	again := savedRun{file: c.File, sut: cmp.Or(c.SUT, "sut.yaml"), json: c.JSON}
	same := 0
	if asSaved(b.Verdict, r) {
		same = 1
	}
	return again.tell(t, b, run, same)
}

// promises is the application as it is described now, or was when the run was saved.
func (c *judgeCommand) promises(b bundle.Bundle) (*sut.SUT, error) {
	if c.SUT != "" {
		return described(c.SUT)
	}
	if b.SUT == "" {
		return nil, misuse(c.File+" does not say what the application promises", "name its description with --sut FILE")
	}
	app, err := sut.Parse(page.SUTFile+" in "+c.File, []byte(b.SUT))
	if err != nil {
		return nil, misuse(err.Error(), "name another description with --sut FILE")
	}
	return app, nil
}

// judgedAgain is the result of a saved run by its record alone.
func judgedAgain(b bundle.Bundle, h *history.History) report.Result {
	first, last := b.Entries[0], b.Entries[len(b.Entries)-1]
	r := report.Result{
		Page: b.Page.Name, Title: b.Page.Title, Provider: b.Verdict.Provider, Cast: b.Verdict.Cast,
		Entries: b.Entries, Virtual: last.At.Sub(first.At), Wall: last.Wall.Sub(first.Wall),
	}
	if h.Whole() { // what is missing in one that was cut may come after the cut
		r.Findings = oracle.Judge(h)
	}
	r.Verdict, r.Reason = stage.Verdict(b.Page, h, r.Findings, stage.Beside{})
	judgedAny := slices.ContainsFunc(r.Findings, func(f oracle.Finding) bool { return f.Status != oracle.NotExercised })
	switch why := uncounted(b.Page); {
	case r.Verdict != report.Pass && r.Verdict != report.Unavoidable:
	case why != "":
		r.Verdict, r.Reason = report.Inconclusive, why
	case !judgedAny:
		r.Verdict, r.Reason = report.NotExercised, "no oracle had anything to judge in the record"
	}
	return r
}

// uncounted says what a page expects, which is counted only while it is played;
// "" if it expects nothing.
func uncounted(p page.Page) string {
	for _, s := range p.Steps() {
		if s.Verb == page.Expect {
			return fmt.Sprintf("line %d: %s: the rules are kept, but only a play shows whether this holds", s.Line, s.Text)
		}
	}
	return ""
}

// keyed reports whether a provider takes idempotency keys while a page is played.
func keyed(provider string, p page.Page) bool {
	off := unkeyed()[provider]
	on := off != nil
	for _, s := range p.Steps() {
		if s.Verb == page.Switch && s.Word == keySwitch {
			on = on && s.Value != off[keySwitch]
		}
	}
	return on
}
