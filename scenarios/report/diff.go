package report

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// mostCompared is the size of the table that a comparison may take.
const mostCompared = 4_000_000

// likeness is what a step has in common with the same one in another run: no
// ids, no numbers, no durations.
func (s step) likeness(roles map[sms.Number]int) string {
	if s.shape == script || s.shape == jump {
		return ""
	}
	who, known := roles[s.handset]
	if !known {
		who = len(roles)
		roles[s.handset] = who
	}
	text := s.text
	if len(s.entries) > 0 {
		if c := s.entries[0].Call; c != nil && s.from == callLane && c.Route != "" && strings.HasSuffix(text, c.Path) {
			text = c.Route
		}
	}
	answer, _, _ := strings.Cut(s.answer, " in ")
	text, _, _ = strings.Cut(text, " in ")
	return fmt.Sprint(who, s.shape, s.from, s.to, text, answer, s.faults, s.lost)
}

// unlike is a comparison with the passing run.
type unlike struct {
	steps []step // of the run, and among them the ghosts of what only the passing one has
	fresh []bool // is only in the run
	here  int    // how many are only here
	there int    // how many are only there
}

// compare sets a run against one that passed. Names and numbers of handsets may
// differ: they count by the order in which they appear. Lines of the page and
// moves of the clock are not compared, nor are runs too long for it.
func compare(steps, baseline []step) unlike {
	out := unlike{steps: steps, fresh: make([]bool, len(steps))}
	if len(baseline) == 0 || len(steps)*len(baseline) > mostCompared {
		return out
	}
	a, b := likenesses(steps), likenesses(baseline)
	table := common(a, b)
	out.steps, out.fresh = nil, nil
	put := func(s step, fresh bool) { out.steps, out.fresh = append(out.steps, s), append(out.fresh, fresh) }
	i, k := 0, 0
	for i < len(a) || k < len(b) {
		switch {
		case i < len(a) && a[i] == "":
			put(steps[i], false)
			i++
		case k < len(b) && b[k] == "":
			k++
		case i < len(a) && k < len(b) && a[i] == b[k]:
			put(steps[i], false)
			i, k = i+1, k+1
		case k == len(b) || i < len(a) && table[i+1][k] >= table[i][k+1]:
			put(steps[i], true)
			i, out.here = i+1, out.here+1
		default:
			put(baseline[k].gone(), false)
			k, out.there = k+1, out.there+1
		}
	}
	return out
}

// gone is a step of the passing run as it is shown among those of another.
func (s step) gone() step {
	text := s.text
	if s.answer != "" {
		text += " → " + s.answer
	}
	return step{shape: ghost, from: s.from, text: text, tone: plain, handset: s.handset, minor: s.minor}
}

func likenesses(steps []step) []string {
	roles, out := map[sms.Number]int{}, make([]string, len(steps))
	for i, s := range steps {
		out[i] = s.likeness(roles)
	}
	return out
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
			if a[i] == b[k] {
				table[i][k] = table[i+1][k+1] + 1
			} else {
				table[i][k] = max(table[i+1][k], table[i][k+1])
			}
		}
	}
	return table
}
