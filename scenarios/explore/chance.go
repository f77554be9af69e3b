package explore

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/scenarios/page"
)

// draw is a number that depends on the seed and the text alone.
func draw(seed int64, text string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s", seed, text))
	return binary.BigEndian.Uint64(sum[:8])
}

// shuffle puts things in an order that follows from the seed and their names,
// not from where they stood.
func shuffle[T any](seed int64, all []T, name func(T) string) {
	type ranked struct {
		thing T
		name  string
		rank  uint64
	}
	list := make([]ranked, len(all))
	for i, t := range all {
		n := name(t)
		list[i] = ranked{t, n, draw(seed, n)}
	}
	slices.SortStableFunc(list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.name, b.name))
	})
	for i := range list {
		all[i] = list[i].thing
	}
}

// spell writes a plan on one line.
func spell(plan []page.Step) string {
	text := ""
	for i, s := range plan {
		if i > 0 {
			text += "; "
		}
		text += s.String()
	}
	return text
}

// handful picks three to six of the faults, the n-th of its name.
func handful(seed int64, name string, n int, from []page.Step) []page.Step {
	at := func(what string, below int) int {
		return int(draw(seed, fmt.Sprintf("%s %d %s", name, n, what)) % uint64(below))
	}
	size := min(3+at("size", 4), len(from))
	var out []page.Step
	for i := 0; len(out) < size && i < 8*size; i++ {
		s := from[at(fmt.Sprint(i), len(from))]
		if s.Verb == page.Plan && !onCall(s.Fault.Kind) && at(fmt.Sprint("attempt ", i), 4) == 0 {
			s.Fault.Attempt = 2
		}
		fits := !slices.ContainsFunc(out, func(o page.Step) bool { return o.String() == s.String() || o.Verb == page.Slay && s.Verb == page.Slay })
		if fits {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b page.Step) int { return cmp.Compare(a.String(), b.String()) })
	return out
}
