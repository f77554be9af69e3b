package fault_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/fault"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	const ana = sms.Number("+18015550142")
	for _, test := range []struct {
		name, field string
		rule        journal.Fault
		says        string
	}{
		{"no kind", "kind", journal.Fault{}, "the faults are duplicate, "},
		{"unknown kind", "kind", journal.Fault{Kind: "gremlin"}, `"gremlin" is not a fault`},
		{"negative nth", "fault", journal.Fault{Kind: journal.Drop, Nth: -1}, "1 or more"},
		{"negative times", "fault", journal.Fault{Kind: journal.Drop, Times: -1}, "1 or more"},
		{"negative attempt", "fault", journal.Fault{Kind: journal.Drop, Attempt: -1}, "1 or more"},
		{"negative count", "fault", journal.Fault{Kind: journal.Hold, Count: -1}, "1 or more"},
		{"negative after", "fault", journal.Fault{Kind: journal.Delay, After: -1}, "0 or more"},
		{"negative retry_after", "fault", journal.Fault{Kind: journal.RateLimit, RetryAfter: -1}, "0 or more"},
		{"chance over 1", "chance", journal.Fault{Kind: journal.Drop, Chance: 1.1, Seed: 1}, "0 to 1"},
		{"chance below 0", "chance", journal.Fault{Kind: journal.Drop, Chance: -0.1, Seed: 1}, "0 to 1"},
		{"chance of nothing known", "chance", journal.Fault{Kind: journal.Drop, Chance: math.NaN(), Seed: 1}, "0 to 1"},
		{"chance without seed", "seed", journal.Fault{Kind: journal.Drop, Chance: 0.5}, "must be given"},
		{"attempt of a call", "attempt", journal.Fault{Kind: journal.RateLimit, Attempt: 2}, "use nth"},
		{"event of a call", "match.event", journal.Fault{Kind: journal.RateLimit, Match: journal.FaultMatch{Event: sms.MessageSent}}, "no event"},
		{"unknown event", "match.event", journal.Fault{Kind: journal.Drop, Match: journal.FaultMatch{Event: "message.read"}}, "the events are"},
		{"route of a webhook", "match.route", journal.Fault{Kind: journal.Drop, Match: journal.FaultMatch{Route: "GET /x"}}, "provider API"},
		{"status first on a route", "match.route", journal.Fault{Kind: journal.StatusFirst, Match: journal.FaultMatch{Route: "GET /x"}}, "only a send"},
		{"opted out on a route", "match.route", journal.Fault{Kind: journal.SayOptedOut, Match: journal.FaultMatch{Route: "GET /x"}}, "only a send"},
		{"handset of a route", "match.handset", journal.Fault{Kind: journal.RateLimit, Match: journal.FaultMatch{Route: "GET /x", Handset: ana}}, "before the body"},
		{"handset not E.164", "match.handset", journal.Fault{Kind: journal.Drop, Match: journal.FaultMatch{Handset: "801"}}, "write it like"},
		{"status of another kind", "status", journal.Fault{Kind: journal.Drop, Status: 500}, "error-before"},
		{"status that nobody answers with", "status", journal.Fault{Kind: journal.ErrorBefore, Status: 404}, "500 or 503"},
		{"a flood", "count", journal.Fault{Kind: journal.DuplicateNow, Count: 1001}, "at most 1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := fault.Check(test.rule)
			if err == nil {
				t.Fatal("it is taken")
			}
			if err.Code != sms.Invalid || err.Fields[test.field] == nil || !strings.Contains(err.Detail, test.says) {
				t.Errorf("told %q about %v; want one about %s that says %q", err.Detail, err.Fields, test.field, test.says)
			}
		})
	}
}

func TestCheckFillsIn(t *testing.T) {
	t.Parallel()
	for _, info := range journal.Faults() {
		got, err := fault.Check(journal.Fault{Kind: info.Kind, Seen: 7, Fired: 7, State: fault.Fired, At: "evt/1"})
		if err != nil {
			t.Errorf("%s alone is refused: %v", info.Kind, err)
			continue
		}
		attempt := 1
		if info.Group == journal.OnCall {
			attempt = 0
		}
		want := journal.Fault{Kind: info.Kind, Nth: 1, Times: 1, Attempt: attempt, State: fault.Planned}
		if got != want {
			t.Errorf("%s becomes %+v; want %+v", info.Kind, got, want)
		}
	}
	full := journal.Fault{
		Kind: journal.ErrorAfter, Nth: 3, Times: math.MaxInt, Chance: 1, Seed: 9, Status: 503,
		After: sms.Duration(time.Second), RetryAfter: sms.Duration(time.Minute),
	}
	if got, err := fault.Check(full); err != nil || got.Nth != 3 || got.Times != math.MaxInt || got.Status != 503 {
		t.Errorf("a full rule becomes %+v, %v", got, err)
	}
}
