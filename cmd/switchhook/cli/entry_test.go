package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestEntryLine(t *testing.T) {
	t.Parallel()
	const ana, line = sms.Number("+18015550142"), sms.Number("+18015550100")
	at := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	for _, c := range []struct {
		entry journal.Entry
		want  string // what follows the kind
	}{
		{
			journal.Entry{Kind: journal.KindMessage, Message: &sms.Message{Handset: ana, Line: line, Direction: sms.MT, State: sms.Failed, Reason: sms.Blocked, Body: "a\nb"}},
			`+18015550142   mt failed (blocked) from +18015550100: a\nb`,
		},
		{
			journal.Entry{Kind: journal.KindConversation, Conversation: &sms.Conversation{ID: "c1", Handset: ana, Line: line}},
			"+18015550142   c1 with +18015550100",
		},
		{journal.Entry{Kind: journal.KindContact, Contact: &sms.Contact{ID: "p1", Number: ana}}, "+18015550142   p1"},
		{journal.Entry{Kind: journal.KindOptOut, OptOut: &sms.OptOut{Handset: ana, Out: true, Keyword: "STOP"}}, "+18015550142   opted out by STOP"},
		{journal.Entry{Kind: journal.KindOptOut, OptOut: &sms.OptOut{Handset: ana, Keyword: "START"}}, "+18015550142   opted in by START"},
		{journal.Entry{Kind: journal.KindHandset, Handset: &sms.Handset{Number: ana, Failure: sms.Spam}}, "+18015550142   off, no receipts, no MMS, fails spam"},
		{journal.Entry{Kind: journal.KindEvent, Event: &sms.Event{ID: "e1", Type: sms.MessageSent, Handset: ana}}, "+18015550142   message.sent e1"},
		{
			journal.Entry{Kind: journal.KindAttemptStarted, Attempt: &journal.Attempt{ID: "e1/2", Type: "x", Why: journal.Retry, Handset: ana, Faults: []journal.FaultKind{journal.LoseAnswer}}},
			"+18015550142   e1/2 x retry +lose-answer",
		},
		{
			journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &journal.Attempt{ID: "e1/2", Type: "x", Why: journal.First, Handset: ana, Outcome: journal.Failure, Class: "status", Status: 500}},
			"+18015550142   e1/2 x first: failed status 500",
		},
		{journal.Entry{Kind: journal.KindCall, Call: &journal.Call{ID: "r1", Method: "POST", Path: "/m"}}, "-              r1 POST /m"},
		{journal.Entry{Kind: journal.KindAccepted, Call: &journal.Call{ID: "r1", Handset: ana, Message: "m1"}}, "+18015550142   r1 m1"},
		{journal.Entry{Kind: journal.KindRefused, Call: &journal.Call{ID: "r1", Code: sms.Invalid, Detail: "no body"}}, "-              r1 invalid: no body"},
		{journal.Entry{Kind: journal.KindTold, Call: &journal.Call{ID: "r1", Status: 201}}, "-              r1 201"},
		{journal.Entry{Kind: journal.KindTold, Call: &journal.Call{ID: "r1"}}, "-              r1 no answer"},
		{journal.Entry{Kind: journal.KindFaultFired, Fault: &journal.Fault{Kind: journal.Drop, At: "e1/1", Match: journal.FaultMatch{Handset: ana}}}, "-              drop +18015550142 e1/1"},
		{journal.Entry{Kind: journal.KindEndpoint, Endpoint: &sms.Endpoint{Provider: "acme", URL: "http://x"}}, `-              acme webhooks go to "http://x"`},
		{journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{From: at, To: at.Add(time.Hour)}}, "-              moved by 1h0m0s to 2026-01-02 04:04:05.006"},
		{journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{Quiet: true}}, "-              quiet"},
		{journal.Entry{Kind: journal.KindSwitches, Switches: &journal.Switches{Provider: "acme", Values: map[string]string{"b": "2", "a": "1"}}}, "-              acme a=1 b=2"},
		{journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: "ready"}}, "-              ready"},
		{journal.Entry{Kind: journal.KindProbe, Probe: &journal.Probe{Name: "pending", Value: "0"}}, "-              pending says 0"},
		{
			journal.Entry{Kind: journal.KindFinding, Finding: &journal.Finding{Of: "call-1", Handset: ana, By: journal.ByApp, Finding: sms.Finding{
				Kind: sms.FoundType, Place: "body", Pointer: "/to", Problem: "it is a number\x1b", Operation: "POST /m", Evidence: "documented",
			}}},
			`+18015550142   call-1 type: POST /m: body /to: it is a number\x1b (documented)`,
		},
		{
			journal.Entry{Kind: journal.KindFinding, Finding: &journal.Finding{Of: "e1/1", By: journal.ByEmulator, Finding: sms.Finding{
				Kind: sms.FoundMissing, Place: "body", Pointer: "/id", Problem: "it is missing", Operation: "webhook x",
			}}},
			`-              e1/1 the emulator's own missing: webhook x: body /id: it is missing`,
		},
		{journal.Entry{Kind: journal.KindMarker, Marker: "here"}, "-              here"},
	} {
		c.entry.Seq, c.entry.At = 7, at
		got := entryLine(c.entry)
		head := "     7  2026-01-02 03:04:05.006  " + string(c.entry.Kind)
		rest, ok := strings.CutPrefix(got, head)
		if !ok || strings.TrimLeft(rest, " ") != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.entry.Kind, got, head+" … "+c.want)
		}
	}
}

func TestFindingsHaveColours(t *testing.T) {
	t.Parallel()
	entry := func(kind sms.FindingKind) journal.Entry {
		return journal.Entry{Kind: journal.KindFinding, Finding: &journal.Finding{Finding: sms.Finding{Kind: kind}}}
	}
	for kind, code := range map[sms.FindingKind]string{sms.FoundType: wrongColor, sms.FoundUnread: noteColor} {
		if got := coloredLine(entry(kind)); got != code+entryLine(entry(kind))+noColor {
			t.Errorf("a finding of kind %s is %q", kind, got)
		}
	}
	if got := coloredLine(journal.Entry{Kind: journal.KindMarker, Marker: "x"}); strings.Contains(got, "\x1b") {
		t.Errorf("a marker is %q", got)
	}
}
