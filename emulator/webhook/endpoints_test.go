package webhook_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// further adds an endpoint that the application registered itself.
func (r *rig) further(id string, set func(*sms.Endpoint)) {
	r.endpoint(func(e *sms.Endpoint) {
		e.ID, e.URL = id, "http://127.0.0.1:2/"+id
		if set != nil {
			set(e)
		}
	})
}

func TestEachEndpointIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	r.further("acme/a", nil)
	r.further("acme/b", func(e *sms.Endpoint) { e.Events = []sms.EventType{sms.MessageFailed} })
	r.further("acme/off", func(e *sms.Endpoint) { e.URL = "" })
	r.further("other", func(e *sms.Endpoint) { e.Provider = "other" })
	sent := r.event(ana, sms.MessageSent)
	failed := r.event(ana, sms.MessageFailed)
	want := []string{"evt-1/1", "evt-1@acme/a/1", "evt-2/1", "evt-2@acme/a/1", "evt-2@acme/b/1"}
	if diff := cmp.Diff(want, names(r.waiting)); diff != "" {
		t.Errorf("planned (-want +got):\n%s", diff)
	}
	for event, want := range map[string][]string{sent: {"evt-1", "evt-1@acme/a"}, failed: {"evt-2", "evt-2@acme/a", "evt-2@acme/b"}, "evt-9": nil} {
		if diff := cmp.Diff(want, r.Deliveries(event)); diff != "" {
			t.Errorf("deliveries of %s (-want +got):\n%s", event, diff)
		}
	}
	for _, a := range r.waiting {
		if a.Event != a.Delivery[:len("evt-1")] || a.Endpoint == "" || a.Provider != acme {
			t.Errorf("planned %+v", a)
		}
	}
	var ids []string
	for _, e := range r.Endpoints(acme) {
		ids = append(ids, e.ID)
	}
	if diff := cmp.Diff([]string{acme, "acme/a", "acme/b", "acme/off"}, ids); diff != "" {
		t.Errorf("the endpoints (-want +got):\n%s", diff)
	}
}

// TestEndpointsGoTheirOwnWay holds that one that is slow, full or down holds
// up no other.
func TestEndpointsGoTheirOwnWay(t *testing.T) {
	t.Parallel()
	r := newRig(func(e *sms.Endpoint) { e.Parallel = 1 })
	r.further("acme/a", nil)
	for _, to := range []sms.Number{ana, ana, ben} {
		r.event(to, sms.MessageSent)
	}
	r.pass(0)
	own, others := r.take(), r.takeAt("acme/a")
	if diff := cmp.Diff([][]string{{"evt-1/1"}, {"evt-1@acme/a/1", "evt-3@acme/a/1"}}, [][]string{names(own), names(others)}); diff != "" {
		t.Errorf("went (-want +got):\n%s", diff)
	}
	r.waiting = nil
	r.end(others[0], journal.Failure)
	if retry := r.waiting[0]; retry.ID != "evt-1@acme/a/2" || retry.Endpoint != "acme/a" || retry.Number != 2 {
		t.Errorf("the retry is %+v", retry)
	}
	if diff := cmp.Diff([]string{"evt-2@acme/a/1"}, names(r.takeAt("acme/a"))); diff != "" {
		t.Errorf("then (-want +got):\n%s", diff)
	}
	r.waiting = nil
	if r.end(own[0], journal.OK); len(r.waiting) != 0 {
		t.Errorf("what one endpoint took is retried there: %v", names(r.waiting))
	}
	if a, ok := r.Another("evt-1@acme/a", journal.Manual, r.now, 0); !ok || a.Number != 3 || a.Endpoint != "acme/a" {
		t.Errorf("once more is %+v, %v", a, ok)
	}
	if a, _ := r.Another("evt-1", journal.Manual, r.now, 0); a.Number != 2 {
		t.Errorf("numbers are shared between endpoints: %+v", a)
	}
}

