package oracle_test

import (
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

func TestAnsweredInTime(t *testing.T) {
	one := func(a historytest.Attempt) func(*record) {
		return func(r *record) { r.Tells(r.Texts("ana", ask), a) }
	}
	failing := func(class string) historytest.Attempt {
		return historytest.Attempt{Outcome: journal.Failure, Class: class}
	}
	tell(t, 19, []story{
		{"in time", one(historytest.Attempt{Took: sms.Duration(120 * time.Millisecond)}), oracle.Pass, "the slowest took 120ms of 15s", nil},
		{"late", one(failing("timeout")), oracle.Fail, "attempt 1 of evt_1 (message.received) was not answered inside the timeout of 15s", nil},
		{"success after the limit", one(historytest.Attempt{Took: sms.Duration(16 * time.Second)}), oracle.Fail, "after 16s", nil},
		{"nobody there", one(failing("refused")), oracle.Fail, "failed: refused", nil},
		{"an error", func(r *record) { r.Answers(r.Texts("ana", ask), journal.First, 500) }, oracle.Fail, "was answered 500", nil},
		{"a duplicate is a conflict", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Answers(t, journal.Duplicate, 409)
		}, oracle.Fail, "a duplicate was answered 409", nil},
		{"a retry after a lost answer is a duplicate", func(r *record) {
			t := r.Texts("ana", ask)
			r.Loses(t)
			r.Answers(t, journal.Retry, 409)
		}, oracle.Fail, "a duplicate was answered 409", nil},
		{"a new event id is a duplicate", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Answers(r.NewEvent(t), journal.First, 500)
		}, oracle.Fail, "a duplicate was answered 500", nil},
		{"a retry after an error is none", func(r *record) {
			t := r.Texts("ana", ask)
			r.Answers(t, journal.First, 500)
			r.Acks(t)
		}, oracle.Fail, "attempt 1 of evt_1 (message.received) was answered 500", nil},
		{"what was answered with an error may come again", func(r *record) {
			t := r.Texts("ana", ask)
			end := r.Opens(t, historytest.Attempt{Outcome: journal.Failure, Status: 500})
			r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500})
			end()
			r.Answers(t, journal.Retry, 500)
		}, oracle.Fail, "attempt 2 of evt_1 (message.received) was answered 500", nil},
		{"a type that nobody knows", func(r *record) {
			r.Tells(r.Texts("ana", ask), historytest.Attempt{Why: journal.Stranger, Outcome: journal.Failure, Status: 500})
		}, oracle.Fail, "an event of a type that nobody knows (unheard.of) was answered 500", nil},
		{"passed on what the provider did to it", func(r *record) {
			end := r.Opens(r.Texts("ana", ask), historytest.Attempt{Outcome: journal.Failure, Status: 500})
			r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500})
			end()
			r.Acks(r.Texts("ben", ask))
		}, oracle.Pass, "1 attempt", nil},
		{"a call that worked is no excuse", func(r *record) {
			end := r.Opens(r.Texts("ana", ask), historytest.Attempt{Outcome: journal.Failure, Status: 500})
			r.SendsTo("ana", "yes")
			end()
		}, oracle.Fail, "", nil},
		{"a content type that may be refused", func(r *record) {
			r.Tells(r.Texts("ana", ask), historytest.Attempt{
				Outcome: journal.Failure, Status: 415, Faults: []journal.FaultKind{journal.WrongContentType},
			})
		}, oracle.NotExercised, "", nil},
		{"forged ones do not count", func(r *record) {
			r.Forges(r.Texts("ana", ask), journal.BadSignature, 401)
		}, oracle.NotExercised, "webhook", nil},
		{"the network hung up", func(r *record) { r.Loses(r.Texts("ana", ask)) }, oracle.NotExercised, "", nil},
		{"still open at the end", func(r *record) { r.Opens(r.Texts("ana", ask), historytest.Attempt{}) }, oracle.NotExercised, "", nil},
	})
}

func TestNoCallsAfterAck(t *testing.T) {
	refused := historytest.Call{Refused: sms.Invalid}
	tell(t, 20, []story{
		{"nothing new", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
		}, oracle.Pass, "1 conversation", nil},
		{"called again though refused", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
			r.Sends(r.Number("ana"), historytest.Line, "yes", refused)
		}, oracle.Fail, "attempt 2 of evt_1 (message.received) came after the text had been acknowledged, and the application called again (call call-2, told 422)", nil},
		{"one too many before the duplicate is another fault", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Replies(t, "yes")
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
		}, oracle.Pass, "", nil},
		{"told to wait, and called again", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
			r.Replies(t, "yes")
		}, oracle.Pass, "", nil},
		{"asked for by the harness", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
			r.Asks("ana")
			r.SendsTo("ana", "see you")
		}, oracle.Pass, "", nil},
		{"under a new event id", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			t = r.NewEvent(t)
			r.Acks(t)
			r.Replies(t, "yes")
		}, oracle.Fail, "of evt_2", nil},
		{"a retry before any ack", answeredTwice, oracle.NotExercised, "duplicate", nil},
		{"nobody declared the text", func(r *record) {
			t := r.Texts("ana", strays)
			r.Acks(t)
			r.Tells(t, historytest.Attempt{Why: journal.Duplicate})
			r.Replies(t, "yes")
		}, oracle.NotExercised, "", nil},
	})
}
