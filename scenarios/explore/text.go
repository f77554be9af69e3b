package explore

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/report"
)

// TextOptions say how an outcome is written; the zero value works.
type TextOptions struct {
	// Replay is the command that plays a kept case again; nil leaves it out.
	Replay func(file string) string
}

// Text writes how far the search came, every case, what was covered and what
// was not reached.
func Text(w io.Writer, o Outcome, opts TextOptions) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s, seed %d\n\n", report.Plain(o.SUT), report.Plain(strings.Join(o.Providers, ", ")), o.Seed)
	levels(&b, o)
	for _, c := range o.Cases {
		b.WriteString("\n" + c.text(opts))
	}
	coverage(&b, o.Coverage)
	unreached(&b, o)
	_, err := io.WriteString(w, b.String())
	return err
}

func levels(b *strings.Builder, o Outcome) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "level\tplans\tplayed")
	for _, l := range o.Levels {
		fmt.Fprintf(t, "%s\t%d\t%d\n", l.Name(), l.Planned, l.Played)
	}
	_ = t.Flush() // into memory
	var parts []string
	for _, v := range []report.Verdict{report.Pass, report.Fail, report.Unavoidable, report.NotExercised, report.Inconclusive} {
		if n := o.Verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	fmt.Fprintf(b, "\n%d plans played: %s\n", o.Played, strings.Join(parts, ", "))
	if o.Ended != "" {
		fmt.Fprintf(b, "it ended before all was played: %s\n", report.Plain(o.Ended))
	}
	if failures := o.failures(); failures > 0 {
		fmt.Fprintf(b, "failures: %d\n", failures)
	}
}

// failures is how many cases are not unavoidable.
func (o Outcome) failures() int {
	n := 0
	for _, c := range o.Cases {
		if c.Verdict != report.Unavoidable {
			n++
		}
	}
	return n
}

// text is one case: a sentence, the rule, the smallest plan, and how to see it again.
func (c *Case) text(opts TextOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n", strings.ToUpper(string(c.Verdict)), report.Plain(c.Name), report.Plain(c.Says))
	fmt.Fprintf(&b, "  oracle %d, %s; %s%s\n", c.Oracle, c.Rule, report.Plain(c.Provider), c.seen())
	if reason := c.reason(); reason != "" {
		fmt.Fprintf(&b, "  %s\n", report.Plain(reason))
	}
	if !c.Shrunk && c.Verdict == report.Fail && c.Unproved == "" {
		b.WriteString("  as it was found: the time was up before it was shrunk\n")
	}
	for _, s := range c.Page.Steps() {
		fmt.Fprintf(&b, "    %s\n", report.Plain(s.String()))
	}
	for _, line := range c.Plan {
		fmt.Fprintf(&b, "    under %s\n", report.Plain(line))
	}
	if c.File != "" {
		fmt.Fprintf(&b, "  kept in %s\n", report.Plain(c.File))
		if opts.Replay != nil {
			fmt.Fprintf(&b, "  replay: %s\n", report.Plain(opts.Replay(c.File)))
		}
	}
	return b.String()
}

func (c *Case) seen() string {
	switch c.Same {
	case 0:
		return ""
	case 1:
		return "; 1 other plan ended in the same way"
	}
	return fmt.Sprintf("; %d other plans ended in the same way", c.Same)
}

// coverage is a table of faults by rules: plays in which the fault fired and the
// rule had something to judge.
func coverage(b *strings.Builder, c Coverage) {
	if len(c.Faults) == 0 {
		return
	}
	b.WriteString("\ncoverage: plays in which the fault fired and the oracle had something to judge\n")
	t := tabwriter.NewWriter(b, 0, 0, 1, ' ', tabwriter.AlignRight)
	oracles := c.judged()
	fmt.Fprint(t, "\t")
	for _, n := range oracles {
		fmt.Fprintf(t, "%d\t", n)
	}
	fmt.Fprintln(t)
	for _, f := range c.Faults {
		fmt.Fprintf(t, "%s\t", report.Plain(f.Name()))
		for _, n := range oracles {
			if plays := f.Oracles[n].Plays(); plays > 0 {
				fmt.Fprintf(t, "%d\t", plays)
			} else {
				fmt.Fprint(t, "-\t")
			}
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // into memory
}

// unreached says what nobody should take for shown.
func unreached(b *strings.Builder, o Outcome) {
	var lines []string
	for _, l := range o.Levels {
		if left := l.Planned - l.Played; left > 0 {
			lines = append(lines, fmt.Sprintf("%d of %d plans of the level %q", left, l.Planned, l.Name()))
		}
	}
	lines = append(lines, o.neverFired()...)
	if idle := o.Coverage.idle(); len(idle) > 0 && len(idle) < len(oracle.All()) {
		lines = append(lines, "oracles that never had anything to judge: "+strings.Join(idle, ", "))
	}
	for _, list := range []struct {
		name string
		all  []Omission
	}{{"workload left out", o.LeftOut}, {"no verdict", o.Doubts}} {
		for _, m := range list.all {
			reason, _, _ := strings.Cut(m.Reason, "\n")
			lines = append(lines, fmt.Sprintf("%s: %s for %s: %s", list.name, m.What, m.Provider, reason))
		}
	}
	if len(lines) > 0 {
		b.WriteString("\nnot reached:\n")
	}
	for _, l := range lines {
		fmt.Fprintf(b, "  %s\n", report.Plain(l))
	}
}

// neverFired are the faults that were planned and struck nowhere, a line for
// each provider and reason.
func (o Outcome) neverFired() []string {
	type why struct{ provider, reason string }
	kinds, all := map[why][]string{}, []why(nil)
	for _, m := range o.Missed {
		w := why{m.Provider, strings.ReplaceAll(m.Reason, strings.Fields(m.What)[0], "this")}
		if kinds[w] == nil {
			all = append(all, w)
		}
		kinds[w] = append(kinds[w], m.What)
	}
	var out []string
	for _, w := range all {
		out = append(out, fmt.Sprintf("faults that did not fire for %s: %s: %s", w.provider, strings.Join(kinds[w], ", "), w.reason))
	}
	return out
}
