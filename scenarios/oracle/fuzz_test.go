package oracle_test

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// deck deals values from fuzz data, and zeroes when it runs out.
type deck []byte

func (d *deck) next(n int) int {
	if len(*d) == 0 {
		return 0
	}
	v := int((*d)[0]) % n
	*d = (*d)[1:]
	return v
}

func deal[T any](d *deck, from ...T) T { return from[d.next(len(from))] }

func (d *deck) entry(seq uint64) journal.Entry {
	kind := deal(d, journal.KindMessage, journal.KindEvent, journal.KindAttemptStarted, journal.KindAttemptEnded,
		journal.KindCall, journal.KindAccepted, journal.KindRefused, journal.KindTold, journal.KindOptOut,
		journal.KindFaultFired, journal.KindMarker, journal.KindClock, journal.KindConversation, journal.KindProbe, journal.KindProcess, journal.KindEndpoint, journal.KindFinding, journal.Kind("?"))
	e := journal.Entry{Seq: seq - uint64(d.next(2)), Cause: uint64(d.next(30)), Kind: kind}
	who, line := deal(d, sms.Number("+18015550201"), "+18015550202", ""), deal(d, historytest.Line, historytest.Line2, "")
	message := &sms.Message{
		ID: deal(d, "m1", "m2", "m3", ""), Direction: deal(d, sms.MO, sms.MT), Handset: who, Line: line, Conversation: deal(d, "c1", "c2", ""),
		Body: deal(d, ask, "STOP", "START", "Book 3pm for Zoe81", strays, mute, "\xff"),
	}
	switch d.next(8) {
	case 0: // a payload is missing, or there is one too many
	case 1:
		e.Attempt, e.Call, e.Event = &journal.Attempt{ID: "e1/1"}, &journal.Call{ID: "k1"}, &sms.Event{ID: "e1"}
	default:
		e.Message, e.Marker = message, deal(d, "app sends +18015550201", "app sends ", "")
		e.Event = &sms.Event{ID: deal(d, "e1", "e2", "e3"), Type: deal(d, sms.MessageReceived, sms.OptedOut, sms.OptedIn), Handset: who, Message: deal(d, message, nil)}
		e.Attempt = &journal.Attempt{
			ID: deal(d, "e1/1", "e1/2", "e2/1"), Event: deal(d, "e1", "e2", "e9"), Neutral: sms.MessageReceived, Handset: who, Message: message.ID,
			Why: deal(d, journal.First, journal.Retry, journal.Duplicate, journal.Stranger), Forged: deal(d, "", "", journal.BadSignature, journal.ReplayOld),
			Outcome: deal(d, journal.OK, journal.Failure, journal.Unknown), Status: deal(d, 0, 200, 401, 500), GaveUp: d.next(2) == 1,
		}
		e.Call = &journal.Call{ID: deal(d, "k1", "k2", "k3"), Message: message.ID, Handset: who, Line: line, Code: deal(d, "", sms.RecipientOut), Status: deal(d, 0, 201, 429, 500), Body: deal(d, "c1", "")}
		e.OptOut = &sms.OptOut{Handset: who, Out: d.next(2) == 0}
		e.Fault = &journal.Fault{Kind: deal(d, journal.ErrorAfter, journal.LoseAnswer), At: deal(d, "k1", "e1/1")}
		e.Clock, e.Conversation = &journal.Clock{Quiet: true}, &sms.Conversation{ID: "c1", Handset: who, Line: line}
		d.world(&e)
		d.progress(&e)
	}
	return e
}

// progress makes some entries speak of how far messages got, or of what was
// asked for.
func (d *deck) progress(e *journal.Entry) {
	e.Probe = &journal.Probe{
		Name: deal(d, "status", "pending", "?"), Path: deal(d, "/messages/m1", "/m2?id=m3", "%zz", ""),
		Status: deal(d, 200, 404, 0), Value: deal(d, "sent", "delivered", "failed", "queued", "0", "", "\xff"),
	}
	if d.next(2) == 0 {
		return
	}
	e.Marker = deal(d, `line 3: app queues ana "Is 3pm free?" at +1h`, "line 4: settle", `app sends ana "`, "app sends +18015550202")
	e.Message.Body = deal(d, "Step 1", "Step 2", "HELP", "got 2")
	e.Message.State, e.Message.Segments = deal(d, sms.Scheduled, sms.Sent, sms.Delivered, sms.Failed), d.next(4)
	e.Attempt.Neutral = deal(d, sms.MessageSent, sms.MessageDelivered, sms.MessageFailed)
	e.Attempt.Faults, e.Attempt.Body = []journal.FaultKind{deal(d, journal.ExtraFields, journal.WrongContentType)}, deal(d, "8015550201", "+18015550201")
}

// Whatever the entries are, every oracle finds something and none panics.
func FuzzJudge(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := deck(data)
		var entries []journal.Entry
		for len(d) > 0 && len(entries) < 200 {
			entries = append(entries, d.entry(uint64(len(entries)+1)))
		}
		p := promise()
		p.Keyed, p.Policy = len(data)%2 == 0, []string{"", history.AtLeastOnce, history.AtMostOnce}[len(data)%3]
		found := oracle.Judge(history.New(entries, p))
		if len(found) != len(oracle.All()) {
			t.Fatalf("%d findings of %d oracles", len(found), len(oracle.All()))
		}
		for _, o := range found {
			if o.Status != oracle.Pass && o.Status != oracle.Fail && o.Status != oracle.NotExercised && o.Status != oracle.Unavoidable || o.Says == "" {
				t.Fatalf("oracle %d: %+v", o.Oracle, o)
			}
		}
	})
}
