package webhook_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// hold takes the next attempt and puts it back until count others have ended,
// or a minute has passed.
func (r *rig) hold(kind journal.FaultKind, count int) journal.Attempt {
	a, _, _ := r.Take(acme, r.now)
	a.Due, a.Hold, a.Faults = r.now.Add(time.Minute), count, []journal.FaultKind{kind}
	r.plan(a)
	r.Done(a)
	return a
}

func TestHoldCountsAnyReorderCountsTheHandsets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		kind  journal.FaultKind
		count int
		ends  []sms.Number // whose attempts end
		freed bool
	}{
		{"reorder, the next of the handset", journal.Reorder, 1, []sms.Number{ana}, true},
		{"reorder, others only", journal.Reorder, 1, []sms.Number{ben, ben, ben}, false},
		{"hold, others", journal.Hold, 2, []sms.Number{ben, ben}, true},
		{"hold, one too few", journal.Hold, 2, []sms.Number{ben}, false},
		{"hold, mixed", journal.Hold, 3, []sms.Number{ben, ana, ben}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(nil)
			r.event(ana, sms.MessageSent)
			r.pass(0)
			held := r.hold(test.kind, test.count)
			for _, to := range test.ends {
				r.pass(0)
				if got := r.take(); got != nil {
					t.Fatalf("%v went too early", names(got))
				}
				r.event(to, sms.MessageSent)
				r.pass(0)
				r.end(r.take()[0], journal.Failure)
			}
			r.pass(0)
			got := r.take()
			if (len(got) == 1) != test.freed {
				t.Fatalf("%v went", names(got))
			}
			r.waiting = []journal.Attempt{held}
			r.pass(time.Minute)
			got = append(got, r.take()...)
			if diff := cmp.Diff([]string{held.ID}, names(got)); diff != "" {
				t.Errorf("in the end (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryAttemptGoesOnce plays any traffic past any endpoint.
func TestEveryAttemptGoesOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(0, 4).Draw(t, "parallel")
		ordered := rapid.Bool().Draw(t, "ordered")
		r := newRig(func(e *sms.Endpoint) { e.Parallel, e.Ordered = limit, &ordered })
		if limit == 0 {
			limit = 8
		}
		var open []journal.Attempt
		startedAs := map[string]int{}
		lastFirst := map[sms.Number]time.Time{}
		due := map[string]time.Time{}
		take := func() {
			for _, a := range r.take() {
				startedAs[a.ID]++
				open = append(open, a)
				if !ordered || a.Why != journal.First {
					continue
				}
				if due[a.ID].Before(lastFirst[a.Handset]) {
					t.Fatalf("%s overtook an older event of its handset", a.ID)
				}
				lastFirst[a.Handset] = due[a.ID]
			}
		}
		end := func(t *rapid.T, outcome journal.Outcome) {
			i := rapid.IntRange(0, len(open)-1).Draw(t, "which")
			r.end(open[i], outcome)
			open = append(open[:i], open[i+1:]...)
			take()
		}
		t.Repeat(map[string]func(*rapid.T){
			"event": func(t *rapid.T) {
				id := r.event(rapid.SampledFrom([]sms.Number{ana, ben, "c", "d"}).Draw(t, "to"), sms.MessageSent)
				due[id+"/1"] = r.now
				r.pass(0)
				take()
			},
			"pass": func(t *rapid.T) {
				r.pass(time.Duration(rapid.IntRange(1, 5000).Draw(t, "seconds")) * time.Second)
				take()
			},
			"end": func(t *rapid.T) {
				if len(open) > 0 {
					end(t, rapid.SampledFrom([]journal.Outcome{journal.OK, journal.Failure, journal.Unknown}).Draw(t, "outcome"))
				}
			},
			"again": func(t *rapid.T) {
				if r.events > 0 {
					r.another("evt-1", journal.Manual)
					r.pass(0)
					take()
				}
			},
			"": func(t *rapid.T) {
				if len(open) > limit {
					t.Fatalf("%d are open; the limit is %d", len(open), limit)
				}
				lanes := map[sms.Number]int{}
				for _, a := range open {
					if lanes[a.Handset]++; ordered && lanes[a.Handset] > 1 {
						t.Fatalf("two attempts of %s are open", a.Handset)
					}
				}
			},
		})
		for len(open) > 0 || len(r.waiting) > 0 {
			r.pass(2 * time.Hour)
			take()
			for len(open) > 0 {
				end(t, journal.OK)
			}
		}
		for n := 1; n <= r.events; n++ {
			if list, _ := r.Attempts("event", fmt.Sprintf("evt-%d", n), sms.Page{Limit: 1}); len(list.Items) != 1 || list.Items[0].Outcome == "" {
				t.Fatalf("event %d was never told of", n)
			}
		}
		for id, times := range startedAs {
			if times != 1 {
				t.Fatalf("%s was started %d times", id, times)
			}
		}
	})
}
