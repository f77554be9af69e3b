package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/switchhook/switchhook/scenarios/oracle"
)

// Options says how text is written; the zero value works.
type Options struct {
	Color bool // ANSI colours for verdicts
	// Command plays a page again when its name, its provider as --provider and
	// the seed as --seed are added to it. Default "switchhook verify".
	Command string
	// Replay is the whole command instead, for what is no page of its own; nil: none.
	Replay  func(Result) string
	MaxHTML int // about how many bytes an HTML report may have before timelines are left out; default 20 MB
}

var order = []Verdict{Pass, Fail, Flaky, Unavoidable, NotExercised, Inconclusive, LeftOut}

// colours by verdict, as ANSI codes.
var colours = map[Verdict]string{Pass: "32", Fail: "1;31", NotExercised: "33", Inconclusive: "35", Flaky: "1;35", Unavoidable: "36"}

func (o Options) paint(v Verdict, text string) string {
	code, known := colours[v]
	if !o.Color || !known {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Text writes the table of all pages, then what went wrong in each that is not green.
func Text(w io.Writer, r Run, o Options) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s, seed %d\n\n", Plain(r.SUT), Plain(r.Provider), r.Seed)
	table(&b, r, o)
	fmt.Fprintf(&b, "\n%s\n", summary(r))
	for _, result := range r.Results {
		if result.Verdict != Pass && result.Verdict != LeftOut {
			b.WriteString("\n" + Explain(r, result, o))
		}
	}
	leftOut(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

func table(b *strings.Builder, r Run, o Options) {
	var rows strings.Builder
	played := slices.DeleteFunc(slices.Clone(r.Results), func(result Result) bool { return result.Verdict == LeftOut })
	t := tabwriter.NewWriter(&rows, 0, 0, 2, ' ', 0)
	several := len(r.providers()) > 1
	of := func(name string) string {
		if several {
			return "\t" + Plain(name)
		}
		return ""
	}
	fmt.Fprintf(t, "verdict\tvirtual\twall%s\tpage\ttitle\n", of("provider"))
	for _, result := range played {
		fmt.Fprintf(t, "%s\t%s\t%s%s\t%s\t%s\n", result.Verdict, round(result.Virtual), round(result.Wall),
			of(result.Provider), Plain(result.Page), Plain(result.Title))
	}
	_ = t.Flush() // into memory
	// Colour goes on afterwards: the codes would count as width.
	lines := strings.SplitAfter(rows.String(), "\n")
	b.WriteString(lines[0])
	for i, result := range played {
		rest := strings.TrimPrefix(lines[i+1], string(result.Verdict))
		b.WriteString(o.paint(result.Verdict, string(result.Verdict)) + rest)
	}
}

// leftOut lists the pages that were not played, by provider and reason.
func leftOut(b *strings.Builder, r Run) {
	type why struct{ provider, reason string }
	pages, all := map[why][]string{}, []why(nil)
	for _, result := range r.Results {
		if result.Verdict != LeftOut {
			continue
		}
		w := why{result.Provider, result.Reason}
		if pages[w] == nil {
			all = append(all, w)
		}
		pages[w] = append(pages[w], Plain(result.Page))
	}
	if len(all) > 0 {
		b.WriteString("\nleft out:\n")
	}
	for _, w := range all {
		fmt.Fprintf(b, "  %s: %s: %s\n", Plain(w.provider), Plain(w.reason), strings.Join(pages[w], ", "))
	}
}

func round(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Millisecond)
}

func summary(r Run) string {
	count := r.counts()
	var parts []string
	for _, v := range order {
		if count[v] > 0 || v == Pass {
			parts = append(parts, fmt.Sprintf("%d %s", count[v], v))
		}
	}
	pages := "pages"
	if len(r.Results) == 1 {
		pages = "page"
	}
	return fmt.Sprintf("%d %s: %s", len(r.Results), pages, strings.Join(parts, ", "))
}

// Explain says why a page is not green: one sentence, then, for a failure, the
// other rules that broke, the timeline, and how to play it again.
func Explain(r Run, result Result, o Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n", o.paint(result.Verdict, strings.ToUpper(string(result.Verdict))), Plain(result.Page), Plain(result.Title))
	first := oracle.Primary(result.Findings)
	if first != nil {
		fmt.Fprintf(&b, "  %s\n", Plain(first.Says))
		fmt.Fprintf(&b, "  oracle %d, %s%s\n", first.Oracle, first.Name, alsoFailed(result.Findings, first.Oracle))
	}
	for _, e := range result.Expects {
		fmt.Fprintf(&b, "  line %d: %s: %s\n", e.Line, Plain(e.Text), Plain(e.Says))
	}
	if result.Reason != "" {
		fmt.Fprintf(&b, "  %s\n", Plain(result.Reason))
	}
	if result.Verdict == Fail && len(result.Entries) > 0 {
		b.WriteString("\n" + timeline(result.Entries, first) + "\n")
	}
	fmt.Fprintf(&b, "  replay: %s\n", replay(r, result, o))
	return b.String()
}

func alsoFailed(found []oracle.Finding, but int) string {
	var others []string
	for _, f := range found {
		if f.Status == oracle.Fail && f.Oracle != but {
			others = append(others, fmt.Sprintf("%d (%s)", f.Oracle, f.Name))
		}
	}
	if len(others) == 0 {
		return ""
	}
	return "; also broken: " + strings.Join(others, ", ")
}

// replay is the command that plays the page for its provider alone.
func replay(r Run, result Result, o Options) string {
	if o.Replay != nil {
		return o.Replay(result)
	}
	command := o.Command
	if command == "" {
		command = "switchhook verify"
	}
	if result.Provider != "" {
		command += " --provider " + Plain(result.Provider)
	}
	return fmt.Sprintf("%s --seed %d %s", command, r.Seed, Plain(cmp.Or(result.File, result.Page)))
}
