package control_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/control"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// application takes webhooks and does nothing with them.
func application(t *testing.T) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	return s.URL
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Every operation does what it says, and answers as the document says.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{Version: "1.2.3"})
	for _, tell := range []func(*testing.T, *world){
		tellOfSandboxes, tellOfClock, tellOfHandsets, tellOfWebhooks, tellOfFaults, tellOfRecord, tellOfFindings, tellOfReset,
	} {
		tell(t, w)
	}
	for _, path := range []string{client.Prefix + "/openapi.json", client.Prefix + "/livez", "/livez", "/readyz"} {
		if res := w.send(t, "GET", path, ""); res.status != http.StatusOK {
			t.Errorf("GET %s answers %d", path, res.status)
		}
	}
	w.follow(t)
	for _, item := range w.judge.doc.Paths.Map() {
		for _, op := range item.Operations() {
			if !w.judge.seen[op.OperationID] {
				t.Errorf("%s was never seen to succeed", op.OperationID)
			}
		}
	}
}

func tellOfSandboxes(t *testing.T, w *world) {
	made := must(w.MakeSandbox(t.Context(), client.SandboxOptions{
		ID: "mine", Seed: new(int64(7)), Clock: &client.ClockOptions{Mode: "auto"},
	}))(t)
	if made.ID != "mine" || made.Seed != 7 || len(made.Providers) == 0 {
		t.Errorf("made %+v", made)
	}
	if is := must(w.In("mine").Clock(t.Context()))(t); is.Mode != "auto" {
		t.Errorf("its clock is %+v, want auto", is)
	}
	all := must(w.Sandboxes(t.Context()))(t)
	if len(all) != 2 || all[0].ID != client.Default || all[1].ID != "mine" {
		t.Errorf("there are %+v, want default and mine", all)
	}
	ok(t, w.In("mine").DropSandbox(t.Context()))
	if _, err := w.In("mine").Sandbox(t.Context()); slug(err) != "not-found" {
		t.Errorf("a dropped sandbox gives %v", err)
	}
	if err := w.DropSandbox(t.Context()); slug(err) != "default-sandbox" {
		t.Errorf("dropping the default sandbox gives %v", err)
	}
	if res := w.send(t, "POST", client.Prefix+"/sandboxes", ""); res.status != http.StatusCreated {
		t.Errorf("making one without a body answers %d %s", res.status, res.body)
	}
	ok(t, w.Ready(t.Context()))
}

func tellOfClock(t *testing.T, w *world) {
	before := must(w.Clock(t.Context()))(t)
	if before.Mode != "manual" {
		t.Errorf("the clock is %+v, want manual", before)
	}
	moved := must(w.Advance(t.Context(), client.Advance{By: sms.Duration(time.Hour)}))(t)
	if !moved.From.Equal(before.Now) || moved.To.Sub(moved.From) != time.Hour || !moved.Quiet {
		t.Errorf("moved %+v, want an hour from %s", moved, before.Now)
	}
	start := moved.To.Add(time.Hour)
	set := must(w.SetClock(t.Context(), client.ClockOptions{Mode: "manual", Start: start.Format(time.RFC3339)}))(t)
	if !set.Now.Equal(start) {
		t.Errorf("set to %s, it shows %s", start, set.Now)
	}
	rest := must(w.Settle(t.Context(), client.Settle{Quiet: sms.Duration(time.Millisecond)}))(t)
	if !rest.Quiet {
		t.Errorf("an idle world does not come to rest: %s", rest.Reason)
	}
}

func tellOfHandsets(t *testing.T, w *world) {
	if h := must(w.Handset(t.Context(), ana))(t); h.Number != ana || !h.Reachable || len(h.Thread) != 0 {
		t.Errorf("a handset that nobody touched is %+v", h)
	}
	h := must(w.SetHandset(t.Context(), ana, client.Behaviour{Failure: new(sms.Unreachable), Receipts: new(false)}))(t)
	if h.Failure != sms.Unreachable || h.Receipts || !h.Reachable {
		t.Errorf("set failure and receipts, got %+v", h)
	}
	h = must(w.SetHandset(t.Context(), ana, client.Behaviour{Failure: new(sms.Reason(""))}))(t)
	if h.Failure != "" || h.Receipts {
		t.Errorf("cleared the failure only, got %+v", h)
	}
	changeAtOnce(t, w)
	m := must(w.Text(t.Context(), ana, client.Text{Provider: w.provider, Body: "Is 3pm free?"}))(t)
	if m.Direction != sms.MO || m.Handset != ana || m.Body != "Is 3pm free?" {
		t.Errorf("texted %+v", m)
	}
	if h := must(w.Handset(t.Context(), ana))(t); len(h.Thread) != 1 || h.Thread[0].ID != m.ID {
		t.Errorf("the thread is %+v, want the text", h.Thread)
	}
	must(w.Text(t.Context(), ana, client.Text{Body: "STOP"}))(t)
	tellOfLists(t, w, m)
}

