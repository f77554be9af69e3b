package stage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// opened is a world with an application.
func opened(t *testing.T, app *sut.SUT) *World {
	t.Helper()
	w, err := Open(t.Context(), Options{URL: emulatortest.Start(t).URL, SUT: app, Seed: 3, Unlimited: true}, "surge")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// withPlan is a page with a plan.
func withPlan(t testing.TB, settings, script string, plan ...string) page.Page {
	t.Helper()
	text := "# a test\nprovider any\n" + settings + "-- script --\n" + script
	if len(plan) > 0 {
		text += "-- plan --\n" + strings.Join(plan, "\n") + "\n"
	}
	p, err := page.Parse("test.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *World) one(t *testing.T, p page.Page) report.Result {
	t.Helper()
	r, err := w.Play(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}

// life is what a record says of the application's life and of what it did to
// the first text and its answer, in order.
func life(entries []journal.Entry) []string {
	var out []string
	for _, e := range entries {
		switch {
		case e.Process != nil:
			out = append(out, strings.TrimSpace(e.Process.State+" "+e.Process.Point))
		case e.Kind == journal.KindAttemptStarted && e.Attempt.Neutral == sms.MessageReceived:
			out = append(out, "attempt")
		case e.Kind == journal.KindAttemptEnded && e.Attempt.Neutral == sms.MessageReceived && e.Attempt.Outcome == journal.OK:
			out = append(out, "ok") // failures come as the kill does, a little before or after
		case e.Kind == journal.KindAccepted || e.Kind == journal.KindRefused:
			out = append(out, string(e.Kind))
		case e.Kind == journal.KindTold && e.Call.Status == 0:
			out = append(out, "told nothing")
		case e.Kind == journal.KindTold:
			out = append(out, "told")
		}
	}
	return out
}

// before is what happened before the application was killed.
func before(t *testing.T, story []string, point string) []string {
	t.Helper()
	at := slices.Index(story, "killed "+point)
	if at < 0 {
		t.Fatalf("it was never killed: %q", story)
	}
	return story[:at]
}

func TestKillPoints(t *testing.T) {
	t.Parallel()
	for point, tt := range map[string]struct {
		has, lacks []string // before the kill
		again      bool     // the text is told again
	}{
		"received": {has: []string{"attempt"}, lacks: []string{"ok"}, again: true},
		"called":   {has: []string{"attempt", "refused", "told nothing"}, lacks: []string{"accepted", "ok"}, again: true},
		"accepted": {has: []string{"attempt", "accepted", "told nothing"}, lacks: []string{"refused", "told", "ok"}, again: true},
		"answered": {has: []string{"attempt", "accepted", "told"}},
		"waiting":  {has: []string{"attempt", "told"}, lacks: []string{"accepted", "ok"}, again: true},
		"acked":    {has: []string{"attempt", "accepted", "told", "ok"}},
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := opened(t, started(t))
			r := w.one(t, withPlan(t, "", "ana asks\nsettle\n", "kill when "+point+" of ana"))
			story := life(r.Entries)
			first := before(t, story, point)
			for _, want := range tt.has {
				if !slices.Contains(first, want) {
					t.Errorf("no %q before the kill: %q", want, story)
				}
			}
			for _, odd := range tt.lacks {
				if slices.Contains(first, odd) {
					t.Errorf("%q before the kill: %q", odd, story)
				}
			}
			rest := story[len(first)+1:]
			if !slices.Contains(rest, "ready") || tt.again && !slices.Contains(rest, "ok") {
				t.Errorf("it did not go on: %q", story)
			}
			if r.Verdict == report.NotExercised || r.Verdict == report.Inconclusive {
				t.Errorf("%s: %s", r.Verdict, r.Reason)
			}
			if after := w.one(t, withPlan(t, "", "ana asks\nsettle\nexpect replies ana 1\n")); after.Verdict != report.Pass {
				t.Errorf("the next page: %s", report.Explain(report.Run{}, after, report.Options{}))
			}
		})
	}
}

// It was told of a text, acknowledged it and was killed before it called. What it
// does when it is told again shows whether it had kept the text; if it had, nothing
// shows whether it was about to call, so that the play says nothing and the page is
// played again; the last time it is killed at rest, after it answered.
func TestToldAgainAfterAKill(t *testing.T) {
	t.Parallel()
	for manner, tt := range map[string]struct {
		verdict report.Verdict
		says    string
		plays   int
	}{
		hasty:    {report.Fail, "until it was told again", 1},
		resigned: {report.Pass, "", mostPlays},
	} {
		t.Run(manner, func(t *testing.T) {
			t.Parallel()
			w := opened(t, withManner(t, manner))
			r := w.one(t, withPlan(t, "", "ana asks\nsettle\nexpect replies ana 1\n", "kill when acked of ana"))
			says := r.Reason
			if f := oracle.Primary(r.Findings); f != nil {
				says = fmt.Sprint(f.Oracle, " ", f.Says)
			}
			if r.Verdict != tt.verdict || !strings.Contains(says, tt.says) {
				t.Errorf("%s: %s", r.Verdict, says)
			}
			if plays := len(w.taken) - len(w.lines); plays != tt.plays { // one handset each
				t.Errorf("played %d times, want %d", plays, tt.plays)
			}
		})
	}
}

// One that keeps nothing over a kill loses what it was told to send later: there is
// no doubt about that call, so nobody has to be told again.
func TestKilledWhileItWaits(t *testing.T) {
	t.Parallel()
	r := opened(t, withManner(t, resigned)).one(t, withPlan(t, "", "ana asks\nsettle\n", "kill when waiting of ana"))
	if f := oracle.Primary(r.Findings); f == nil || f.Oracle != 25 || strings.Contains(f.Says, "told again") {
		t.Errorf("%s, %+v", r.Verdict, f)
	}
}

// An application that cannot say whether it has work left gets the time that it
// was told to wait.
func TestToldToWait(t *testing.T) {
	t.Parallel()
	app := withManner(t, hasty)
	app.Probe, app.Env["THINKING"] = nil, "0s"
	r := opened(t, app).one(t, withPlan(t, "", "ana asks\nsettle\nexpect replies ana 1\n", "fault rate-limit of ana retry-after 1s"))
	if r.Verdict != report.Pass {
		t.Error(report.Explain(report.Run{}, r, report.Options{}))
	}
}

// The one send call was refused, so the second attempt must bring the answer.
func TestKillIsSurvivedByAGoodApplication(t *testing.T) {
	t.Parallel()
	r := opened(t, started(t)).one(t, withPlan(t, "", "ana asks\nsettle\nadvance 1h\nexpect replies ana 1\n", "kill when called of ana"))
	if r.Verdict != report.Pass {
		t.Error(report.Explain(report.Run{}, r, report.Options{}))
	}
}

func TestLateRestartMissesAnAttempt(t *testing.T) {
	t.Parallel()
	r := opened(t, started(t)).one(t, withPlan(t, "", "ana asks\nsettle\nexpect replies ana 0\n", "kill when called of ana restart late"))
	story := life(r.Entries)
	killed, ready := slices.Index(story, "killed called"), slices.Index(story, "ready")
	if killed < 0 || ready < killed || !slices.Contains(story[killed+1:ready], "attempt") || !slices.Contains(story[ready:], "ok") {
		t.Errorf("%q; want an attempt while it was down, and one that reached it", story)
	}
	if r.Verdict != report.Pass {
		t.Error(report.Explain(report.Run{}, r, report.Options{}))
	}
}

func TestKillsFurtherOn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script string
		plan   []string
		want   string // a part of the story
	}{
		"the second send":      {"ana asks\nsettle\nana asks\nsettle\n", []string{"kill when accepted of ana nth 2"}, "ok attempt accepted told nothing killed accepted"},
		"the second text":      {"ana asks\nsettle\nana asks\nsettle\n", []string{"kill when acked of ana nth 2"}, "ok attempt accepted told ok killed acked"},
		"the second attempt":   {"ana asks\nsettle\nadvance 1h\n", []string{"fault error-before of ana", "kill when acked of ana attempt 2"}, "accepted told ok killed acked"},
		"in the script":        {"ana asks\nsettle\nkill now\nana asks\nsettle\n", nil, "ok killed now started ready attempt accepted told ok"},
		"when the script ends": {"ana asks\nsettle\n", []string{"kill now"}, "told ok killed now started ready"},
		"late with no work":    {"ana asks\nsettle\nkill now restart late\nana asks\nsettle\n", nil, "killed now started ready attempt accepted told ok"},
		"over a request":       {"kill when accepted of ana\napp sends ana \"See you\"\nsettle\n", nil, "accepted told nothing killed accepted started ready"},
		"armed by the script":  {"ana asks\nsettle\nkill when acked of ana\nana asks\nsettle\n", nil, "ok attempt accepted told ok killed acked started ready"},
		"twice":                {"ana asks\nsettle\nadvance 1h\n", []string{"kill when called of ana", "kill when acked of ana attempt 2"}, "told ok killed acked started ready"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := opened(t, started(t)).one(t, withPlan(t, "", tt.script, tt.plan...))
			if story := strings.Join(life(r.Entries), " "); !strings.Contains(story, tt.want) {
				t.Errorf("%s\nwant in it: %s", story, tt.want)
			}
			if r.Verdict == report.NotExercised || r.Verdict == report.Inconclusive {
				t.Errorf("%s: %s", r.Verdict, r.Reason)
			}
		})
	}
}

func TestKillsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := opened(t, started(t))
	r := w.one(t, withPlan(t, "", "ana asks\nsettle\n", "kill when called of ana nth 2"))
	if r.Verdict != report.NotExercised || !strings.Contains(r.Reason, "line 7: kill when called of ana nth 2: the application was not killed") {
		t.Errorf("a point that never comes: %s %q", r.Verdict, r.Reason)
	}
	for _, p := range []page.Page{
		withPlan(t, "", "ana asks\n", "kill when called of ana"), withPlan(t, "", "kill now\n"), withPlan(t, "replicas 2\n", "ana asks\n"),
	} {
		r := newFake().stage().one(t, p)
		if r.Verdict != report.NotExercised || !strings.Contains(r.Reason, "add start:") {
			t.Errorf("an application that runs already: %s %q; want the key to add", r.Verdict, r.Reason)
		}
	}
}

// The watch may end while a kill is under way: the application is not left down.
func TestAKillThatHasBegunIsDone(t *testing.T) {
	t.Parallel()
	w := opened(t, started(t))
	r := newReaper(w, false)
	note := w.crew.note
	w.crew.note = func(ctx context.Context, p journal.Process) error {
		if p.State == "killed" {
			r.cancel()
		}
		return note(ctx, p)
	}
	const ana = "+12025550142"
	r.arm(t.Context(), &order{lookout: newLookout(page.Spot{Point: page.Acked}, ana), step: page.Step{Verb: page.Slay}})
	if _, err := w.net.Text(t.Context(), ana, client.Text{Provider: "surge", Body: "free?"}); err != nil {
		t.Fatal(err)
	}
	r.done.Wait()
	if len(w.crew.up()) != 1 || r.stillborn() != nil {
		t.Errorf("%d processes are up after the kill, %v", len(w.crew.up()), r.stillborn())
	}
}

