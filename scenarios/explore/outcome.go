package explore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Outcome is what a search found.
type Outcome struct {
	SUT       string                 `json:"sut"`
	Providers []string               `json:"providers"`
	Seed      int64                  `json:"seed"`
	Played    int                    `json:"played"` // plans that came to a verdict, but for those of shrinking
	Verdicts  map[report.Verdict]int `json:"verdicts"`
	Levels    []Level                `json:"levels"`
	Cases     []*Case                `json:"cases"`
	Coverage  Coverage               `json:"coverage"`
	LeftOut   []Omission             `json:"left_out,omitempty"` // workloads that were not explored
	Missed    []Omission             `json:"missed,omitempty"`   // kinds of faults that never fired
	Doubts    []Omission             `json:"doubts,omitempty"`   // plans without a verdict, the first few
	Ended     string                 `json:"ended,omitempty"`    // why it stopped before all was done; empty if it did not
	Baselines []report.Result        `json:"-"`                  // plays without faults that passed
	struck    map[string]bool        // "provider mark"
}

// Level is how far one level of the search came.
type Level struct {
	Level   int `json:"level"`
	Planned int `json:"planned"`
	Played  int `json:"played"`
}

// Name says what is played on a level.
func (l Level) Name() string {
	return [...]string{"saved runs", "no fault", "every single fault", "pairs", "three to six at random"}[l.Level-Regressions]
}

// Omission is something that was not shown, and why.
type Omission struct {
	Provider string `json:"provider"`
	What     string `json:"what"`
	Reason   string `json:"reason"`
}

// Case is one failure, shrunk, or one duplicate or loss that nobody could avoid.
type Case struct {
	Name     string         `json:"name"` // of its bundle
	Verdict  report.Verdict `json:"verdict"`
	Provider string         `json:"provider"`
	Oracle   int            `json:"oracle"` // 0: the application ended by itself
	Rule     string         `json:"rule"`
	Says     string         `json:"says"`  // one sentence
	Level    int            `json:"level"` // where it was found
	Workload string         `json:"workload"`
	After    int            `json:"after"` // plans that had come to a verdict when it was found, its own included
	Script   []string       `json:"script"`
	Plan     []string       `json:"plan"` // smallest found; empty: it fails without a fault
	Marks    []string       `json:"-"`
	Failed   int            `json:"failed"` // of the tries below
	Tries    int            `json:"tries"`  // times that the smallest was played by itself
	Same     int            `json:"same"`   // further plans that failed in the same way
	looks    int            // at further plans that failed in the same way, while it is flaky
	Shrunk   bool           `json:"shrunk"`
	Proof    *Proof         `json:"proof,omitempty"`
	Unproved string         `json:"unproved,omitempty"` // why what an oracle held to be unavoidable is a failure
	File     string         `json:"file,omitempty"`     // where it is kept, set by who keeps it
	Page     page.Page      `json:"-"`
	Result   report.Result  `json:"-"` // of the smallest
}

func newOutcome(o Options) Outcome {
	return Outcome{
		SUT: o.SUT, Providers: o.Providers, Seed: o.Seed,
		Verdicts: map[report.Verdict]int{}, Coverage: Coverage{report.NewCoverage()}, struck: map[string]bool{},
	}
}

// level is the tally of a level, made if there is none.
func (o *Outcome) level(n int) *Level {
	i := slices.IndexFunc(o.Levels, func(l Level) bool { return l.Level == n })
	if i < 0 {
		i, o.Levels = len(o.Levels), append(o.Levels, Level{Level: n})
	}
	return &o.Levels[i]
}

func (o *Outcome) count(p plan, v report.Verdict) {
	o.Played++
	o.level(p.level).Played++
	o.Verdicts[v]++
}

// supersede takes out what failed now and then under the same faults as a case
// that always does.
func (o *Outcome) supersede(c *Case) {
	if c.Verdict != report.Fail {
		return
	}
	o.Cases = slices.DeleteFunc(o.Cases, func(k *Case) bool {
		flaky := k.Verdict == report.Flaky && k.Provider == c.Provider && k.Oracle == c.Oracle && len(c.Marks) > 0 && slices.Equal(k.Marks, c.Marks)
		if flaky {
			c.Same += k.Same + 1
		}
		return flaky
	})
}

