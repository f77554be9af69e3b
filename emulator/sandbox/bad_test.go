package sandbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// TestBadInputs holds that each is refused in words which say what to write,
// and leaves no trace in the record.
func TestBadInputs(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if err := l.box.SetEndpoint(sms.Endpoint{URL: l.app.url, Events: []sms.EventType{sms.MessageSent}}); err != nil {
		t.Fatal(err)
	}
	l.text(ana, "hello")
	unwanted := l.entries(journal.KindEvent)[0].Event.ID
	endpoint := func(set func(*sms.Endpoint)) func() error {
		e := sms.Endpoint{URL: l.app.url}
		set(&e)
		return func() error { return l.box.SetEndpoint(e) }
	}
	handset := func(set func(*sms.Handset)) func() error {
		h := sms.NewHandset(ana)
		set(&h)
		return func() error { return l.box.SetHandset(h) }
	}
	plan := func(f journal.Fault) func() error {
		return func() error { _, err := l.box.Plan(f); return err }
	}
	text := func(provider string, from, to sms.Number, body string) func() error {
		return func() error { _, err := l.box.Text(provider, from, to, body, nil); return err }
	}
	note := func(e journal.Entry) func() error {
		return func() error { _, err := l.box.Note(e); return err }
	}
	list := func(q sandbox.Query) func() error {
		return func() error { _, _, err := l.box.Messages(q); return err }
	}
	last := l.box.Journal().Last()
	for _, test := range []struct {
		name string
		do   func() error
		says string
	}{
		{"endpoint of nobody", endpoint(func(e *sms.Endpoint) { e.Provider = "nobody" }), "the providers are [" + vendor + "]"},
		{"endpoint without scheme", endpoint(func(e *sms.Endpoint) { e.URL = "127.0.0.1:3000/x" }), "write it like http"},
		{"endpoint far away", endpoint(func(e *sms.Endpoint) { e.URL = "http://192.0.2.1/" }), "--allow-webhooks"},
		{"negative parallel", endpoint(func(e *sms.Endpoint) { e.Parallel = -1 }), "1 to 1000"},
		{"parallel flood", endpoint(func(e *sms.Endpoint) { e.Parallel = 1001 }), "1 to 1000"},
		{"negative timeout", endpoint(func(e *sms.Endpoint) { e.Timeout = -1 }), "negative"},
		{"empty secret", endpoint(func(e *sms.Endpoint) { e.Secrets = []string{"whsec_x", ""} }), "empty secret"},
		{"unknown event", endpoint(func(e *sms.Endpoint) { e.Events = []sms.EventType{"message.read"} }), "its events are [message.received "},
		{"cap below none", endpoint(func(e *sms.Endpoint) { e.PerMinute = -1 }), "1 or more"},
		{"status that is none", endpoint(func(e *sms.Endpoint) { e.Ignore = []int{404, 99} }), "99 is not an HTTP status"},
		{"switches of nobody", func() error { return l.box.SetSwitches("nobody", nil) }, "the providers are"},
		{"unknown switch", func() error { return l.box.SetSwitches(vendor, map[string]string{"speed": "1"}) }, " is not a switch of surge; its switches are "},
		{"value of a switch", func() error { return l.box.SetSwitches(vendor, map[string]string{"optout_scope": "world"}) }, "one of account, line"},
		{"number of a switch", func() error { return l.box.SetSwitches(vendor, map[string]string{"page_size": "-1"}) }, "it is a number"},
		{"handset without plus", handset(func(h *sms.Handset) { h.Number = "18015550142" }), "write it like"},
		{"unknown failure", handset(func(h *sms.Handset) { h.Failure = "moon" }), "the reasons are"},
		{"unknown flag", handset(func(h *sms.Handset) { h.Flagged = "moon" }), "the reasons are"},
		{"sent before", handset(func(h *sms.Handset) { h.Sent = -1 }), "negative"},
		{"delivered before", handset(func(h *sms.Handset) { h.Delivered = -1 }), "negative"},
		{"unknown fault", plan(journal.Fault{Kind: "gremlin"}), "the faults are"},
		{"fault of nobody", plan(journal.Fault{Kind: journal.Drop, Match: journal.FaultMatch{Provider: "nobody"}}), "the providers are"},
		{"fault of no route", plan(journal.Fault{Kind: journal.RateLimit, Match: journal.FaultMatch{Route: "GET /nothing"}}), "the routes are POST /accounts"},
		{"fault that has expired", plan(journal.Fault{Kind: journal.Drop, Expires: clock.Epoch}), "which is at 2026-01-01T00:00:00Z"},
		{"cancel nothing", func() error { return l.box.Cancel("fault-7") }, "no fault fault-7"},
		{"resend nothing", func() error { _, err := l.box.Resend("evt_none"); return err }, "no event evt_none"},
		{"resend what nobody wanted", func() error { _, err := l.box.Resend(unwanted); return err }, "no endpoint wanted"},
		{"note nothing", note(journal.Entry{}), "marker, probe or process"},
		{"note an empty marker", note(journal.Entry{Kind: journal.KindMarker}), "marker, probe or process"},
		{"note a probe without one", note(journal.Entry{Kind: journal.KindProbe}), "marker, probe or process"},
		{"forge an acceptance", note(journal.Entry{Kind: journal.KindAccepted, Call: &journal.Call{}}), "marker, probe or process"},
		{"text to nobody's provider", text("nobody", ana, "", "x"), "the providers are"},
		{"text from no number", text(vendor, "ana", "", "x"), "write it like"},
		{"text to no line", text(vendor, ana, "+18015550111", "x"), "its numbers are"},
		{"text nothing", text(vendor, ana, "", ""), "blank"},
		{"limit below", list(sandbox.Query{Limit: -1}), "1 to 1000"},
		{"limit above", list(sandbox.Query{Limit: 1001}), "1 to 1000"},
		{"cursor in no code", list(sandbox.Query{After: "!!"}), "\"next\" of the page before"},
		{"cursor to nothing", list(sandbox.Query{After: "bm9uZQ"}), "\"next\" of the page before"},
		{"two indices", list(sandbox.Query{Handset: string(ana), Provider: vendor}), "one of its indices"},
		{"no index", list(sandbox.Query{Event: "evt_1"}), "one of [provider handset conversation]"},
		{"clock mode", func() error { return l.box.SetClock("fast", 0, time.Time{}) }, "write real, scaled"},
		{"clock scale", func() error { return l.box.SetClock(clock.Scaled, -1, time.Time{}) }, "above 0"},
		{"clock in the past", func() error { return l.box.SetClock(clock.Manual, 0, clock.Epoch.Add(-time.Hour)) }, "past"},
		{"move nowhere", func() error { _, err := l.box.Advance(context.Background(), clock.Move{}); return err }, "exactly one"},
		{"move back", func() error { _, err := l.box.Advance(context.Background(), clock.Move{By: -1}); return err }, "never goes backwards"},
		{"move too far", func() error {
			_, err := l.box.Advance(context.Background(), clock.Move{To: clock.Epoch.AddDate(101, 0, 0)})
			return err
		}, "100 years"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.do()
			var told *sms.Error
			if !errors.As(err, &told) {
				t.Fatalf("told %v, which is no *sms.Error", err)
			}
			if !strings.Contains(told.Detail, test.says) {
				t.Errorf("told %q; want one that says %q", told.Detail, test.says)
			}
		})
	}
	if now := l.box.Journal().Last(); now != last {
		t.Errorf("bad inputs left %d entries", now-last)
	}
}

