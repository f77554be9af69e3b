package report

import (
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// Verdict is the result of one page.
type Verdict string

// Verdicts. Only Pass is green by itself; Unavoidable is no failure.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	NotExercised Verdict = "not exercised" // what the page is about did not happen
	Inconclusive Verdict = "inconclusive"  // the world did not go quiet in time, the page could not run, or its record was cut
	// Unavoidable is a duplicate or a loss that no program could have avoided.
	Unavoidable Verdict = "unavoidable"
	Flaky       Verdict = "flaky"    // it failed some of the times that it was played
	LeftOut     Verdict = "left out" // the page does not apply to the provider; it was not played
)

// Run is a run of pages against one system under test.
type Run struct {
	Started  time.Time `json:"started,omitzero"`
	SUT      string    `json:"sut"`
	Provider string    `json:"provider"` // or several, with commas
	Seed     int64     `json:"seed"`
	Results  []Result  `json:"results"`
	Broke    string    `json:"broke,omitempty"` // what kept the other pages from being played
	// Plays is the coverage of a search, where Results holds only some of the plays;
	// nil if it holds all.
	Plays *Coverage `json:"-"`
}

// Result is what became of one page.
type Result struct {
	Page     string
	File     string // that the page was read from; "" if it is built in or that is not known
	Title    string
	Provider string
	Labels   []string
	Kills    []string
	Verdict  Verdict
	Reason   string // in words, where neither a finding nor an expectation says it
	Refused  bool   // not exercised, as the network refuses for this provider what the page plans
	Findings []oracle.Finding
	Expects  []Expect // expect lines that did not hold
	Virtual  time.Duration
	Wall     time.Duration
	Entries  []journal.Entry       // the record of the page
	Cast     map[string]sms.Number // numbers of its handsets, by their names on the page
	Plan     []string              // what was made to go wrong: fault and kill lines
	Script   []Phase               // what the page says
	// Baseline is the record of the same page without its plan, where it passed, and
	// BaselineCast the numbers of its handsets there.
	Baseline     []journal.Entry
	BaselineCast map[string]sms.Number
}

// Expect is an expect line of a page that did not hold.
type Expect struct {
	Line int    `json:"line"`
	Text string `json:"text"`
	Says string `json:"says"`
}

// Exit codes of a run.
const (
	exitPassed   = 0
	exitFailed   = 1
	exitNotShown = 4
)

// ExitCode is 4 if the run broke off, 1 if any page failed, always or now and
// then, 4 if any was inconclusive or none passed, and 0 otherwise. It is never 0
// when nothing ran.
func (r Run) ExitCode() int {
	count := r.counts()
	switch {
	case r.Broke != "":
		return exitNotShown
	case count[Fail] > 0, count[Flaky] > 0:
		return exitFailed
	case count[Inconclusive] > 0, count[Pass] == 0:
		return exitNotShown
	}
	return exitPassed
}

// providers are those that pages were run for, each once.
func (r Run) providers() []string {
	var all []string
	for _, result := range r.Results {
		if !slices.Contains(all, result.Provider) {
			all = append(all, result.Provider)
		}
	}
	return all
}

func (r Run) counts() map[Verdict]int {
	count := map[Verdict]int{}
	for _, result := range r.Results {
		count[result.Verdict]++
	}
	return count
}
