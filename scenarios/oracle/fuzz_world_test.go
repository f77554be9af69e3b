package oracle_test

import (
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// world adds what an entry about the world around the messages may hold.
func (d *deck) world(e *journal.Entry) {
	e.Wall = time.Unix(0, 0).Add(time.Duration(d.next(200)) * 10 * time.Millisecond)
	e.Process = &journal.Process{State: deal(d, "killed", "ready", "started", "exited"), Point: deal(d, "", "acked")}
	e.Endpoint = &sms.Endpoint{ID: deal(d, "acme", ""), Provider: "acme", Secrets: make([]string, d.next(3))}
	e.Finding = &journal.Finding{
		Of: deal(d, "k1", "k9", "e1/1", ""), By: deal(d, journal.ByApp, journal.ByEmulator, ""),
		Finding: sms.Finding{Kind: deal(d, sms.FoundUnread, sms.FoundType), Pointer: deal(d, "/to", "")},
	}
	e.Attempt.Provider = "acme"
	e.Attempt.Faults = deal(d, nil, []journal.FaultKind{journal.Rotated})
	e.Call.Method, e.Call.Route = deal(d, "POST", "GET", ""), deal(d, "POST /messages", "")
	e.Call.Header = deal(d, nil, []journal.Header{{Name: "Idempotency-Key", Value: "a"}}, []journal.Header{{Name: "Retry-After", Value: "1"}})
	e.Call.Body = deal(d, e.Call.Body, `{"conversation":"c1","body":["Is 3pm free?",{"a":null}]}`, "conversation=c1&body=thanks&%zz", "[", `"STOP"`)
	e.Fault.Kind = deal(d, e.Fault.Kind, journal.RateLimit, journal.SayOptedOut, journal.TimeoutBefore)
	e.Message.Reference, e.Message.State, e.Message.Reason = deal(d, "", "c1"), deal(d, sms.Delivered, sms.Failed), deal(d, "", sms.Refused)
}
