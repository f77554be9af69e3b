package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestFirstTextIsToldInOrder(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.text("Is 3pm free?")
	if diff := cmp.Diff([]string{"conversation.created", "message.received"}, l.app.types()); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
	l.text("Hello?")
	if got := l.app.types(); len(got) != 3 || got[2] != "message.received" {
		t.Errorf("a later text is told as %v", got)
	}
}

func TestReplyRunsThroughItsLife(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	m := l.text("Is 3pm free?")
	status, answer := l.send(`{"conversation":"` + m.Conversation + `","body":"Yes"}`)
	if status != 201 || !strings.Contains(answer, m.Conversation) {
		t.Fatalf("reply answered %d %s", status, answer)
	}
	l.advance(200 * time.Millisecond)
	l.advance(800 * time.Millisecond)
	want := []string{"conversation.created", "message.received", "message.sent", "message.delivered"}
	if diff := cmp.Diff(want, l.app.types()); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
	h, thread := l.box.Handset(ana)
	if !h.Reachable || len(thread) != 2 || thread[1].State != sms.Delivered {
		t.Errorf("handset %+v holds %+v", h, thread)
	}
}

func TestRetryLadderIsClimbedToItsEnd(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.app.answers(func(h hook, w http.ResponseWriter) { w.WriteHeader(500) })
	start := l.box.Now()
	l.text("anyone?")
	l.advance(20 * 24 * time.Hour)
	var dues []time.Duration
	var gaveUp int
	for _, e := range l.entries(journal.KindAttemptEnded) {
		if e.Attempt.Neutral != sms.MessageReceived {
			continue
		}
		dues = append(dues, e.At.Sub(start).Truncate(time.Second))
		if e.Attempt.GaveUp {
			gaveUp++
		}
	}
	if len(dues) != 20 || gaveUp != 1 {
		t.Fatalf("%d attempts, gave up %d times; want 20 and 1", len(dues), gaveUp)
	}
	sum := time.Duration(0)
	for n := 1; n <= 19; n++ {
		base := 15*time.Second + time.Duration(1<<n)*time.Second
		got := dues[n] - dues[n-1]
		if got < base-time.Second || got > base+base/10+time.Second {
			t.Errorf("wait after attempt %d is %v; want %v to 10%% more", n, got, base)
		}
		sum += base
	}
	if sum < 12*24*time.Hour {
		t.Errorf("the ladder spans %v", sum)
	}
}

func TestStopBlocksAndStartFrees(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	m := l.text(" Stop ")
	want := []string{"conversation.created", "contact.opted_out", "message.received"}
	if diff := cmp.Diff(want, l.app.types()); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
	status, answer := l.send(`{"conversation":"` + m.Conversation + `","body":"sorry to see you go"}`)
	if status != 422 || answer != `{"error":{"type":"opted_out","message":"This contact has opted out of messages."}}` {
		t.Errorf("send to an opted-out contact answered %d %s", status, answer)
	}
	l.text("STOP")
	l.text("START")
	status, _ = l.send(`{"conversation":"` + m.Conversation + `","body":"welcome back"}`)
	if status != 201 {
		t.Errorf("send after START answered %d", status)
	}
	var flips []string
	for _, typ := range l.app.types() {
		if strings.HasPrefix(typ, "contact.") {
			flips = append(flips, typ)
		}
	}
	if diff := cmp.Diff([]string{"contact.opted_out", "contact.opted_in"}, flips); diff != "" {
		t.Errorf("consent events (-want +got):\n%s", diff)
	}
}

func TestScheduledMessageMeetsStop(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	at := l.box.Now().Add(24 * time.Hour).Format(time.RFC3339)
	status, answer := l.send(`{"to":"` + string(ana) + `","body":"Hi {first_name}, tomorrow!","send_at":"` + at + `"}`)
	if status != 201 || !strings.Contains(answer, "{first_name}") {
		t.Fatalf("scheduling answered %d %s", status, answer)
	}
	l.text("STOP")
	l.advance(25 * time.Hour)
	types := l.app.types()
	if !slices.Contains(types, "message.failed") || slices.Contains(types, "message.sent") {
		t.Errorf("webhooks %v; want message.failed and no message.sent", types)
	}
}

