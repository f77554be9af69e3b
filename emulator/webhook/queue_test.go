package webhook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestOneAtATimeAndInOrderForAHandset(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	for _, to := range []sms.Number{ana, ana, ben, ana} {
		r.event(to, sms.MessageSent)
	}
	r.pass(0)
	var got [][]string
	for range 4 {
		open := r.take()
		got = append(got, names(open))
		for _, a := range open {
			r.end(a, journal.OK)
		}
	}
	want := [][]string{{"evt-1/1", "evt-3/1"}, {"evt-2/1"}, {"evt-4/1"}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what went together (-want +got):\n%s", diff)
	}
}

func TestParallelLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*sms.Endpoint)
		same bool // all for one handset
		want int
	}{
		{"the default", nil, false, 8},
		{"three", func(e *sms.Endpoint) { e.Parallel = 3 }, false, 3},
		{"more than there are", func(e *sms.Endpoint) { e.Parallel = 100 }, false, 20},
		{"in order", func(e *sms.Endpoint) { e.Parallel = 3; e.Ordered = new(bool); *e.Ordered = true }, true, 1},
		{"in any order", func(e *sms.Endpoint) { e.Parallel = 3; e.Ordered = new(bool) }, true, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(test.set)
			for i := range 20 {
				to := ana
				if !test.same {
					to = sms.Number(rune('a' + i))
				}
				r.event(to, sms.MessageSent)
			}
			r.pass(0)
			open := r.take()
			if len(open) != test.want {
				t.Fatalf("%d went at once; want %d", len(open), test.want)
			}
			r.end(open[0], journal.OK)
			if more := r.take(); len(open) < 20 && len(more) != 1 {
				t.Errorf("after one ended %v went", names(more))
			}
		})
	}
}

func TestWhatAnEndpointWants(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*sms.Endpoint)
		typ  sms.EventType
		want int
	}{
		{"all", nil, sms.MessageSent, 1},
		{"this type", func(e *sms.Endpoint) { e.Events = []sms.EventType{sms.MessageFailed, sms.MessageSent} }, sms.MessageSent, 1},
		{"other types", func(e *sms.Endpoint) { e.Events = []sms.EventType{sms.MessageFailed} }, sms.MessageSent, 0},
		{"nothing", func(e *sms.Endpoint) { e.URL = "" }, sms.MessageSent, 0},
		{"what the vendor has no webhook for", nil, sms.OptedIn, 0},
	} {
		r := newRig(test.set)
		id := r.event(ana, test.typ)
		if len(r.waiting) != test.want {
			t.Errorf("%s: %d attempts planned; want %d", test.name, len(r.waiting), test.want)
		}
		if _, ok := r.Another(id, journal.Manual, r.now, 0); ok != (test.want > 0) {
			t.Errorf("%s: may be made again: %v", test.name, ok)
		}
	}
}

func TestRetryLadder(t *testing.T) {
	t.Parallel()
	for _, jitter := range []float64{0, 0.5, 0.999} {
		r := newRig(nil)
		r.jitter = jitter
		r.event(ana, sms.MessageSent)
		for i := range ladder.Delays {
			r.pass(0)
			open := r.take()
			if len(open) != 1 || open[0].Number != i+1 || (open[0].Why == journal.First) != (i == 0) {
				t.Fatalf("attempt %d is %+v", i+1, open)
			}
			ended := r.now
			if r.end(open[0], []journal.Outcome{journal.Failure, journal.Unknown}[i%2]) {
				t.Fatalf("gave up after attempt %d", i+1)
			}
			wait := r.waiting[0].Due.Sub(ended)
			if want := ladder.Delays[i] + time.Duration(0.1*jitter*float64(ladder.Delays[i])); wait != want {
				t.Errorf("jitter %v: waits %v after attempt %d; want %v", jitter, wait, i+1, want)
			}
			r.pass(wait - 1)
			if early := r.take(); early != nil {
				t.Errorf("attempt %v goes before it is due", names(early))
			}
			r.pass(1)
		}
		last := r.take()
		if len(last) != 1 || !r.end(last[0], journal.Failure) || len(r.waiting) != 0 {
			t.Errorf("after the last rung %v waits", names(r.waiting))
		}
	}
}

