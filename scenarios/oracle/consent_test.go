package oracle_test

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

const later = "See you tomorrow"

func TestQueuedNeverLeaves(t *testing.T) {
	queue := func(r *record) { r.AsksFor("ana", "queues", later) }
	refused := historytest.Call{Refused: sms.RecipientOut}
	tell(t, 7, []story{
		{"it stays", func(r *record) { queue(r); stopped(r) }, oracle.Pass, "1 text", nil},
		{"it leaves", func(r *record) {
			queue(r)
			stopped(r)
			r.SendsTo("ana", later)
		}, oracle.Fail, `"See you tomorrow" was queued for +18015550201 before its STOP was acknowledged and left after (call call-1)`, nil},
		{"it tries to leave", func(r *record) {
			queue(r)
			stopped(r)
			r.Sends(r.Number("ana"), historytest.Line, later, refused)
		}, oracle.Fail, "", nil},
		{"a call that failed for another reason does not show", func(r *record) {
			queue(r)
			stopped(r)
			r.Sends(r.Number("ana"), historytest.Line, later, historytest.Call{Refused: sms.Invalid})
		}, oracle.Pass, "", nil},
		{"STOP learned of only after START", func(r *record) {
			queue(r)
			stop := r.Texts("ana", "STOP")
			r.Texts("ana", "START")
			r.Acks(stop)
			r.SendsTo("ana", later)
		}, oracle.NotExercised, "", nil},
		{"queued in an earlier time with consent", func(r *record) {
			queue(r)
			away(r, func() {})
			stopped(r)
			r.SendsTo("ana", later)
		}, oracle.Pass, "", nil},
		{"it left before", func(r *record) {
			queue(r)
			r.SendsTo("ana", later)
			stopped(r)
		}, oracle.NotExercised, "`queue`", nil},
		{"it leaves after START", func(r *record) {
			queue(r)
			stopped(r)
			r.Acks(r.Texts("ana", "START"))
			r.SendsTo("ana", later)
		}, oracle.Pass, "", nil},
		{"asked for after STOP is another fault", func(r *record) {
			queue(r)
			stopped(r)
			r.AsksFor("ana", "sends", later)
			r.SendsTo("ana", later)
		}, oracle.Pass, "", nil},
		{"two of a kind, one asked for after STOP", func(r *record) {
			queue(r)
			stopped(r)
			r.AsksFor("ana", "sends", later)
			r.SendsTo("ana", later)
			r.SendsTo("ana", later)
		}, oracle.Fail, "", nil},
		{"something else was sent", func(r *record) {
			queue(r)
			stopped(r)
			r.SendsTo("ana", "bye")
		}, oracle.Pass, "", nil},
		{"the words are unknown", func(r *record) {
			r.Asks("ana")
			stopped(r)
			r.SendsTo("ana", later)
		}, oracle.NotExercised, "", nil},
		{"for another customer", func(r *record) {
			r.AsksFor("ben", "queues", later)
			stopped(r)
			r.SendsTo("ben", later)
		}, oracle.NotExercised, "", nil},
		{"STOP was never acknowledged", func(r *record) {
			queue(r)
			r.Answers(r.Texts("ana", "STOP"), journal.First, 500)
			r.SendsTo("ana", later)
		}, oracle.NotExercised, "", nil},
		{"the provider held it and let it go", func(r *record) {
			m := r.Schedules("ana", later)
			stopped(r)
			r.Rests()
			r.Leaves(m)
		}, oracle.Fail, "message msg_1 was scheduled, then +18015550201 said STOP", nil},
		{"the provider held it and it never went", func(r *record) {
			m := r.Schedules("ana", later)
			stopped(r)
			r.Rests()
			r.Reaches(m, sms.Failed)
		}, oracle.Pass, "1 text", nil},
		{"the provider let it go at the same moment", func(r *record) {
			m := r.Schedules("ana", later)
			stopped(r)
			r.Leaves(m)
		}, oracle.Pass, "", nil},
		{"on a line that was not told STOP", func(r *record) {
			m := r.Schedules("ana", later)
			r.Acks(r.TextsTo("ana", historytest.Line2, "STOP"))
			r.Rests()
			r.Leaves(m)
		}, oracle.NotExercised, "", nil},
	})
}

