package stage

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/sut"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script  string
		change  func(*fake)
		verdict report.Verdict
		says    string // part of the reason or of the expectation
	}{
		"all is well":     {"ana asks\nsettle\nexpect replies ana 1\n", nil, report.Pass, ""},
		"an oracle fails": {"ana asks\n", func(f *fake) { f.answers = 2 }, report.Fail, ""},
		"an expectation fails": {
			"ana texts \"hello\"\nexpect replies ana 0\n", nil, report.Fail, "there were 1 replies of ana, not 0",
		},
		"a wrong state":       {"ana asks\nexpect state ana failed\n", nil, report.Fail, "is delivered, not failed"},
		"no message at all":   {"ana asks\nexpect state ben failed\n", nil, report.Fail, "is none, not failed"},
		"a fault never fires": {"fault duplicate\nana asks\n", nil, report.NotExercised, "line 4: fault duplicate: the fault never fired"},
		"a fault fires":       {"fault reorder\nana asks\n", func(f *fake) { f.strikes = true }, report.Pass, ""},
		"no send declared":    {"ana asks\napp sends ana \"hi\"\n", nil, report.NotExercised, "line 5: sut.yaml does not say how"},
		"no second answered text": {
			"ana asks on line3\n", nil, report.NotExercised, "acme has only 2 numbers",
		},
		"an unknown switch": {"switch colour red\n", nil, report.NotExercised, "no switch colour"},
		"nothing to count":  {"ana asks\nexpect sends-to ana 0 since STOP\n", nil, report.NotExercised, "has not said STOP"},
		"a point is never reached": {
			"ana asks\nsettle until answered of ana nth 2\n", nil, report.NotExercised, "line 5: the application never came to that point",
		},
		"a point of somebody else": {
			"ben asks\nsettle until acked of ana\n", nil, report.NotExercised, "line 5: the application never came to that point",
		},
		"a point is never reached, and why": {
			"settle until acked of ana\nana asks\n", func(f *fake) { f.restless = "busy" }, report.Inconclusive, "busy",
		},
		"never quiet":         {"ana asks\n", func(f *fake) { f.restless = "2 exchanges are open" }, report.Inconclusive, "2 exchanges are open"},
		"broken and restless": {"ana asks\n", func(f *fake) { f.restless, f.answers = "busy", 2 }, report.Fail, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			if tt.change != nil {
				tt.change(f)
			}
			r := f.stage().script(t, tt.script)
			if r.Verdict != tt.verdict {
				t.Errorf("verdict %s, want %s; %s %v", r.Verdict, tt.verdict, r.Reason, r.Expects)
			}
			if said := r.Reason + fmt.Sprint(r.Expects); !strings.Contains(said, tt.says) {
				t.Errorf("said %q, want %q in it", said, tt.says)
			}
		})
	}
}

// What a step waits for need not be the last thing that happens, and may have
// happened before the step.
func TestSettleUntilAPoint(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"received of ana", "acked of ana", "answered of ana", "answered of ana nth 2"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			f.answers, f.busy = 2, true
			r := f.stage().script(t, "ana asks\nsettle until "+point+"\nexpect replies ana 2\n")
			if r.Reason != "" || len(r.Expects) > 0 {
				t.Errorf("%s %s %v", r.Verdict, r.Reason, r.Expects)
			}
			if f.busy {
				t.Error("nobody waited")
			}
		})
	}
}

func TestPageOfAnotherProviderIsLeftOut(t *testing.T) {
	t.Parallel()
	f := newFake()
	all, err := f.stage().Play(t.Context(), page.Page{Name: "x", Provider: "other"})
	if err != nil {
		t.Fatal(err)
	}
	if r := all[0]; r.Verdict != report.LeftOut || r.Reason != "the page is for other" || len(f.entries) > 0 {
		t.Errorf("%+v, %d entries", r, len(f.entries))
	}
}

func TestRecordIsMarked(t *testing.T) {
	t.Parallel()
	r := newFake().stage().script(t, "ana asks\nsettle\n")
	var marks []string
	for _, e := range r.Entries {
		if e.Kind == journal.KindMarker {
			marks = append(marks, e.Marker)
		}
	}
	want := []string{"page test start", "line 4: ana asks", "line 5: settle", "page test end"}
	if !slices.Equal(marks, want) {
		t.Errorf("marks %q, want %q", marks, want)
	}
	if r.Wall <= 0 || r.Virtual != 0 {
		t.Errorf("took %v real and %v virtual time", r.Wall, r.Virtual)
	}
}

