package drift

import (
	"fmt"
	"slices"
)

// order finds webhooks of one message or conversation that came in another
// order than was recorded. paired are those that did come, as they were
// recorded; place says when each was played.
func order(paired []*hook, place map[*hook]int) []Difference {
	groups := map[string][]*hook{}
	var names []string
	for _, h := range paired {
		g := h.group()
		if g == "" {
			continue
		}
		if groups[g] == nil {
			names = append(names, g)
		}
		groups[g] = append(groups[g], h)
	}
	var found []Difference
	for _, g := range names {
		found = append(found, unordered(groups[g], place)...)
	}
	return found
}

// maxGroup bounds the work on a hostile recording.
const maxGroup = 200

// unordered takes one after the other out of a group that stands on the wrong
// side of most others, so that one event that is late is one difference.
func unordered(group []*hook, place map[*hook]int) []Difference {
	group = slices.Clone(group[:min(len(group), maxGroup)])
	var found []Difference
	for {
		worst, with := -1, []*hook(nil)
		for i := range group {
			// Of two that changed places it is the later in the recording that is late.
			if crossed := crossing(group, i, place); len(crossed) > 0 && len(crossed) >= len(with) {
				worst, with = i, crossed
			}
		}
		if worst < 0 {
			return found
		}
		late, other := group[worst], with[0]
		d := Difference{Operation: late.operation.String(), Kind: Order, Entry: late.entry}
		first, then := other.name(), late.name()
		if slices.Index(group, other) > worst {
			first, then = then, first
		}
		d.Recorded, d.Played = fmt.Sprintf("%s, then %s", first, then), fmt.Sprintf("%s, then %s", then, first)
		found = append(found, d)
		group = slices.Delete(group, worst, worst+1)
	}
}

// crossing are those that the i-th changed places with. Two of one kind cannot
// be told apart.
func crossing(group []*hook, i int, place map[*hook]int) []*hook {
	var all []*hook
	for j, other := range group {
		if other.name() != group[i].name() && (j < i) != (place[other] < place[group[i]]) && j != i {
			all = append(all, other)
		}
	}
	return all
}