// away is STOP, then do, then START, all acknowledged and at rest.
func away(r *record, do func()) {
	stopped(r)
	r.Rests()
	do()
	r.Rests()
	t := r.Texts("ana", "START")
	r.TellsConsent(t, historytest.Attempt{})
	r.Acks(t)
	r.Rests()
}

func TestBackAfterStart(t *testing.T) {
	nothing := func() {}
	tell(t, 8, []story{
		{"answered again", func(r *record) {
			answeredOnce(r)
			away(r, nothing)
			answeredOnce(r)
		}, oracle.Pass, "1 time", nil},
		{"silent for ever", func(r *record) {
			answeredOnce(r)
			away(r, nothing)
			silent(r)
		}, oracle.Fail, "said STOP and START, wrote message msg_5, and nothing was ever sent to it again", nil},
		{"silent before as well", func(r *record) {
			away(r, nothing)
			silent(r)
		}, oracle.Pass, "", nil},
		{"the provider refuses", func(r *record) {
			answeredOnce(r)
			away(r, nothing)
			silent(r)
			r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Refused: sms.RecipientOut})
		}, oracle.NotExercised, "", nil},
		{"a call failed that nobody can place", func(r *record) {
			answeredOnce(r)
			away(r, nothing)
			silent(r)
			r.Add(journal.Entry{Kind: journal.KindCall, Call: &journal.Call{ID: "lookup", Method: "GET", Path: "/numbers"}})
			r.Add(journal.Entry{Kind: journal.KindTold, Call: &journal.Call{ID: "lookup", Status: 500}})
		}, oracle.Pass, "", nil},
		{"what was suppressed stays so", func(r *record) {
			away(r, func() { r.AsksFor("ana", "sends", later) })
		}, oracle.Pass, "1 time", nil},
		{"what was suppressed bursts out", func(r *record) {
			away(r, func() { r.AsksFor("ana", "sends", later) })
			r.SendsTo("ana", later)
		}, oracle.Fail, `"See you tomorrow" was asked for while +18015550201 was opted out, and left when it came back (message msg_3)`, nil},
		{"asked for just before START", func(r *record) {
			stopped(r)
			r.AsksFor("ana", "sends", later)
			r.Acks(r.Texts("ana", "START"))
			r.SendsTo("ana", later)
		}, oracle.NotExercised, "", nil},
		{"asked for again", func(r *record) {
			away(r, func() { r.AsksFor("ana", "sends", later) })
			r.AsksFor("ana", "sends", later)
			r.SendsTo("ana", later)
		}, oracle.Pass, "", nil},
		{"what was to leave later may", func(r *record) {
			away(r, func() { r.AsksFor("ana", "queues", later) })
			r.SendsTo("ana", later)
		}, oracle.NotExercised, "", nil},
		{"START was never acknowledged", func(r *record) {
			answeredOnce(r)
			stopped(r)
			r.Texts("ana", "START")
			silent(r)
		}, oracle.NotExercised, "", nil},
		{"nobody came back", func(r *record) { stopped(r) }, oracle.NotExercised, "START", nil},
	})
}

