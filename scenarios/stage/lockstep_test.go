package stage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// plans are single faults under which the diary does well, badly or not at all.
var plans = []string{
	"", "fault duplicate of ana", "fault duplicate-concurrent of ana", "fault new-event-id of ana", "fault reorder of ana",
	"fault delay of ana", "fault drop of ana", "fault lose-answer of ana", "fault reset of ana", "fault bad-signature of ana",
	"fault unknown-event-type of ana", "fault error-before of ana", "fault error-after of ana", "fault rate-limit of ana",
	"fault timeout-after of ana", "fault opted-out of ana", "fault duplicate of ana nth 3", "fault duplicate-late of ana attempt 2",
}

// listed are pages that differ in their plan.
func listed(t testing.TB, script string, plans []string) []page.Page {
	t.Helper()
	var pages []page.Page
	for _, plan := range plans {
		p := withPlan(t, "", script, slices.DeleteFunc([]string{plan}, func(s string) bool { return s == "" })...)
		p.Name = "with " + plan
		pages = append(pages, p)
	}
	return pages
}

// brief is what a result says, without numbers of its own.
func brief(r report.Result) string {
	var broken []string
	for _, f := range r.Findings {
		broken = append(broken, fmt.Sprintf("%d:%s", f.Oracle, f.Status))
	}
	reason, _, _ := strings.Cut(r.Reason, ":")
	return fmt.Sprint(r.Page, ": ", r.Verdict, " ", reason, " ", broken, " ", len(r.Expects))
}

func TestLockStepIsAsPlayingAlone(t *testing.T) {
	t.Parallel()
	app := started(t)
	together, alone := opened(t, app), opened(t, app)
	pages := listed(t, "ana asks\nsettle\nana texts \"quiet please\"\nadvance 1h\nexpect conversations ana 1\n", plans)
	results, err := together.Play(t.Context(), pages...)
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for i, p := range pages {
		want := brief(alone.one(t, p))
		if got := brief(results[i]); got != want {
			t.Errorf("in lock-step %s\nalone        %s", got, want)
		}
		if results[i].Verdict == report.Fail {
			failed++
		}
	}
	if failed == 0 || failed == len(pages) {
		t.Errorf("%d of %d plans fail; the comparison shows nothing", failed, len(pages))
	}
}

// No result holds what belongs to the handsets of another.
func TestResultsHoldTheirOwnEntries(t *testing.T) {
	t.Parallel()
	w := opened(t, started(t))
	results, err := w.Play(t.Context(), listed(t, "ana,ben asks\nsettle\napp sends ana \"See you\"\n", []string{"", "fault duplicate of ana", "fault error-before of ben"})...)
	if err != nil {
		t.Fatal(err)
	}
	owner := map[sms.Number]int{}
	for i, r := range results {
		faults, asks, seen := 0, 0, uint64(0)
		for _, e := range r.Entries {
			if e.Seq <= seen {
				t.Fatalf("entry %d follows %d", e.Seq, seen)
			}
			seen = e.Seq
			if n := of(e); n != "" {
				if other, known := owner[n]; known && other != i {
					t.Errorf("entry %d about %s of page %d is in page %d", e.Seq, n, other, i)
				}
				owner[n] = i
			}
			if e.Kind == journal.KindFaultPlanned {
				faults++
			}
			if strings.HasPrefix(e.Marker, askMark) {
				asks++
			}
		}
		if faults != min(i, 1) || asks != 1 {
			t.Errorf("page %d has %d faults and %d requests", i, faults, asks)
		}
	}
	if len(owner) != 6 {
		t.Errorf("%d handsets, want two for each page", len(owner))
	}
}

func of(e journal.Entry) sms.Number {
	switch {
	case e.Message != nil:
		return e.Message.Handset
	case e.Attempt != nil:
		return e.Attempt.Handset
	case e.Call != nil:
		return e.Call.Handset
	case e.Fault != nil:
		return e.Fault.Match.Handset
	}
	return ""
}

