package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

var received = journal.FaultMatch{Event: sms.MessageReceived}

// TestFaultsTogether holds that rules which strike the same attempt all do so.
func TestFaultsTogether(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		kinds []journal.FaultKind
		want  []string
	}{
		{"late and lost", []journal.FaultKind{journal.Delay, journal.LoseAnswer}, []string{"2 /1 first unknown lost-answer", "2 /2 retry ok"}},
		{"held and twice", []journal.FaultKind{journal.Hold, journal.DuplicateNow}, []string{"2 /1 first ok", "2 /2 duplicate ok"}},
		{"late, held and reset", []journal.FaultKind{journal.Delay, journal.Hold, journal.ResetMid}, []string{"2 /1 first unknown reset", "2 /2 retry ok"}},
		{"late and preceded", []journal.FaultKind{journal.Delay, journal.UnknownType}, []string{"2 /1 first ok"}},
		{"twice in both ways", []journal.FaultKind{journal.DuplicateNow, journal.DuplicateLate}, []string{"2 /1 first ok", "2 /2 duplicate ok", "2 /3 duplicate ok"}},
		{"lost and twice", []journal.FaultKind{journal.LoseAnswer, journal.DuplicateNow}, []string{"2 /1 first unknown lost-answer", "2 /3 duplicate ok"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			for _, kind := range test.kinds {
				l.plan(journal.Fault{Kind: kind, Match: received})
			}
			l.text(ana, "hello")
			l.advance(100 * time.Hour)
			got := l.attempts(sms.MessageReceived)
			if test.name == "lost and twice" { // the retry goes too: nothing was acknowledged when it was planned
				got = slices.DeleteFunc(got, func(s string) bool { return strings.Contains(s, "retry") })
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("attempts (-want +got):\n%s", diff)
			}
			for _, f := range l.box.Faults() {
				if f.Fired != 1 {
					t.Errorf("%s fired %d times", f.Kind, f.Fired)
				}
			}
		})
	}
}

func TestDroppedAttemptSparesOtherRules(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plan(journal.Fault{Kind: journal.Drop, Match: received})
	l.plan(journal.Fault{Kind: journal.LoseAnswer, Match: received})
	l.text(ana, "hello")
	l.advance(time.Hour)
	if f := l.box.Faults()[1]; f.Fired != 0 {
		t.Errorf("an answer that nobody gave was lost: %+v", f)
	}
}

