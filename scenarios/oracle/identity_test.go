package oracle_test

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

func TestSameWordsTwice(t *testing.T) {
	again := func(answers int) func(*record) {
		return func(r *record) {
			first, second := r.Texts("ana", ask), r.Texts("ana", ask)
			r.Acks(first)
			r.Acks(second)
			for range answers {
				r.Replies(second, "yes")
			}
		}
	}
	tell(t, 3, []story{
		{"both answered", again(2), oracle.Pass, "1 text", nil},
		{"taken for one", again(1), oracle.Fail, "message msg_2 says the same as an earlier one and was taken for it", nil},
		{"no answer at all is another fault", again(0), oracle.NotExercised, "", nil},
		{"other words", func(r *record) {
			answeredOnce(r)
			r.Acks(r.Texts("ana", "Book 3pm for Ana"))
		}, oracle.NotExercised, "twice", nil},
		{"the same words on two lines", func(r *record) {
			answeredOnce(r)
			r.Acks(r.TextsTo("ana", historytest.Line2, ask))
		}, oracle.NotExercised, "", nil},
		{"a copy by the carrier is not a second text", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Acks(r.Copy("ana", t))
			r.Replies(t, "yes")
		}, oracle.NotExercised, "", nil},
		{"the second was not acknowledged", func(r *record) {
			answeredOnce(r)
			r.Answers(r.Texts("ana", ask), journal.First, 500)
		}, oracle.NotExercised, "", nil},
	})
}

func TestNewEventID(t *testing.T) {
	again := func(answers int) func(*record) {
		return func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			t = r.NewEvent(t)
			r.Acks(t)
			for range answers {
				r.Replies(t, "yes")
			}
		}
	}
	tell(t, 4, []story{
		{"nothing new", again(0), oracle.Pass, "1 text", nil},
		{"answered again", again(1), oracle.Fail, "message msg_1 was answered again when it came under the new event id evt_2", nil},
		{"answered twice before", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Replies(t, "yes")
			r.Acks(r.NewEvent(t))
		}, oracle.Pass, "", nil},
		{"the same event again", answeredTwice, oracle.NotExercised, "new-event-id", nil},
		{"the new event was never told", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.NewEvent(t)
		}, oracle.NotExercised, "", nil},
	})
}

// stopped is STOP with both webhooks acknowledged.
func stopped(r *record) *historytest.Text {
	t := r.Texts("ana", "STOP")
	r.TellsConsent(t, historytest.Attempt{})
	r.Acks(t)
	return t
}

