package report

import (
	"cmp"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// Coverage says which rules were put to the test under which faults.
type Coverage struct {
	Faults []FaultCoverage `json:"faults"`
	Missed []string        `json:"missed,omitempty"` // faults that were planned and never struck
	Idle   []Idle          `json:"idle,omitempty"`   // rules that nothing put to the test
}

// FaultCoverage is one fault, or none, and what was judged where it struck.
type FaultCoverage struct {
	Fault   string         `json:"fault"`   // "" where nothing went wrong on purpose
	Fired   int            `json:"fired"`   // times
	Pages   int            `json:"pages"`   // results with it
	Oracles map[int]Judged `json:"oracles"` // by number
}

// Judged counts what an oracle found.
type Judged struct {
	Held   int `json:"held,omitempty"`
	Broken int `json:"broken,omitempty"`
}

// Idle is a rule that nothing put to the test, and what would.
type Idle struct {
	Oracle int    `json:"oracle"`
	Name   string `json:"name"`
	Need   string `json:"need"`
}

// Coverage is computed from the records and findings of all results.
func (r Run) Coverage() Coverage {
	by, missed := map[string]*FaultCoverage{}, map[string]bool{}
	for _, result := range r.Results {
		if len(result.Entries) == 0 {
			continue
		}
		fired := struck(result.Entries, missed)
		if len(fired) == 0 {
			fired[""] = 0
		}
		for name, times := range fired {
			c := by[name]
			if c == nil {
				c = &FaultCoverage{Fault: name, Oracles: map[int]Judged{}}
				by[name] = c
			}
			c.Fired, c.Pages = c.Fired+times, c.Pages+1
			c.judge(result.Findings)
		}
	}
	out := Coverage{Faults: []FaultCoverage{}, Idle: r.idle()}
	for name, c := range by {
		delete(missed, name)
		out.Faults = append(out.Faults, *c)
	}
	slices.SortFunc(out.Faults, func(a, b FaultCoverage) int { return cmp.Compare(a.Fault, b.Fault) })
	for name := range missed {
		out.Missed = append(out.Missed, name)
	}
	slices.Sort(out.Missed)
	return out
}

// struck counts the faults and kills that happened, and notes those that were
// only planned.
func struck(entries []journal.Entry, planned map[string]bool) map[string]int {
	fired := map[string]int{}
	for _, e := range entries {
		switch {
		case e.Fault != nil && e.Kind == journal.KindFaultFired:
			fired[string(e.Fault.Kind)]++
		case e.Fault != nil:
			planned[string(e.Fault.Kind)] = true
		case e.Process != nil && e.Process.State == "killed":
			fired["kill"]++
		}
	}
	return fired
}

func (c *FaultCoverage) judge(found []oracle.Finding) {
	for _, f := range found {
		j := c.Oracles[f.Oracle]
		switch f.Status {
		case oracle.NotExercised:
			continue
		case oracle.Fail:
			j.Broken++
		default:
			j.Held++
		}
		c.Oracles[f.Oracle] = j
	}
}

// idle lists the rules that no result put to the test, with the first thing
// that would.
func (r Run) idle() []Idle {
	tested, need := map[int]bool{}, map[int]string{}
	for _, result := range r.Results {
		for _, f := range result.Findings {
			if f.Status != oracle.NotExercised {
				tested[f.Oracle] = true
			} else if need[f.Oracle] == "" {
				need[f.Oracle] = f.Need
			}
		}
	}
	var out []Idle
	for _, o := range oracle.All() {
		if !tested[o.Number] {
			out = append(out, Idle{o.Number, o.Name, need[o.Number]})
		}
	}
	return out
}