func TestWhatAPageChangesIsPutBack(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.stage().script(t, "webhooks timeout 2s\nwebhooks rotate\nwebhooks parallel 3\nwebhooks unordered\nswitch strict on\nhandset ana off\nfault duplicate\nana asks\n")
	if f.hooks.Timeout != 0 || len(f.hooks.Secrets) != 1 || f.hooks.Parallel != 0 || f.hooks.Ordered != nil {
		t.Errorf("webhooks are left as %+v", f.hooks)
	}
	if f.switches["strict"] != "off" {
		t.Errorf("switches are left as %v", f.switches)
	}
	for _, did := range []string{"webhooks timeout=2s secrets=2", "switch strict on", "cancel fault-1", "handset reachable=true"} {
		if !slices.Contains(f.did, did) {
			t.Errorf("never did %q, only %q", did, f.did)
		}
	}
}

func TestHandsetsActAtOnce(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.meet = &sync.WaitGroup{}
	f.meet.Add(3) // none is heard before all have begun
	r := f.stage().script(t, "ana,ben,cleo asks named\nexpect replies ana 1\nexpect replies ben 1\nexpect replies cleo 1\n")
	if r.Verdict != report.Pass {
		t.Errorf("%s: %s %v", r.Verdict, r.Reason, r.Expects)
	}
	var bodies []string
	for _, e := range r.Entries {
		if e.Message != nil && e.Message.Direction == sms.MO {
			bodies = append(bodies, e.Message.Body)
		}
	}
	slices.Sort(bodies)
	if len(slices.Compact(bodies)) != 3 || !strings.HasPrefix(bodies[0], "book for ") {
		t.Errorf("asked %q; want three texts with different names", bodies)
	}
}