func TestConfirmations(t *testing.T) {
	one := func(p *history.Promise) { p.Confirms = 1 }
	confirmed := func(n int) func(*record) {
		return func(r *record) {
			stopped(r)
			for range n {
				r.SendsTo("ana", "bye")
			}
			r.Rests()
		}
	}
	tell(t, 9, []story{
		{"none where the provider confirms", confirmed(0), oracle.Pass, "1 keyword", nil},
		{"one too many", confirmed(1), oracle.Fail, "said STOP and got 1 confirmation where 0 is right (call call-1)", nil},
		{"the declared one", confirmed(1), oracle.Pass, "", one},
		{"two of one", confirmed(2), oracle.Fail, "got 2 confirmations where 1 is right", one},
		{"none of one", confirmed(0), oracle.Fail, "the webhook about it was acknowledged, and it got 0 confirmations where 1 is right", one},
		{"before the ack", func(r *record) {
			stop := r.Texts("ana", "STOP")
			r.SendsTo("ana", "bye")
			r.SendsTo("ana", "bye")
			r.Acks(stop)
			r.Rests()
		}, oracle.Fail, "got 2 confirmations", one},
		{"repeated after an unknown outcome", func(r *record) {
			stopped(r)
			r.Sends(r.Number("ana"), historytest.Line, "bye", historytest.Call{Fault: journal.ErrorAfter, Status: 500})
			r.SendsTo("ana", "bye")
			r.Rests()
		}, oracle.Pass, "", one},
		{"the call for it failed", func(r *record) {
			stopped(r)
			r.Sends(r.Number("ana"), historytest.Line, "bye", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500, Blind: true})
			r.Rests()
		}, oracle.Pass, "", one},
		{"blocked by its own opt-out at the provider", func(r *record) {
			stopped(r)
			r.Sends(r.Number("ana"), historytest.Line, "bye", historytest.Call{Refused: sms.RecipientOut})
			r.Rests()
		}, oracle.Pass, "", one},
		{"said to be opted out before", func(r *record) {
			r.Sends(r.Number("ana"), historytest.Line, "hello", historytest.Call{Fault: journal.SayOptedOut, Refused: sms.RecipientOut})
			confirmed(0)(r)
		}, oracle.Pass, "", one},
		{"back at once", func(r *record) {
			stopped(r)
			r.Texts("ana", "START")
			r.Rests()
		}, oracle.Pass, "", one},
		{"it still believed the one before", func(r *record) {
			confirmed(1)(r)
			r.Texts("ana", "START")
			r.Rests()
			confirmed(0)(r)
		}, oracle.Pass, "", one},
		{"the record ends before it was due", func(r *record) { stopped(r) }, oracle.Pass, "", one},
		{"a reply was under way", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			confirmed(1)(r)
		}, oracle.Pass, "", nil},
		{"a reply was long overdue", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Rests()
			confirmed(1)(r)
		}, oracle.Fail, "", nil},
		{"what was queued is no confirmation", func(r *record) {
			r.AsksFor("ana", "queues", later)
			confirmed(1)(r)
		}, oracle.Pass, "", nil},
		{"nor is what was sent", func(r *record) {
			r.AsksFor("ana", "queues", later)
			stopped(r)
			r.SendsTo("ana", later)
			r.Rests()
		}, oracle.Fail, "got 0 confirmations where 1 is right", one},
		{"HELP is answered", func(r *record) {
			t := r.Texts("ana", "HELP")
			r.Acks(t)
			r.Replies(t, "we book tables")
		}, oracle.Pass, "1 keyword", nil},
		{"HELP is not answered", func(r *record) { r.Acks(r.Texts("ana", "HELP")) }, oracle.Fail, "asked for HELP (message msg_1) and was not answered", nil},
		{"the answer to HELP failed", func(r *record) {
			r.Acks(r.Texts("ana", "HELP"))
			r.Sends(r.Number("ana"), historytest.Line, "help", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
		}, oracle.Pass, "", nil},
		{"HELP after STOP is left to the application", func(r *record) {
			confirmed(0)(r)
			r.Acks(r.Texts("ana", "HELP"))
		}, oracle.Pass, "1 keyword", nil},
		{"opted out by other means than a text", func(r *record) {
			e := sms.Event{ID: "evt_out", Type: sms.OptedOut, Handset: r.Number("ana"), Message: &sms.Message{Handset: r.Number("ana")}}
			seq := r.Add(journal.Entry{Kind: journal.KindOptOut, OptOut: &sms.OptOut{Handset: r.Number("ana"), Out: true}})
			r.Add(journal.Entry{Kind: journal.KindEvent, Cause: seq, Event: &e})
			r.TellsConsent(&historytest.Text{Consent: &e}, historytest.Attempt{})
			r.Rests()
		}, oracle.Pass, "", one},
		{"no keyword", answeredOnce, oracle.NotExercised, "STOP", nil},
		{"STOP was not acknowledged", func(r *record) { r.Answers(r.Texts("ana", "STOP"), journal.First, 500) }, oracle.NotExercised, "", one},
	})
}
