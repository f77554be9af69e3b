package explore

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/switchhook/switchhook/scenarios/page"
)

//go:embed workloads/*.txtar
var files embed.FS

// Workloads are the scripts that are explored by default: what customers and an
// application do with each other when nothing goes wrong. One that needs what
// the application does not declare is left out when it is first played.
func Workloads() []page.Page {
	names, err := fs.Glob(files, "workloads/*.txtar")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var all []page.Page
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			panic(err) // it was listed
		}
		p, err := page.Parse(name, data)
		if err != nil {
			panic(err) // a test parses them all
		}
		all = append(all, p)
	}
	return all
}

// aftermath is the virtual time after the last step in which faults may still
// strike: statuses come and every vendor has tried what failed for some time.
const aftermath = 15 * time.Minute

// workload makes a page into one to explore: without expectations, which hold
// only for the faults that its author thought of, and without its own faults
// unless they are to be kept.
func workload(p page.Page, keepFaults bool) (page.Page, error) {
	if p.Replicas > 0 && !keepFaults {
		p.Replicas = 0
	}
	drop := func(s page.Step) bool {
		return s.Verb == page.Expect || !keepFaults && (s.Verb == page.Plan || s.Verb == page.Slay)
	}
	out := p
	out.Labels, out.Kills, out.Extra, out.Plan, out.Phases = nil, nil, nil, nil, nil
	if keepFaults {
		out.Plan = p.Plan
	}
	for _, ph := range p.Phases {
		ph.Steps = slices.DeleteFunc(slices.Clone(ph.Steps), drop)
		if len(ph.Steps) > 0 {
			out.Phases = append(out.Phases, ph)
		}
	}
	if len(out.Phases) == 0 {
		return out, fmt.Errorf("page %s has no steps besides faults and expectations", p.Name)
	}
	last := &out.Phases[len(out.Phases)-1]
	if last.Steps[len(last.Steps)-1].Verb != page.Advance {
		last.Steps = append(last.Steps, page.Step{Verb: page.Advance, By: aftermath})
	}
	return out, nil
}