func TestAskTakesTheFirstAnsweredText(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.stage().script(t, "ana asks on line2\n")
	if want := `text "free?" to "+18015550101"`; !slices.Contains(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
	w := f.stage()
	w.sut.Replies = nil
	if r := w.script(t, "ana asks\n"); r.Verdict != report.NotExercised || !strings.Contains(r.Reason, "replies:") {
		t.Errorf("%s %q; want the key to add", r.Verdict, r.Reason)
	}
}

func TestAdvanceRestsAtEveryInstant(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.due = []time.Time{f.now.Add(time.Hour), f.now.Add(2 * time.Hour), f.now.Add(48 * time.Hour), f.now.Add(500 * time.Hour)}
	f.stage().script(t, "advance 25h\nadvance next\n")
	moves := slices.DeleteFunc(slices.Clone(f.did), func(did string) bool { return !strings.HasPrefix(did, "advance") })
	want := []string{"advance to 01 01:00", "advance to 01 02:00", "advance to 02 01:00", "advance to 03 00:00"}
	if !slices.Equal(moves, want) {
		t.Errorf("moved %q, want %q and nothing beyond 15 days", moves, want)
	}
	at := slices.Index(f.did, "advance to 01 01:00")
	if f.did[at+1] != "settle 200ms" {
		t.Errorf("no rest after something fired: %q", f.did)
	}
}

// The application says how much work it has left; silence alone is not enough.
func TestQuietWaitsForPendingWork(t *testing.T) {
	t.Parallel()
	var left atomic.Int64
	left.Store(3)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"count":%d}`, max(left.Add(-1), 0))
	}))
	defer server.Close()
	f := newFake()
	w := f.stage()
	w.sut.Webhooks = map[string]string{acme: server.URL}
	w.sut.Probe = map[string]sut.Probe{sut.PendingProbe: {Path: "/debug", Field: "count"}}
	w.o.SUT.Quiet = sms.Duration(40 * time.Millisecond)
	r := w.script(t, "settle\n")
	settles := slices.DeleteFunc(f.did, func(did string) bool { return did != "settle 40ms" })
	// Three for the line, until it says 0; one before and one after the end of the page.
	if r.Verdict != report.Pass || len(settles) != 5 {
		t.Errorf("%s %s; settled %d times", r.Verdict, r.Reason, len(settles))
	}
}

func TestProbeThatFailsIsInconclusive(t *testing.T) {
	t.Parallel()
	w := newFake().stage()
	w.sut.Webhooks = nil // so nobody knows where to ask
	w.sut.Probe = map[string]sut.Probe{sut.PendingProbe: {Path: "/debug", Field: "count"}}
	if r := w.script(t, "settle\n"); r.Verdict != report.Inconclusive || !strings.Contains(r.Reason, "ready:") {
		t.Errorf("%s %q", r.Verdict, r.Reason)
	}
}

// What another page left behind is not held against this one.
func TestForeignEntriesAreLeftOut(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.onSettle = func() {
		f.onSettle = nil
		f.send("+12025550199", "an echo")
	}
	r := f.stage().script(t, "ana asks\nsettle\nexpect replies ana 1\n")
	for _, e := range r.Entries {
		if e.Message != nil && e.Message.Body == "an echo" || e.Call != nil && e.Call.Handset == "+12025550199" {
			t.Errorf("entry %d of another page is in the record", e.Seq)
		}
	}
	if r.Verdict != report.Pass {
		t.Errorf("%s: %s", r.Verdict, r.Reason)
	}
}

func TestAppSends(t *testing.T) {
	t.Parallel()
	f := newFake()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.send(sms.Number(r.FormValue("to")), "See you")
	}))
	defer server.Close()
	w := f.stage()
	w.sut.Webhooks = map[string]string{acme: server.URL}
	w.sut.Send = &sut.Send{Request: sut.Request{Path: "/notify?to={{handset}}"}}
	r := w.script(t, "ana asks\napp sends ana \"See you\"\nsettle\nexpect replies ana 1\nexpect sends-to ana 2\nexpect calls-to ana 2\nexpect attempts ana 1\nexpect conversations ana 1\n")
	if r.Verdict != report.Pass {
		t.Errorf("%s: %s %v", r.Verdict, r.Reason, r.Expects)
	}
	ana := cut(t, 7, 0, []string{"ana"}, map[sms.Number]bool{})["ana"]
	if !slices.ContainsFunc(r.Entries, func(e journal.Entry) bool { return e.Marker == "app sends "+string(ana) }) {
		t.Error("no marker says that the application was asked to send")
	}
}

func TestAppSendsLater(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		request sut.Request
		verdict report.Verdict
		asked   string // what the application is asked
		says    string // part of the reason
	}{
		"with a place for the time": {sut.Request{Path: "/notify?at={{at}}"}, report.Pass, "2026-01-02T00:00:00Z", ""},
		"without one":               {sut.Request{Path: "/notify"}, report.NotExercised, "", `line 5: sut.yaml does not say how to tell the application when a text is to leave; add at: "{{at}}"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked string
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.FormValue("at") }))
			t.Cleanup(server.Close)
			w := newFake().stage()
			w.sut.Webhooks = map[string]string{acme: server.URL}
			w.sut.Send = &sut.Send{Request: tt.request}
			r := w.script(t, "ana asks\napp sends ana \"See you\" at +24h\n")
			if r.Verdict != tt.verdict || asked != tt.asked || !strings.Contains(r.Reason, tt.says) {
				t.Errorf("%s %q, asked %q; want %s %q, asked %q", r.Verdict, r.Reason, asked, tt.verdict, tt.says, tt.asked)
			}
		})
	}
}

// A text asked for before STOP counts since STOP if it was let go only then.
func TestScheduledTextCountsFromWhenItLeaves(t *testing.T) {
	t.Parallel()
	stopped := wallStart
	for _, tt := range []struct {
		name  string
		after time.Duration // from STOP to its time; 0: it was not scheduled
		state sms.State
		want  int
	}{
		{"at once", 0, sms.Delivered, 0},
		{"its time was before", -time.Hour, sms.Delivered, 0},
		{"its time came and it went", time.Hour, sms.Delivered, 1},
		{"its time came and it was refused", time.Hour, sms.Failed, 0},
		{"its time is to come", time.Hour, sms.Scheduled, 0},
	} {
		m := sms.Message{State: tt.state}
		if tt.after != 0 {
			m.SendAt = stopped.Add(tt.after)
		}
		v := view{
			History: &history.History{Sent: []*history.Sent{{Call: &history.Call{Seq: 3}, Message: m}}},
			entries: []journal.Entry{{Seq: 5, At: stopped}},
		}
		if got := v.count(page.SendsTo, 5); got != tt.want {
			t.Errorf("%s: counted %d since STOP, want %d", tt.name, got, tt.want)
		}
		if got := v.count(page.SendsTo, 0); got != 1 {
			t.Errorf("%s: counted %d in all, want 1", tt.name, got)
		}
	}
}

