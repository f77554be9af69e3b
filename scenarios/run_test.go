package scenarios_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// process is the reference application as a description that starts it.
func process(t *testing.T, args ...string) *sut.SUT {
	t.Helper()
	s, err := sut.Parse("refapp/sut.yaml", []byte(refapp.SUT))
	if err != nil {
		t.Fatal(err)
	}
	s.Start, s.Dir = append([]string{os.Args[0]}, args...), t.TempDir()
	s.Env[role] = "application"
	return s
}

func find(t *testing.T, names ...string) []page.Page {
	t.Helper()
	pages, err := catalog.Find(names...)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestPagesRunSideBySideAgainstProcesses(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	pages := find(t, "replies", "duplicates/at-once", "consent/queued-before-stop", "trust/rotation")
	providers := []string{"surge", "mta"}
	var heard sync.Map
	run, err := suite.Run(t.Context(), suite.Options{
		URL: em.URL, SUT: process(t), Pages: pages, Providers: providers, Seed: 5, Parallel: 2,
		Progress: func(r report.Result) { heard.Store(r.Provider+" "+r.Page, r.Verdict) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range run.Results {
		provider, p, want := providers[i/len(pages)], pages[i%len(pages)], report.Pass
		if _, out := p.LeftOut(provider); out {
			want = report.LeftOut
		}
		if verdict, _ := heard.Load(provider + " " + p.Name); r.Page != p.Name || r.Provider != provider || r.Verdict != want || verdict != want {
			t.Errorf("result %d: %s\n%s", i, r.Page, report.Explain(run, r, report.Options{}))
		}
	}
	if len(run.Results) != 2*len(pages) || run.Provider != "surge, mta" || run.Started.IsZero() || run.ExitCode() != 0 {
		t.Errorf("%d results, started %v, exit code %d", len(run.Results), run.Started, run.ExitCode())
	}
	boxes, err := em.Client.Sandboxes(t.Context())
	if err != nil || len(boxes) != 1 {
		t.Errorf("%d sandboxes are left, %v; want the default one", len(boxes), err)
	}
}

func TestApplicationThatDoesNotStart(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	run, err := suite.Run(t.Context(), suite.Options{URL: em.URL, SUT: process(t, "--bug=none-such"), Pages: find(t, "replies/once")})
	if err == nil || !strings.Contains(err.Error(), "none-such") || run.ExitCode() == 0 {
		t.Errorf("Run: %v, exit code %d; want what the application said", err, run.ExitCode())
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	a := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	run, err := suite.Run(ctx, suite.Options{
		URL: a.emulator.URL, SUT: a.sut, Pages: find(t, "replies/once", "replies/burst"),
		Progress: func(report.Result) { cancel() },
	})
	if err == nil || len(run.Results) != 1 {
		t.Errorf("%d results, %v; want the one before the end and an error", len(run.Results), err)
	}
}

func TestSameSeedSameStory(t *testing.T) {
	t.Parallel()
	story := func() (lines []string) {
		run, err := start(t).play(t.Context(), find(t, "replies/two-customers"), "surge")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range run.Results[0].Entries {
			if e.Message != nil {
				lines = append(lines, string(e.Message.Handset)+" "+e.Message.Body)
			}
		}
		slices.Sort(lines)
		return slices.Compact(lines)
	}
	if first, second := story(), story(); len(first) != 4 || !slices.Equal(first, second) {
		t.Errorf("two stories:\n%q\n%q", first, second)
	}
}

// errand is what a process that runs Ginkgo is told to do.
type errand struct {
	URL   string
	SUT   *sut.SUT
	JUnit string
}

// runGinkgo does the errand on the standard input, tells the verdicts on the
// standard output, and fails if Ginkgo says that all is well.
func runGinkgo(ctx context.Context) int {
	var e errand
	if err := json.NewDecoder(os.Stdin).Decode(&e); err != nil {
		return 2
	}
	pages, err := catalog.Find("replies/once", "replies/two-customers", "sending/fails-first", "delivery/late")
	if err != nil {
		return 2
	}
	pages = append(pages, page.Page{
		Name: "elsewhere", Title: "a page for another provider", Provider: "other", Labels: []string{"replies"},
	})
	o := suite.Options{URL: e.URL, SUT: e.SUT, Pages: pages, Providers: []string{"surge"}}
	run, ok, err := suite.RunGinkgo(ctx, o, suite.GinkgoFlags{JUnit: e.JUnit, Labels: "replies && !time || sending"})
	if ok || err != nil {
		return 3
	}
	for _, r := range run.Results {
		fmt.Printf("%s: %s\n", r.Page, r.Verdict)
	}
	if _, _, err := suite.RunGinkgo(ctx, o, suite.GinkgoFlags{}); err != nil {
		fmt.Println("again:", err)
	}
	return 0
}

// Ginkgo runs once in a process, and minds the flags of go test, so it gets a
// process of its own.
func TestRunGinkgo(t *testing.T) {
	t.Parallel()
	a := start(t, "shared-name")
	file := filepath.Join(t.TempDir(), "junit.xml")
	in, err := json.Marshal(errand{a.emulator.URL, a.sut, file})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), role+"=ginkgo")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.CombinedOutput()
	const want = "replies/once: pass\nreplies/two-customers: fail\nsending/fails-first: unavoidable\nelsewhere: left out\nagain: a Ginkgo suite ran already"
	if err != nil || !strings.HasPrefix(string(out), want) {
		t.Fatalf("%v; said\n%s\nwant\n%s…", err, out, want)
	}
	checkJUnit(t, file)
}

func checkJUnit(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var junit struct {
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Cases []struct {
				Name    string `xml:"name,attr"`
				Status  string `xml:"status,attr"`
				Failure string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(data, &junit); err != nil {
		t.Fatal(err)
	}
	if junit.Failures != 1 || len(junit.Suites) != 1 {
		t.Fatalf("%d failures in %d suites, want 1 in 1", junit.Failures, len(junit.Suites))
	}
	seen := map[string]string{}
	for _, c := range junit.Suites[0].Cases {
		for _, name := range []string{"replies/once", "replies/two-customers", "sending/fails-first", "elsewhere", "delivery/late"} {
			if strings.Contains(c.Name, name+":") {
				seen[name] = c.Status
			}
		}
		if c.Status == "failed" && !strings.Contains(string(data), "oracle 11") {
			t.Errorf("the failure of %s does not say which rule broke", c.Name)
		}
	}
	want := map[string]string{
		"replies/once": "passed", "replies/two-customers": "failed", "sending/fails-first": "passed", "elsewhere": "skipped", "delivery/late": "skipped",
	}
	if !maps.Equal(seen, want) {
		t.Errorf("cases %v, want %v", seen, want)
	}
	if !strings.Contains(string(data), "UNAVOIDABLE sending/fails-first") {
		t.Error("nothing says what was unavoidable")
	}
}