// An application that ends by itself fails the page, and only that.
func TestApplicationThatEnds(t *testing.T) {
	t.Parallel()
	w := opened(t, started(t))
	r := w.one(t, withPlan(t, "", "ana texts \"boom\"\nsettle\nana asks\n"))
	said := fmt.Sprint(r.Expects)
	if r.Verdict != report.Fail || !strings.Contains(said, "ended with code 3") || !strings.Contains(said, "the diary burns") {
		t.Errorf("%s %q %s", r.Verdict, r.Reason, said)
	}
	if !slices.ContainsFunc(r.Entries, func(e journal.Entry) bool {
		return e.Process != nil && e.Process.State == "exited" && e.Process.Code == 3
	}) {
		t.Error("its end is not in the record")
	}
	if r := w.one(t, withPlan(t, "", "ana asks\nsettle\nexpect replies ana 1\n")); r.Verdict != report.Pass {
		t.Errorf("the next page: %s", report.Explain(report.Run{}, r, report.Options{}))
	}
}

// One that does not start again fails the page, and then there is nobody to
// play the next one with.
func TestApplicationThatStaysDown(t *testing.T) {
	t.Parallel()
	w := opened(t, started(t))
	r := w.one(t, withPlan(t, "", "ana texts \"bar\"\nsettle\n", "kill when acked of ana"))
	if said := fmt.Sprint(r.Expects); r.Verdict != report.Fail || !strings.Contains(said, "did not start again") || !strings.Contains(said, "code 7") {
		t.Errorf("%s %q %s", r.Verdict, r.Reason, said)
	}
	if _, err := w.Play(t.Context(), withPlan(t, "", "ana asks\n")); err == nil || !strings.Contains(err.Error(), "code 7") {
		t.Errorf("the next page: %v", err)
	}
	if err := os.Remove(filepath.Join(w.crew.values[sut.DirPlaceholder], "barred")); err != nil {
		t.Fatal(err)
	}
	if r := w.one(t, withPlan(t, "", "ana asks\nsettle\n")); r.Verdict != report.Pass {
		t.Errorf("after that was mended: %s", r.Verdict)
	}
}

