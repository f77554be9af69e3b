package report

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/scenarios/oracle"
)

// htmlRun is the run as its page shows it.
type htmlRun struct {
	Style     template.CSS
	Behaviour template.JS
	SUT       string
	Provider  string
	Seed      int64
	Started   string
	Verdict   Verdict
	Class     string
	Says      string
	Bar       []htmlCount
	Providers []string
	Labels    []string
	Results   []*htmlResult
	LeftOut   int // timelines that are not in the file
	Coverage  htmlCoverage
}

type htmlCount struct {
	Verdict Verdict
	Class   string
	Count   int
}

// htmlResult is a result as the page shows it.
type htmlResult struct {
	ID       string
	Class    string // of the verdict
	Open     bool   // shown without asking
	Verdict  Verdict
	Page     string
	Title    string
	Provider string
	Labels   string
	Virtual  string
	Wall     string
	Says     string
	Rule     string
	RuleSays string
	Also     string
	Reason   string
	Expects  []Expect
	Evidence []htmlEvidence
	Plan     []string
	Phases   []htmlPhase
	Replay   string
	Fresh    int // rows only here
	Gone     int // rows only in the passing run
	Compared bool
	Drawn    bool          // has a record
	Timeline template.HTML // made by the template of that name
}

type htmlEvidence struct {
	Number int
	Row    int
	Text   string
}

type htmlPhase struct {
	Comment string
	Lines   []htmlLine
	Broken  bool
}

type htmlLine struct {
	Line
	Broken bool
}

type htmlCoverage struct {
	Of      string // what is counted
	Oracles []oracle.Oracle
	Rows    []htmlCovered
	Missed  []string
	Idle    []Idle
}

type htmlCovered struct {
	Fault string
	Fired int
	Plays int
	Cells []Judged
}

func class(v Verdict) string { return strings.ReplaceAll(string(v), " ", "-") }

