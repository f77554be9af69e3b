package explore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/switchhook/switchhook/scenarios/page"
)

// Levels of the search.
const (
	Regressions = iota - 1 // saved runs, as they are
	Baseline               // workloads without a fault
	Singles                // every fault at every position
	Pairs                  // two at once
	Random                 // three to six
)

// Options say what to look for with what. Only Open and Providers must be set.
type Options struct {
	// Open opens a world; how many at once, Parallel says.
	Open func(context.Context, Scene) (Stage, error)
	// Providers are those whose webhooks the application takes.
	Providers []string
	SUT       string      // name of the application, for the report
	Workloads []page.Page // default: Workloads()
	Saved     []page.Page // earlier failures, played first as they are
	// KeepFaults leaves the faults and kills of workloads in them; they are
	// taken out otherwise, as their expectations always are.
	KeepFaults bool
	Kills      bool // the application can be killed and started again
	// Single says that there can be only one world at a time.
	Single bool
	// Unkeyed are, by provider, the switches that make it take no idempotency
	// keys, if it has any. Duplicates are played with and without.
	Unkeyed map[string]map[string]string

	Seed     int64         // decides the order, and random plans
	Budget   time.Duration // real time for new plans; 0: until all levels are done
	Deepest  int           // last level; 0: Random. Use OnlyBaseline for level 0
	Shallow  bool          // only the baseline, whatever Deepest says
	Parallel int           // worlds at once (8)
	Batch    int           // plans in lock-step (96)
	Handfuls int           // random plans for each workload and provider (96)

	// Until hears of each case that is new, once it is confirmed and shrunk as far
	// as it will be, one call at a time; the search ends when it says true. A nil
	// one never does.
	Until func(*Case) bool
	// Progress hears what was done after each batch, one call at a time.
	Progress func(Progress)
}

// Progress is how far the search is.
type Progress struct {
	Level   int
	Planned int // plans of the level, as far as they are known
	Played  int // of all levels
	Cells   int // pairs of a fault that fired and a rule that had something to judge
	Cases   int // failures found
	Doing   string
}

func (o Options) withDefaults() Options {
	if o.Workloads == nil {
		o.Workloads = Workloads()
	}
	if o.Parallel < 1 {
		o.Parallel = 8
	}
	if o.Single {
		o.Parallel = 1
	}
	if o.Batch < 1 {
		o.Batch = 96
	}
	if o.Handfuls < 1 {
		o.Handfuls = 96
	}
	if o.Deepest == 0 {
		o.Deepest = Random
	}
	if o.Shallow {
		o.Deepest = Baseline
	}
	if o.Until == nil {
		o.Until = func(*Case) bool { return false }
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// grace is how much longer than the budget a batch that is being played, and
// the shrinking of what it found, may take at least.
const grace = 20 * time.Second

// errEnough is why a search ends that found what Until waits for.
var errEnough = errors.New("what was looked for is found")

// Run searches until all levels are done, the budget is used up, Until has
// enough or ctx ends; in each case the outcome tells what was found so far. An error says what kept it
// from going on.
func Run(ctx context.Context, o Options) (Outcome, error) {
	o = o.withDefaults()
	if o.Open == nil || len(o.Providers) == 0 {
		return Outcome{}, errors.New("no stage or no provider is given; set Open and Providers")
	}
	if o.Budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Budget+max(grace, o.Budget/2))
		defer cancel()
	}
	ctx, enough := context.WithCancelCause(ctx)
	defer enough(nil)
	fresh, cancel := ctx, context.CancelFunc(func() {})
	if o.Budget > 0 {
		fresh, cancel = context.WithTimeout(ctx, o.Budget)
	}
	defer cancel()
	x := newExplorer(o, fresh)
	x.enough = func() { enough(errEnough) }
	defer x.company.close()
	err := x.search(ctx)
	return x.conclude(ctx, err)
}

// search goes through the levels.
func (x *explorer) search(ctx context.Context) error {
	for level := Regressions; level <= x.Deepest; level++ {
		work := map[int]func() []batch{
			Regressions: x.saved, Baseline: x.bare, Singles: x.singles, Pairs: x.pairs, Random: x.random,
		}[level]()
		if len(work) == 0 {
			continue
		}
		if err := x.perform(ctx, level, work); err != nil {
			return fmt.Errorf("level %d: %w", level, err)
		}
		for level == Random && x.Budget > 0 && x.fresh.Err() == nil {
			if err := x.perform(ctx, level, x.random()); err != nil {
				return err
			}
		}
	}
	return nil
}

// ready are the workloads that are worth exploring: short ones first, for they
// are played faster, then by provider and name.
func (x *explorer) ready() []*ground {
	var out []*ground
	for _, key := range slices.Sorted(maps.Keys(x.grounds)) {
		out = append(out, x.grounds[key])
	}
	slices.SortStableFunc(out, func(a, b *ground) int { return cmp.Compare(len(a.page.Steps()), len(b.page.Steps())) })
	return out
}

// ended says why the search did.
func ended(ctx, fresh context.Context, err error) string {
	switch {
	case errors.Is(context.Cause(ctx), errEnough):
		return errEnough.Error()
	case errors.Is(ctx.Err(), context.Canceled):
		return "interrupted"
	case fresh.Err() != nil:
		return "the budget is used up"
	case err != nil:
		return "it could not go on: " + err.Error()
	}
	return ""
}

// conclude makes the outcome.
func (x *explorer) conclude(ctx context.Context, err error) (Outcome, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.out.Ended = ended(ctx, x.fresh, err)
	x.out.finish()
	if ctx.Err() != nil || x.fresh.Err() != nil {
		err = nil // an end that was asked for
	}
	if !errors.Is(ctx.Err(), context.Canceled) {
		err = cmp.Or(err, x.company.closed()) // all the time may have gone by in waiting for a world
	}
	return x.out, err
}
