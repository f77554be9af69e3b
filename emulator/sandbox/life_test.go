package sandbox_test

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// hang makes the application keep every webhook open until the sandbox gives
// up, and returns a channel that has one value for each.
func (l *lab) hang() <-chan struct{} {
	arrived := make(chan struct{}, 100)
	l.app.answers(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	return arrived
}

// begin texts from several handsets and waits until their webhooks are open.
func (l *lab) begin(arrived <-chan struct{}, from ...sms.Number) {
	l.t.Helper()
	for _, n := range from {
		if _, err := l.box.Text("", n, "", "hello", nil); err != nil {
			l.t.Fatal(err)
		}
	}
	for range from {
		select {
		case <-arrived:
		case <-deadline(l.t).Done():
			l.t.Fatal("no webhook arrived")
		}
	}
}

func TestSendIsNotBlockedByAnEndpointThatHangs(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.begin(l.hang(), ana, ben)
	if rec := l.send(ana, "Yes"); rec.Code != 201 {
		t.Errorf("told %d %s", rec.Code, rec.Body)
	}
	if items, _, err := l.box.Messages(sandbox.Query{}); err != nil || len(items) != 3 {
		t.Errorf("%d messages are listed, %v", len(items), err)
	}
}

func TestCloseWhileAttemptsAreOpen(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.begin(l.hang(), ana, ben)
	l.box.Close() // a leak or a deadlock would show
	l.box.Close()
	if got := l.attempts(sms.ConversationCreated); got != nil {
		t.Errorf("attempts that nobody saw the end of ended: %v", got)
	}
	if err := l.box.Reset(); err == nil {
		t.Error("what was closed begins again")
	}
}

func TestResetWhileAttemptsAreOpen(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	arrived := l.hang()
	secrets := []string{"whsec_" + "b25lIHNlY3JldA=="}
	if err := l.box.SetEndpoint(sms.Endpoint{URL: l.app.url, Secrets: secrets, Parallel: 3}); err != nil {
		t.Fatal(err)
	}
	if err := l.box.SetSwitches(vendor, map[string]string{"page_size": "7"}); err != nil {
		t.Fatal(err)
	}
	l.plan(journal.Fault{Kind: journal.Drop, Nth: 100})
	if err := l.box.SetClock(clock.Scaled, 100, time.Time{}); err != nil {
		t.Fatal(err)
	}
	l.begin(arrived, ana, ben)
	if err := l.box.Reset(); err != nil {
		t.Fatal(err)
	}
	if items, _, _ := l.box.Messages(sandbox.Query{}); len(items) != 0 || len(l.box.Faults()) != 0 {
		t.Errorf("after a reset there are %d messages and %d faults", len(items), len(l.box.Faults()))
	}
	ep, _ := l.box.Endpoint("")
	if ep.URL != l.app.url || ep.Parallel != 3 || !cmp.Equal(ep.Secrets, secrets) {
		t.Errorf("after a reset the endpoint is %+v", ep)
	}
	if values, _ := l.box.Switches(vendor); values["page_size"] != "7" {
		t.Errorf("after a reset the switches are %v", values)
	}
	if diff := cmp.Diff(l.env["key"], l.box.Placeholders()[vendor]["key"]); diff != "" {
		t.Errorf("after a reset the key differs:\n%s", diff)
	}
	if state := l.box.Clock(); state.Mode != clock.Scaled || state.Scale != 100 {
		t.Errorf("after a reset the clock is %+v", state)
	}
	l.begin(arrived, ana) // and it works
}

func TestResetMakesTheSameIdsAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	first := l.text(ana, "hello")
	l.advance(time.Hour)
	if err := l.box.Reset(); err != nil {
		t.Fatal(err)
	}
	if again := l.text(ana, "hello"); !cmp.Equal(first, again) {
		t.Errorf("the same script after a reset differs:\n%s", cmp.Diff(first, again))
	}
}

// TestResetsAtOnce holds that no world is forgotten while it runs (goleak
// would find it), and that the last word about an endpoint holds in every part.
func TestResetsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := l.box.Reset(); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := l.box.SetEndpoint(sms.Endpoint{URL: l.app.url, Parallel: i + 1}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	is, _ := l.box.Endpoint("")
	entries := l.entries(journal.KindEndpoint)
	if kept := entries[len(entries)-1].Endpoint; kept.Parallel != is.Parallel || kept.URL != is.URL {
		t.Errorf("the endpoint is %+v; the record has %+v", is, kept)
	}
}

