package suite

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"

	"github.com/switchhook/switchhook/scenarios/report"
)

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
	t := tree{options: func() Options { return o }, pages: o.Pages, to: outcome{
		done:  func(r report.Result) { results = append(results, &r) },
		broke: func(err error) { broke = cmp.Or(broke, err) },
	}}
	for _, provider := range o.Providers {
		t.describe(provider)
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
	var test result
	ok = ginkgo.RunSpecs(&test, o.SUT.Name, suiteConfig, reporter) && !test.failed
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
