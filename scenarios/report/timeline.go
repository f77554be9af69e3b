package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// A lane is one party of the timeline.
type lane int

const (
	handsetLane lane = iota
	providerLane
	callLane
	faultLane
)

var (
	laneNames  = []string{"handset", "provider", "application", "fault"}
	laneWidths = []int{30, 34, 26, 26}
)

// around is how many rows on either side of each piece of evidence are shown;
// without evidence, the last atMost rows are.
const (
	around = 15
	atMost = 60
)

// row is one entry in its lane.
type row struct {
	entry journal.Entry
	lane  lane
	text  string
}

// timeline writes the record in four lanes. The entries that prove the finding
// are marked with a star; "14<12" is entry 14, caused by 12.
func timeline(entries []journal.Entry, about *oracle.Finding) string {
	rows, evidence := rowsOf(entries, about), []uint64(nil)
	if about != nil {
		evidence = about.Evidence
	}
	var b strings.Builder
	writeLine(&b, "", "time", laneNames)
	hidden := 0
	for i, show := range near(rows, evidence) {
		if !show {
			hidden++
			continue
		}
		elided(&b, &hidden)
		writeRow(&b, rows[i], entries[0].At, slices.Contains(evidence, rows[i].entry.Seq))
	}
	elided(&b, &hidden)
	return b.String()
}

func elided(b *strings.Builder, hidden *int) {
	if *hidden > 0 {
		fmt.Fprintf(b, "  … %d entries left out\n", *hidden)
	}
	*hidden = 0
}

// near says which rows to show.
func near(rows []row, evidence []uint64) []bool {
	show := make([]bool, len(rows))
	found := false
	for i, r := range rows {
		if !slices.Contains(evidence, r.entry.Seq) {
			continue
		}
		found = true
		for k := max(0, i-around); k < min(len(rows), i+around+1); k++ {
			show[k] = true
		}
	}
	if !found {
		for i := max(0, len(rows)-atMost); i < len(rows); i++ {
			show[i] = true
		}
	}
	return show
}

// rowsOf makes rows of the entries that have one, leaving out what is about
// another handset than the finding, unless it is evidence.
func rowsOf(entries []journal.Entry, about *oracle.Finding) []row {
	whom := callHandsets(entries)
	var rows []row
	for _, e := range entries {
		at, text := describe(e)
		if text == "" {
			continue
		}
		if about != nil && about.Handset != "" && !slices.Contains(about.Evidence, e.Seq) {
			if who := handsetOf(e, whom); who != "" && who != about.Handset {
				continue
			}
		}
		rows = append(rows, row{e, at, text})
	}
	return rows
}

// callHandsets says for whom each call was, where the record does.
func callHandsets(entries []journal.Entry) map[string]sms.Number {
	whom := map[string]sms.Number{}
	for _, e := range entries {
		if e.Call != nil && e.Call.Handset != "" {
			whom[e.Call.ID] = e.Call.Handset
		}
	}
	return whom
}

func handsetOf(e journal.Entry, whom map[string]sms.Number) sms.Number {
	switch {
	case e.Message != nil:
		return e.Message.Handset
	case e.Event != nil:
		return e.Event.Handset
	case e.Attempt != nil:
		return e.Attempt.Handset
	case e.OptOut != nil:
		return e.OptOut.Handset
	case e.Call != nil:
		return whom[e.Call.ID]
	}
	return ""
}

func writeRow(b *strings.Builder, r row, start time.Time, proof bool) {
	mark := " "
	if proof {
		mark = "*"
	}
	name := fmt.Sprintf("%s%d", mark, r.entry.Seq)
	if r.entry.Cause > 0 {
		name += fmt.Sprintf("<%d", r.entry.Cause)
	}
	for i, part := range wrap(Plain(r.text), laneWidths[r.lane]) {
		cells := make([]string, len(laneNames))
		cells[r.lane] = part
		at := ""
		if i == 0 {
			at = r.entry.At.Sub(start).Round(time.Millisecond).String()
		} else {
			name = ""
		}
		writeLine(b, name, at, cells)
	}
}

func writeLine(b *strings.Builder, name, at string, cells []string) {
	line := fmt.Sprintf("  %-10s %12s", name, at)
	for i, cell := range cells {
		line += "  " + cell + strings.Repeat(" ", max(0, laneWidths[i]-len([]rune(cell))))
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