func TestSwitchesAreSetAllOrNone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	before, _ := l.box.Switches(vendor)
	if err := l.box.SetSwitches(vendor, map[string]string{"page_size": "3", "auto_mms": "maybe"}); err == nil {
		t.Error("a bad value is taken")
	}
	if now, _ := l.box.Switches(vendor); !cmp.Equal(before, now) {
		t.Errorf("after a refusal (-before +now):\n%s", cmp.Diff(before, now))
	}
}

// TestNothingIsSharedWithTheCaller holds that what was given can be changed
// without a change to the sandbox.
func TestNothingIsSharedWithTheCaller(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	given := sms.Endpoint{URL: l.app.url, Secrets: []string{"one"}, Events: []sms.EventType{sms.MessageSent}}
	if err := l.box.SetEndpoint(given); err != nil {
		t.Fatal(err)
	}
	given.Secrets[0], given.Events[0] = "two", sms.MessageFailed
	got, err := l.box.Endpoint("")
	if err != nil || got.Secrets[0] != "one" || got.Events[0] != sms.MessageSent {
		t.Errorf("the endpoint became %+v, %v", got, err)
	}
	if kept := l.entries(journal.KindEndpoint); kept[len(kept)-1].Endpoint.Events[0] != sms.MessageSent {
		t.Error("the record changed")
	}
}
