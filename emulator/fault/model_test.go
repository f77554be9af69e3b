package fault_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/fault"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// history is what a rule could have looked at, in order: for each event or
// send, what it was.
type history []match

// match is one of them.
type match struct {
	id   string
	call bool
	no   bool // a send that was refused
	typ  sms.EventType
	to   sms.Number
}

// nth is which match of the rule the thing with that id is; 0 if none.
func (h history) nth(f journal.Fault, onCall bool, id string) int {
	n := 0
	for _, v := range h {
		if v.no && f.Kind.OnAccepted() || v.call != onCall || f.Match.Handset != "" && f.Match.Handset != v.to || f.Match.Event != "" && f.Match.Event != v.typ {
			continue
		}
		n++
		if v.id == id {
			return n
		}
	}
	return 0
}

func drawRule(t *rapid.T) journal.Fault {
	f := journal.Fault{
		Nth: rapid.IntRange(0, 4).Draw(t, "nth"), Times: rapid.IntRange(0, 3).Draw(t, "times"),
		Match: journal.FaultMatch{Handset: rapid.SampledFrom([]sms.Number{"", ana, ben}).Draw(t, "handset")},
	}
	if rapid.Bool().Draw(t, "by chance") {
		f.Chance, f.Seed = 0.5, rapid.Uint64Range(1, 99).Draw(t, "seed")
	}
	if rapid.Bool().Draw(t, "of calls") {
		f.Kind = rapid.SampledFrom([]journal.FaultKind{journal.ErrorBefore, journal.ErrorAfter}).Draw(t, "kind")
		return f
	}
	f.Kind, f.Attempt = journal.Drop, rapid.IntRange(0, 3).Draw(t, "attempt")
	f.Match.Event = rapid.SampledFrom([]sms.EventType{"", sms.MessageSent, sms.MessageReceived}).Draw(t, "event")
	return f
}

// TestRuleFiresOnlyInItsWindow plays any events, attempts and sends past any rules.
func TestRuleFiresOnlyInItsWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rules []journal.Fault
		for range rapid.IntRange(1, 4).Draw(t, "rules") {
			rules = append(rules, drawRule(t))
		}
		r := plan(t, rules...)
		var h history
		tries := map[string]int{}
		struckAt := map[string]int{} // by rule
		hold := func(struck []string, id string, call bool, attempt int) {
			for _, name := range struck {
				f, _ := r.Get(name)
				n := h.nth(f, call, id)
				if n < f.Nth || n >= f.Nth+f.Times || !call && f.Attempt != attempt {
					t.Fatalf("%+v struck attempt %d of match %d", f, attempt, n)
				}
				if struckAt[name+id]++; struckAt[name+id] > 1 {
					t.Fatalf("%+v struck %s twice", f, id)
				}
			}
			for _, f := range r.List() {
				must := f.Chance == 0 && (call || f.Attempt == attempt)
				if n := h.nth(f, call, id); must && isCall(f) == call && n >= f.Nth && n < f.Nth+f.Times &&
					struckAt[f.ID+id] == 0 && !slices.Contains(struck, f.ID) {
					t.Fatalf("%+v spared attempt %d of match %d", f, attempt, n)
				}
			}
		}
		who := rapid.SampledFrom([]sms.Number{ana, ben})
		t.Repeat(map[string]func(*rapid.T){
			"event": func(t *rapid.T) {
				to, typ := who.Draw(t, "to"), rapid.SampledFrom([]sms.EventType{sms.MessageSent, sms.MessageReceived}).Draw(t, "type")
				id := r.event(acme, typ, to)
				h = append(h, match{id, false, false, typ, to})
			},
			"attempt": func(t *rapid.T) {
				if r.events == 0 {
					return
				}
				id := fmt.Sprintf("evt-%d", rapid.IntRange(1, r.events).Draw(t, "event"))
				tries[id]++
				hold(r.attempt(id, tries[id]), id, false, tries[id])
			},
			"send": func(t *rapid.T) {
				to := who.Draw(t, "to")
				code := rapid.SampledFrom([]sms.Code{"", sms.Invalid}).Draw(t, "told")
				struck := r.sendTold(acme, to, code)
				id := fmt.Sprintf("call-%d", r.calls)
				h = append(h, match{id, true, code != "", "", to})
				hold(struck, id, true, 0)
			},
			"": func(t *rapid.T) {
				for _, f := range r.List() {
					if f.Fired > f.Times || (f.State == fault.Fired) != (f.Fired == f.Times) {
						t.Fatalf("a rule is %+v", f)
					}
				}
			},
		})
	})
}

func isCall(f journal.Fault) bool {
	return f.Kind == journal.ErrorBefore || f.Kind == journal.ErrorAfter
}