func TestWhatNeedsNoRetry(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		set     func(*sms.Endpoint)
		status  int
		retries bool
	}{
		{"the vendor's ladder", nil, 500, true},
		{"no ladder", func(e *sms.Endpoint) { e.NoRetry = true }, 500, false},
		{"a status that is ignored", func(e *sms.Endpoint) { e.Ignore = []int{404, 500} }, 500, false},
		{"another status", func(e *sms.Endpoint) { e.Ignore = []int{404} }, 500, true},
		{"all ignored", func(e *sms.Endpoint) { e.IgnoreAll = true }, 500, false},
		{"no answer", func(e *sms.Endpoint) { e.Ignore = []int{404, 500} }, 0, true},
		{"no answer, all ignored", func(e *sms.Endpoint) { e.IgnoreAll = true }, 0, false},
	} {
		r := newRig(nil)
		r.further("acme/a", test.set)
		r.event(ana, sms.MessageSent)
		r.pass(0)
		r.waiting = nil
		for _, endpoint := range []string{acme, "acme/a"} {
			a := r.takeAt(endpoint)[0]
			a.Status = test.status
			gaveUp := r.end(a, journal.Failure)
			retries := test.retries || endpoint == acme
			if gaveUp == retries || (len(r.waiting) == 1) != retries {
				t.Errorf("%s, at %s: gave up %v, planned %v", test.name, endpoint, gaveUp, names(r.waiting))
			}
			r.waiting = nil
		}
	}
}

// TestPayloadWithAnAddressOfItsOwn is told once, wherever else webhooks go.
func TestPayloadWithAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "http://127.0.0.1:1/"} {
		r := &rig{now: began}
		encode := func(ev sms.Event) (webhook.Payload, bool) {
			return webhook.Payload{Type: "x", URL: ev.Message.Callback, Method: "GET"}, true
		}
		r.Queue = webhook.NewQueue(func(string) webhook.Ladder { return ladder }, encode, func(string, int) float64 { return 0 })
		r.endpoint(func(e *sms.Endpoint) { e.URL = url })
		r.further("acme/a", nil)
		r.apply(journal.Entry{Kind: journal.KindEvent, Event: &sms.Event{
			ID: "evt-1", Type: sms.MessageSent, Provider: acme, Handset: ana, Message: &sms.Message{Callback: "http://127.0.0.1:3/"},
		}})
		if diff := cmp.Diff([]string{"evt-1/1"}, names(r.waiting)); diff != "" {
			t.Errorf("endpoint %q: planned (-want +got):\n%s", url, diff)
		}
		if p, _ := r.Planned(r.waiting[0]); p.URL != "http://127.0.0.1:3/" || p.Method != "GET" {
			t.Errorf("endpoint %q: the payload is %+v", url, p)
		}
	}
}

func TestListKeepsWhatStarted(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	r.event(ana, sms.MessageSent)
	r.pass(0)
	a, _, _ := r.Take(acme, r.now)
	started := a
	started.URL, started.Header, started.Body = "http://127.0.0.1:1/", []journal.Header{{Name: "A", Value: "b"}}, "body"
	started.Faults, started.Forged, started.Limit = []journal.FaultKind{journal.BadSignature}, journal.BadSignature, sms.Duration(time.Second)
	r.start(started)
	a.Status, a.Answer = 500, "sorry"
	r.end(a, journal.Failure)
	want := started
	want.Status, want.Answer, want.Outcome = 500, "sorry", journal.Failure
	got, _ := r.Attempts("", "", sms.Page{Limit: 1, Oldest: true})
	if diff := cmp.Diff(want, got.Items[0]); diff != "" {
		t.Errorf("in the list (-want +got):\n%s", diff)
	}
}