func TestReactionStretchesTheWindow(t *testing.T) {
	t.Parallel()
	w := newFake().stage()
	for _, tt := range []struct {
		slowest, quiet, declared time.Duration
		tells                    bool
		want                     time.Duration
	}{
		{want: 200 * time.Millisecond},
		{slowest: 50 * time.Millisecond, want: 200 * time.Millisecond},
		{slowest: 100 * time.Millisecond, want: 300 * time.Millisecond},
		{slowest: time.Minute, want: 3 * longestReaction},
		{declared: 50 * time.Millisecond, want: 200 * time.Millisecond},
		{declared: 500 * time.Millisecond, want: 500 * time.Millisecond},
		{declared: 50 * time.Millisecond, tells: true, want: 50 * time.Millisecond},
		{declared: 50 * time.Millisecond, tells: true, slowest: 20 * time.Millisecond, want: 60 * time.Millisecond},
		{tells: true, want: 200 * time.Millisecond},
		{declared: 50 * time.Millisecond, tells: true, slowest: time.Minute, want: 3 * longestTold},
		{quiet: 20 * time.Millisecond, declared: time.Second, want: 20 * time.Millisecond},
	} {
		o := Options{SUT: &sut.SUT{Quiet: sms.Duration(tt.declared)}, Quiet: tt.quiet}
		if tt.tells {
			o.SUT.Probe = map[string]sut.Probe{sut.PendingProbe: {}}
		}
		if got := window(o, tt.slowest); got != tt.want {
			t.Errorf("%+v: window %v", tt, got)
		}
	}
	w.script(t, "ana asks\n")
	if w.slowest != time.Millisecond { // the fake's time between two entries
		t.Errorf("slowest reaction %v, want 1ms", w.slowest)
	}
}

func TestWaitAfterARefusalIsNoReaction(t *testing.T) {
	t.Parallel()
	tp := newTape(journal.Entry{Wall: wallStart}, nil, nil)
	at := func(ms int, kind journal.Kind, status int) {
		tp.add(journal.Entry{Kind: kind, Wall: wallStart.Add(time.Duration(ms) * time.Millisecond), Call: &journal.Call{ID: "c", Status: status}})
	}
	at(7, journal.KindCall, 0)
	at(8, journal.KindTold, http.StatusTooManyRequests)
	at(900, journal.KindAttemptEnded, 0)
	at(2000, journal.KindCall, 0)
	at(2001, journal.KindTold, http.StatusCreated)
	at(4000, journal.KindCall, 0) // another customer's, who was told to wait as well
	if tp.slowest != 7*time.Millisecond {
		t.Errorf("slowest reaction %v, want 7ms", tp.slowest)
	}
}

var _ network = (*client.Client)(nil)

func TestPagesAreAMinuteApart(t *testing.T) {
	t.Parallel()
	f := newFake()
	w := f.stage()
	p := page.Page{Name: "x", Provider: page.Any, Phases: []page.Phase{{Steps: []page.Step{{Verb: page.Settle}}}}}
	for range 2 {
		if _, err := w.Play(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Contains(f.did, "advance to 01 00:01") {
		t.Errorf("did %q, want the clock moved on by a minute before the second page", f.did)
	}
}

// What the application declares that it sends to confirm a STOP is no reply,
// and does not count since STOP; what comes after it does.
func TestConfirmationsAreNotCounted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		confirms int
		answers  int
		replies  string
	}{
		"declared":          {1, 1, "0"},
		"one too many":      {1, 2, "1"},
		"declared and none": {1, 0, "0"},
		"not declared":      {0, 1, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			f.answers = tt.answers
			w := f.stage()
			w.sut.OptOut.Confirms = tt.confirms
			r := w.script(t, "ana texts STOP\nexpect replies ana "+tt.replies+
				"\nexpect sends-to ana "+tt.replies+" since STOP\nexpect calls-to ana "+tt.replies+" since STOP\n")
			if len(r.Expects) > 0 {
				t.Errorf("%+v", r.Expects)
			}
		})
	}
}
