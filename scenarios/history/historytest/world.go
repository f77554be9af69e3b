package historytest

import (
	"fmt"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Kills says that the harness killed the application at a point.
func (r *Record) Kills(point string) uint64 {
	return r.Add(journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: "killed", Point: point}})
}

// Starts says that the application was started, and is not ready so far.
func (r *Record) Starts() uint64 {
	return r.Add(journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: "started"}})
}

// Restarts says that the application was started again and takes webhooks.
func (r *Record) Restarts() uint64 {
	r.Starts()
	return r.Add(journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: "ready"}})
}

// Exits says that the application ended by itself, with a code.
func (r *Record) Exits(code int) uint64 {
	return r.Add(journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: "exited", Code: code}})
}

// Signs says how many secrets sign the webhooks from now on.
func (r *Record) Signs(secrets int) uint64 {
	e := sms.Endpoint{ID: "acme", Provider: "acme"}
	for i := range secrets {
		e.Secrets = append(e.Secrets, fmt.Sprintf("redacted:%d", i))
	}
	return r.Add(journal.Entry{Kind: journal.KindEndpoint, Endpoint: &e})
}

// Finds notes what a check of a call or attempt against the contract found.
func (r *Record) Finds(of, by string, f sms.Finding) uint64 {
	return r.Add(journal.Entry{Kind: journal.KindFinding, Finding: &journal.Finding{Of: of, Provider: "acme", By: by, Finding: f}})
}

// LastCall is the id of the newest call.
func (r *Record) LastCall() string { return fmt.Sprintf("call-%d", r.ids["call-"]) }

// Passes lets real time go by.
func (r *Record) Passes(d time.Duration) { r.passed += d }

// Advances moves the virtual clock ahead of the real one.
func (r *Record) Advances(d time.Duration) { r.ahead += d }
