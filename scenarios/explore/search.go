package explore

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// ground is a workload at a provider where it passes without a fault.
type ground struct {
	provider string
	page     page.Page
	at       []position
	borne    []page.Step // single faults that fired and that the application bore
}

// explorer is one search.
type explorer struct {
	Options
	company *company
	fresh   context.Context // ends when nothing new is to be begun
	enough  func()          // ends the search

	mu      sync.Mutex
	out     Outcome
	grounds map[string]*ground // by provider and workload
	open    map[string]*Case   // failures that are being shrunk, by signature
	refused map[string]bool    // kinds of faults that the network does not do, by provider
	works   bool               // something could be played
	failing int                // batches that could not be played, in a row
	round   int                // of random plans
}

func newExplorer(o Options, fresh context.Context) *explorer {
	return &explorer{
		Options: o, fresh: fresh,
		company: &company{open: o.Open, single: o.Single, idle: map[string][]*troupe{}},
		grounds: map[string]*ground{}, open: map[string]*Case{}, refused: map[string]bool{},
		out: newOutcome(o),
	}
}

// perform plays the batches of a level, several at once.
func (x *explorer) perform(ctx context.Context, level int, work []batch) error {
	planned := 0
	for _, b := range work {
		planned += b.size
	}
	x.mu.Lock()
	x.out.level(level).Planned += planned
	x.mu.Unlock()
	q := newQueue(work)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for i := range min(x.Parallel, len(work)) {
		wg.Go(func() {
			for x.fresh.Err() == nil && ctx.Err() == nil {
				b, ok := q.next(i%2 == 1)
				if !ok {
					return
				}
				if err := x.take(ctx, x.possible(b.plans())); err != nil {
					stop(err)
				}
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, errEnough) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return ctx.Err()
}

// possible leaves out the plans with a single fault of a kind that the network was
// seen to refuse for their provider. They are not counted as planned any more.
func (x *explorer) possible(plans []plan) []plan {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := slices.DeleteFunc(plans, func(p plan) bool { return x.refused[newest(p)] })
	if dropped := len(plans) - len(out); dropped > 0 {
		x.out.level(plans[0].level).Planned -= dropped
	}
	return out
}

// newest names the last fault or kill of a plan, which is the one that a single
// adds to its workload, with its provider.
func newest(p plan) string {
	if len(p.page.Plan) == 0 {
		return ""
	}
	return p.provider + " " + kind(p.page.Plan[len(p.page.Plan)-1])
}

// patience is how many batches in a row may fail to be played before the search
// gives up.
const patience = 3

// take plays some plans and looks at what came of each. What says nothing
// because others were played beside it is played again among fewer.
func (x *explorer) take(ctx context.Context, plans []plan) error {
	if len(plans) == 0 {
		return nil
	}
	pages := make([]page.Page, len(plans))
	for i, p := range plans {
		pages[i] = p.page
	}
	results, err := x.company.play(ctx, plans[0].provider, pages...)
	if err != nil {
		return x.broken(ctx, plans, err)
	}
	x.mu.Lock()
	x.works, x.failing = true, 0
	x.mu.Unlock()
	var unsure []plan
	var like []int // ended like a case that nobody could help
	for i, r := range results {
		if r.Verdict == report.Inconclusive && len(plans) > 1 {
			unsure = append(unsure, plans[i])
			continue
		}
		same, err := x.look(ctx, plans[i], r)
		if err != nil {
			x.dropAll(plans, like)
			return err
		}
		if same {
			like = append(like, i)
		}
	}
	x.tell(plans[0])
	if err := x.uphold(ctx, plans, results, like); err != nil {
		return err
	}
	half := (len(unsure) + 1) / 2
	for _, part := range [][]plan{unsure[:half], unsure[half:]} {
		if len(part) > 0 && x.fresh.Err() == nil {
			if err := x.take(ctx, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// broken notes plans that could not be played, which ends the search if it
// happens again and again, or from the start.
func (x *explorer) broken(ctx context.Context, plans []plan, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.failing++; !x.works {
		return err
	}
	for _, p := range plans {
		x.out.count(p, report.Inconclusive)
	}
	x.out.doubt(plans[0], err.Error())
	if x.failing >= patience {
		return err
	}
	return nil
}

func (x *explorer) tell(p plan) {
	x.mu.Lock()
	defer x.mu.Unlock()
	level := x.out.level(p.level)
	x.Progress(Progress{
		Level: p.level, Planned: level.Planned, Played: x.out.Played, Cells: x.out.Coverage.cells(), Cases: len(x.out.Cases),
		Doing: p.provider + " " + p.workload,
	})
}

// look takes in the result of one plan. It reports whether that is one that
// nobody could help like another before, which is still to be proved.
func (x *explorer) look(ctx context.Context, p plan, r report.Result) (like bool, err error) {
	x.mu.Lock()
	x.out.count(p, r.Verdict)
	x.out.cover(p, r)
	switch {
	case p.level == Baseline:
		x.settle(p, r)
	case p.level == Singles && r.Verdict == report.Pass && !isOff(x.Options, p):
		g := x.grounds[p.provider+" "+p.workload]
		g.borne = append(g.borne, p.page.Plan[len(g.page.Plan):]...)
	case r.Verdict == report.NotExercised:
		x.refused[newest(p)] = x.refused[newest(p)] || r.Refused && p.level == Singles
		x.out.miss(p, r)
	case r.Verdict == report.Inconclusive:
		x.out.doubt(p, r.Reason)
	}
	x.mu.Unlock()
	if b, ok := breachOf(r); ok {
		return x.failed(ctx, p, r, b)
	}
	return false, nil
}

// settle takes the result of a workload without a fault: it can be explored if
// it passes.
func (x *explorer) settle(p plan, r report.Result) {
	switch r.Verdict {
	case report.Pass:
		x.grounds[p.provider+" "+p.workload] = &ground{provider: p.provider, page: p.page, at: positions(r)}
		x.out.Baselines = append(x.out.Baselines, r)
	case report.Fail:
		x.out.omit(p, "it fails without any fault; mend that first")
	default:
		x.out.omit(p, r.Reason)
	}
}

// isOff reports whether a plan is one at a provider that forgets its keys.
func isOff(o Options, p plan) bool {
	scene, _ := set(p.provider, p.page)
	for name, value := range o.Unkeyed[p.provider] {
		if scene.Switches[name] == value {
			return true
		}
	}
	return false
}
