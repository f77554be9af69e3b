package explore

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Coverage counts plays in which a kind of fault fired and a rule had something
// to judge.
type Coverage struct {
	plays map[string]map[int]int // by fault and oracle
	fired map[string]bool        // "provider mark"
}

func newCoverage() Coverage {
	return Coverage{plays: map[string]map[int]int{}, fired: map[string]bool{}}
}

// add takes in one play. A fault that was planned and did not strike is not covered.
func (c *Coverage) add(plan []page.Step, r report.Result) {
	var judged []int
	for _, f := range r.Findings {
		if f.Status != oracle.NotExercised {
			judged = append(judged, f.Oracle)
		}
	}
	struck := struck(r.Entries)
	kinds := map[string]bool{}
	for _, s := range plan {
		if struck[mark(s)] {
			kinds[kind(s)] = true
			c.fired[r.Provider+" "+mark(s)] = true
		}
	}
	for k := range kinds {
		for _, n := range judged {
			if c.plays[k] == nil {
				c.plays[k] = map[int]int{}
			}
			c.plays[k][n]++
		}
	}
}

// struck are the marks of the faults and kills that a record shows.
func struck(entries []journal.Entry) map[string]bool {
	out := map[string]bool{}
	for _, e := range entries {
		switch {
		case e.Kind == journal.KindFaultFired && e.Fault != nil:
			out[mark(page.Step{Verb: page.Plan, Fault: *e.Fault})] = true
		case e.Process != nil && e.Process.State == "killed":
			out[mark(page.Step{Verb: page.Slay, Kill: page.Kill{Spot: page.Spot{Point: page.Point(e.Process.Point)}}})] = true
		}
	}
	return out
}

// cells is how many pairs of fault and oracle were seen.
func (c Coverage) cells() int {
	n := 0
	for _, row := range c.plays {
		n += len(row)
	}
	return n
}

// Faults lists the kinds that fired, in the order of the alphabet.
func (c Coverage) Faults() []string { return slices.Sorted(maps.Keys(c.plays)) }

// Oracles lists the numbers of the rules that had something to judge.
func (c Coverage) Oracles() []int {
	seen := map[int]bool{}
	for _, row := range c.plays {
		for n := range row {
			seen[n] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Plays is in how many plays the fault fired and the rule had something to judge.
func (c Coverage) Plays(fault string, number int) int { return c.plays[fault][number] }

// MarshalJSON writes plays by fault and oracle.
func (c Coverage) MarshalJSON() ([]byte, error) { return json.Marshal(c.plays) }
