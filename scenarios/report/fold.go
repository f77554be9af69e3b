package report

import (
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// mostShown is how many steps of one timeline are shown before anybody asks.
const mostShown = 60

// proof numbers the steps that hold evidence, from 1; 0 is none.
func proof(steps []step, about *oracle.Finding) []int {
	numbers, next := make([]int, len(steps)), 1
	if about == nil {
		return numbers
	}
	for i, s := range steps {
		if slices.ContainsFunc(s.seqs(), func(seq uint64) bool { return slices.Contains(about.Evidence, seq) }) {
			numbers[i] = next
			next++
		}
	}
	return numbers
}

// seqs are the entries of a step, by number.
func (s step) seqs() []uint64 {
	var all []uint64
	for _, e := range s.entries {
		all = append(all, e.Seq)
	}
	return all
}

// shown says which steps a reader sees at first: evidence, and what is neither
// minor nor about another handset. Of very many, those nearest to the evidence,
// or the last where there is none.
func shown(steps []step, numbers []int, about *oracle.Finding) []bool {
	show, count := make([]bool, len(steps)), 0
	for i, s := range steps {
		show[i] = numbers[i] > 0 || !s.minor && !elsewhere(s.handset, about)
		if show[i] {
			count++
		}
	}
	for _, i := range outward(numbers) {
		if count <= mostShown {
			break
		}
		if show[i] && numbers[i] == 0 {
			show[i] = false
			count--
		}
	}
	bridge(show)
	return show
}

func elsewhere(handset sms.Number, about *oracle.Finding) bool {
	return about != nil && about.Handset != "" && handset != "" && handset != about.Handset
}

// outward lists all steps, the furthest from any evidence first.
func outward(numbers []int) []int {
	far := make([]int, len(numbers))
	last := -len(numbers)
	for i, n := range numbers {
		if n > 0 {
			last = i
		}
		far[i] = i - last
	}
	last = 2 * len(numbers)
	for i, n := range slices.Backward(numbers) {
		if n > 0 {
			last = i
		}
		far[i] = min(far[i], last-i)
	}
	order := make([]int, len(numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return far[b] - far[a] })
	return order
}

// bridge shows a step that hides alone between two that are shown: the line
// that says so would take its place.
func bridge(show []bool) {
	for i := 1; i+1 < len(show); i++ {
		if !show[i] && show[i-1] && show[i+1] {
			show[i] = true
		}
	}
}