func (r Run) view(o Options) *htmlRun {
	v := &htmlRun{
		Style: template.CSS(embedded("style.css")), Behaviour: template.JS(embedded("script.js")),
		SUT: Plain(r.SUT), Provider: Plain(r.Provider), Seed: r.Seed, Coverage: r.htmlCoverage(),
	}
	if !r.Started.IsZero() {
		v.Started = r.Started.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	v.Verdict, v.Says = r.outcome()
	if r.Plays != nil {
		v.Says += "; " + count(r.Plays.Plays, "play") + " in all"
	}
	v.Class = class(v.Verdict)
	counts := r.counts()
	for _, verdict := range worst {
		if counts[verdict] > 0 {
			v.Bar = append(v.Bar, htmlCount{verdict, class(verdict), counts[verdict]})
		}
	}
	providers, labels := map[string]bool{}, map[string]bool{}
	for i, result := range r.Results {
		v.Results = append(v.Results, r.htmlResult(i, result, o))
		providers[Plain(result.Provider)] = true
		for _, l := range result.Labels {
			labels[Plain(l)] = true
		}
	}
	slices.SortStableFunc(v.Results, func(a, b *htmlResult) int {
		return slices.Index(worst, a.Verdict) - slices.Index(worst, b.Verdict)
	})
	v.Providers, v.Labels = slices.Sorted(maps.Keys(providers)), slices.Sorted(maps.Keys(labels))
	return v
}

// worst lists the verdicts, the worst first.
var worst = []Verdict{Fail, Flaky, Inconclusive, NotExercised, Unavoidable, Pass, LeftOut}

// embedded is a file of the page.
func embedded(name string) string {
	data, err := htmlFiles.ReadFile("html/" + name)
	if err != nil {
		panic(err) // it is built in
	}
	return string(data)
}

// outcome is the whole run in a word and a sentence.
func (r Run) outcome() (Verdict, string) {
	counts, played := r.counts(), 0
	for _, v := range order {
		if v != LeftOut {
			played += counts[v]
		}
	}
	var rest []string
	for _, v := range []Verdict{Flaky, Inconclusive, NotExercised, Unavoidable} {
		if counts[v] > 0 {
			rest = append(rest, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	also := ""
	if len(rest) > 0 {
		also = " (" + strings.Join(rest, ", ") + ")"
	}
	if r.Broke != "" {
		also += "; " + Plain(r.Broke)
	}
	switch {
	case counts[Fail] > 0:
		return Fail, fmt.Sprintf("%d of %s failed%s", counts[Fail], count(played, "page"), also)
	case played == 0:
		return Inconclusive, "Nothing was shown" + also
	case r.Broke != "":
		return Inconclusive, fmt.Sprintf("%d of %s passed%s", counts[Pass], count(played, "page"), also)
	case r.ExitCode() == exitPassed:
		return Pass, fmt.Sprintf("%d of %s passed%s", counts[Pass], count(played, "page"), also)
	}
	v := worst[slices.IndexFunc(worst, func(v Verdict) bool { return counts[v] > 0 })]
	return v, fmt.Sprintf("%d of %s passed%s", counts[Pass], count(played, "page"), also)
}

func (r Run) htmlResult(i int, result Result, o Options) *htmlResult {
	h := &htmlResult{
		ID: "r" + strconv.Itoa(i), Class: class(result.Verdict), Verdict: result.Verdict, Open: result.Verdict != Pass && result.Verdict != LeftOut,
		Page: Plain(result.Page), Title: Plain(result.Title), Provider: Plain(result.Provider), Labels: Plain(strings.Join(result.Labels, " ")),
		Virtual: long(result.Virtual), Wall: long(result.Wall), Says: result.withNames(result.sentence()), Replay: Plain(replay(r, result, o)),
		Drawn: len(result.Entries) > 0,
	}
	if first := oracle.Primary(result.Findings); first != nil {
		h.Rule = Plain(fmt.Sprintf("oracle %d, %s", first.Oracle, first.Name))
		h.Also = Plain(strings.TrimPrefix(alsoFailed(result.Findings, first.Oracle), "; "))
		h.RuleSays = ruleSays(first.Oracle)
	}
	for _, e := range result.Expects {
		h.Expects = append(h.Expects, Expect{e.Line, Plain(e.Text), Plain(e.Says)})
	}
	if result.Reason != "" && result.sentence() != result.Reason {
		h.Reason = Plain(result.Reason)
	}
	for _, line := range result.Plan {
		h.Plan = append(h.Plan, Plain(line))
	}
	h.Phases = result.htmlPhases()
	return h
}

// withNames adds to numbers what the page calls them.
func (r Result) withNames(text string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(r.Cast)) {
		if number := string(r.Cast[name]); number != "" && number != name {
			pairs = append(pairs, number, number+" ("+name+")")
		}
	}
	return Plain(strings.NewReplacer(pairs...).Replace(text))
}

func ruleSays(number int) string {
	for _, o := range oracle.All() {
		if o.Number == number {
			return o.Says
		}
	}
	return ""
}

func (r Result) htmlPhases() []htmlPhase {
	broken := r.broken()
	var out []htmlPhase
	for _, p := range r.Script {
		one := htmlPhase{Comment: lines(p.Comment)}
		for _, l := range p.Lines {
			one.Lines = append(one.Lines, htmlLine{Line{l.Number, Plain(l.Text)}, broken[l.Number]})
			one.Broken = one.Broken || broken[l.Number]
		}
		out = append(out, one)
	}
	return out
}

func (r Run) htmlCoverage() htmlCoverage {
	c := r.Coverage()
	out := htmlCoverage{Of: "pages", Oracles: oracle.All(), Idle: c.Idle, Missed: c.Missed}
	if r.Plays != nil {
		out.Of = "plays"
	}
	for _, f := range c.Faults {
		row := htmlCovered{Fault: Plain(f.Name()), Fired: f.Fired, Plays: f.Plays}
		for _, o := range out.Oracles {
			row.Cells = append(row.Cells, f.Oracles[o.Number])
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
