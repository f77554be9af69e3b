package exotel_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

func (l *lab) plan(f journal.Fault) {
	l.t.Helper()
	if _, err := l.box.Plan(f); err != nil {
		l.t.Fatal(err)
	}
}

func TestInjectedErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault        journal.Fault
		status, code int
		retryAfter   string
	}{
		{journal.Fault{Kind: journal.ErrorBefore}, 500, 35000, ""},
		{journal.Fault{Kind: journal.ErrorAfter}, 500, 35000, ""},
		{journal.Fault{Kind: journal.ErrorBefore, Status: 503, RetryAfter: sms.Duration(7 * time.Second)}, 503, 40405, "7"},
		{journal.Fault{Kind: journal.RateLimit, RetryAfter: sms.Duration(9 * time.Second)}, 429, 40402, "9"},
		{journal.Fault{Kind: journal.SayOptedOut}, 400, 40203, ""},
	} {
		t.Run(string(tt.fault.Kind), func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			if tt.fault.Kind != journal.SayOptedOut { // that is about a recipient, not about a route
				tt.fault.Match.Route = "POST /v1/Accounts/{sid}/Sms/send.json"
			}
			l.plan(tt.fault)
			a := l.send()
			l.wantError(a, tt.status, tt.code)
			if got := a.header.Get("Retry-After"); got != tt.retryAfter {
				t.Errorf("Retry-After %q, want %q", got, tt.retryAfter)
			}
			l.message(l.send())
		})
	}
}

// An error that strikes one recipient of many leaves the others what they are.
func TestErrorInTheMidstOfMany(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plan(journal.Fault{Kind: journal.ErrorBefore, Match: journal.FaultMatch{Handset: "+919876543211"}})
	got := l.messages(l.send("To", "9876543210,9876543211,9876543212"), http.StatusMultiStatus)
	if len(got) != 3 || got[0].Sid == nil || got[1].Sid != nil || got[1].DetailedStatusCode != 24010 || got[2].Sid == nil {
		t.Errorf("%+v", got)
	}
	l.advance(time.Minute)
	if hooks := l.got(); len(hooks) != 2 {
		t.Errorf("%d callbacks, want 2", len(hooks))
	}
	l.plan(journal.Fault{Kind: journal.ErrorBefore, Match: journal.FaultMatch{Handset: "+919876543210"}})
	l.wantError(l.send("To", "9876543210,nobody"), 500, 35000)
}