func TestWhatClimbsTheLadder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why     journal.Why
		outcome journal.Outcome
		retries bool // the first attempt, ended as a failure afterwards, is retried
	}{
		{journal.Duplicate, journal.Failure, true},
		{journal.Duplicate, journal.OK, false}, // an acknowledgement ends the ladder, whichever attempt it came by
		{journal.Manual, journal.Failure, true},
		{journal.Manual, journal.OK, false},
		{journal.Replay, journal.Failure, true},
		{journal.Replay, journal.OK, true}, // what took a replay has not taken the event
	} {
		r := newRig(nil)
		id := r.event(ana, sms.MessageSent)
		r.pass(0)
		first := r.take()[0]
		extra := r.another(id, test.why)
		r.Claim(extra, r.now)
		r.start(extra)
		if r.end(extra, test.outcome); len(r.waiting) != 1 {
			t.Errorf("%s %s plans %v", test.why, test.outcome, names(r.waiting))
		}
		r.waiting = nil
		r.end(first, journal.Failure)
		if (len(r.waiting) == 1) != test.retries {
			t.Errorf("after %s %s a failure plans %v", test.why, test.outcome, names(r.waiting))
			continue
		}
		if test.retries && r.waiting[0].Due.Sub(r.now) != ladder.Delays[0] {
			t.Errorf("%s took a rung of the ladder", test.why)
		}
	}
}

func TestAcknowledgementStands(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	id := r.event(ana, sms.MessageSent)
	r.pass(0)
	first := r.take()[0]
	for _, outcome := range []journal.Outcome{journal.OK, journal.Failure} {
		extra := r.another(id, journal.Manual)
		r.Claim(extra, r.now)
		r.end(extra, outcome)
	}
	r.waiting = nil
	if r.end(first, journal.Failure) || len(r.waiting) != 0 {
		t.Errorf("an event that was acknowledged once is retried: %v", names(r.waiting))
	}
}

// TestNumbers holds that no two attempts of an event share a number, in
// whatever order they are planned, claimed and started.
func TestNumbers(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	id := r.event(ana, sms.MessageSent)
	r.pass(0)
	first := r.take()[0]
	for want := 2; want <= 3; want++ {
		twin, _ := r.Another(id, journal.Duplicate, r.now, 0)
		if twin.Number != want {
			t.Errorf("a twin is number %d; want %d", twin.Number, want)
		}
		r.Claim(twin, r.now)
	}
	if skipped, _ := r.Another(id, journal.Duplicate, r.now, 2); skipped.Number != 6 {
		t.Errorf("two numbers further is %d", skipped.Number)
	}
	if resent := r.another(id, journal.Manual); resent.Number != 4 {
		t.Errorf("the first resend is number %d", resent.Number)
	}
	if resent := r.another(id, journal.Manual); resent.Number != 5 {
		t.Errorf("the second resend is number %d", resent.Number)
	}
	r.end(first, journal.Failure)
	if retry := r.waiting[len(r.waiting)-1]; retry.Number != 6 || retry.Why != journal.Retry {
		t.Errorf("the retry is %+v", retry)
	}
}

func TestClaimCountsAndFreesNoLane(t *testing.T) {
	t.Parallel()
	r := newRig(func(e *sms.Endpoint) { e.Parallel = 2 })
	id := r.event(ana, sms.MessageSent)
	r.event(ana, sms.MessageSent)
	r.event(ben, sms.MessageSent)
	r.pass(0)
	first, _, _ := r.Take(acme, r.now)
	r.start(first)
	twin, _ := r.Another(id, journal.Duplicate, r.now, 0)
	r.Claim(twin, r.now)
	r.start(twin)
	if more := r.take(); more != nil {
		t.Errorf("beside a twin %v went over the limit", names(more))
	}
	r.end(twin, journal.OK)
	if diff := cmp.Diff([]string{"evt-3/1"}, names(r.take())); diff != "" {
		t.Errorf("after the twin (-want +got):\n%s", diff)
	}
}

