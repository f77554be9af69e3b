package playback

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/switchhook/switchhook/scenarios/report"
)

// Text writes a result for people. What came from outside is shown escaped.
func Text(w io.Writer, r Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "played %d webhooks and %d triggers of %s; %d calls were expected\n",
		r.Webhooks, r.Triggers, report.Plain(r.Provider), r.Calls)
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "\n%s: %s\n", d.Kind, report.Plain(d.Says))
		if len(d.Entries) > 0 {
			fmt.Fprintf(&b, "    %s\n", strings.Join(d.Entries, ", "))
		}
	}
	if r.Dropped > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", r.Dropped)
	}
	for i, note := range r.Notes {
		if i == 0 {
			b.WriteString("\nnotes, which are no differences:\n")
		}
		fmt.Fprintf(&b, "    %s\n", report.Plain(note))
	}
	switch n := len(r.Differences) + r.Dropped; n {
	case 0:
		b.WriteString("no differences\n")
	case 1:
		b.WriteString("\n1 difference\n")
	default:
		fmt.Fprintf(&b, "\n%d differences\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes a result for machines.
func JSON(w io.Writer, r Result) error {
	if r.Differences == nil {
		r.Differences = []Difference{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func pathOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Path
	}
	return address
}
