package scenarios_test

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	server := httptest.NewUnstartedServer(nil)
	port := strconv.Itoa(server.Listener.Addr().(*net.TCPAddr).Port)
	values := em.Sandbox.Placeholders()
	values["port"], values[sut.DirPlaceholder] = port, t.TempDir()
	if s, err = s.Expand(values); err != nil {
		t.Fatal(err)
	}
	s.Start = nil
	a, err := refapp.New(options(s.Env, bugs))
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = a.Handler()
	server.Start()
	t.Cleanup(func() {
		a.Close()
		server.Close()
	})
	return app{emulator: em, sut: s}
}

// options are those that the application would read from its environment.
func options(env map[string]string, bugs []string) refapp.Options {
	o := refapp.Environment(func(name string) string { return env[name] })
	o.Bugs, o.SlowAck = bugs, 4*time.Second
	return o
}

func (a app) play(ctx context.Context, pages []page.Page, providers ...string) (report.Run, error) {
	return suite.Run(ctx, suite.Options{URL: a.emulator.URL, SUT: a.sut, Pages: pages, Providers: providers, Seed: 1})
}

// Against processes of its own for each provider, all of them side by side.
func TestEveryPagePassesOnTheCorrectApp(t *testing.T) {
	t.Parallel()
	em, app, pages := emulatortest.Start(t), process(t), catalog.Pages()
	run, err := suite.Run(t.Context(), suite.Options{URL: em.URL, SUT: app, Pages: pages, Seed: 1, Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	if want := len(pages) * len(app.Webhooks); len(run.Results) != want || run.Provider != "exotel, mta, surge" {
		t.Errorf("%d of %d pages ran, for %s", len(run.Results), want, run.Provider)
	}
	for _, r := range run.Results {
		if r.Verdict != report.Pass && r.Verdict != report.LeftOut && r.Verdict != report.Unavoidable {
			t.Errorf("%s for %s: %s\n%s", r.Page, r.Provider, r.Verdict, report.Explain(run, r, report.Options{}))
		}
	}
}

// A page that is left out for a provider would be wrong there, and one that
// names a provider is for one that there is.
func TestPagesNameProvidersThatThereAre(t *testing.T) {
	t.Parallel()
	known := process(t).Webhooks
	for _, p := range catalog.Pages() {
		for _, e := range p.Except {
			if known[e.Provider] == "" {
				t.Errorf("%s makes an exception for %s, which is no provider", p.Name, e.Provider)
			}
		}
		if p.Provider != page.Any && known[p.Provider] == "" {
			t.Errorf("%s is for %s, which is no provider", p.Name, p.Provider)
		}
	}
}

// Each page that claims to kill a bug does, with every provider with whom the
// bug can be made, and each bug is caught there by the rule that it breaks.
func TestEveryBugIsCaught(t *testing.T) {
	t.Parallel()
	for _, bug := range refapp.Bugs() {
		t.Run(bug.Name, func(t *testing.T) {
			t.Parallel()
			hunts := hunt(t, bug)
			for provider := range process(t).Webhooks {
				if !bug.With(provider) {
					continue
				}
				named := slices.ContainsFunc(hunts, func(h *chase) bool { return h.provider == provider && broke(h.result, bug.Oracle) })
				if !named {
					t.Errorf("oracle %d did not catch an app that %s, with %s", bug.Oracle, bug.Says, provider)
				}
			}
			for _, h := range hunts {
				if h.err != nil || h.result.Verdict != report.Fail || t.Failed() {
					t.Errorf("%s with %s: %s %v although the app %s; findings:\n%s",
						h.page.Name, h.provider, h.result.Verdict, h.err, bug.Says, list(h.result))
				}
			}
		})
	}
}

// chase is a page played against an app of its own, so that no other page helps.
type chase struct {
	app      app
	provider string
	page     page.Page
	result   report.Result
	err      error
}

// hunters bounds how many chases are on at once, so that each is as quick as
// the bugs that live in a short while expect.
var hunters = make(chan struct{}, 6)

// hunt plays all pages that name a bug, some at the same time.
func hunt(t *testing.T, bug refapp.Bug) []*chase {
	t.Helper()
	var all []*chase
	for provider := range process(t).Webhooks {
		for _, p := range catalog.Pages() {
			if _, out := p.LeftOut(provider); !out && bug.With(provider) && slices.Contains(p.Kills, bug.Name) {
				all = append(all, &chase{provider: provider, page: p})
			}
		}
	}
	var wg sync.WaitGroup
	for _, c := range all {
		hunters <- struct{}{}
		c.app = start(t, bug.Name)
		if killed(c.page) {
			c.app.sut = process(t, "--bug="+bug.Name)
		}
		wg.Go(func() {
			defer func() { <-hunters }()
			var run report.Run
			if run, c.err = c.app.play(t.Context(), []page.Page{c.page}, c.provider); c.err == nil {
				c.result = run.Results[0]
			}
		})
	}
	wg.Wait()
	return all
}

// killed reports whether a page needs processes that the harness starts.
func killed(p page.Page) bool {
	return p.Replicas > 0 || slices.ContainsFunc(slices.Concat(p.Steps(), p.Plan), func(s page.Step) bool { return s.Verb == page.Slay })
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