func TestConcurrentDuplicatesAreNumberedInTurn(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plan(journal.Fault{Kind: journal.DuplicateConcurrent, Count: 3, Match: received})
	l.text(ana, "hello")
	got := l.attempts(sms.MessageReceived)
	slices.Sort(got)
	want := []string{"2 /1 first ok", "2 /2 duplicate ok", "2 /3 duplicate ok", "2 /4 duplicate ok"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func TestReorderLooksAtItsHandsetOnly(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.text(ana, "alpha")
	l.plan(journal.Fault{Kind: journal.Reorder, Match: journal.FaultMatch{Event: sms.MessageReceived, Handset: ana}})
	l.text(ana, "beta")
	l.text(ben, "gamma")
	if got := l.attempts(sms.MessageReceived); len(got) != 2 {
		t.Errorf("after an event of another handset: %v", got)
	}
	l.text(ana, "delta")
	var bodies []string
	for _, e := range l.entries(journal.KindAttemptStarted) {
		for _, body := range []string{"alpha", "beta", "gamma", "delta"} {
			if e.Attempt.Neutral == sms.MessageReceived && strings.Contains(e.Attempt.Body, body) {
				bodies = append(bodies, fmt.Sprint(body, e.Attempt.Faults))
			}
		}
	}
	if diff := cmp.Diff([]string{"alpha[]", "gamma[]", "delta[]", "beta[reorder]"}, bodies); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// TestStrangersAtTheSameMoment holds that two events which nobody knows do not
// share an id.
func TestStrangersAtTheSameMoment(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plan(journal.Fault{Kind: journal.UnknownType, Times: 2, Match: received})
	for _, n := range []sms.Number{ana, ben} {
		if _, err := l.box.Text("", n, "", "hello", nil); err != nil {
			t.Fatal(err)
		}
	}
	l.advance(0)
	ids := map[string]bool{}
	for _, e := range l.entries(journal.KindAttemptStarted) {
		if e.Attempt.Why == journal.Stranger {
			ids[e.Attempt.Event] = true
		}
	}
	if len(ids) != 2 {
		t.Errorf("the strangers are %v", ids)
	}
}

func TestStatusFirstLeavesAScheduledMessage(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plan(journal.Fault{Kind: journal.StatusFirst})
	at := l.box.Now().Add(time.Hour).Format(time.RFC3339)
	rec := l.call("POST", l.messages(), `{"to":"`+string(ana)+`","body":"later","send_at":"`+at+`"}`)
	l.advance(time.Minute)
	if got := l.app.hooks(); rec.Code != 201 || len(got) != 0 {
		t.Errorf("told %d, and %d webhooks came before their time", rec.Code, len(got))
	}
}

func TestErrorAfterAContactIsNoRefusal(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plan(journal.Fault{Kind: journal.ErrorAfter, Match: journal.FaultMatch{Route: "POST /accounts/{account_id}/contacts"}})
	rec := l.call("POST", "/accounts/"+l.env["account"]+"/contacts", `{"phone_number":"`+string(ana)+`"}`)
	if rec.Code != 500 || len(l.entries(journal.KindContact)) != 1 || len(l.entries(journal.KindRefused)) != 0 {
		t.Errorf("told %d, made %d contacts, recorded %d refusals", rec.Code, len(l.entries(journal.KindContact)), len(l.entries(journal.KindRefused)))
	}
}

func TestRuleExpires(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plan(journal.Fault{Kind: journal.Drop, Match: received, Expires: l.box.Now().Add(time.Hour)})
	cancelled := l.plan(journal.Fault{Kind: journal.Drop, Match: received})
	if err := l.box.Cancel(cancelled.ID); err != nil {
		t.Fatal(err)
	}
	if err := l.box.Cancel(cancelled.ID); err != nil {
		t.Errorf("a second cancellation is refused: %v", err)
	}
	l.advance(time.Hour)
	l.text(ana, "hello")
	if got := l.attempts(sms.MessageReceived); !cmp.Equal(got, []string{"2 /1 first ok"}) {
		t.Errorf("after expiry: %v", got)
	}
	for _, f := range l.box.Faults() {
		if f.State != "missed" {
			t.Errorf("the rule is %+v", f)
		}
	}
	if got := len(l.entries(journal.KindFaultMissed)); got != 2 {
		t.Errorf("%d rules are recorded as missed", got)
	}
}

// TestSignatureIsFreshAtAnyVirtualTime asks an independent verifier, which
// refuses what is five minutes off.
func TestSignatureIsFreshAtAnyVirtualTime(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.app.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	l.text(ana, "hello")
	l.advance(10 * 24 * time.Hour)
	verifier, err := standardwebhooks.NewWebhook(l.env["secret"])
	if err != nil {
		t.Fatal(err)
	}
	hooks := l.app.hooks()
	if len(hooks) < 30 {
		t.Fatalf("only %d attempts in ten days", len(hooks))
	}
	for i, h := range hooks {
		if err := verifier.Verify(h.Body, h.Header); err != nil {
			t.Errorf("attempt %d: %v", i, err)
		}
	}
}

// TestForgeriesAreRefusedByAnIndependentVerifier, and nothing else is.
func TestForgeriesAreRefusedByAnIndependentVerifier(t *testing.T) {
	t.Parallel()
	for _, info := range journal.Faults() {
		if info.Group != journal.OnTrust {
			continue
		}
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.plan(journal.Fault{Kind: info.Kind, Match: received})
			l.text(ana, "hello")
			verifier, err := standardwebhooks.NewWebhook(l.env["secret"])
			if err != nil {
				t.Fatal(err)
			}
			hooks := l.app.hooks()
			for i, h := range hooks {
				refused := verifier.Verify(h.Body, h.Header) != nil
				if want := info.Kind.Forges() && i == len(hooks)-1; refused != want {
					t.Errorf("%s is refused: %v, want %v", h.Type, refused, want)
				}
			}
		})
	}
}

func TestEndpointTakenAwayWhileARetryWaits(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.app.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	l.text(ana, "hello")
	reached := len(l.app.hooks())
	if err := l.box.SetEndpoint(sms.Endpoint{}); err != nil {
		t.Fatal(err)
	}
	l.advance(30 * time.Second)
	if now := len(l.app.hooks()); now != reached {
		t.Errorf("the endpoint was reached %d times more", now-reached)
	}
	if diff := cmp.Diff([]string{"2 /1 first failed status", "2 /2 retry failed blocked"}, l.attempts(sms.MessageReceived)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	if err := l.box.SetEndpoint(sms.Endpoint{URL: l.app.url}); err != nil {
		t.Fatal(err)
	}
	l.app.answers(nil)
	l.advance(time.Minute)
	if got := l.attempts(sms.MessageReceived); got[len(got)-1] != "2 /3 retry ok" {
		t.Errorf("after it came back: %v", got)
	}
}

func TestResendIsNumberedAndAcknowledges(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.app.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	l.text(ana, "hello")
	l.app.answers(nil)
	event := l.entries(journal.KindEvent)[1].Event.ID
	for want := 3; want <= 4; want++ { // 2 is the retry that waits
		if a, err := l.box.Resend(event); err != nil || a.Number != want || a.Why != journal.Manual {
			t.Errorf("resent as %+v, %v", a, err)
		}
	}
	l.advance(0)
	if diff := cmp.Diff([]string{"2 /1 first failed status", "2 /3 manual ok", "2 /4 manual ok"}, l.attempts(sms.MessageReceived)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}
