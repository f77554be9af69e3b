package explore

import (
	"context"
	"slices"

	"github.com/switchhook/switchhook/scenarios/page"
)

// most is how many plays the shrinking of one failure may take.
const most = 600

// shrinker makes a failing page smaller.
type shrinker struct {
	play  func(context.Context, ...page.Page) ([]bool, error) // which of the pages show the breach
	batch int
	left  int // plays
	err   error
}

// shrink finds the smallest page that still breaks the rule: first without
// faults that do not matter, then without steps that do not matter, then with
// weaker faults and lower numbers, until nothing changes any more.
func (x *explorer) shrink(ctx context.Context, provider string, p page.Page, b breach) (page.Page, error) {
	s := &shrinker{batch: x.Batch, left: most, play: func(ctx context.Context, pages ...page.Page) ([]bool, error) {
		results, err := x.company.play(ctx, provider, pages...)
		shown := make([]bool, len(results))
		for i, r := range results {
			shown[i] = b.in(r)
		}
		return shown, err
	}}
	p = s.mildest(ctx, p)
	if s.err != nil || x.known(provider, b, marks(p.Plan)) {
		return p, s.err
	}
	return s.smallest(ctx, p), s.err
}

// mildest is the page with as few and as weak faults as do. That is enough to
// know a mistake again.
func (s *shrinker) mildest(ctx context.Context, p page.Page) page.Page {
	p.Plan = minimize(p.Plan, func(plans [][]page.Step) int { return s.first(ctx, under(p, plans)) })
	return s.simplest(ctx, p, milderPlans)
}

func (s *shrinker) smallest(ctx context.Context, p page.Page) page.Page {
	for before := ""; s.err == nil && before != spellPage(p); {
		before = spellPage(p)
		p.Plan = minimize(p.Plan, func(plans [][]page.Step) int { return s.first(ctx, under(p, plans)) })
		steps := minimize(p.Steps(), func(scripts [][]page.Step) int { return s.first(ctx, saying(p, scripts)) })
		p = say(p, steps)
		p = s.simplest(ctx, p, simpler)
	}
	return p
}

// under is the page with each of the plans.
func under(p page.Page, plans [][]page.Step) []page.Page {
	out := make([]page.Page, len(plans))
	for i, plan := range plans {
		out[i] = p
		out[i].Plan = plan
	}
	return out
}

// saying is the page with each of the scripts.
func saying(p page.Page, scripts [][]page.Step) []page.Page {
	out := make([]page.Page, len(scripts))
	for i, steps := range scripts {
		out[i] = say(p, steps)
	}
	return out
}

func say(p page.Page, steps []page.Step) page.Page {
	p.Phases = []page.Phase{{Steps: steps}}
	return p
}

// simplest takes simpler pages in the place of others as long as any will do.
func (s *shrinker) simplest(ctx context.Context, p page.Page, simpler func(page.Page) []page.Page) page.Page {
	for s.err == nil {
		candidates := simpler(p)
		i := s.first(ctx, candidates)
		if i < 0 {
			break
		}
		p = candidates[i]
	}
	return p
}

// first is the place of the first page that shows the breach as often as it is
// tried; -1 if none does. Pages of one script are tried in lock-step.
func (s *shrinker) first(ctx context.Context, pages []page.Page) int {
	for from := 0; from < len(pages); {
		to := from + 1
		for to < len(pages) && to-from < max(s.batch/tries, 1) && !lonely(pages[from]) && !lonely(pages[to]) && sameScript(pages[from], pages[to]) {
			to++
		}
		if i := s.among(ctx, pages[from:to]); i >= 0 {
			return from + i
		}
		from = to
	}
	return -1
}

// among is first for pages that can be played together.
func (s *shrinker) among(ctx context.Context, pages []page.Page) int {
	pages = slices.Clone(pages)
	if len(pages) == 1 && !valid(pages[0]) {
		return -1
	}
	if len(pages) == 1 && lonely(pages[0]) {
		return s.aloneAgainAndAgain(ctx, pages[0])
	}
	var all []page.Page
	var of []int
	for i, p := range pages {
		for range tries {
			if valid(p) {
				all, of = append(all, p), append(of, i)
			}
		}
	}
	shown := make([]int, len(pages))
	for i, yes := range s.ask(ctx, all) {
		if yes {
			shown[of[i]]++
		}
	}
	return slices.Index(shown, tries)
}

func (s *shrinker) aloneAgainAndAgain(ctx context.Context, p page.Page) int {
	for range tries {
		if shown := s.ask(ctx, []page.Page{p}); len(shown) == 0 || !shown[0] {
			return -1
		}
	}
	return 0
}

// ask plays pages; nothing is shown once the shrinker is out of plays.
func (s *shrinker) ask(ctx context.Context, pages []page.Page) []bool {
	if s.left -= len(pages); s.left < 0 || s.err != nil || len(pages) == 0 {
		return nil
	}
	shown, err := s.play(ctx, pages...)
	if err != nil {
		s.err = err
		return nil
	}
	return shown
}

func sameScript(a, b page.Page) bool { return spell(a.Steps()) == spell(b.Steps()) }

// valid reports whether a page does anything, and its plan names only those who
// are in it.
func valid(p page.Page) bool {
	who := p.Handsets()
	for _, s := range p.Plan {
		for _, name := range s.Who {
			if !slices.Contains(who, name) {
				return false
			}
		}
	}
	return len(who) > 0
}
