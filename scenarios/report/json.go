package report

import (
	"encoding/json"
	"io"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// JSON writes the run for machines. The record of a page goes with it only
// where the page failed.
func JSON(w io.Writer, r Run) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Run
		Exit   int             `json:"exit"`
		Counts map[Verdict]int `json:"counts"`
	}{r, r.ExitCode(), r.counts()})
}

// MarshalJSON writes durations as text and leaves out the record of what did not fail.
func (r Result) MarshalJSON() ([]byte, error) {
	entries := r.Entries
	if r.Verdict != Fail {
		entries = nil
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
		Entries  []journal.Entry  `json:"entries,omitempty"`
	}{
		r.Page, r.Title, r.Provider, r.Labels, r.Kills, r.Verdict, r.says(), r.Reason,
		r.Findings, r.Expects, r.Virtual.String(), r.Wall.String(), entries,
	})
}

// says is the sentence of the finding that says most.
func (r Result) says() string {
	if first := oracle.Primary(r.Findings); first != nil {
		return first.Says
	}
	return ""
}
