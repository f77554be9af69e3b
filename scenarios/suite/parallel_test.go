package suite_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	gtypes "github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// errand is what a Ginkgo process is told to do.
type errand struct {
	URL   string
	SUT   *sut.SUT
	Pages []string
}

// errandKey names the variable that holds it.
const errandKey = "SWITCHHOOK_TEST_ERRAND"

// runSuite is a user's suite: pages, and where the application runs already two
// specs of its own. Whatever may run side by side goes on only once the other
// process has come as far, so nothing passes unless it does.
func runSuite() int {
	flag.Parse()
	gomega.RegisterFailHandler(ginkgo.Fail)
	var e errand
	if err := json.Unmarshal([]byte(os.Getenv(errandKey)), &e); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	pages, err := catalog.Find(e.Pages...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	net := client.New(client.Options{URL: e.URL})
	o := suite.Options{URL: e.URL, SUT: e.SUT, Pages: pages, Providers: []string{"surge"}}
	building := true
	suite.Register(func() suite.Options {
		if !building && len(e.SUT.Start) > 0 {
			meet(net, "pages")
		}
		building = false
		return o
	})
	if len(e.SUT.Start) == 0 {
		for range 2 {
			ginkgo.It("has handsets of its own", func() { meet(net, string(suite.Handset())) })
		}
	}
	var t failure
	if !ginkgo.RunSpecs(&t, "a user's suite") || t.failed {
		return 1
	}
	return 0
}

// meet says in the record that this process is here, and waits until both are.
func meet(net *client.Client, as string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := net.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: fmt.Sprintf("meet %d %s", ginkgo.GinkgoParallelProcess(), as)})
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	other := fmt.Sprintf("meet %d ", 3-ginkgo.GinkgoParallelProcess())
	err = net.Follow(ctx, 0, func(e journal.Entry) bool { return !strings.HasPrefix(e.Marker, other) })
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
}

// failure is the part of a test that Ginkgo wants.
type failure struct{ failed bool }

func (f *failure) Fail() { f.failed = true }

// twoProcesses runs this test binary as a suite in two processes, and returns
// what became of its specs.
func twoProcesses(t *testing.T, e errand, args ...string) gtypes.SpecReports {
	t.Helper()
	dir := t.TempDir()
	ginkgoCommand := filepath.Join(dir, "ginkgo")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", ginkgoCommand, "github.com/onsi/ginkgo/v2/ginkgo").CombinedOutput(); err != nil {
		t.Fatalf("build ginkgo: %v\n%s", err, out)
	}
	told, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"--procs=2", "--json-report=report.json", "--output-dir=" + dir}, args...)
	cmd := exec.CommandContext(t.Context(), ginkgoCommand, append(args, os.Args[0])...)
	cmd.Env = append(os.Environ(), role+"=ginkgo", errandKey+"="+string(told))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var reports []gtypes.Report
	if err := json.Unmarshal(data, &reports); err != nil || len(reports) != 1 {
		t.Fatalf("%d reports, %v; want 1", len(reports), err)
	}
	return reports[0].SpecReports.WithLeafNodeType(gtypes.NodeTypeIt)
}

// processes are those that specs with a label ran in.
func processes(specs gtypes.SpecReports, label string) (all []int, passed int) {
	for _, s := range specs {
		if label != "" && !slices.Contains(s.Labels(), label) || s.State == gtypes.SpecStateSkipped {
			continue
		}
		if s.State == gtypes.SpecStatePassed {
			passed++
		}
		if !slices.Contains(all, s.ParallelProcess) {
			all = append(all, s.ParallelProcess)
		}
	}
	return all, passed
}

func TestPagesOfAnApplicationThatIsStartedRunSideBySide(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	app := described(t)
	app.Start, app.Dir = []string{os.Args[0]}, t.TempDir()
	app.Env[role] = "application"
	e := errand{URL: em.URL, SUT: app, Pages: []string{"replies/once", "replies/same-words-twice", "duplicates/at-once", "consent/stop-then-app-sends"}}
	specs := twoProcesses(t, e, "--label-filter=surge && (replies || duplicates)")
	if all, passed := processes(specs, "surge"); len(all) != 2 || passed != 3 {
		t.Errorf("%d pages passed in processes %v, want 3 in two", passed, all)
	}
	if all, passed := processes(specs, "replies"); len(all) != 1 || passed != 2 {
		t.Errorf("%d pages of one topic passed in processes %v, want 2 in one", passed, all)
	}
	boxes, err := em.Client.Sandboxes(t.Context())
	if err != nil || len(boxes) != 1 {
		t.Errorf("%d sandboxes are left, %v; want the default one", len(boxes), err)
	}
}

func TestPagesOfAnApplicationThatRunsWaitForAllOtherSpecs(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	specs := twoProcesses(t, errand{URL: em.URL, SUT: application(t, em), Pages: []string{"replies/once", "duplicates/at-once"}})
	if all, passed := processes(specs, ""); len(all) != 2 || passed != 4 {
		t.Errorf("%d specs passed in processes %v, want 4 in two", passed, all)
	}
	var others, pages []gtypes.SpecReport
	for _, s := range specs {
		if slices.Contains(s.Labels(), "surge") {
			pages = append(pages, s)
		} else {
			others = append(others, s)
		}
	}
	for _, p := range pages {
		for _, o := range others {
			if !p.IsSerial || p.ParallelProcess != 1 || p.StartTime.Before(o.EndTime) {
				t.Errorf("%s: serial %v, in process %d, at %v; the other spec ended at %v", p.LeafNodeText, p.IsSerial, p.ParallelProcess, p.StartTime, o.EndTime)
			}
		}
	}
}
