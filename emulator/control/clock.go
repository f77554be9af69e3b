package control

import (
	"net/http"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

// Defaults of settle, in real time.
const (
	quietFor  = 200 * time.Millisecond
	quietWait = 10 * time.Second
	longest   = 10 * time.Minute // that any call may wait
)

func clockState(s *sandbox.Sandbox, w http.ResponseWriter, _ *http.Request) error {
	is := s.Clock()
	return answer(w, http.StatusOK, client.Clock{
		Mode: string(is.Mode), Now: is.Now, Scale: is.Scale, Next: is.Next, Pending: is.Pending,
	})
}

func setClock(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	wanted, err := read[client.ClockOptions](r)
	if err != nil {
		return err
	}
	start, err := startTime(wanted.Start)
	if err != nil {
		return err
	}
	if err := s.SetClock(clock.Mode(wanted.Mode), wanted.Scale, start); err != nil {
		return err
	}
	return clockState(s, w, r)
}

// startTime reads an instant; the zero value leaves it to the clock.
func startTime(text string) (time.Time, error) {
	switch text {
	case "":
		return time.Time{}, nil
	case "now":
		return clock.Wall(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.IsZero() { // zero would leave it to the clock
		return at, bad("start=%q is not an instant; write \"now\" or like \"2026-01-01T00:00:00Z\"", text)
	}
	return at, nil
}

func advance(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	wanted, err := read[client.Advance](r)
	if err != nil {
		return err
	}
	if err := atMost("settle", wanted.Settle.D()); err != nil {
		return err
	}
	patient(w)
	moved, err := s.Advance(r.Context(), clock.Move{
		By: wanted.By.D(), To: wanted.To, Next: wanted.Next, Settle: wanted.Settle.D(),
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, move(moved))
}

func settle(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	wanted, _, err := readOptional[client.Settle](r)
	if err != nil {
		return err
	}
	quiet, timeout := orDefault(wanted.Quiet.D(), quietFor), orDefault(wanted.Timeout.D(), quietWait)
	if err := atMost("quiet", quiet); err != nil {
		return err
	}
	if err := atMost("timeout", timeout); err != nil {
		return err
	}
	patient(w)
	moved, err := s.Settle(r.Context(), quiet, timeout)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, move(moved))
}

func move(m sandbox.Move) client.Move {
	fired := m.Fired
	if fired == nil {
		fired = []journal.Entry{}
	}
	return client.Move{From: m.From, To: m.To, Quiet: m.Quiet, Reason: m.Reason, Fired: fired}
}

func orDefault(d, byDefault time.Duration) time.Duration {
	if d == 0 {
		return byDefault
	}
	return d
}

// atMost bounds what a call may wait in real time.
func atMost(field string, d time.Duration) error {
	if d < 0 || d > longest {
		return bad("%s=%s is out of range; write at least 0s and at most %s of real time", field, d, longest)
	}
	return nil
}

// patient lifts a server's write deadline from a call that may rightly take
// long; otherwise its answer would be lost.
func patient(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a writer without deadlines has none to lift
}
