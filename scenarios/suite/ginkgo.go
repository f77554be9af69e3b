package suite

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"

	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Register puts pages into a Ginkgo suite: a Describe for each provider that
// the application takes webhooks of, and in it an It for each page, with the
// page's labels. Call it where you would write a Describe:
//
//	var _ = suite.Register(func() suite.Options { return suite.Options{URL: emulator.URL, SUT: app} })
//
// options is called while the tree is built, for SUT.Webhooks, Pages, Providers
// and Seed, and once more when each Describe begins, for all the rest; so what
// a BeforeSuite finds out can be in it. Pages of one Describe run in order and
// against one sandbox, and a failing one does not stop the others.
func Register(options func() Options) bool {
	o := options().withDefaults()
	for _, provider := range o.Providers {
		describe(options, o.Pages, provider, outcome{func(report.Result) {}, func(error) {}})
	}
	return true
}

// outcome hears of every result, and of what kept a page from having one.
type outcome struct {
	done  func(report.Result)
	broke func(error)
}

// fail tells Ginkgo that a page has no result, and why.
func (o outcome) fail(err error) {
	o.broke(err)
	ginkgo.Fail(err.Error())
}

// describe registers the pages for one provider.
func describe(options func() Options, pages []page.Page, provider string, to outcome) {
	title := provider
	if title == "" {
		title = "scenarios"
	}
	ginkgo.Describe(title, ginkgo.Ordered, ginkgo.ContinueOnFailure, func() {
		var w *world
		ginkgo.BeforeAll(func(ctx ginkgo.SpecContext) {
			var err error
			if w, err = open(ctx, options(), provider); err != nil {
				to.fail(err)
			}
		})
		ginkgo.AfterAll(func() {
			if w != nil {
				w.close()
			}
		})
		for i, p := range pages {
			ginkgo.It(p.Name+": "+p.Title, ginkgo.Label(p.Labels...), func(ctx ginkgo.SpecContext) {
				show(ctx, w, i, p, to)
			})
		}
	})
}

// show plays a page and tells Ginkgo how it went.
func show(ctx context.Context, w *world, number int, p page.Page, to outcome) {
	r, err := w.play(ctx, number, p)
	if err != nil {
		to.fail(err)
	}
	to.done(r)
	tell(w.o, r)
	text := report.Explain(report.Run{SUT: w.o.SUT.Name, Provider: w.provider, Seed: w.o.Seed}, r, report.Options{})
	switch r.Verdict {
	case report.Pass:
	case report.NotExercised, report.LeftOut:
		ginkgo.Skip(r.Reason)
	default:
		ginkgo.Fail(text)
	}
}

// GinkgoFlags say what RunGinkgo shows and writes.
type GinkgoFlags struct {
	JUnit   string // file for a JUnit report; "" is none
	Seed    int64  // of Ginkgo itself; 0 is Options.Seed
	Labels  string // a Ginkgo label filter: "consent && !time"
	Verbose bool   // show Ginkgo's own report on the standard output
}

// ginkgoRan guards what Ginkgo can do only once in a process.
var ginkgoRan atomic.Bool

// RunGinkgo runs the pages as a Ginkgo suite outside go test. ok is what Ginkgo
// says: false if any page failed or the suite could not run. The error is, as
// that of Run, about what kept pages from running. It works once in a process,
// and not in one that has a Ginkgo suite of its own; pages of all providers are
// played one after the other, whatever Options.Parallel says, because Ginkgo
// runs specs side by side only in several processes.
func RunGinkgo(ctx context.Context, o Options, flags GinkgoFlags) (run report.Run, ok bool, err error) {
	if ginkgoRan.Swap(true) {
		return report.Run{}, false, errors.New("a Ginkgo suite ran already, and a process can run only one; start another process or use Run")
	}
	o = o.withDefaults()
	var results []*report.Result
	var broke error // the first; those after it follow from it
	for _, provider := range o.Providers {
		describe(func() Options { return o }, o.Pages, provider, outcome{
			done:  func(r report.Result) { results = append(results, &r) },
			broke: func(err error) { broke = cmp.Or(broke, err) },
		})
	}
	suiteConfig, reporter := ginkgo.GinkgoConfiguration()
	if suiteConfig.RandomSeed = flags.Seed; flags.Seed == 0 {
		suiteConfig.RandomSeed = o.Seed
	}
	suiteConfig.LabelFilter = flags.Labels
	reporter.JUnitReport = flags.JUnit
	reporter.Verbose, reporter.Succinct = flags.Verbose, !flags.Verbose
	if !flags.Verbose {
		defer silence()()
	}
	var t result
	ok = ginkgo.RunSpecs(&t, o.SUT.Name, suiteConfig, reporter) && !t.failed
	return o.report(results), ok, cmp.Or(ctx.Err(), broke)
}

// silence keeps Ginkgo from writing to the standard output until back is called.
func silence() (back func()) {
	before := formatter.ColorableStdOut
	formatter.ColorableStdOut = io.Discard
	return func() { formatter.ColorableStdOut = before }
}

// result is the part of a test that Ginkgo wants.
type result struct{ failed bool }

// Fail marks the run as failed.
func (t *result) Fail() { t.failed = true }