func TestEveryAttemptFault(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault journal.Fault
		want  []string // outcomes of message.received and strangers, in order
	}{
		{journal.Fault{Kind: journal.DuplicateNow}, []string{"/1 first ok", "/2 duplicate ok"}},
		{journal.Fault{Kind: journal.DuplicateNow, Count: 2}, []string{"/1 first ok", "/2 duplicate ok", "/3 duplicate ok"}},
		{journal.Fault{Kind: journal.DuplicateLate}, []string{"/1 first ok", "/2 duplicate ok"}},
		{journal.Fault{Kind: journal.LoseAnswer}, []string{"/1 first unknown lost-answer", "/2 retry ok"}},
		{journal.Fault{Kind: journal.HangUp}, []string{"/1 first unknown hang-up", "/2 retry ok"}},
		{journal.Fault{Kind: journal.ResetMid}, []string{"/1 first unknown reset", "/2 retry ok"}},
		{journal.Fault{Kind: journal.SlowRead}, []string{"/1 first ok"}},
		{journal.Fault{Kind: journal.Drop}, []string{"/1 first unknown dropped"}},
		{journal.Fault{Kind: journal.Delay}, []string{"/1 first ok"}},
		{journal.Fault{Kind: journal.Reorder}, []string{"/1 first ok"}},
		{journal.Fault{Kind: journal.Hold, Count: 2}, []string{"/1 first ok"}},
		{journal.Fault{Kind: journal.ReplayOld}, []string{"/1 first ok", "/2 replay ok"}},
		{journal.Fault{Kind: journal.NewEventID}, []string{"/1 first ok", "/1 first ok"}},
		{journal.Fault{Kind: journal.NewMessageID}, []string{"/1 first ok", "/1 first ok"}},
		{journal.Fault{Kind: journal.ExtraFields}, []string{"/1 first ok"}},
		{journal.Fault{Kind: journal.Rotated}, []string{"/1 first ok"}},
		{journal.Fault{Kind: journal.BadSignature}, []string{"/1 first ok"}},
		{journal.Fault{Kind: journal.UnknownType}, []string{"/1 stranger ok", "/1 first ok"}},
	} {
		t.Run(string(test.fault.Kind), func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			test.fault.Match = journal.FaultMatch{Event: sms.MessageReceived, Handset: ana}
			if _, err := l.box.Plan(test.fault); err != nil {
				t.Fatal(err)
			}
			l.text("Is 3pm free?")
			l.advance(100 * time.Hour)
			var got []string
			for _, o := range l.outcomes() {
				if typ, rest, _ := strings.Cut(o, "/"); typ == "message.received" || typ == "switchhook.unheard_of" {
					got = append(got, "/"+rest)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("attempts (-want +got):\n%s", diff)
			}
			if f := l.box.Faults()[0]; f.State != "fired" || f.Fired != 1 {
				t.Errorf("the rule is %+v; want fired once", f)
			}
		})
	}
}

