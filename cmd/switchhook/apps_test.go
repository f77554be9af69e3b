package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/cmd/switchhook/cli"
)

// newcomers are applications as people write them after a vendor's guide, each
// naive and mended. CI plays all pages against the mended ones; here are those
// that show what the naive one gets wrong, with the oracle that must say so.
var newcomers = []struct {
	dir   string
	needs []string       // a command that works where the application can run
	wrong map[string]int // page to the oracle that the naive one breaks there
}{
	{
		"exotel-express",
		[]string{"node", "-e", "require('express')"},
		map[string]int{
			"duplicates/at-once": 1, "duplicates/new-event-id": 4, "consent/exotel-no": 6, "consent/stop-then-start": 8,
			"replies/exotel-exophone": 12,
		},
	},
	{
		"surge-flask",
		[]string{"/usr/bin/python3", "-c", "import flask"},
		map[string]int{
			"duplicates/at-once": 1, "duplicates/new-event-id": 4, "consent/stop-then-app-sends": 6,
			"trust/bad-signature": 17, "sending/opted-out": 23,
		},
	},
	{
		"mta-go",
		[]string{"go", "version"},
		map[string]int{
			"duplicates/at-once": 1, "sending/fails-first": 2, "duplicates/new-event-id": 4, "consent/stop-then-app-sends": 6,
			"consent/stop-is-met-with-silence": 9, "replies/two-lines": 12, "trust/bad-signature": 17, "sending/mta-repeat": 21,
			"tolerance/unknown-event": 27, "tolerance/unknown-alone": 27,
		},
	},
}

func TestNaiveApplicationsAreFoundOut(t *testing.T) {
	t.Parallel()
	for _, app := range newcomers {
		t.Run(app.dir, func(t *testing.T) {
			t.Parallel()
			canRun(t, app.dir, app.needs)
			got := verify(t, app.dir, "naive", slices.Sorted(maps.Keys(app.wrong)))
			if got.Exit != 1 {
				t.Errorf("exit code %d, want 1", got.Exit)
			}
			for _, r := range got.Results {
				if broken := r.broken(); !slices.Contains(broken, app.wrong[r.Page]) {
					t.Errorf("%s: %s, broken are oracles %v, want %d among them: %s%s", r.Page, r.Verdict, broken, app.wrong[r.Page], r.Says, r.Reason)
				}
			}
		})
	}
}

func TestMendedApplicationsPass(t *testing.T) {
	t.Parallel()
	for _, app := range newcomers {
		t.Run(app.dir, func(t *testing.T) {
			t.Parallel()
			canRun(t, app.dir, app.needs)
			got := verify(t, app.dir, "mended", slices.Sorted(maps.Keys(app.wrong)))
			if got.Exit != 0 || len(got.Results) != len(app.wrong) {
				t.Errorf("exit code %d after %d pages, want 0 after %d", got.Exit, len(got.Results), len(app.wrong))
			}
			for _, r := range got.Results {
				if broken := r.broken(); len(broken) > 0 {
					t.Errorf("%s: %s, broken are oracles %v: %s%s", r.Page, r.Verdict, broken, r.Says, r.Reason)
				}
			}
		})
	}
}

// judged is the part of verify's report that counts here.
type judged struct {
	Exit    int
	Results []judgedPage
}

type judgedPage struct {
	Page, Verdict, Says, Reason string
	Findings                    []struct {
		Oracle int
		Status string
	}
}

func (p judgedPage) broken() (oracles []int) {
	for _, f := range p.Findings {
		if f.Status == "fail" {
			oracles = append(oracles, f.Oracle)
		}
	}
	return oracles
}

// canRun skips where an application cannot run, but not in CI.
func canRun(t *testing.T, dir string, needs []string) {
	t.Helper()
	cmd := exec.Command(needs[0], needs[1:]...)
	cmd.Dir = appDir(dir)
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		return
	case os.Getenv("CI") == "true":
		t.Fatalf("%s cannot run: %v\n%s", dir, err, out)
	}
	t.Skipf("%s cannot run here; its README.md says what it needs: %v", dir, err)
}

func appDir(name string) string { return filepath.Join("..", "..", "testdata", "apps", name) }

func verify(t *testing.T, dir, version string, pages []string) (got judged) {
	t.Helper()
	file := filepath.Join(appDir(dir), version, "sut.yaml")
	var out, errs bytes.Buffer
	args := append([]string{"verify", "--sut", file, "--json", "--parallel", "2"}, pages...)
	cli.Main(t.Context(), args, func(string) string { return "" }, strings.NewReader(""), &out, &errs)
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%s: %v: %s", file, err, &errs)
	}
	return got
}
