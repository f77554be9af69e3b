package explore

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// sender is an application that never sends again after an error, with a provider
// that takes no keys. In the workload "careless" it would, had it been made: there
// it knows more than it lets on.
type sender struct{}

func (sender) Close() {}

func (sender) Play(_ context.Context, pages ...page.Page) ([]report.Result, error) {
	var out []report.Result
	for _, p := range pages {
		out = append(out, respond(p))
	}
	return out, nil
}

func respond(p page.Page) report.Result {
	struck := func(kind journal.FaultKind) bool {
		return slices.ContainsFunc(p.Plan, func(s page.Step) bool { return s.Fault.Kind == kind })
	}
	switch {
	case struck(journal.ErrorBefore):
		r := sent(500, report.Unavoidable, false)
		r.Findings = []oracle.Finding{{Oracle: 2, Name: "answered", Status: oracle.Unavoidable, Handset: r.Cast["ana"], Says: "it is short"}}
		return r
	case struck(journal.ErrorAfter) && p.Name == "careless":
		return sent(500, report.Pass, true, false)
	case struck(journal.ErrorAfter):
		return sent(500, report.Pass, true)
	}
	return report.Result{Verdict: report.Pass, Cast: sent(0, report.Pass).Cast}
}

// Of plans that end in the same way each is proved, and one that is not fails.
func TestEachUnavoidablePlanIsProved(t *testing.T) {
	t.Parallel()
	var pages []page.Page
	for _, name := range []string{"careful", "again", "careless"} {
		p, err := page.Parse(name+".txtar", []byte("# x\nprovider any\n-- script --\nana asks\n-- plan --\nfault error-before of ana\n"))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, p)
	}
	found, err := Run(t.Context(), Options{
		Open:      func(context.Context, Scene) (Stage, error) { return sender{}, nil },
		Providers: []string{"acme"}, Workloads: pages, KeepFaults: true, Shallow: true, Parallel: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Cases) != 2 || found.ExitCode() != 1 {
		t.Fatalf("%d cases, exit code %d", len(found.Cases), found.ExitCode())
	}
	fail, proved := found.Cases[0], found.Cases[1]
	if !strings.HasPrefix(fail.Says, "it is short; not proved to be unavoidable") || fail.Rule != "answered" {
		t.Errorf("it says %q of %q", fail.Says, fail.Rule)
	}
	if fail.Workload != "careless" || fail.Verdict != report.Fail || !strings.Contains(fail.Unproved, "it sent 2 times where it sent 1 times here") {
		t.Errorf("%s: %s, %q", fail.Workload, fail.Verdict, fail.Unproved)
	}
	if proved.Workload != "careful" || proved.Verdict != report.Unavoidable || proved.Proof == nil || proved.Same != 1 {
		t.Errorf("%s: %s, %+v, and %d more", proved.Workload, proved.Verdict, proved.Proof, proved.Same)
	}
	if found.Verdicts[report.Fail] != 1 || found.Verdicts[report.Unavoidable] != 2 {
		t.Errorf("verdicts %v, want 1 fail and 2 unavoidable", found.Verdicts)
	}
}

// cut is a sender whose time is up when a twin is played.
type cut struct {
	sender
	end context.CancelFunc
}

func (c cut) Play(ctx context.Context, pages ...page.Page) ([]report.Result, error) {
	for _, s := range pages[0].Plan {
		if s.Fault.Kind == journal.ErrorAfter {
			c.end()
			return nil, ctx.Err()
		}
	}
	return c.sender.Play(ctx, pages...)
}

// What there was no time to prove is not unavoidable, and no failure either.
func TestWhatIsNotProvedInTimeIsInconclusive(t *testing.T) {
	t.Parallel()
	p, err := page.Parse("careful.txtar", []byte("# x\nprovider any\n-- script --\nana asks\n-- plan --\nfault error-before of ana\n"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	found, err := Run(ctx, Options{
		Open:      func(context.Context, Scene) (Stage, error) { return cut{end: end}, nil },
		Providers: []string{"acme"}, Workloads: []page.Page{p}, KeepFaults: true, Shallow: true, Parallel: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Cases) != 0 || found.Verdicts[report.Unavoidable] != 0 || found.Verdicts[report.Inconclusive] != 1 {
		t.Errorf("%d cases, verdicts %v", len(found.Cases), found.Verdicts)
	}
	if len(found.Doubts) != 1 || !strings.Contains(found.Doubts[0].Reason, "before it was proved") {
		t.Errorf("doubts %+v", found.Doubts)
	}
}
