package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// mostCompared is the size of the table that a comparison may take.
const mostCompared = 4_000_000

// likeness is what one would call a step whatever the run: its kind, whom it is
// about, what it says and what came of it. It has no ids, numbers or durations,
// nor whether the end of an attempt or a call is drawn apart from its start, which
// hangs on what came between. It is empty for what is not compared.
func (s step) likeness(who, outcome string) string {
	if len(s.entries) == 0 {
		return ""
	}
	said := s.text
	switch e := s.entries[0]; {
	case s.shape == script, s.shape == jump, e.Clock != nil, e.Kind == journal.KindFaultPlanned, s.closes() != "":
		return ""
	case e.Message != nil:
		said = fmt.Sprint(e.Message.Direction, e.Message.State, e.Message.Reason, quoted(e.Message.Body))
	case e.OptOut != nil:
		said = fmt.Sprint("opted out: ", e.OptOut.Out)
	case e.Attempt != nil:
		said = attemptLabel(*e.Attempt)
	case e.Call != nil:
		said = e.Call.Method + " " + cmp.Or(e.Call.Route, e.Call.Path)
		for _, made := range s.entries {
			if made.Message != nil {
				said = "sends " + quoted(made.Message.Body)
			}
		}
	}
	return fmt.Sprintf("%s %s %d %d %s → %s", who, s.shape, s.from, s.to, said, outcome)
}

// about is the id of the attempt or the call that a step tells of.
func (s step) about() string {
	for _, e := range s.entries {
		switch {
		case e.Attempt != nil && e.Kind != journal.KindAttemptPlanned:
			return e.Attempt.ID
		case e.Call != nil:
			return e.Call.ID
		}
	}
	return ""
}

// closes is the id of the attempt or the call whose end a step tells, apart from
// its start.
func (s step) closes() string {
	if e := s.entries[0]; e.Kind == journal.KindAttemptEnded || e.Kind == journal.KindTold {
		return s.about()
	}
	return ""
}

// unlike is a comparison with the passing run.
type unlike struct {
	steps []step // of the run, and among them the ghosts of what only the passing one has
	fresh []bool // is only in the run
	here  int    // how many are only here
	there int    // how many are only there
}

// compare sets a run against one that passed, whose handsets have the numbers
// that those of the same names have in the run. Handsets without a name count by
// the order in which they appear. Lines of the page, moves of the clock and what
// was planned are not compared, nor are runs too long for it.
func compare(steps, baseline []step, names map[sms.Number]string) unlike {
	out := unlike{steps: steps, fresh: make([]bool, len(steps))}
	if len(baseline) == 0 || len(steps)*len(baseline) > mostCompared {
		return out
	}
	told := outcomes(baseline)
	a, b := likenesses(steps, outcomes(steps), names), likenesses(baseline, told, names)
	table := common(a, b)
	out.steps, out.fresh = nil, nil
	put := func(s step, fresh bool) { out.steps, out.fresh = append(out.steps, s), append(out.fresh, fresh) }
	only := map[string]bool{} // attempts and calls that are only in the run
	i, k := 0, 0
	for i < len(a) || k < len(b) {
		switch {
		case i < len(a) && a[i] == "":
			fresh := len(steps[i].entries) > 0 && only[steps[i].closes()]
			put(steps[i], fresh)
			i++
			if fresh {
				out.here++
			}
		case k < len(b) && b[k] == "":
			k++
		case i < len(a) && k < len(b) && a[i] == b[k]:
			put(steps[i], false)
			i, k = i+1, k+1
		case k == len(b) || i < len(a) && table[i+1][k] >= table[i][k+1]:
			put(steps[i], true)
			if id := steps[i].about(); id != "" {
				only[id] = true
			}
			i, out.here = i+1, out.here+1
		default:
			put(baseline[k].gone(told[baseline[k].about()]), false)
			k, out.there = k+1, out.there+1
		}
	}
	return out
}

// gone is a step of the passing run, and what came of it, as it is shown among
// those of another.
func (s step) gone(outcome string) step {
	text := s.text
	if outcome != "" {
		text += " → " + outcome
	}
	return step{shape: ghost, from: s.from, text: text, tone: plain, handset: s.handset, minor: s.minor}
}

func likenesses(steps []step, told map[string]string, names map[sms.Number]string) []string {
	strangers, out := map[sms.Number]string{}, make([]string, len(steps))
	for i, s := range steps {
		who := names[s.handset]
		if who == "" && s.handset != "" {
			if strangers[s.handset] == "" {
				strangers[s.handset] = fmt.Sprintf("stranger %d", len(strangers)+1)
			}
			who = strangers[s.handset]
		}
		out[i] = s.likeness(who, told[s.about()])
	}
	return out
}

// outcomes say what came of each attempt and call, by id.
func outcomes(steps []step) map[string]string {
	told := map[string]string{}
	for _, s := range steps {
		for _, e := range s.entries {
			switch {
			case e.Attempt != nil && e.Kind == journal.KindAttemptEnded:
				answer, _ := answerOf(*e.Attempt)
				told[e.Attempt.ID], _, _ = strings.Cut(answer, " in ")
			case e.Call != nil && e.Kind != journal.KindCall:
				told[e.Call.ID] = strings.TrimPrefix(told[e.Call.ID]+", "+callOutcome(e), ", ")
			}
		}
	}
	return told
}

// callOutcome is what became of a call, or what the caller heard of it.
func callOutcome(e journal.Entry) string {
	if e.Kind == journal.KindAccepted {
		return string(e.Kind)
	}
	return callText(e.Kind, *e.Call)
}

// common holds at [i][k] how many steps a from i and b from k have in common in
// the same order.
func common(a, b []string) [][]int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] && a[i] != "" {
				table[i][k] = table[i+1][k+1] + 1
			} else {
				table[i][k] = max(table[i+1][k], table[i][k+1])
			}
		}
	}
	return table
}
