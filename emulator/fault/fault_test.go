package fault_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/fault"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	ana  = sms.Number("+18015550142")
	ben  = sms.Number("+18015550143")
	acme = "acme"
)

// rig is a set of rules that are asked and told as a sandbox does.
type rig struct {
	*fault.Rules
	events, calls int
}

func plan(t interface {
	Helper()
	Fatalf(string, ...any)
}, rules ...journal.Fault,
) *rig {
	t.Helper()
	r := &rig{Rules: fault.New()}
	for i, rule := range rules {
		checked, err := fault.Check(rule)
		if err != nil {
			t.Fatalf("rule %+v: %v", rule, err)
		}
		checked.ID = fmt.Sprintf("fault-%d", i+1)
		r.Apply(journal.Entry{Kind: journal.KindFaultPlanned, Fault: &checked})
	}
	return r
}

// event makes an event happen and returns its id.
func (r *rig) event(provider string, typ sms.EventType, handset sms.Number) string {
	r.events++
	id := fmt.Sprintf("evt-%d", r.events)
	r.Apply(journal.Entry{Kind: journal.KindEvent, Event: &sms.Event{ID: id, Type: typ, Provider: provider, Handset: handset}})
	return id
}

// attempt makes an attempt of an event and lists the rules that struck it.
func (r *rig) attempt(event string, number int) []string {
	struck := r.OnAttempt(event, number)
	r.fire(struck, fmt.Sprintf("%s/%d", event, number))
	return ids(struck)
}

// send makes a send to a handset: first a call, then, once it is read, whom it is for.
func (r *rig) send(provider string, handset sms.Number) []string {
	return r.sendTold(provider, handset, "")
}

// sendTold makes one that is refused, if code is set.
func (r *rig) sendTold(provider string, handset sms.Number, code sms.Code) []string {
	const route = "POST /messages"
	struck := r.call(provider, route)
	done := journal.Call{ID: fmt.Sprintf("call-%d", r.calls), Provider: provider, Handset: handset, Code: code}
	onSend := r.OnCall(done)
	kind := journal.KindAccepted
	if code != "" {
		kind = journal.KindRefused
	}
	r.Apply(journal.Entry{Kind: kind, Call: &done})
	r.fire(onSend, done.ID)
	return append(struck, ids(onSend)...)
}

// call makes a call of a route.
func (r *rig) call(provider, route string) []string {
	r.calls++
	asked := journal.Call{ID: fmt.Sprintf("call-%d", r.calls), Provider: provider, Route: route}
	struck := r.OnCall(asked)
	r.Apply(journal.Entry{Kind: journal.KindCall, Call: &asked})
	r.fire(struck, asked.ID)
	return ids(struck)
}

func (r *rig) fire(struck []journal.Fault, at string) {
	for _, f := range struck {
		f.At = at
		r.Apply(journal.Entry{Kind: journal.KindFaultFired, Fault: &f})
	}
}

func ids(rules []journal.Fault) []string {
	var out []string
	for _, f := range rules {
		out = append(out, f.ID)
	}
	return out
}

// TestEventPositions plays 6 events, each with 3 attempts: received by Ana and
// Ben in turn.
func TestEventPositions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		rule journal.Fault
		want []string // attempts struck
	}{
		{"the first", journal.Fault{}, []string{"evt-1/1"}},
		{"the third", journal.Fault{Nth: 3}, []string{"evt-3/1"}},
		{"second attempt", journal.Fault{Attempt: 2}, []string{"evt-1/2"}},
		{"second attempt of the third", journal.Fault{Nth: 3, Attempt: 2}, []string{"evt-3/2"}},
		{"three in a row", journal.Fault{Nth: 2, Times: 3}, []string{"evt-2/1", "evt-3/1", "evt-4/1"}},
		{"always", journal.Fault{Nth: 5, Times: math.MaxInt}, []string{"evt-5/1", "evt-6/1"}},
		{"of Ben", journal.Fault{Nth: 2, Match: journal.FaultMatch{Handset: ben}}, []string{"evt-4/1"}},
		{"of an event type", journal.Fault{Match: journal.FaultMatch{Event: sms.MessageReceived}}, []string{"evt-1/1"}},
		{"of another type", journal.Fault{Match: journal.FaultMatch{Event: sms.MessageSent}}, nil},
		{"of a provider", journal.Fault{Nth: 6, Match: journal.FaultMatch{Provider: acme}}, []string{"evt-6/1"}},
		{"of another provider", journal.Fault{Match: journal.FaultMatch{Provider: "other"}}, nil},
		{"beyond the end", journal.Fault{Nth: 7}, nil},
		{"attempt that is never made", journal.Fault{Attempt: 4}, nil},
		{"for certain", journal.Fault{Chance: 1, Seed: 1, Times: 2}, []string{"evt-1/1", "evt-2/1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.rule.Kind = journal.Delay
			r := plan(t, test.rule)
			var got []string
			for i := range 6 {
				id := r.event(acme, sms.MessageReceived, []sms.Number{ana, ben}[i%2])
				for number := 1; number <= 3; number++ {
					if r.attempt(id, number) != nil {
						got = append(got, fmt.Sprintf("%s/%d", id, number))
					}
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("struck (-want +got):\n%s", diff)
			}
			if struck := r.call(acme, "GET /x"); struck != nil {
				t.Errorf("a webhook fault struck a call: %v", struck)
			}
		})
	}
}