func TestListsPageThroughEverythingOnce(t *testing.T) {
	t.Parallel()
	const n = 1000
	l := newLab(t)
	for i := range n {
		from := sms.Number("+1801556" + string([]byte{'0' + byte(i/1000), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}))
		if _, err := l.box.Text("", from, "", "STOP", nil); err != nil {
			t.Fatal(err)
		}
	}
	l.advance(time.Minute)
	once(t, "messages", 2*n, l.box.Messages, func(m sms.Message) string { return m.ID })
	once(t, "conversations", n, l.box.Conversations, func(c sms.Conversation) string { return c.ID })
	once(t, "opt-outs", n, l.box.OptOuts, func(o sms.OptOut) string { return string(o.Handset) })
	once(t, "attempts", 3*n, l.box.Attempts, func(a journal.Attempt) string { return a.ID })
}

// once pages through a list and holds that it has n different items.
func once[T any](t *testing.T, name string, n int, list func(sandbox.Query) ([]T, string, error), id func(T) string) {
	t.Helper()
	for _, q := range []sandbox.Query{{Limit: 7}, {Limit: 1000}, {Provider: vendor}} {
		seen := map[string]int{}
		count := 0
		for {
			items, next, err := list(q)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range items {
				seen[id(v)]++
				count++
			}
			if next == "" {
				break
			}
			q.After = next
		}
		if count != n || len(seen) != n {
			t.Errorf("%s by %d: %d items, %d different; want %d", name, q.Limit, count, len(seen), n)
		}
	}
}

func TestHandsetShowsTheNewestOfItsThread(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for range 101 {
		l.text(ana, "again")
	}
	last := l.text(ana, "last")
	h, thread := l.box.Handset(ana)
	if !h.Reachable || len(thread) != 100 || thread[99].ID != last.ID {
		t.Errorf("the thread has %d messages, the last is %q", len(thread), thread[len(thread)-1].Body)
	}
}

func TestNoteIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, e := range []journal.Entry{
		{Kind: journal.KindMarker, Marker: "phase 2", Seq: 99, Cause: 99, Message: &sms.Message{ID: "forged"}},
		{Kind: journal.KindProbe, Probe: &journal.Probe{Name: "count", Value: "3"}},
		{Kind: journal.KindProcess, Process: &journal.Process{State: "killed", Point: "send"}},
	} {
		kept, err := l.box.Note(e)
		if err != nil || kept.Seq != l.box.Journal().Last() || kept.Message != nil || kept.Cause != 0 {
			t.Errorf("noted %+v, %v", kept, err)
		}
	}
}

func TestSettleSaysWhatFired(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if _, err := l.box.Text("", ana, "", "hello", nil); err != nil {
		t.Fatal(err)
	}
	move, err := l.box.Settle(deadline(t), time.Millisecond, 20*time.Second)
	if err != nil || !move.Quiet {
		t.Fatalf("settled %+v, %v", move, err)
	}
	if quiet := l.entries(journal.KindClock); len(quiet) != 1 || !quiet[0].Clock.Quiet {
		t.Errorf("the record says %+v", quiet)
	}
	l.begin(l.hang(), ana)
	move, err = l.box.Settle(deadline(t), time.Millisecond, 20*time.Millisecond)
	if err != nil || move.Quiet || move.Reason != "1 exchange is open" {
		t.Errorf("with a webhook open it settled %+v, %v", move, err)
	}
}

func TestTooLargeAndEncodedBodies(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	body := make([]byte, 1<<20+1)
	if rec := l.call("POST", l.messages(), string(body)); rec.Code != 413 {
		t.Errorf("a body over 1 MB is told %d", rec.Code)
	}
	r := l.request("POST", l.messages(), "{}")
	r.Header.Set("Content-Encoding", "gzip")
	rec := record(l, r)
	if got, _ := io.ReadAll(rec.Body); rec.Code != 415 {
		t.Errorf("a gzip body is told %d %s", rec.Code, got)
	}
	for _, e := range l.entries(journal.KindRefused) {
		if e.Call.Code != sms.TooLarge && e.Call.Code != sms.Unsupported {
			t.Errorf("refused with %s", e.Call.Code)
		}
	}
}
