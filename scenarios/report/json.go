package report

import (
	"encoding/json"
	"io"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// JSON writes the run for machines. The record of a page, and that of its
// baseline, go with it only where the page failed.
func JSON(w io.Writer, r Run) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Run
		Exit     int             `json:"exit"`
		Counts   map[Verdict]int `json:"counts"`
		Coverage Coverage        `json:"coverage"`
	}{r, r.ExitCode(), r.counts(), r.Coverage()})
}

// MarshalJSON writes durations as text and leaves out the record of what did not fail.
func (r Result) MarshalJSON() ([]byte, error) {
	entries, baseline := r.Entries, r.Baseline
	if r.Verdict != Fail {
		entries, baseline = nil, nil
	}
	return json.Marshal(struct {
		Page     string           `json:"page"`
		Title    string           `json:"title,omitempty"`
		Provider string           `json:"provider,omitempty"`
		Labels   []string         `json:"labels,omitempty"`
		Kills    []string         `json:"kills,omitempty"`
		Verdict  Verdict          `json:"verdict"`
		Says     string           `json:"says,omitempty"`
		Reason   string           `json:"reason,omitempty"`
		Findings []oracle.Finding `json:"findings,omitempty"`
		Expects  []Expect         `json:"expects,omitempty"`
		Virtual  string           `json:"virtual"`
		Wall     string           `json:"wall"`
		Plan     []string         `json:"plan,omitempty"`
		Script   []Phase          `json:"script,omitempty"`
		Entries  []journal.Entry  `json:"entries,omitempty"`
		Baseline []journal.Entry  `json:"baseline,omitempty"`
	}{
		r.Page, r.Title, r.Provider, r.Labels, r.Kills, r.Verdict, r.says(), r.Reason,
		r.Findings, r.Expects, r.Virtual.String(), r.Wall.String(), r.Plan, r.Script, entries, baseline,
	})
}

// says is the sentence of the finding that says most.
func (r Result) says() string {
	if first := oracle.Primary(r.Findings); first != nil {
		return first.Says
	}
	return ""
}