func TestCallPositions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		rule journal.Fault
		want []int // sends struck of 6, to Ana and Ben in turn
	}{
		{"the first", journal.Fault{}, []int{1}},
		{"the third and fourth", journal.Fault{Nth: 3, Times: 2}, []int{3, 4}},
		{"always", journal.Fault{Times: math.MaxInt}, []int{1, 2, 3, 4, 5, 6}},
		{"to Ben", journal.Fault{Nth: 2, Match: journal.FaultMatch{Handset: ben}}, []int{4}},
		{"of a route", journal.Fault{Nth: 2, Match: journal.FaultMatch{Route: "POST /messages"}}, []int{2}},
		{"of another route", journal.Fault{Match: journal.FaultMatch{Route: "GET /messages"}}, nil},
		{"of another provider", journal.Fault{Match: journal.FaultMatch{Provider: "other"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.rule.Kind = journal.ErrorAfter
			r := plan(t, test.rule)
			var got []int
			for i := range 6 {
				if r.send(acme, []sms.Number{ana, ben}[i%2]) != nil {
					got = append(got, i+1)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("struck (-want +got):\n%s", diff)
			}
			id := r.event(acme, sms.MessageReceived, ana)
			if struck := r.attempt(id, 1); struck != nil {
				t.Errorf("a call fault struck a webhook: %v", struck)
			}
		})
	}
}

// TestRefusedSends holds which rules look at them: not those that need a
// message, which wait for the next send that is accepted.
func TestRefusedSends(t *testing.T) {
	t.Parallel()
	for _, info := range journal.Faults() {
		if info.Group != journal.OnCall {
			continue
		}
		r := plan(t, journal.Fault{Kind: info.Kind, Nth: 2})
		var struck []int
		for i, code := range []sms.Code{sms.RecipientOut, "", sms.Invalid, ""} {
			if r.sendTold(acme, ana, code) != nil {
				struck = append(struck, i+1)
			}
		}
		want, seen := []int{2}, 2
		if info.Kind.OnAccepted() {
			want = []int{4}
		}
		if f := r.List()[0]; !slices.Equal(struck, want) || f.Seen != seen || f.State != fault.Fired {
			t.Errorf("%s struck sends %v; want %v; it is %+v", info.Kind, struck, want, f)
		}
	}
	var needed []journal.FaultKind
	for _, info := range journal.Faults() {
		if info.Kind.OnAccepted() {
			needed = append(needed, info.Kind)
		}
	}
	want := []journal.FaultKind{
		journal.ErrorAfter, journal.TimeoutAfter, journal.ResetAfter, journal.HalfBody, journal.Malformed, journal.SlowAnswer, journal.StatusFirst,
	}
	if diff := cmp.Diff(want, needed); diff != "" {
		t.Errorf("kinds that need an accepted send (-want +got):\n%s", diff)
	}
}

// TestStrikesAtAFurtherEndpoint count for the event like any other.
func TestStrikesAtAFurtherEndpoint(t *testing.T) {
	t.Parallel()
	r := plan(t, journal.Fault{Kind: journal.Delay, Times: 2})
	id := r.event(acme, sms.MessageSent, ana)
	r.fire(r.OnAttempt(id, 1), id+"@acme/a/1")
	if struck := r.OnAttempt(id, 1); struck != nil {
		t.Errorf("the event is struck at each endpoint: %v", ids(struck))
	}
	if f := r.List()[0]; f.Fired != 1 || f.At != id+"@acme/a/1" {
		t.Errorf("the rule is %+v", f)
	}
}

func TestRuleStrikesAnEventOnce(t *testing.T) {
	t.Parallel()
	r := plan(t, journal.Fault{Kind: journal.Delay, Times: 2})
	first, second := r.event(acme, sms.MessageSent, ana), r.event(acme, sms.MessageSent, ana)
	if r.attempt(first, 1) == nil || r.attempt(first, 1) != nil {
		t.Error("the attempt that was moved is struck again when it comes by")
	}
	if r.attempt(second, 1) == nil {
		t.Error("the next event is spared")
	}
	if f := r.List()[0]; f.State != fault.Fired || f.Fired != 2 || f.Seen != 2 {
		t.Errorf("in the end the rule is %+v", f)
	}
}

// TestBoundBeforeItEnds holds that a rule which ended strikes nothing that it
// was bound to before.
func TestBoundBeforeItEnds(t *testing.T) {
	t.Parallel()
	r := plan(t, journal.Fault{Kind: journal.Drop}, journal.Fault{Kind: journal.LoseAnswer, Attempt: 2})
	id := r.event(acme, sms.MessageSent, ana)
	for _, f := range r.List() {
		r.Apply(journal.Entry{Kind: journal.KindFaultMissed, Fault: &f})
	}
	if got := append(r.attempt(id, 1), r.attempt(id, 2)...); got != nil {
		t.Errorf("missed rules struck: %v", got)
	}
	r.event(acme, sms.MessageSent, ana)
	for _, f := range r.List() {
		if f.State != fault.Missed || f.Seen != 1 || f.Fired != 0 {
			t.Errorf("the rule is %+v", f)
		}
	}
}

func TestSeveralRulesStrikeTogether(t *testing.T) {
	t.Parallel()
	r := plan(t, journal.Fault{Kind: journal.Delay}, journal.Fault{Kind: journal.LoseAnswer}, journal.Fault{Kind: journal.Reorder, Nth: 2})
	id := r.event(acme, sms.MessageSent, ana)
	if diff := cmp.Diff([]string{"fault-1", "fault-2"}, r.attempt(id, 1)); diff != "" {
		t.Errorf("struck (-want +got):\n%s", diff)
	}
}

func TestChance(t *testing.T) {
	t.Parallel()
	const n, p = 4000, 0.25
	run := func(seed uint64) []int {
		r := plan(t, journal.Fault{Kind: journal.Drop, Chance: p, Seed: seed, Times: n})
		var struck []int
		for i := range n {
			if r.attempt(r.event(acme, sms.MessageSent, ana), 1) != nil {
				struck = append(struck, i)
			}
		}
		return struck
	}
	first := run(1)
	if !slices.Equal(first, run(1)) {
		t.Error("the same seed gives another run")
	}
	if slices.Equal(first, run(2)) {
		t.Error("another seed gives the same run")
	}
	// Five standard deviations: sqrt(n p (1-p)) is 27.
	if got := len(first); math.Abs(float64(got)-n*p) > 5*math.Sqrt(n*p*(1-p)) {
		t.Errorf("%d of %d struck with chance %v", got, n, p)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	r := plan(t, journal.Fault{Kind: journal.Drop})
	if f, ok := r.Get("fault-1"); !ok || f.Kind != journal.Drop {
		t.Errorf("Get gives %+v, %v", f, ok)
	}
	if _, ok := r.Get("fault-2"); ok {
		t.Error("Get finds a rule that was never planned")
	}
	// A record may tell of rules that were planned elsewhere.
	stray := journal.Fault{ID: "fault-9", At: "evt-1/1"}
	r.Apply(journal.Entry{Kind: journal.KindFaultFired, Fault: &stray})
	r.Apply(journal.Entry{Kind: journal.KindFaultMissed, Fault: &stray})
	if got := r.List(); len(got) != 1 || got[0].Fired != 0 {
		t.Errorf("a stray entry left %+v", got)
	}
}
