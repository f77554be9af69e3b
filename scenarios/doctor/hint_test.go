package doctor

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/sut"
)

func TestStartHints(t *testing.T) {
	t.Parallel()
	app := &sut.SUT{Start: []string{"node", "server.js"}, Dir: "/srv/app"}
	for says, want := range map[string]string{
		"Error: listen EADDRINUSE: address already in use":   "take the port",
		"http://x answers before the application is started": "take the port",
		"Error: Cannot find module 'express'":                "npm ci",
		"ModuleNotFoundError: No module named 'flask'":       "pip install",
		"the application did not answer 2xx at http://x in":  "is ready the right path",
		"the application ended with code 1":                  "in /srv/app: node server.js",
	} {
		if got := startHint(app, errors.New(says)); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q in it", says, got, want)
		}
	}
}

func ended(a journal.Attempt) exchange {
	return exchange{ended: &journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &a}}
}

func TestInTime(t *testing.T) {
	t.Parallel()
	limit := sms.Duration(10 * time.Second)
	for name, tt := range map[string]struct {
		attempt journal.Attempt
		want    State
		says    string
	}{
		"fast":   {journal.Attempt{Outcome: journal.OK, Took: sms.Duration(20 * time.Millisecond), Limit: limit}, OK, "9.98s are left"},
		"slow":   {journal.Attempt{Outcome: journal.OK, Took: sms.Duration(6 * time.Second), Limit: limit}, Problem, "4s are left"},
		"failed": {journal.Attempt{Outcome: journal.Failure, Class: "timeout", Took: limit, Limit: limit}, Skipped, "no genuine webhook"},
	} {
		e := examination{Options: Options{Provider: "acme"}, first: ended(tt.attempt)}
		c, err := e.inTime(t.Context())
		if err != nil || c.State != tt.want || !strings.Contains(c.Says, tt.says) {
			t.Errorf("%s: %+v, %v; want %s and %q", name, c, err, tt.want, tt.says)
		}
	}
}

func TestWebhookHints(t *testing.T) {
	t.Parallel()
	e := examination{
		Options: Options{Provider: "acme", SUT: &sut.SUT{Env: map[string]string{"ACME_SECRET": "{{acme.secret}}"}}},
		app:     &sut.SUT{Webhooks: map[string]string{"acme": "http://127.0.0.1:3/hooks"}},
	}
	for name, tt := range map[string]struct {
		attempt    journal.Attempt
		fate, hint string
	}{
		"timeout":  {journal.Attempt{Class: "timeout", Limit: sms.Duration(time.Second)}, "not answered within 1s", "acknowledge first"},
		"reset":    {journal.Attempt{Class: "reset", Detail: "by peer"}, "not answered: reset by peer", "answer 200"},
		"unsigned": {journal.Attempt{Class: "status", Status: 401}, "answered 401", "sut.yaml sets ACME_SECRET"},
		"moved":    {journal.Attempt{Class: "status", Status: 308}, "answered 308", "final URL"},
		"created":  {journal.Attempt{Class: "status", Status: 201}, "answered 201", "acme takes only other codes"},
		"error":    {journal.Attempt{Class: "status", Status: 500}, "answered 500", "its output"},
		"no route": {journal.Attempt{Class: "status", Status: 405}, "answered 405", "POST http://127.0.0.1:3/hooks"},
	} {
		if got := e.fate(&tt.attempt); !strings.Contains(got, tt.fate) {
			t.Errorf("%s: fate %q, want %q", name, got, tt.fate)
		}
		if got := e.webhookHint(&tt.attempt); !strings.Contains(got, tt.hint) {
			t.Errorf("%s: hint %q, want %q", name, got, tt.hint)
		}
	}
}

// Only silence while nothing is open could be taken for rest.
func TestSlowestSilence(t *testing.T) {
	t.Parallel()
	at := func(kind journal.Kind, ms int) journal.Entry {
		return journal.Entry{Seq: uint64(ms), Kind: kind, Wall: time.UnixMilli(int64(ms))}
	}
	record := []journal.Entry{
		at(journal.KindAttemptStarted, 100), at(journal.KindAttemptEnded, 150),
		at(journal.KindCall, 350), at(journal.KindTold, 900), // 200 ms of silence, and a long call
		at(journal.KindAttemptStarted, 950), at(journal.KindCall, 1900), at(journal.KindTold, 1910), at(journal.KindAttemptEnded, 1950),
		at(journal.KindCall, 9000), // after what is asked about
	}
	if got := slowest(record, 1910); got != 200*time.Millisecond {
		t.Errorf("slowest = %s, want 200ms", got)
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	pending := map[string]sut.Probe{sut.PendingProbe: {}}
	for name, tt := range map[string]struct {
		reaction, quiet time.Duration
		probe           map[string]sut.Probe
		message         string
		want            State
	}{
		"fast":             {50 * time.Millisecond, 0, nil, "m", OK},
		"slow":             {time.Second, 0, nil, "m", Problem},
		"slow, says so":    {time.Second, 2 * time.Second, nil, "m", OK},
		"slow, says more":  {time.Second, 0, pending, "m", OK},
		"nothing was seen": {0, 0, nil, "", Skipped},
	} {
		s := &sut.SUT{Quiet: sms.Duration(tt.quiet), Probe: tt.probe}
		e := examination{Options: Options{SUT: s}, app: s, reaction: tt.reaction, message: tt.message}
		c, err := e.quiet(t.Context())
		if err != nil || c.State != tt.want {
			t.Errorf("%s: %+v, %v; want %s", name, c, err, tt.want)
		}
		if name == "slow" && !strings.Contains(c.Do, "quiet: 2.1s") {
			t.Errorf("slow: to do %q, want a quiet to add", c.Do)
		}
	}
}