func TestEndpointChangesInMidFlight(t *testing.T) {
	t.Parallel()
	r := newRig(func(e *sms.Endpoint) { e.Parallel = 1 })
	for range 2 {
		r.event(ana, sms.MessageSent)
		r.event(ben, sms.MessageSent)
	}
	r.pass(0)
	open := r.take()
	unordered := func(e *sms.Endpoint) { e.URL, e.Parallel, e.Ordered = "http://127.0.0.1:2/", 10, new(bool) }
	r.endpoint(unordered)
	if ep, ok := r.Endpoint(acme); !ok || ep.URL != "http://127.0.0.1:2/" {
		t.Error("the endpoint did not change")
	}
	open = append(open, r.take()...)
	if diff := cmp.Diff([]string{"evt-1/1", "evt-2/1"}, names(open)); diff != "" {
		t.Errorf("those that stood in a lane keep their order (-want +got):\n%s", diff)
	}
	r.event(ana, sms.MessageReceived)
	r.pass(0)
	open = append(open, r.take()...)
	if last := open[len(open)-1]; last.ID != "evt-5/1" {
		t.Errorf("without order a new event waits: %v", names(open))
	}
	r.endpoint(func(e *sms.Endpoint) { e.URL = "" })
	started := len(open)
	for len(open) > 0 {
		r.end(open[0], journal.OK)
		more := r.take()
		started += len(more)
		open = append(open[1:], more...)
	}
	if started != 5 {
		t.Errorf("%d of 5 attempts were started", started)
	}
}

func TestReadyOnlyOnce(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	id := r.event(ana, sms.MessageSent) + "/1"
	ready := func(when string, want bool) {
		t.Helper()
		if got := r.Ready(id, r.now) == acme; got != want {
			t.Errorf("%s: ready %v, want %v", when, got, want)
		}
	}
	if r.Ready(id, r.now.Add(-1)) != "" || r.Ready("evt-0/1", r.now) != "" || r.Ready("evt-1/2", r.now) != "" || r.Ready("", r.now) != "" {
		t.Error("what is not due or not planned is ready")
	}
	ready("when due", true)
	ready("in its lane", false)
	a, _, _ := r.Take(acme, r.now)
	ready("taken", false)
	r.start(a)
	ready("started", false)
	r.end(a, journal.OK)
	ready("ended", false)
	if _, ok, _ := r.Take(acme, r.now); ok {
		t.Error("it was taken twice")
	}
	if _, ok, _ := r.Take("nobody", r.now); ok {
		t.Error("an endpoint of nobody has attempts")
	}
}

func TestTimeoutIsTheVendorsUnlessSet(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	at := func(endpoint string) journal.Attempt { return journal.Attempt{Provider: acme, Endpoint: endpoint} }
	if got := r.Limit(at(acme)); got != ladder.Timeout {
		t.Errorf("the timeout is %v", got)
	}
	r.endpoint(func(e *sms.Endpoint) { e.Timeout = sms.Duration(time.Second) })
	if got := r.Limit(at(acme)); got != time.Second {
		t.Errorf("the timeout is %v", got)
	}
	if got := r.Limit(at("nobody")); got != ladder.Timeout {
		t.Errorf("the timeout at an endpoint of nobody is %v", got)
	}
	if _, ok := r.Endpoint("nobody"); ok {
		t.Error("nobody has an endpoint")
	}
}

func TestListOfAttempts(t *testing.T) {
	t.Parallel()
	r := newRig(nil)
	r.event(ana, sms.MessageSent)
	r.event(ben, sms.MessageSent)
	r.pass(0)
	for _, a := range r.take() {
		r.end(a, journal.Failure)
	}
	r.pass(ladder.Delays[0])
	r.take()
	for _, test := range []struct {
		narrow, value string
		want          []string
	}{
		{"", "", []string{"evt-1/1", "evt-2/1", "evt-1/2", "evt-2/2"}},
		{"provider", acme, []string{"evt-1/1", "evt-2/1", "evt-1/2", "evt-2/2"}},
		{"event", "evt-2", []string{"evt-2/1", "evt-2/2"}},
		{"handset", string(ana), []string{"evt-1/1", "evt-1/2"}},
		{"handset", "nobody", nil},
	} {
		got, ok := r.Attempts(test.narrow, test.value, sms.Page{Limit: 10, Oldest: true})
		if diff := cmp.Diff(test.want, names(got.Items)); !ok || diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.narrow, test.value, diff)
		}
	}
	got, _ := r.Attempts("", "", sms.Page{Limit: 1, Oldest: true})
	if got.Items[0].Outcome != journal.Failure {
		t.Errorf("an attempt is listed as it was, not as it is: %+v", got.Items[0])
	}
}
