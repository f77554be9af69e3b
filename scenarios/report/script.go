package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
)

// Phase is a comment of a page and the lines under it.
type Phase struct {
	Comment string `json:"comment,omitempty"`
	Lines   []Line `json:"lines"`
}

// Line is a line of a page.
type Line struct {
	Number int    `json:"line"`
	Text   string `json:"text"`
}

// With adds what the pages say, and where they were read from, to the results of
// those that have no script yet.
func (r Run) With(pages []page.Page) Run {
	by := map[string]page.Page{}
	for _, p := range pages {
		by[p.Name] = p
	}
	r.Results = slices.Clone(r.Results)
	for i := range r.Results {
		p, ok := by[r.Results[i].Page]
		if !ok {
			continue
		}
		r.Results[i].File = p.File
		if r.Results[i].Script == nil {
			r.Results[i].Plan, r.Results[i].Script = plan(p), phases(p)
		}
	}
	return r
}

// plan is what goes wrong on a page, beside its script and in it.
func plan(p page.Page) []string {
	var out []string
	for _, s := range slices.Concat(p.Plan, p.Steps()) {
		if s.Verb == page.Plan || s.Verb == page.Slay {
			out = append(out, s.String())
		}
	}
	return out
}

func phases(p page.Page) []Phase {
	var out []Phase
	for _, phase := range p.Phases {
		one := Phase{Comment: phase.Comment}
		for _, s := range phase.Steps {
			one.Lines = append(one.Lines, Line{s.Line, s.String()})
		}
		out = append(out, one)
	}
	return out
}

// broken are the lines of the page that did not hold, and the one that was
// being played when the last piece of evidence came.
func (r Result) broken() map[int]bool {
	lines := map[int]bool{}
	for _, e := range r.Expects {
		lines[e.Line] = true
	}
	about := oracle.Primary(r.Findings)
	if about == nil || len(about.Evidence) == 0 {
		return lines
	}
	last, at := slices.Max(about.Evidence), 0
	for _, e := range r.Entries {
		if e.Seq > last {
			break
		}
		if n := markedLine(e); n > 0 {
			at = n
		}
	}
	if at > 0 {
		lines[at] = true
	}
	return lines
}

// markedLine is the line of the page that an entry marks; 0 for none.
func markedLine(e journal.Entry) int {
	rest, ok := strings.CutPrefix(e.Marker, lineMark)
	if !ok {
		return 0
	}
	number, _, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return n
}
