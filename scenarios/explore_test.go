package scenarios_test

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/explore"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/stage"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// opener opens worlds for a search.
func opener(url string, app *sut.SUT) func(context.Context, explore.Scene) (explore.Stage, error) {
	return func(ctx context.Context, s explore.Scene) (explore.Stage, error) {
		w, err := stage.Open(ctx, stage.Options{URL: url, SUT: app, Seed: 1, Unlimited: true, Switches: s.Switches}, s.Provider)
		if err != nil {
			return nil, err
		}
		return w, nil
	}
}

// workloads are some of the built-in ones, by name.
func workloads(names ...string) []page.Page {
	return slices.DeleteFunc(explore.Workloads(), func(p page.Page) bool { return !slices.Contains(names, p.Name) })
}

// look searches through all single faults of a few workloads.
func look(t *testing.T, provider string, pages []page.Page, kills bool, args ...string) explore.Outcome {
	t.Helper()
	found, err := explore.Run(t.Context(), explore.Options{
		Open: opener(emulatortest.Start(t).URL, process(t, args...)), Providers: []string{provider},
		Workloads: pages, Kills: kills, Deepest: explore.Singles, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func outcome(t *testing.T, o explore.Outcome) string {
	t.Helper()
	var b bytes.Buffer
	if err := explore.Text(&b, o, explore.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The search finds bugs by itself, names the rule and the one fault that brings
// them out.
func TestSearchFindsBugs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		bug, provider, workload string
		oracle                  int
		plan                    []string
		kills                   bool
	}{
		{"no-dedupe", "mta", "reply", 1, []string{"fault duplicate of ana"}, false},
		{"shared-name", "surge", "two-customers", 11, nil, false},
		// No idempotency key shows what these two lost, and yet it is certain.
		{"forgets-work", "surge", "reply", 25, []string{"kill when waiting of ana"}, true},
		{"ack-before-persist", "exotel", "reply", 25, []string{"kill when acked of ana"}, true},
	} {
		t.Run(tt.bug, func(t *testing.T) {
			t.Parallel()
			found := look(t, tt.provider, workloads(tt.workload), tt.kills, "--bug", tt.bug)
			i := slices.IndexFunc(found.Cases, func(c *explore.Case) bool { return c.Oracle == tt.oracle && slices.Equal(c.Plan, tt.plan) })
			if i < 0 || found.Cases[i].Verdict != report.Fail || found.ExitCode() != 1 {
				t.Fatalf("no failure of oracle %d under %q:\n%s", tt.oracle, tt.plan, outcome(t, found))
			}
			playAgain(t, found.Cases[i], tt.provider, "--bug", tt.bug)
		})
	}
}

// playAgain keeps a case in a file, and plays the file against the application
// with its bug and without.
func playAgain(t *testing.T, c *explore.Case, provider string, args ...string) {
	t.Helper()
	file, err := bundle.Save(t.TempDir(), bundle.Bundle{
		Page: c.Page, Seed: 1, Entries: c.Result.Entries, Verdict: bundle.Verdict{Verdict: c.Verdict, Oracle: c.Oracle, Provider: provider},
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Load(file)
	if err != nil || b.Page.Name+bundle.Suffix != filepath.Base(file) {
		t.Fatalf("%s holds %q, %v", file, b.Page.Name, err)
	}
	for _, run := range []struct {
		args  []string
		fails bool
	}{{args, true}, {nil, false}} {
		w, err := stage.Open(t.Context(), stage.Options{URL: emulatortest.Start(t).URL, SUT: process(t, run.args...), Seed: b.Seed}, provider)
		if err != nil {
			t.Fatal(err)
		}
		results, err := w.Play(t.Context(), b.Page)
		w.Close()
		if err != nil || broke(results[0], c.Oracle) != run.fails || !run.fails && results[0].Verdict != report.Pass {
			t.Errorf("%s with %q: %v, %v", b.Page.Name, run.args, results[0].Verdict, err)
		}
	}
}

// With a provider that takes no idempotency keys a text may be lost or sent
// twice, and nobody could do better: that is proved, and no failure.
func TestSearchProvesTheUnavoidable(t *testing.T) {
	t.Parallel()
	for policy, oracle := range map[string]int{"at-most-once": 2, "at-least-once": 1} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			app := process(t, "--policy", policy)
			app.Policy = policy
			var pages []page.Page
			for _, plan := range []string{"timeout-before", "timeout-after", "error-before", "error-after"} {
				p, err := page.Parse(plan, []byte("# x\nprovider any\n-- script --\nana asks\nsettle\n-- plan --\nfault "+plan+" of ana\n"))
				if err != nil {
					t.Fatal(err)
				}
				pages = append(pages, p)
			}
			found, err := explore.Run(t.Context(), explore.Options{
				Open: opener(emulatortest.Start(t).URL, app), Providers: []string{"surge"}, Workloads: pages, KeepFaults: true, Shallow: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			proved := 0
			for _, c := range found.Cases {
				if c.Verdict == report.Unavoidable && c.Oracle == oracle && c.Proof != nil && len(c.Proof.Here) == 2 && len(c.Proof.There) == 2 {
					proved++
				}
			}
			if proved != 2 || len(found.Cases) != 2 {
				t.Errorf("%d proofs, want one for a timeout and one for an error and nothing else:\n%s", proved, outcome(t, found))
			}
		})
	}
}
