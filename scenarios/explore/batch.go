package explore

import (
	"sync"

	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/stage"
)

// plan is one page to play for a provider.
type plan struct {
	level    int
	provider string
	workload string
	page     page.Page
}

func (p plan) name() string {
	return p.provider + " " + p.workload + ": " + spell(p.page.Plan)
}

// batch is what is played at once: plans of one script, or one alone. They are
// made when their turn comes, as there may be very many.
type batch struct {
	size  int
	alone bool
	plans func() []plan
}

// group makes batches of the n plans that at gives: of at most size each, but
// those that lone picks stand by themselves.
func group(n, size int, lone func(int) bool, at func(int) plan) []batch {
	var out []batch
	var open, single []int
	flush := func(picked []int, alone bool) {
		if len(picked) == 0 {
			return
		}
		out = append(out, batch{len(picked), alone, func() []plan {
			var plans []plan
			for _, i := range picked {
				plans = append(plans, at(i))
			}
			return plans
		}})
	}
	for i := range n {
		if lone(i) {
			single = append(single, i)
			continue
		}
		if open = append(open, i); len(open) == size {
			flush(open, false)
			open = nil
		}
	}
	flush(open, false)
	for _, i := range single {
		flush([]int{i}, true)
	}
	return out
}

// lonely reports whether a page can only be played by itself.
func lonely(p page.Page) bool {
	_, bare := set("", p)
	_, alone := stage.Alone(bare)
	return alone
}

// interleave takes from each list in turn, so that an early end has seen
// something of each.
func interleave(lists [][]batch) []batch {
	var out []batch
	for i, more := 0, true; more; i++ {
		more = false
		for _, l := range lists {
			if i < len(l) {
				out, more = append(out, l[i]), true
			}
		}
	}
	return out
}

// queue gives out batches in order: those of many plans, and those of one that
// stands alone, so that neither kind waits for all of the other.
type queue struct {
	mu          sync.Mutex
	many, alone []batch
}

func newQueue(work []batch) *queue {
	q := &queue{}
	for _, b := range work {
		if b.alone {
			q.alone = append(q.alone, b)
		} else {
			q.many = append(q.many, b)
		}
	}
	return q
}

// next is the next batch, of the preferred kind while there are any.
func (q *queue) next(alone bool) (batch, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	first, second := &q.many, &q.alone
	if alone {
		first, second = second, first
	}
	for _, list := range []*[]batch{first, second} {
		if len(*list) > 0 {
			b := (*list)[0]
			*list = (*list)[1:]
			return b, true
		}
	}
	return batch{}, false
}
