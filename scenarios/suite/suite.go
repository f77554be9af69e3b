package suite

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/stage"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// Options say what to run against what; the zero value runs the catalog against
// whatever takes the webhooks of an emulator on this machine.
type Options struct {
	URL   string // of the emulator; default: client.DefaultURL
	Token string // of its control API, if it wants one
	SUT   *sut.SUT
	Pages []page.Page // default: the catalog
	// Providers are those to play the pages for, side by side if the SUT says
	// how to start it. Default: those that it takes webhooks of.
	Providers []string
	Seed      int64 // decides handset numbers and words
	// Progress hears of each result as it comes, one at a time.
	Progress func(report.Result)
	Log      io.Writer // takes the application's output as it comes
	// Quiet is how long silence must last at least. Default: what the SUT
	// declares, else 200 ms. A SUT whose reactions take longer stretches it.
	Quiet time.Duration
	// Parallel is how many pages of a provider run at once, each in a sandbox
	// and against a process of its own. It takes effect only if the SUT says how
	// to start it.
	Parallel int
}

func (o Options) withDefaults() Options {
	if o.SUT == nil {
		o.SUT = &sut.SUT{}
	}
	if o.Pages == nil {
		o.Pages = catalog.Pages()
	}
	if len(o.Providers) == 0 {
		o.Providers = slices.Sorted(maps.Keys(o.SUT.Webhooks))
	}
	if len(o.Providers) == 0 {
		o.Providers = []string{""} // the first that the emulator has
	}
	o.Parallel = max(o.Parallel, 1)
	if len(o.SUT.Start) == 0 {
		o.Parallel = 1
	}
	return o
}

// stage is what a world needs to know.
func (o Options) stage() stage.Options {
	return stage.Options{URL: o.URL, Token: o.Token, SUT: o.SUT, Seed: o.Seed, Log: o.Log, Quiet: o.Quiet}
}

// Run runs all pages. The error is about what kept pages from running at all;
// the results so far are in the report.
func Run(ctx context.Context, o Options) (report.Run, error) {
	o = o.withDefaults()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &board{Options: o, stop: cancel, results: make([]*report.Result, len(o.Providers)*len(o.Pages))}
	var wg sync.WaitGroup
	for n, provider := range o.Providers {
		all := func() { b.all(ctx, n*len(o.Pages), provider) }
		if len(o.SUT.Start) > 0 {
			wg.Go(all)
		} else {
			all() // there is one application and one sandbox for all
		}
	}
	wg.Wait()
	return o.report(b.results), errors.Join(b.errs...)
}

// board is where the workers of a run put their results.
type board struct {
	Options
	stop    context.CancelFunc
	mu      sync.Mutex
	results []*report.Result
	errs    []error
}

func (b *board) put(place int, r report.Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results[place] = &r
	tell(b.Options, r)
}

func (b *board) fail(err error) {
	if err == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errs) > 0 && errors.Is(err, context.Canceled) {
		return // it was stopped because of the first
	}
	b.errs = append(b.errs, err)
	b.stop()
}

// all plays the pages for one provider. Their results have their places from
// first on.
func (b *board) all(ctx context.Context, first int, provider string) {
	var todo []int
	for i, p := range b.Pages {
		if r, out := stage.LeftOut(p, provider); out {
			b.put(first+i, r)
		} else {
			todo = append(todo, i)
		}
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(b.Parallel, len(todo)) {
		wg.Go(func() {
			b.fail(work(ctx, b.Options, provider, next, func(i int, r report.Result) { b.put(first+i, r) }))
		})
	}
	hand(ctx, next, todo)
	wg.Wait()
}

// hand gives out the numbers of pages until all are given or ctx ends.
func hand(ctx context.Context, next chan<- int, pages []int) {
	defer close(next)
	for _, i := range pages {
		select {
		case next <- i:
		case <-ctx.Done():
			return
		}
	}
}

// work plays pages, one after the other, in a world of its own.
func work(ctx context.Context, o Options, provider string, next <-chan int, done func(int, report.Result)) error {
	w, err := stage.Open(ctx, o.stage(), provider)
	if err != nil {
		return err
	}
	defer w.Close()
	for i := range next {
		r, err := w.PlayFrom(ctx, i, o.Pages[i])
		if err != nil {
			return err
		}
		done(i, r[0])
	}
	return ctx.Err()
}

func tell(o Options, r report.Result) {
	if o.Progress != nil {
		o.Progress(r)
	}
}

// report keeps the results of the pages that ran, in the order of providers and pages.
func (o Options) report(results []*report.Result) report.Run {
	run := report.Run{SUT: o.SUT.Name, Seed: o.Seed}
	var providers []string
	for _, r := range results {
		if r == nil {
			continue
		}
		run.Results = append(run.Results, *r)
		if !slices.Contains(providers, r.Provider) {
			providers = append(providers, r.Provider)
		}
		if len(r.Entries) > 0 && (run.Started.IsZero() || r.Entries[0].Wall.Before(run.Started)) {
			run.Started = r.Entries[0].Wall
		}
	}
	if len(providers) == 0 {
		providers = o.Providers
	}
	run.Provider = strings.Join(providers, ", ")
	return run
}