// fell counts a plan among the failures that was held to be unavoidable.
func (o *Outcome) fell() {
	o.Verdicts[report.Unavoidable]--
	o.Verdicts[report.Fail]++
}

func (o *Outcome) omit(p plan, reason string) {
	o.LeftOut = append(o.LeftOut, Omission{p.provider, p.workload, reason})
}

// cover takes in what a play put to the test, and what struck in it.
func (o *Outcome) cover(p plan, r report.Result) {
	o.Coverage.Add(r)
	for _, m := range struck(r.Entries) {
		o.struck[p.provider+" "+m] = true
	}
}

// miss notes the kinds of a plan that may not have struck. Whether they did, here
// or elsewhere, is looked at in the end.
func (o *Outcome) miss(p plan, r report.Result) {
	if p.level != Singles {
		return
	}
	reason := "nothing came to where this would strike"
	if r.Refused {
		_, reason, _ = strings.Cut(r.Reason, ": ")
	}
	for _, s := range p.page.Plan {
		m := Omission{p.provider, mark(s), reason}
		if !slices.ContainsFunc(o.Missed, func(k Omission) bool { return k.Provider == m.Provider && k.What == m.What }) {
			o.Missed = append(o.Missed, m)
		}
	}
}

// fewDoubts is how many plans without a verdict are told one by one.
const fewDoubts = 10

func (o *Outcome) doubt(p plan, reason string) {
	if len(o.Doubts) < fewDoubts {
		o.Doubts = append(o.Doubts, Omission{p.provider, p.workload + ": " + cmp.Or(spell(p.page.Plan), "no fault"), reason})
	}
}

// finish puts everything in order once nothing more comes.
func (o *Outcome) finish() {
	o.Missed = slices.DeleteFunc(o.Missed, func(m Omission) bool { return o.struck[m.Provider+" "+m.What] })
	byPlace := func(a, b Omission) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.What, b.What))
	}
	slices.SortFunc(o.Missed, byPlace)
	slices.SortFunc(o.LeftOut, byPlace)
	slices.SortFunc(o.Levels, func(a, b Level) int { return cmp.Compare(a.Level, b.Level) })
	slices.SortFunc(o.Cases, func(a, b *Case) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Provider, b.Provider), a.Oracle-b.Oracle,
			len(a.Plan)-len(b.Plan), cmp.Compare(strings.Join(a.Plan, ";"), strings.Join(b.Plan, ";")))
	})
	slices.SortFunc(o.Baselines, func(a, b report.Result) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Page, b.Page))
	})
	used := map[string]int{}
	for _, c := range o.Cases {
		c.name(used)
	}
}

// rank puts failures first and what could not be helped last.
func rank(c *Case) int {
	return slices.Index([]report.Verdict{report.Fail, report.Flaky, report.Unavoidable}, c.Verdict)
}

// name gives a case a name that no other has.
func (c *Case) name(used map[string]int) {
	parts := []string{c.Provider, fmt.Sprintf("oracle-%d", c.Oracle)}
	for _, m := range c.Marks {
		parts = append(parts, strings.NewReplacer(" on ", "-", " ", "-", ".", "-").Replace(m))
	}
	if len(c.Marks) == 0 {
		parts = append(parts, "no-fault")
	}
	c.Name = strings.Join(parts, "-")
	if used[c.Name]++; used[c.Name] > 1 {
		c.Name += fmt.Sprintf("-%d", used[c.Name])
	}
	c.Page.Name, c.Result.Page = c.Name, c.Name
}

// ExitCode is 1 if anything failed, now and then included, 4 if nothing passed,
// and 0 otherwise.
func (o Outcome) ExitCode() int { return o.Run().ExitCode() }

// Run is the outcome as a run of pages: the workloads that passed without a
// fault, and the cases. What it covers is what all plays did.
func (o Outcome) Run() report.Run {
	run := report.Run{SUT: o.SUT, Provider: strings.Join(o.Providers, ", "), Seed: o.Seed, Plays: &o.Coverage.Coverage}
	for _, r := range o.Baselines {
		r.Title += " (no fault)"
		run.Results = append(run.Results, r)
	}
	for _, c := range o.Cases {
		run.Results = append(run.Results, c.Result)
	}
	for _, r := range run.Results {
		if len(r.Entries) > 0 && (run.Started.IsZero() || r.Entries[0].Wall.Before(run.Started)) {
			run.Started = r.Entries[0].Wall
		}
	}
	return run
}
