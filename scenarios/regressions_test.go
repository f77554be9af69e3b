package scenarios_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/switchhook/switchhook/cmd/switchhook/cli"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/stage"
	"github.com/switchhook/switchhook/scenarios/sut"
)

const regressions = "../testdata/regressions"

// atRisk are the saved runs in which a send of the right application fails, with
// a provider that takes no idempotency key, so that a loss cannot be avoided.
var atRisk = []string{"marks-before-success-exotel", "session-in-memory-surge"}

// ending is how a play ended: the verdict, and the rule that was broken, or 0.
type ending struct {
	verdict report.Verdict
	oracle  int
}

func endOf(r report.Result) ending {
	if f := oracle.Primary(r.Findings); f != nil {
		return ending{r.Verdict, f.Oracle}
	}
	return ending{verdict: r.Verdict}
}

// Each saved run fails as it was saved as long as its bug is there, and no more
// once it is mended.
func TestSavedRuns(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	for _, file := range savedRuns(t) {
		b, bug := saved(t, file)
		t.Run(b.Page.Name, func(t *testing.T) {
			t.Parallel()
			wrong, err := playSaved(t.Context(), em.URL, process(t, "--bug", bug), b)
			if want := (ending{b.Verdict.Verdict, b.Verdict.Oracle}); err != nil || endOf(wrong) != want {
				t.Errorf("with the bug it ends as %v, %v; want %v:\n%s", endOf(wrong), err, want, list(wrong))
			}
			right, err := playSaved(t.Context(), em.URL, process(t), b)
			helpless := right.Verdict == report.Unavoidable && slices.Contains(atRisk, b.Page.Name)
			if err != nil || right.Verdict != report.Pass && !helpless {
				t.Errorf("without the bug it ends as %v, %v:\n%s", endOf(right), err, list(right))
			}
		})
	}
}

// What was recorded is judged as it was then, by the saved file alone.
func TestSavedRunsAreJudgedAsSaved(t *testing.T) {
	t.Parallel()
	for _, file := range savedRuns(t) {
		b, _ := saved(t, file)
		var out bytes.Buffer
		code := cli.Main(t.Context(), []string{"judge", file}, func(string) string { return "" }, nil, &out, &out)
		rule := fmt.Sprintf("\n  oracle %d, %s", b.Verdict.Oracle, b.Verdict.Rule)
		if code != 1 || !strings.Contains(out.String(), rule) || !strings.HasSuffix(out.String(), "\nas it was saved: fail\n") {
			t.Errorf("judge %s: exit code %d, want 1 and %q:\n%s", file, code, rule, &out)
		}
	}
}

// Each time in a new world with a new process, some of them side by side.
func TestSavedRunEndsTheSameEachTime(t *testing.T) {
	t.Parallel()
	const times, atOnce = 50, 4
	b, bug := saved(t, filepath.Join(regressions, "no-dedupe-surge"+bundle.Suffix))
	em, app := emulatortest.Start(t), process(t, "--bug", bug)
	want := ending{b.Verdict.Verdict, b.Verdict.Oracle}
	var (
		mu   sync.Mutex
		ends = map[ending]int{}
		wg   sync.WaitGroup
	)
	next := make(chan int)
	for range atOnce {
		wg.Go(func() {
			for range next {
				r, err := playSaved(t.Context(), em.URL, app, b)
				if err != nil {
					t.Error(err)
				}
				end := endOf(r)
				if end != want {
					t.Errorf("it ended as %v; want %v:\n%s", end, want, list(r))
				}
				mu.Lock()
				ends[end]++
				mu.Unlock()
			}
		})
	}
	for i := range times {
		next <- i
	}
	close(next)
	wg.Wait()
	if ends[want] != times {
		t.Errorf("it ended as %v, want %v each of %d times", ends, want, times)
	}
}

// savedRuns are the files of the saved runs, of which each provider has some.
func savedRuns(t *testing.T) (files []string) {
	t.Helper()
	for provider := range process(t).Webhooks {
		own, err := filepath.Glob(filepath.Join(regressions, "*-"+provider+bundle.Suffix))
		if err != nil || len(own) == 0 {
			t.Fatalf("there is no saved run of %s in %s: %v", provider, regressions, err)
		}
		files = append(files, own...)
	}
	return files
}

// saved is a saved run, and the bug that its name begins with.
func saved(t *testing.T, file string) (b bundle.Bundle, bug string) {
	t.Helper()
	b, err := bundle.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return b, strings.TrimSuffix(b.Page.Name, "-"+b.Verdict.Provider)
}

// playSaved plays a saved run in a world of its own.
func playSaved(ctx context.Context, url string, app *sut.SUT, b bundle.Bundle) (report.Result, error) {
	w, err := stage.Open(ctx, stage.Options{URL: url, SUT: app, Seed: b.Seed, Unlimited: true}, b.Verdict.Provider)
	if err != nil {
		return report.Result{}, err
	}
	defer w.Close()
	results, err := w.Play(ctx, b.Page)
	if err != nil {
		return report.Result{}, err
	}
	return results[0], nil
}