func TestEveryCallFault(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault  journal.Fault
		status int    // told; 0: no answer
		says   string // in the answer or the client's error
		made   int
	}{
		{journal.Fault{Kind: journal.ErrorBefore}, 500, "internal_server_error", 0},
		{journal.Fault{Kind: journal.ErrorBefore, Status: 503}, 503, "error", 0},
		{journal.Fault{Kind: journal.RateLimit}, 429, "rate_limited", 0},
		{journal.Fault{Kind: journal.SayOptedOut}, 422, "opted_out", 0},
		{journal.Fault{Kind: journal.TimeoutBefore, After: sms.Duration(time.Millisecond)}, 0, "EOF", 0},
		{journal.Fault{Kind: journal.ErrorAfter}, 500, "internal_server_error", 1},
		{journal.Fault{Kind: journal.TimeoutAfter, After: sms.Duration(time.Millisecond)}, 0, "EOF", 1},
		{journal.Fault{Kind: journal.ResetAfter}, 0, "", 1},
		{journal.Fault{Kind: journal.HalfBody}, 201, "unexpected EOF", 1},
		{journal.Fault{Kind: journal.Malformed}, 201, "{", 1},
		{journal.Fault{Kind: journal.SlowAnswer, After: sms.Duration(time.Millisecond)}, 201, "msg_", 1},
		{journal.Fault{Kind: journal.StatusFirst}, 201, "msg_", 1},
	} {
		t.Run(string(test.fault.Kind), func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			test.fault.Match.Handset = ana
			if _, err := l.box.Plan(test.fault); err != nil {
				t.Fatal(err)
			}
			body := `{"to":"` + string(ana) + `","body":"Hello"}`
			status, answer := l.send(body)
			if status != test.status || !strings.Contains(answer, test.says) {
				t.Errorf("told %d %q; want %d with %q", status, answer, test.status, test.says)
			}
			items, _, err := l.box.Messages(sandbox.Query{Handset: string(ana)})
			if err != nil || len(items) != test.made {
				t.Errorf("made %d messages (%v); want %d", len(items), err, test.made)
			}
			if test.fault.Kind == journal.StatusFirst && !slices.Contains(l.app.types(), "message.sent") {
				t.Errorf("the call was answered before the status webhook: %v", l.app.types())
			}
			if status, _ = l.send(body); status != 201 {
				t.Errorf("the call after the fault is told %d", status)
			}
		})
	}
}

func TestSameScriptAndSeedMakeTheSameJournal(t *testing.T) {
	t.Parallel()
	run := func() string {
		l := newLab(t)
		l.app.answers(func(h hook, w http.ResponseWriter) {
			if h.Type == "message.sent" {
				w.WriteHeader(503)
			}
		})
		if _, err := l.box.Plan(journal.Fault{Kind: journal.LoseAnswer}); err != nil {
			t.Fatal(err)
		}
		m := l.text("Is 3pm free?")
		l.send(`{"conversation":"` + m.Conversation + `","body":"Yes"}`)
		l.advance(time.Hour)
		l.text("STOP")
		l.advance(400 * time.Hour)
		return normal(t, l)
	}
	if diff := cmp.Diff(run(), run()); diff != "" {
		t.Errorf("two runs differ (-first +second):\n%s", diff)
	}
}