func TestSilentAfterStop(t *testing.T) {
	refused := historytest.Call{Refused: sms.RecipientOut}
	send := func(r *record, c historytest.Call) { r.Sends(r.Number("ana"), historytest.Line, "hello", c) }
	confirms := func(p *history.Promise) { p.Confirms = 1 }
	tell(t, 6, []story{
		{"silent", func(r *record) { stopped(r) }, oracle.Pass, "1 STOP", nil},
		{"tried and was refused", func(r *record) { stopped(r); send(r, refused) }, oracle.Fail, "the provider refused it", nil},
		{"sent and was taken", func(r *record) { stopped(r); send(r, historytest.Call{}) }, oracle.Fail, "the provider took it", nil},
		{"the call was open before the ack", func(r *record) {
			t := r.Texts("ana", "STOP")
			send(r, refused)
			r.TellsConsent(t, historytest.Attempt{})
		}, oracle.Pass, "", nil},
		{"the earlier of two acks counts", func(r *record) {
			t := r.Texts("ana", "STOP")
			r.TellsConsent(t, historytest.Attempt{})
			send(r, refused)
			r.Acks(t)
		}, oracle.Fail, "", nil},
		{"the text alone tells of it too", func(r *record) {
			r.Acks(r.Texts("ana", "STOP"))
			send(r, refused)
		}, oracle.Fail, "", nil},
		{"no event tells of it, and the provider takes the send", func(r *record) {
			r.Acks(r.Texts("ana", "STOP"))
			send(r, historytest.Call{})
		}, oracle.Fail, "the provider took it", nil},
		{"STOP was never acknowledged", func(r *record) {
			r.Answers(r.Texts("ana", "STOP"), journal.First, 500)
			send(r, refused)
		}, oracle.NotExercised, "STOP", nil},
		{"a forged STOP binds nobody", func(r *record) {
			r.Forges(r.Texts("ana", "STOP"), journal.BadSignature, 200)
			send(r, refused)
		}, oracle.NotExercised, "", nil},
		{"after START it may send", func(r *record) {
			stopped(r)
			r.Texts("ana", "START")
			send(r, historytest.Call{})
		}, oracle.Pass, "", nil},
		{"a late duplicate of STOP does not undo START", func(r *record) {
			stop := stopped(r)
			r.Acks(r.Texts("ana", "START"))
			r.Acks(stop)
			r.Acks(r.NewEvent(stop))
			send(r, historytest.Call{})
		}, oracle.Pass, "", nil},
		{"STOP learned of only after START", func(r *record) {
			stop := r.Texts("ana", "STOP")
			r.Texts("ana", "START")
			r.Acks(stop)
			send(r, historytest.Call{})
		}, oracle.NotExercised, "", nil},
		{"another customer", func(r *record) { stopped(r); r.SendsTo("ben", "hello") }, oracle.Pass, "", nil},
		{"the declared confirmation", func(r *record) { stopped(r); send(r, historytest.Call{}) }, oracle.Pass, "", confirms},
		{"one more than declared", func(r *record) {
			stopped(r)
			send(r, historytest.Call{})
			send(r, refused)
		}, oracle.Fail, "one more than the 1", confirms},
		{"what it was asked to send is no confirmation", func(r *record) {
			r.AsksFor("ana", "queues", later)
			stopped(r)
			r.SendsTo("ana", later)
		}, oracle.Fail, "it is no confirmation, but what the harness had it send; the provider took it", confirms},
		{"a confirmation that took its time", func(r *record) {
			stopped(r)
			r.Quiet()
			send(r, historytest.Call{})
		}, oracle.Pass, "", confirms},
		{"too late for a confirmation", func(r *record) {
			stopped(r)
			r.Rests()
			send(r, historytest.Call{})
		}, oracle.Fail, "too late to confirm it; the provider took it", confirms},
		{"a reply that was on the wire", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			t := r.Texts("ana", "STOP")
			r.AtOnce(func() {
				r.TellsConsent(t, historytest.Attempt{})
				send(r, refused)
			})
		}, oracle.Pass, "", nil},
		{"a reminder has no such excuse", func(r *record) {
			answeredOnce(r)
			r.Asks("ana")
			t := r.Texts("ana", "STOP")
			r.AtOnce(func() {
				r.TellsConsent(t, historytest.Attempt{})
				send(r, refused)
			})
		}, oracle.Fail, "", nil},
		{"a text that it was just asked to send, on the wire", func(r *record) {
			r.AsksFor("ana", "sends", later)
			t := r.Texts("ana", "STOP")
			r.AtOnce(func() {
				r.TellsConsent(t, historytest.Attempt{})
				r.SendsTo("ana", later)
			})
		}, oracle.Pass, "", nil},
		{"one that it was asked for before the world was at rest", func(r *record) {
			r.AsksFor("ana", "sends", later)
			r.Rests()
			t := r.Texts("ana", "STOP")
			r.AtOnce(func() {
				r.TellsConsent(t, historytest.Attempt{})
				r.SendsTo("ana", later)
			})
		}, oracle.Fail, "", nil},
		{"a reply on the wire to a text that nobody declared", func(r *record) {
			r.Acks(r.Texts("ana", strays))
			t := r.Texts("ana", "STOP")
			r.AtOnce(func() {
				r.TellsConsent(t, historytest.Attempt{})
				send(r, refused)
			})
		}, oracle.Pass, "", nil},
		{"HELP is answered after STOP too", func(r *record) {
			stopped(r)
			r.Rests()
			help := r.Texts("ana", "HELP")
			r.Acks(help)
			r.Replies(help, "We book tables.")
		}, oracle.Pass, "", nil},
		{"once", func(r *record) {
			stopped(r)
			r.Rests()
			help := r.Texts("ana", "HELP")
			r.Acks(help)
			r.Replies(help, "We book tables.")
			r.Replies(help, "And rooms.")
		}, oracle.Fail, "", nil},
		{"and not before it was asked for", func(r *record) {
			stopped(r)
			r.Rests()
			send(r, historytest.Call{})
			r.Acks(r.Texts("ana", "HELP"))
		}, oracle.Fail, "", nil},
		{"a carrier's copy of STOP is confirmed as well", func(r *record) {
			t := r.Texts("ana", "STOP")
			r.Acks(t)
			send(r, historytest.Call{})
			r.Acks(r.Copy("ana", t))
			send(r, historytest.Call{})
		}, oracle.Pass, "", confirms},
		{"nor has a reply long after", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			stopped(r)
			send(r, refused)
		}, oracle.Fail, "", nil},
	})
}
