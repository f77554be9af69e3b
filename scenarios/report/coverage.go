package report

import (
	"cmp"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// Coverage says which rules were put to the test under which faults. It is fed
// one result at a time, and NewCoverage makes one.
type Coverage struct {
	Plays  int             `json:"-"`                // results with a record
	Faults []FaultCoverage `json:"faults"`           // by name
	Missed []string        `json:"missed,omitempty"` // faults that were planned and never struck
	Idle   []Idle          `json:"idle,omitempty"`   // rules that nothing put to the test
}

// FaultCoverage is one fault, or none, and what was judged where it struck.
type FaultCoverage struct {
	Fault   string         `json:"fault"`   // "" where nothing went wrong on purpose
	Fired   int            `json:"fired"`   // times
	Plays   int            `json:"pages"`   // results with it
	Oracles map[int]Judged `json:"oracles"` // by number
}

// Name is the fault in words.
func (f FaultCoverage) Name() string { return cmp.Or(f.Fault, "no fault") }

// Judged counts what an oracle found.
type Judged struct {
	Held   int `json:"held,omitempty"`
	Broken int `json:"broken,omitempty"`
}

// Plays is in how many results the oracle had something to judge.
func (j Judged) Plays() int { return j.Held + j.Broken }

// Idle is a rule that nothing put to the test, and what would.
type Idle struct {
	Oracle int    `json:"oracle"`
	Name   string `json:"name"`
	Need   string `json:"need"` // the first that was heard of
}

// NewCoverage is that of no result: every rule is idle.
func NewCoverage() Coverage {
	c := Coverage{Faults: []FaultCoverage{}}
	for _, o := range oracle.All() {
		c.Idle = append(c.Idle, Idle{Oracle: o.Number, Name: o.Name})
	}
	return c
}

// Coverage is that of all plays of the run.
func (r Run) Coverage() Coverage {
	if r.Plays != nil {
		return *r.Plays
	}
	c := NewCoverage()
	for _, result := range r.Results {
		c.Add(result)
	}
	return c
}

// Add takes in one result. One that showed nothing, or did not come to rest, may
// tell which faults struck, but not that a rule holds.
func (c *Coverage) Add(r Result) {
	if len(r.Entries) == 0 {
		return
	}
	c.Plays++
	shown := r.Verdict != NotExercised && r.Verdict != Inconclusive
	planned, fired := faults(r.Entries)
	if len(fired) == 0 && shown {
		fired[""] = 0
	}
	for name, times := range fired {
		f := c.fault(name)
		f.Fired, f.Plays = f.Fired+times, f.Plays+1
		if shown {
			f.judge(r.Findings)
		}
	}
	c.miss(planned)
	c.exercise(r.Findings, shown)
}

// faults are those that were planned, and how often those struck that did, kills
// included.
func faults(entries []journal.Entry) (planned []string, fired map[string]int) {
	fired = map[string]int{}
	for _, e := range entries {
		switch {
		case e.Fault != nil && e.Kind == journal.KindFaultFired:
			fired[string(e.Fault.Kind)]++
		case e.Fault != nil:
			planned = append(planned, string(e.Fault.Kind))
		case e.Process != nil && e.Process.State == "killed":
			fired["kill "+e.Process.Point]++
		}
	}
	return planned, fired
}

// find is the place of a fault, and whether it struck.
func (c *Coverage) find(name string) (int, bool) {
	return slices.BinarySearchFunc(c.Faults, name, func(f FaultCoverage, name string) int { return cmp.Compare(f.Fault, name) })
}

func (c *Coverage) fault(name string) *FaultCoverage {
	i, known := c.find(name)
	if !known {
		c.Faults = slices.Insert(c.Faults, i, FaultCoverage{Fault: name, Oracles: map[int]Judged{}})
	}
	return &c.Faults[i]
}

func (f *FaultCoverage) judge(found []oracle.Finding) {
	for _, one := range found {
		j := f.Oracles[one.Oracle]
		switch one.Status {
		case oracle.NotExercised:
			continue
		case oracle.Fail:
			j.Broken++
		default:
			j.Held++
		}
		f.Oracles[one.Oracle] = j
	}
}

// miss notes what was planned, as far as it has not struck in any result.
func (c *Coverage) miss(planned []string) {
	c.Missed = append(c.Missed, planned...)
	slices.Sort(c.Missed)
	c.Missed = slices.DeleteFunc(slices.Compact(c.Missed), func(name string) bool {
		_, struck := c.find(name)
		return struck
	})
}

// exercise takes out the rules that were put to the test, and notes what the
// others need.
func (c *Coverage) exercise(found []oracle.Finding, shown bool) {
	for _, f := range found {
		i := slices.IndexFunc(c.Idle, func(i Idle) bool { return i.Oracle == f.Oracle })
		switch {
		case i < 0:
		case f.Status == oracle.NotExercised:
			c.Idle[i].Need = cmp.Or(c.Idle[i].Need, f.Need)
		case shown:
			c.Idle = slices.Delete(c.Idle, i, i+1)
		}
	}
}
