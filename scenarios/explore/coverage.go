package explore

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Coverage is what all plays of a search put to the test.
type Coverage struct{ report.Coverage }

// cells is how many pairs of a fault that fired and an oracle were seen.
func (c Coverage) cells() int {
	n := 0
	for _, f := range c.Faults {
		if f.Fault != "" {
			n += len(f.Oracles)
		}
	}
	return n
}

// judged lists the numbers of the rules that had something to judge.
func (c Coverage) judged() []int {
	var out []int
	for _, one := range oracle.All() {
		if slices.ContainsFunc(c.Faults, func(f report.FaultCoverage) bool { return f.Oracles[one.Number].Plays() > 0 }) {
			out = append(out, one.Number)
		}
	}
	return out
}

// idle names the other rules.
func (c Coverage) idle() []string {
	var out []string
	for _, one := range c.Idle {
		out = append(out, fmt.Sprintf("%d (%s)", one.Oracle, one.Name))
	}
	return out
}

// MarshalJSON writes plays by fault and oracle.
func (c Coverage) MarshalJSON() ([]byte, error) {
	plays := map[string]map[int]int{}
	for _, f := range c.Faults {
		plays[f.Name()] = map[int]int{}
		for n, j := range f.Oracles {
			plays[f.Name()][n] = j.Plays()
		}
	}
	return json.Marshal(plays)
}

// struck are the marks of the faults and kills that a record shows.
func struck(entries []journal.Entry) []string {
	var out []string
	for _, e := range entries {
		switch {
		case e.Kind == journal.KindFaultFired && e.Fault != nil:
			out = append(out, mark(page.Step{Verb: page.Plan, Fault: *e.Fault}))
		case e.Process != nil && e.Process.State == "killed":
			out = append(out, mark(page.Step{Verb: page.Slay, Kill: page.Kill{Spot: page.Spot{Point: page.Point(e.Process.Point)}}}))
		}
	}
	return out
}