func TestReplicasMustBeDeclared(t *testing.T) {
	t.Parallel()
	one := started(t)
	one.Replicas = false
	r := opened(t, one).one(t, withPlan(t, "replicas 2\n", "ana asks\n"))
	if r.Verdict != report.NotExercised || !strings.Contains(r.Reason, "add replicas: true") {
		t.Errorf("%s: %s", r.Verdict, r.Reason)
	}
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	w := opened(t, started(t))
	dir := w.crew.values[sut.DirPlaceholder]
	r := w.one(t, withPlan(t, "replicas 2\n", "ana,ben,cleo asks\nsettle\napp sends ana \"See you\"\nsettle\nexpect replies ben 1\nexpect sends-to ana 2\n", "fault duplicate of ben"))
	if r.Verdict != report.Pass {
		t.Error(report.Explain(report.Run{}, r, report.Options{}))
	}
	if story := life(r.Entries); slices.Index(story, "attempt") < 4 || !slices.Equal(story[:4], []string{"started", "ready", "started", "ready"}) {
		t.Errorf("two are to start before anything else: %q", story)
	}
	for name, plan := range map[string]string{"a call": "kill when accepted of ana", "an attempt": "kill when received of ben", "nothing": "kill now restart late"} {
		r := w.one(t, withPlan(t, "replicas 2\n", "ana,ben,cleo asks\nsettle\nadvance 1h\n", plan))
		story := life(r.Entries)
		at := slices.IndexFunc(story, func(s string) bool { return strings.HasPrefix(s, "killed") })
		if at < 0 || !slices.Contains(story[at:], "ready") || r.Verdict == report.NotExercised || r.Verdict == report.Inconclusive {
			t.Errorf("killed over %s: %s %q %q", name, r.Verdict, r.Reason, story)
		}
	}
	if r := w.one(t, withPlan(t, "", "ana asks\nsettle\nexpect replies ana 1\n")); r.Verdict != report.Pass || w.crew.door != nil {
		t.Errorf("one process again: %s", r.Verdict)
	}
	w.Close()
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("%s is left behind", dir)
	}
}
