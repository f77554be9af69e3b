package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// mostCompared is the size of the table that a comparison may take.
const mostCompared = 4_000_000

// likeness is what one would call a step whatever the run: its kind, what it
// says and what came of it. It has no ids, numbers or durations,
// nor whether the end of an attempt or a call is drawn apart from its start, which
// hangs on what came between. It is empty for what is not compared.
func (s step) likeness(outcome string) string {
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
	return fmt.Sprintf("%s %d %d %s → %s", s.shape, s.from, s.to, said, outcome)
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
	if len(s.entries) == 0 {
		return ""
	}
	if e := s.entries[0]; e.Kind == journal.KindAttemptEnded || e.Kind == journal.KindTold {
		return s.about()
	}
	return ""
}

// unlike is a comparison with the passing run.
type unlike struct {
	steps []step // of the run, and among them the ghosts of what only the passing one has
	fresh []bool // is only in the run
}

// compare sets a run against one that passed, whose handsets have the numbers
// that those of the same names have in the run. Each handset is compared by
// itself: what several do at once has no order. Lines of the page, moves of the
// clock and what was planned are not compared, nor are runs too long for it.
func compare(steps, baseline []step, names map[sms.Number]string) unlike {
	out := unlike{steps: steps, fresh: make([]bool, len(steps))}
	if len(baseline) == 0 || len(steps)*len(baseline) > mostCompared {
		return out
	}
	told := outcomes(baseline)
	mine, theirs := byParty(steps, outcomes(steps), names), byParty(baseline, told, names)
	only := map[string]bool{}     // attempts and calls that are only in the run
	ghosts := map[int][]int{}     // steps that are only in the passing run, by the one they stand before
	everybody := maps.Clone(mine) // in either run
	maps.Copy(everybody, theirs)
	for _, who := range slices.Sorted(maps.Keys(everybody)) {
		a, b := mine[who], theirs[who]
		table := common(a, b)
		for i, k := 0, 0; i < len(a) || k < len(b); {
			switch {
			case i < len(a) && k < len(b) && a[i].likeness == b[k].likeness:
				i, k = i+1, k+1
			case k == len(b) || i < len(a) && table[i+1][k] >= table[i][k+1]:
				out.fresh[a[i].at] = true
				if id := steps[a[i].at].about(); id != "" {
					only[id] = true
				}
				i++
			default:
				before := len(steps)
				if i < len(a) {
					before = a[i].at
				}
				ghosts[before] = append(ghosts[before], b[k].at)
				k++
			}
		}
	}
	return out.haunted(ghosts, only, baseline, told)
}

// haunted puts the ghosts among the steps, and marks the ends of what is only in
// the run.
func (u unlike) haunted(ghosts map[int][]int, only map[string]bool, baseline []step, told map[string]string) unlike {
	var out unlike
	put := func(s step, fresh bool) { out.steps, out.fresh = append(out.steps, s), append(out.fresh, fresh) }
	for i := range len(u.steps) + 1 {
		slices.Sort(ghosts[i]) // those of several handsets, as they came
		for _, k := range ghosts[i] {
			put(baseline[k].gone(told[baseline[k].about()]), false)
		}
		if i < len(u.steps) {
			put(u.steps[i], u.fresh[i] || only[u.steps[i].closes()])
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

// compared is a step that is compared: where it is and what one would call it.
type compared struct {
	at       int
	likeness string
}

// byParty are the steps that are compared, by the name of the handset that they
// are about. Handsets without a name count by the order in which they appear.
func byParty(steps []step, told map[string]string, names map[sms.Number]string) map[string][]compared {
	strangers, out := map[sms.Number]string{}, map[string][]compared{}
	for i, s := range steps {
		like := s.likeness(told[s.about()])
		if like == "" {
			continue
		}
		who := names[s.handset]
		if who == "" && s.handset != "" {
			if strangers[s.handset] == "" {
				strangers[s.handset] = fmt.Sprintf("stranger %d", len(strangers)+1)
			}
			who = strangers[s.handset]
		}
		out[who] = append(out[who], compared{i, like})
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
func common(a, b []compared) [][]int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i].likeness == b[k].likeness {
				table[i][k] = table[i+1][k+1] + 1
			} else {
				table[i][k] = max(table[i+1][k], table[i][k+1])
			}
		}
	}
	return table
}

// sameWords puts the words of a run into the record of the passing one: where
// the page wants a fresh word, each world makes its own, and the answers repeat
// it. The texts of a handset are set side by side in their order; those that
// differ in one word have the place of such a word in common.
func sameWords(r Result) []journal.Entry {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(r.BaselineCast)) {
		mine, theirs := texts(r.Entries, r.Cast[name]), texts(r.Baseline, r.BaselineCast[name])
		for i := range min(len(mine), len(theirs)) {
			if here, there := otherWord(mine[i], theirs[i]); there != "" {
				pairs = append(pairs, there, here)
			}
		}
	}
	replacer, out := strings.NewReplacer(pairs...), slices.Clone(r.Baseline)
	for i, e := range out {
		if e.Message != nil && len(pairs) > 0 {
			m := *e.Message
			m.Body = replacer.Replace(m.Body)
			out[i].Message = &m
		}
	}
	return out
}

// texts are what a handset sends, each once: a copy by a fault says nothing new.
func texts(entries []journal.Entry, handset sms.Number) []string {
	var all []string
	for _, e := range entries {
		if m := e.Message; m != nil && m.Direction == sms.MO && m.Handset == handset && !slices.Contains(all, m.Body) {
			all = append(all, m.Body)
		}
	}
	return all
}

// otherWord is the only word in which two texts differ; nothing if there are
// more or none.
func otherWord(a, b string) (ofA, ofB string) {
	mine, theirs := strings.Fields(a), strings.Fields(b)
	if len(mine) != len(theirs) {
		return "", ""
	}
	for i := range mine {
		switch {
		case mine[i] == theirs[i]:
		case ofB != "":
			return "", ""
		default:
			ofA, ofB = mine[i], theirs[i]
		}
	}
	return ofA, ofB
}