// normal is the journal without what depends on the wall clock and on ports.
func normal(t *testing.T, l *lab) string {
	t.Helper()
	var out bytes.Buffer
	if err := l.box.Journal().Each(0, func(e journal.Entry) bool {
		e.Wall = time.Time{}
		if a := e.Attempt; a != nil {
			b := *a
			b.Took, b.URL, b.Header = 0, "", nil
			e.Attempt = &b
		}
		if e.Endpoint != nil {
			b := *e.Endpoint
			b.URL = ""
			e.Endpoint = &b
		}
		line, err := json.Marshal(e)
		if err != nil {
			t.Error(err)
		}
		out.Write(line)
		out.WriteByte('\n')
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHostAndUnknownRoutes(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, test := range []struct {
		host, path string
		status     int
		says       string
	}{
		{"api.surge.app", "/messages/msg_none", 404, `"type":"not_found"`},
		{"", "/surge/nothing/here", 404, `"type":"not_found"`},
		{"", "/surge//messages/x", 404, `"type":"not_found"`},
		{"", "/surge/accounts/acct_none/messages", 404, `"type":"account_not_found"`},
	} {
		req, _ := http.NewRequest("GET", strings.TrimSuffix(l.api, "/surge")+test.path, nil)
		req.Header.Set("Authorization", "Bearer "+l.env["key"])
		if test.host != "" {
			req.Host = test.host
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != test.status || !strings.Contains(string(body), test.says) || resp.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s%s answered %d %s %v", test.host, test.path, resp.StatusCode, body, resp.Header)
		}
	}
}

// A webhook to the emulator itself would go round for ever, whatever it is called.
func TestWebhooksNeverGoToTheEmulatorItself(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		base, to string
		refused  bool
	}{
		{"http://127.0.0.1:7767", "http://127.0.0.1:7767/surge", true},
		{"http://127.0.0.1:7767", "http://127.0.0.1:7768/surge", false},
		{"http://127.0.0.1:7767", "http://[::1]:7767/", false},
		{"http://0.0.0.0:7767", "http://[::1]:7767/", true},
		{"http://localhost:7767", "http://127.0.0.1:7767/surge", true},
		{"http://localhost:7767", "http://[::1]:7767/surge", true},
		{"http://localhost:7767", "http://127.0.0.1:7768/surge", false},
		{"http://phones.test", "http://127.0.0.1/", true},
		{"https://phones.test", "https://127.0.0.1/", true},
		{"https://phones.test", "http://127.0.0.1/", false},
	} {
		emu, err := emulator.New(emulator.Options{BaseURL: tt.base})
		if err != nil {
			t.Fatal(err)
		}
		err = emu.Default().SetEndpoint(sms.Endpoint{Provider: "surge", URL: tt.to})
		if (err != nil) != tt.refused || err != nil && !strings.Contains(err.Error(), "this emulator itself") {
			t.Errorf("webhooks of %s to %s: %v; want refused %v", tt.base, tt.to, err, tt.refused)
		}
		emu.Close()
	}
}

// A name that is taken while its sandbox is being made is no sandbox yet.
func TestSandboxIsThereOnceItIsMade(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer emu.Close()
	made := make(chan error)
	go func() {
		_, err := emu.Make(client.SandboxOptions{ID: "new"})
		made <- err
	}()
	for {
		if s, ok := emu.Sandbox("new"); ok != (s != nil) {
			t.Fatalf("Sandbox is %v, %v", s, ok)
		}
		select {
		case err := <-made:
			if _, ok := emu.Sandbox("new"); !ok || err != nil {
				t.Errorf("after Make: there is %v, %v", ok, err)
			}
			return
		default:
		}
	}
}

func TestSandboxWithoutANameTakesTheNextFreeOne(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer emu.Close()
	var got []string
	for _, id := range []string{"sb2", "", "", "sb3", "sb4", ""} {
		s, err := emu.Make(client.SandboxOptions{ID: id})
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, s.ID())
	}
	want := []string{"sb2", "sb1", "sb3", `taken: there is a sandbox "sb3" already; choose another id or drop it`, "sb4", "sb5"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
}

// Limits of a vendor that are on are lifted for a sandbox that is to have none.
func TestUnlimitedSandbox(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer emu.Close()
	for _, unlimited := range []bool{false, true} {
		s, err := emu.Make(client.SandboxOptions{
			Unlimited: unlimited, Clock: &client.ClockOptions{Mode: "manual"},
			Switches: map[string]map[string]string{"surge": {"rate_limit": "on"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		env, refused := s.Placeholders()["surge"], 0
		for range 12 {
			r := httptest.NewRequest(http.MethodGet, "/surge/accounts/"+env["account"]+"/messages", nil)
			r.Header.Set("Authorization", "Bearer "+env["key"])
			rec := httptest.NewRecorder()
			emu.ServeHTTP(rec, r)
			if rec.Code == http.StatusTooManyRequests {
				refused++
			} else if rec.Code != http.StatusOK {
				t.Fatalf("answered %d %s", rec.Code, rec.Body)
			}
		}
		if (refused > 0) == unlimited {
			t.Errorf("unlimited %t: %d calls of 12 were refused", unlimited, refused)
		}
	}
}
