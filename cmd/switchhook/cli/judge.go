package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/suite"
)

// judge runs the pages, with a line of progress. An error says what kept them
// from running; it is never nil if a page is without a verdict.
func judge(ctx context.Context, t *terminal, o suite.Options) (report.Run, error) {
	providers := len(o.Providers)
	if providers == 0 {
		providers = len(o.SUT.Webhooks)
	}
	total := len(o.Pages) * max(1, providers)
	p := &progress{to: t.err, total: total, on: isTerminal(t.err)}
	o.Progress = p.step
	p.draw("")
	defer p.clear()
	if o.Parallel > 1 { // Ginkgo runs one page after the other
		return suite.Run(ctx, o)
	}
	run, _, err := suite.RunGinkgo(ctx, o, suite.GinkgoFlags{})
	switch {
	case ctx.Err() != nil:
		return run, couldNot(fmt.Sprintf("interrupted after %d of %d pages", len(run.Results), total), "")
	case err != nil:
		return run, err
	case len(run.Results) < total:
		return run, fmt.Errorf("the run broke off after %d of %d pages", len(run.Results), total)
	}
	return run, nil
}

// progress is one line that a person watches while pages run.
type progress struct {
	to     io.Writer
	on     bool
	total  int
	done   int
	failed int
}

// step hears of each result.
func (p *progress) step(r report.Result) {
	p.done++
	if r.Verdict == report.Fail {
		p.failed++
	}
	p.draw(r.Page)
}

func (p *progress) draw(last string) {
	if !p.on {
		return
	}
	line := fmt.Sprintf("%d of %d pages", p.done, p.total)
	if p.failed > 0 {
		line += fmt.Sprintf(", %d failed", p.failed)
	}
	fmt.Fprintf(p.to, "\r\x1b[K%s  %s", line, plain(last))
}

// clear leaves the line empty.
func (p *progress) clear() {
	if p.on {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