// changeAtOnce holds that of changes at the same moment none is lost.
func changeAtOnce(t *testing.T, w *world) {
	for range 20 {
		var all sync.WaitGroup
		for _, b := range []client.Behaviour{
			{Reachable: new(false)}, {MMS: new(false)}, {Failure: new(sms.Spam)}, {Sent: new(sms.Duration(time.Second))}, {Delivered: new(sms.Duration(time.Minute))},
		} {
			all.Go(func() {
				if _, err := w.SetHandset(t.Context(), ben, b); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h := must(w.Handset(t.Context(), ben))(t)
		if h.Reachable || h.MMS || h.Failure != sms.Spam || h.Sent.D() != time.Second || h.Delivered.D() != time.Minute {
			t.Fatalf("after five changes at once: %+v", h)
		}
		must(w.SetHandset(t.Context(), ben, client.Behaviour{
			Reachable: new(true), MMS: new(true), Failure: new(sms.Reason("")), Sent: new(sms.Duration(0)), Delivered: new(sms.Duration(0)),
		}))(t)
	}
}

func tellOfLists(t *testing.T, w *world, m sms.Message) {
	page := must(w.Messages(t.Context(), client.Filter{Handset: ana, Limit: 1}))(t)
	if len(page.Items) != 1 || page.Items[0].ID != m.ID || page.Next == "" {
		t.Errorf("the first page of messages is %+v, want the first text and a next page", page)
	}
	page = must(w.Messages(t.Context(), client.Filter{Handset: ana, After: page.Next}))(t)
	if len(page.Items) == 0 || page.Items[0].Body != "STOP" || page.Next != "" {
		t.Errorf("the second page of messages is %+v, want STOP first and no further page", page)
	}
	talks := must(w.Conversations(t.Context(), client.Filter{Provider: w.provider}))(t)
	if len(talks.Items) != 1 || talks.Items[0].ID != m.Conversation {
		t.Errorf("the conversations are %+v, want the one of the text", talks)
	}
	outs := must(w.OptOuts(t.Context(), client.Filter{Handset: ana}))(t)
	if len(outs.Items) != 1 || !outs.Items[0].Out {
		t.Errorf("the opt-outs are %+v, want that of the handset", outs)
	}
	if none := must(w.Findings(t.Context(), client.FindingQuery{}))(t); len(none.Entries) != 0 {
		t.Errorf("after a reset there are findings: %+v", none)
	}
	if none := must(w.Messages(t.Context(), client.Filter{Handset: ben}))(t); none.Items == nil || len(none.Items) != 0 {
		t.Errorf("an empty list is %+v, want one without items", none)
	}
}

func tellOfWebhooks(t *testing.T, w *world) {
	was := must(w.Webhooks(t.Context(), w.provider))(t)
	to := application(t)
	is := must(w.SetWebhooks(t.Context(), w.provider, client.Webhooks{URL: to, Ordered: new(false)}))(t)
	if is.URL != to || *is.Ordered || !slices.Equal(is.Secrets, was.Secrets) || len(is.Secrets) == 0 {
		t.Errorf("set the URL, got %+v; want the secrets %v kept", is, was.Secrets)
	}
	values := must(w.Switches(t.Context(), w.provider))(t)
	again := must(w.SetSwitches(t.Context(), w.provider, values))(t)
	if len(values) == 0 || len(again) != len(values) {
		t.Errorf("the switches are %v, then %v", values, again)
	}
	for _, o := range must(w.Occasions(t.Context(), w.provider))(t) {
		made := must(w.Happen(t.Context(), w.provider, client.Occasion{Kind: o.Kind, Body: json.RawMessage(o.Sample)}))(t)
		if string(made.Kind) != o.Kind || made.ID == "" {
			t.Errorf("%s was made as %+v", o.Kind, made)
		}
	}
	all := must(w.WebhookEndpoints(t.Context()))(t)
	if len(all) == 0 || all[0].ID != w.provider || all[0].URL != to || !slices.Equal(all[0].Secrets, was.Secrets) {
		t.Errorf("the endpoints are %+v, want that of %s first", all, w.provider)
	}
	capped := client.Webhooks{URL: to, NoRetry: true, Ignore: []int{404}, IgnoreAll: true, PerMinute: 1000, Parallel: 3}
	got := must(w.SetWebhooks(t.Context(), w.provider, capped))(t)
	if capped.Secrets = was.Secrets; !cmp.Equal(got, capped) {
		t.Errorf("of what was set (-) there is (+):\n%s", cmp.Diff(capped, got))
	}
	m := must(w.Text(t.Context(), ben, client.Text{Body: "hello"}))(t)
	must(w.Advance(t.Context(), client.Advance{By: sms.Duration(time.Second)}))(t)
	ended := must(w.Wait(t.Context(), client.Wait{Where: client.Where{Kind: journal.KindAttemptEnded, Message: m.ID}}))(t)
	if !ended.Held {
		t.Fatalf("no attempt for %s ended", m.ID)
	}
	event := ended.Entries[0].Attempt.Event
	if a := must(w.Resend(t.Context(), event))(t); a.Event != event || a.Why != journal.Manual {
		t.Errorf("planned %+v, want a manual attempt of %s", a, event)
	}
	second := must(w.Wait(t.Context(), client.Wait{Where: client.Where{Kind: journal.KindAttemptEnded, Message: m.ID}, Count: 2}))(t)
	if !second.Held {
		t.Fatalf("no second attempt for %s ended", m.ID)
	}
	tries := must(w.Attempts(t.Context(), client.Filter{Event: event}))(t)
	if len(tries.Items) != 2 {
		t.Errorf("there are %d attempts of %s, want 2", len(tries.Items), event)
	}
}

func tellOfFaults(t *testing.T, w *world) {
	f := must(w.PlanFault(t.Context(), journal.Fault{Kind: journal.LoseAnswer, Match: journal.FaultMatch{Handset: ben}}))(t)
	if f.ID == "" || f.Nth != 1 || f.Times != 1 || f.Attempt != 1 {
		t.Errorf("planned %+v, want an id and 1 for all positions", f)
	}
	if all := must(w.Faults(t.Context()))(t); len(all) != 1 || all[0].ID != f.ID {
		t.Errorf("the faults are %+v", all)
	}
	ok(t, w.CancelFault(t.Context(), f.ID))
	if all := must(w.Faults(t.Context()))(t); len(all) != 1 || all[0].State != "missed" {
		t.Errorf("after cancelling, the faults are %+v", all)
	}
}

func tellOfRecord(t *testing.T, w *world) {
	for _, n := range []client.Note{
		{Kind: journal.KindMarker, Marker: "the app restarts"},
		{Kind: journal.KindProcess, Process: &journal.Process{State: "killed", Point: "idle"}},
		{Kind: journal.KindProbe, Probe: &journal.Probe{Name: "pending", Path: "/pending", Status: 200, Value: "0"}},
	} {
		if e := must(w.Note(t.Context(), n))(t); e.Kind != n.Kind || e.Seq == 0 {
			t.Errorf("noted %+v, got %+v", n, e)
		}
	}
	page := must(w.Journal(t.Context(), client.JournalQuery{Limit: 2}))(t)
	if len(page.Entries) != 2 || page.Last != 2 {
		t.Errorf("the first page is %+v, want entries 1 and 2", page)
	}
	page = must(w.Journal(t.Context(), client.JournalQuery{After: page.Last, Kind: journal.KindMarker}))(t)
	if len(page.Entries) != 1 || page.Entries[0].Marker != "the app restarts" || page.Last <= page.Entries[0].Seq {
		t.Errorf("the markers are %+v, want one, and all of the record read", page)
	}
}

func tellOfFindings(t *testing.T, w *world) {
	for range 3 {
		r := httptest.NewRequest("POST", "/"+w.provider+"/nowhere", nil)
		w.network.ServeHTTP(httptest.NewRecorder(), r)
	}
	page := must(w.Findings(t.Context(), client.FindingQuery{Limit: 2}))(t)
	if len(page.Entries) != 2 || page.Entries[0].Finding.Kind != sms.FoundRoute || page.Last != page.Entries[1].Seq {
		t.Fatalf("the first page is %+v, want two findings of kind route", page)
	}
	first := page.Entries[0].Finding
	for _, q := range []client.FindingQuery{
		{After: page.Last}, {Call: first.Of}, {Call: first.Of, Provider: w.provider, By: journal.ByApp, Kind: sms.FoundRoute, Unread: new(false)},
	} {
		if page := must(w.Findings(t.Context(), q))(t); len(page.Entries) != 1 {
			t.Errorf("%+v finds %+v, want one", q, page)
		}
	}
	for _, q := range []client.FindingQuery{{By: journal.ByEmulator}, {Kind: sms.FoundType}, {Unread: new(true)}, {Call: "call-77"}} {
		if page := must(w.Findings(t.Context(), q))(t); len(page.Entries) != 0 {
			t.Errorf("%+v finds %+v, want none", q, page)
		}
	}
	for _, q := range []client.FindingQuery{{By: "nobody"}, {Kind: "odd"}, {Provider: "none"}, {Limit: 10001}} {
		if _, err := w.Findings(t.Context(), q); slug(err) != "invalid" && slug(err) != "bad-request" {
			t.Errorf("%+v gives %v, want a refusal", q, err)
		}
	}
	if res := w.send(t, "GET", client.Prefix+"/contracts/findings?unread=maybe", ""); res.status != http.StatusBadRequest {
		t.Errorf("unread=maybe is answered %d %s", res.status, res.body)
	}
}

func tellOfReset(t *testing.T, w *world) {
	ok(t, w.Reset(t.Context()))
	if none := must(w.Messages(t.Context(), client.Filter{}))(t); len(none.Items) != 0 {
		t.Errorf("after a reset there are messages: %+v", none)
	}
}

// follow sees the first entry of the record, so that the stream is judged too.
func (w *world) follow(t *testing.T) {
	t.Helper()
	var first journal.Entry
	ok(t, w.Follow(t.Context(), 0, func(e journal.Entry) bool { first = e; return false }))
	if first.Seq != 1 {
		t.Errorf("the stream begins with %+v", first)
	}
}