func TestPagesThatCannotBePlayedTogether(t *testing.T) {
	t.Parallel()
	plain := withPlan(t, "", "ana,ben asks\n")
	for name, tt := range map[string]struct {
		pages []page.Page
		says  string
	}{
		"none":              {nil, "no page"},
		"another script":    {[]page.Page{plain, withPlan(t, "", "ana asks\n")}, "another script"},
		"another provider":  {[]page.Page{plain, {Provider: "acme", Phases: plain.Phases}}, "another script"},
		"a kill":            {twice(withPlan(t, "", "ana asks\n", "kill now")), "kill now"},
		"replicas":          {twice(withPlan(t, "replicas 2\n", "ana asks\n")), "replicas"},
		"a hold":            {twice(withPlan(t, "", "ana asks\n", "fault hold of ana")), "fault hold"},
		"a fault of nobody": {twice(withPlan(t, "", "fault drop\nana,ben asks\n")), "names no handset"},
	} {
		f := newFake()
		if _, err := f.stage().Play(t.Context(), tt.pages...); err == nil || !strings.Contains(err.Error(), tt.says) || len(f.entries) > 0 {
			t.Errorf("%s: %v, %d entries; want %q in it", name, err, len(f.entries), tt.says)
		}
	}
	if _, err := newFake().stage().Play(t.Context(), twice(withPlan(t, "", "fault drop\nana asks\n"))...); err != nil {
		t.Errorf("a fault on a page with one handset: %v", err)
	}
}

// Settings are of the world, so they are made once for all casts; and one that
// is refused keeps all of them from going on.
func TestSettingsAreForAllCasts(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.switches = map[string]string{"idempotency": "on"}
	results, err := f.stage().Play(t.Context(), twice(withPlan(t, "", "webhooks timeout 2s\nswitch idempotency off\nana asks\n"))...)
	want := []string{"webhooks timeout=2s", "switch idempotency off", "webhooks timeout=", "switch idempotency on"} // and back
	var did []string
	for _, d := range f.did {
		if strings.HasPrefix(d, "webhooks") || strings.HasPrefix(d, "switch") {
			did = append(did, d)
		}
	}
	if err != nil || !slices.EqualFunc(did, want, strings.HasPrefix) {
		t.Errorf("%v; it did %q, want %q", err, did, want)
	}
	for _, r := range results {
		if r.Verdict != report.Pass && r.Verdict != report.Fail {
			t.Errorf("%s: %s", r.Verdict, r.Reason)
		}
	}
	results, err = f.stage().Play(t.Context(), twice(withPlan(t, "", "switch weather bad\nana asks\n"))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != report.NotExercised || !strings.Contains(r.Reason, "no switch weather") {
			t.Errorf("%s: %s", r.Verdict, r.Reason)
		}
	}
}

func twice(p page.Page) []page.Page { return []page.Page{p, p} }

// One plan that cannot be done keeps no other from being played.
func TestOneCastCanDropOut(t *testing.T) {
	t.Parallel()
	f := newFake()
	pages := listed(t, "ana asks\nana asks\nsettle\nexpect replies ana 2\n", []string{"", "fault duplicate of ana", ""})
	f.refuse = journal.DuplicateNow
	results, err := f.stage().Play(t.Context(), pages...)
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Verdict != report.Pass || results[2].Verdict != report.Pass {
		t.Errorf("%s, %s: the others are to pass", results[0].Verdict, results[2].Verdict)
	}
	if r := results[1]; r.Verdict != report.NotExercised || !strings.Contains(r.Reason, "line 9: ") {
		t.Errorf("%s %q", r.Verdict, r.Reason)
	}
}

// Whatever looks wrong for one may be so because of another.
func TestApplicationThatEndsAmongMany(t *testing.T) {
	t.Parallel()
	w := opened(t, started(t))
	results, err := w.Play(t.Context(), listed(t, "ana texts \"boom\"\nsettle\n", []string{"", "fault drop of ana"})...)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != report.Inconclusive || !strings.Contains(r.Reason, "ended with code 3") || !strings.Contains(r.Reason, "by itself") {
			t.Errorf("%s: %s %q", r.Page, r.Verdict, r.Reason)
		}
	}
}

func TestLeftOutTogether(t *testing.T) {
	t.Parallel()
	results, err := newFake().stage().Play(t.Context(), twice(page.Page{Name: "x", Provider: "other"})...)
	if err != nil || len(results) != 2 || results[1].Verdict != report.LeftOut {
		t.Errorf("%v, %v", results, err)
	}
}

// BenchmarkLockStep plays 50 plans at once; the time of one is a 50th.
func BenchmarkLockStep(b *testing.B) {
	em := emulatortest.Start(b)
	w, err := Open(b.Context(), Options{URL: em.URL, SUT: started(b), Unlimited: true}, "surge")
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	var many []string
	for i := range 50 {
		many = append(many, plans[i%len(plans)])
	}
	pages := listed(b, "ana asks\nsettle\nadvance 1h\n", many)
	for b.Loop() {
		if _, err := w.Play(b.Context(), pages...); err != nil {
			b.Fatal(err)
		}
	}
}
