package scenarios_test

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// TestMain lets the test binary also be another program, in a process of its
// own: the reference application, or one that runs pages through Ginkgo.
func TestMain(m *testing.M) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	var code int
	switch os.Getenv(role) {
	case "application":
		code = refapp.Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	case "ginkgo":
		code = runGinkgo(ctx)
	default:
		code = m.Run()
	}
	stop()
	os.Exit(code)
}

// role in the environment says which program the test binary is.
const role = "SWITCHHOOK_TEST_ROLE"

// app is the reference application in this process, with an emulator of its own.
type app struct {
	emulator *emulatortest.Emulator
	sut      *sut.SUT
}

func start(t *testing.T, bugs ...string) app {
	t.Helper()
	em := emulatortest.Start(t)
	s, err := sut.Parse("refapp/sut.yaml", []byte(refapp.SUT))
	if err != nil {
		t.Fatal(err)
	}
	provider := slices.Sorted(maps.Keys(s.Webhooks))[0]
	own := em.Sandbox.Providers[provider]
	a, err := refapp.New(refapp.Options{
		BaseURL: own["url"], Key: own["key"], Account: own["account"], Secrets: []string{own["secret"]},
		Bugs: bugs, SlowAck: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		a.Close()
		server.Close()
	})
	at := func(url string) string { return strings.ReplaceAll(url, "http://127.0.0.1:{{port}}", server.URL) }
	s.Start, s.Ready = nil, at(s.Ready)
	s.Webhooks[provider] = at(s.Webhooks[provider])
	return app{emulator: em, sut: s}
}

func (a app) run(t *testing.T, pages []page.Page) report.Run {
	t.Helper()
	run, err := suite.Run(t.Context(), suite.Options{URL: a.emulator.URL, SUT: a.sut, Pages: pages, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Results) != len(pages) {
		t.Fatalf("%d of %d pages ran", len(run.Results), len(pages))
	}
	return run
}

func TestEveryPagePassesOnTheCorrectApp(t *testing.T) {
	t.Parallel()
	run := start(t).run(t, catalog.Pages())
	for _, r := range run.Results {
		if r.Verdict != report.Pass {
			t.Errorf("%s: %s\n%s", r.Page, r.Verdict, report.Explain(run, r, report.Options{}))
		}
	}
}

// Each page that claims to kill a bug does, and each bug is caught by the rule
// that it breaks.
func TestEveryBugIsCaught(t *testing.T) {
	t.Parallel()
	for _, bug := range refapp.Bugs() {
		t.Run(bug.Name, func(t *testing.T) {
			t.Parallel()
			pages := slices.DeleteFunc(catalog.Pages(), func(p page.Page) bool { return !slices.Contains(p.Kills, bug.Name) })
			if len(pages) == 0 {
				t.Fatal("no page names this bug among those that it kills")
			}
			var results []report.Result
			named := false
			for _, p := range pages {
				r := start(t, bug.Name).run(t, []page.Page{p}).Results[0] // no other page helps
				results = append(results, r)
				named = named || broke(r, bug.Oracle)
				if r.Verdict != report.Fail {
					t.Errorf("%s: %s although the app %s; findings:\n%s", r.Page, r.Verdict, bug.Says, list(r))
				}
			}
			if !named {
				t.Errorf("oracle %d did not catch an app that %s; findings:\n%s", bug.Oracle, bug.Says, list(results...))
			}
		})
	}
}

func broke(r report.Result, number int) bool {
	return slices.ContainsFunc(r.Findings, func(f oracle.Finding) bool { return f.Oracle == number && f.Status == oracle.Fail })
}

func list(results ...report.Result) string {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintf(&b, "  %s: %s %s\n", r.Page, r.Verdict, r.Reason)
		for _, f := range r.Findings {
			if f.Status == oracle.Fail {
				fmt.Fprintf(&b, "    %d %s: %s\n", f.Oracle, f.Name, f.Says)
			}
		}
		for _, e := range r.Expects {
			fmt.Fprintf(&b, "    line %d: %s: %s\n", e.Line, e.Text, e.Says)
		}
	}
	return b.String()
}