// TestCap holds how many attempts go in a minute of virtual time.
func TestCap(t *testing.T) {
	t.Parallel()
	r := newRig(func(e *sms.Endpoint) { e.PerMinute = 3 })
	for i := range 8 {
		r.event(sms.Number(fmt.Sprint("+", i)), sms.MessageSent)
	}
	went := map[time.Duration]int{}
	for range 200 {
		r.pass(0)
		for _, a := range r.take() {
			went[r.now.Sub(began)]++
			r.end(a, journal.OK)
		}
		r.take()
		r.now = r.now.Add(time.Second)
	}
	if diff := cmp.Diff(map[time.Duration]int{0: 3, time.Minute: 3, 2 * time.Minute: 2}, went); diff != "" {
		t.Errorf("went (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]time.Time{began.Add(time.Minute), began.Add(2 * time.Minute)}, r.later); diff != "" {
		t.Errorf("asked to be asked again (-want +got):\n%s", diff)
	}
}

func TestWhatCountsAgainstTheCap(t *testing.T) {
	t.Parallel()
	r := newRig(func(e *sms.Endpoint) { e.PerMinute = 2 })
	id := r.event(ana, sms.MessageSent)
	r.event(ben, sms.MessageSent)
	r.event("+3", sms.MessageSent)
	r.pass(0)
	for range 5 { // what did not go
		a, ok, _ := r.Take(acme, r.now)
		if !ok {
			t.Fatal("what did not go counts")
		}
		r.Put(a)
		r.plan(a)
		r.pass(0)
	}
	first, _, _ := r.Take(acme, r.now)
	twin, _ := r.Another(id, journal.Duplicate, r.now, 0)
	r.Claim(twin, r.now)
	if _, ok, later := r.Take(acme, r.now); ok || !later.Equal(r.now.Add(time.Minute)) {
		t.Errorf("beside %s and its twin another went, or is asked for at %v", first.ID, later)
	}
	if _, ok, _ := r.Take(acme, r.now.Add(time.Minute-1)); ok {
		t.Error("another went within the minute")
	}
	if _, ok, _ := r.Take(acme, r.now.Add(time.Minute)); !ok {
		t.Error("after a minute none went")
	}
}

func TestCapThatChanges(t *testing.T) {
	t.Parallel()
	r := newRig(func(e *sms.Endpoint) { e.PerMinute = 1 })
	for i := range 6 {
		r.event(sms.Number(fmt.Sprint("+", i)), sms.MessageSent)
	}
	r.pass(0)
	if got := len(r.take()); got != 1 {
		t.Fatalf("%d went; want 1", got)
	}
	r.endpoint(func(e *sms.Endpoint) { e.PerMinute = 3 })
	if got := len(r.take()); got != 2 {
		t.Errorf("after it was raised %d went; want 2", got)
	}
	r.endpoint(nil)
	if got := len(r.take()); got != 3 {
		t.Errorf("after it was lifted %d went; want the rest", got)
	}
}

// TestNoMinuteHoldsMoreThanTheCap plays any traffic past a capped endpoint and
// one that is not.
func TestNoMinuteHoldsMoreThanTheCap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "cap")
		r := newRig(nil)
		r.further("acme/a", func(e *sms.Endpoint) { e.PerMinute, e.Parallel = limit, 100 })
		var went []time.Time
		ended := 0
		take := func() {
			for _, a := range r.take() {
				r.end(a, journal.OK)
			}
			for _, a := range r.takeAt("acme/a") {
				went = append(went, r.now)
				outcome := journal.OK
				if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
					outcome = journal.Failure
				}
				if r.end(a, outcome); outcome == journal.OK {
					ended++
				}
			}
		}
		for range rapid.IntRange(1, 30).Draw(t, "rounds") {
			for range rapid.IntRange(0, 4).Draw(t, "events") {
				r.event(sms.Number(fmt.Sprint("+", r.events)), sms.MessageSent)
			}
			r.pass(time.Duration(rapid.IntRange(0, 40_000).Draw(t, "ms")) * time.Millisecond)
			take()
		}
		for i, at := range went {
			if i >= limit && at.Sub(went[i-limit]) < time.Minute {
				t.Fatalf("attempts %d to %d went within %v; the cap is %d", i-limit, i, at.Sub(went[i-limit]), limit)
			}
		}
		for ended < r.events { // asked when it wants to be, it comes to an end
			next := r.now.Add(time.Hour * 2)
			for _, at := range append(slices.Clone(r.later), dues(r.waiting)...) {
				if at.After(r.now) && at.Before(next) {
					next = at
				}
			}
			if next.Sub(r.now) >= 2*time.Hour { // the rest was given up
				break
			}
			r.pass(next.Sub(r.now))
			take()
		}
		list, _ := r.Attempts("", "", sms.Page{Limit: 1 << 20})
		begun := map[string]bool{}
		for _, a := range list.Items {
			begun[a.Delivery] = true
		}
		if len(begun) != 2*r.events {
			t.Fatalf("%d of %d deliveries were begun", len(begun), 2*r.events)
		}
	})
}

func dues(attempts []journal.Attempt) []time.Time {
	var out []time.Time
	for _, a := range attempts {
		out = append(out, a.Due)
	}
	return out
}
