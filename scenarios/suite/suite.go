package suite

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// Options say what to run against what; the zero value runs the catalog against
// whatever takes the webhooks of an emulator on this machine.
type Options struct {
	URL      string // of the emulator; default: client.DefaultURL
	Token    string // of its control API, if it wants one
	SUT      *sut.SUT
	Pages    []page.Page // default: the catalog
	Provider string      // default: the first that the SUT takes webhooks of
	Seed     int64       // decides handset numbers and words
	// Progress hears of each result as it comes, one at a time.
	Progress func(report.Result)
	Log      io.Writer // takes the application's output as it comes
	// Quiet is how long silence must last at least. Default: what the SUT
	// declares, else 200 ms. A SUT whose reactions take longer stretches it.
	Quiet time.Duration
	// Parallel is how many pages run at once, each in a sandbox and against a
	// process of its own. It takes effect only if the SUT says how to start it.
	Parallel int
}

func (o Options) withDefaults() Options {
	if o.SUT == nil {
		o.SUT = &sut.SUT{}
	}
	if o.Pages == nil {
		o.Pages = catalog.Pages()
	}
	if o.Provider == "" && len(o.SUT.Webhooks) > 0 {
		o.Provider = slices.Sorted(maps.Keys(o.SUT.Webhooks))[0]
	}
	o.Parallel = max(o.Parallel, 1)
	if len(o.SUT.Start) == 0 {
		o.Parallel = 1
	}
	o.Parallel = min(o.Parallel, max(len(o.Pages), 1))
	return o
}

// Run runs all pages. The error is about what kept pages from running at all;
// the results so far are in the report.
func Run(ctx context.Context, o Options) (report.Run, error) {
	o = o.withDefaults()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	run := report.Run{SUT: o.SUT.Name, Provider: o.Provider, Seed: o.Seed}
	var (
		mu      sync.Mutex
		wg      sync.WaitGroup
		results = make([]*report.Result, len(o.Pages))
		errs    []error
		next    = make(chan int)
	)
	for range o.Parallel {
		wg.Go(func() {
			err := work(ctx, o, next, func(i int, provider string, r report.Result) {
				mu.Lock()
				defer mu.Unlock()
				results[i] = &r
				run.Provider = provider
				tell(o, r)
			})
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
				cancel()
			}
		})
	}
	hand(ctx, next, len(o.Pages))
	wg.Wait()
	collect(&run, results)
	return run, errors.Join(errs...)
}

// hand gives out the numbers of pages until all are given or ctx ends.
func hand(ctx context.Context, next chan<- int, pages int) {
	defer close(next)
	for i := range pages {
		select {
		case next <- i:
		case <-ctx.Done():
			return
		}
	}
}

// work plays pages, one after the other, in a world of its own.
func work(ctx context.Context, o Options, next <-chan int, done func(int, string, report.Result)) error {
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer w.close()
	for i := range next {
		r, err := w.play(ctx, i, o.Pages[i])
		if err != nil {
			return err
		}
		done(i, w.provider, r)
	}
	return ctx.Err()
}

func tell(o Options, r report.Result) {
	if o.Progress != nil {
		o.Progress(r)
	}
}

// collect keeps the results of the pages that ran, in the order of the pages.
func collect(run *report.Run, results []*report.Result) {
	for _, r := range results {
		if r == nil {
			continue
		}
		run.Results = append(run.Results, *r)
		if len(r.Entries) > 0 && (run.Started.IsZero() || r.Entries[0].Wall.Before(run.Started)) {
			run.Started = r.Entries[0].Wall
		}
	}
}

// quietFloor is how long silence must last where nothing else is known.
const quietFloor = 200 * time.Millisecond

// window is how long silence must last, given the slowest reaction seen so far.
// An application that says how much work it has left may ask for less than the floor.
func window(o Options, slowest time.Duration) time.Duration {
	declared := cmp.Or(o.Quiet, o.SUT.Quiet.D())
	_, tells := o.SUT.Probe[sut.PendingProbe]
	if declared == 0 || !tells && o.Quiet == 0 {
		declared = max(declared, quietFloor)
	}
	return max(declared, 3*min(slowest, longestReaction))
}

// longestReaction bounds what stretches the window, so that an application
// that hangs once does not hold up the rest of a run.
const longestReaction = 3 * time.Second
