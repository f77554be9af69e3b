package oracle_test

import (
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

type record = historytest.Record

func answeredOnce(r *record) {
	t := r.Texts("ana", ask)
	r.Acks(t)
	r.Replies(t, "yes")
}

func answeredTwice(r *record) {
	t := r.Texts("ana", ask)
	r.Loses(t)
	r.Replies(t, "yes")
	r.Acks(t)
	r.Replies(t, "yes")
}

func silent(r *record) { r.Acks(r.Texts("ana", ask)) }

// sentAgain is a send that was made though the application was told otherwise,
// and a second one.
func sentAgain(r *record) {
	t := r.Texts("ana", ask)
	r.Acks(t)
	r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.ErrorAfter, Status: 500})
	r.Replies(t, "yes")
}

func keyed(p *history.Promise) { p.Keyed = true }

func policy(p string) func(*history.Promise) {
	return func(promise *history.Promise) { promise.Policy = p }
}

func TestAtMostOnce(t *testing.T) {
	tell(t, 1, []story{
		{"answered once", answeredOnce, oracle.Pass, "1 text", nil},
		{"not answered is not too often", silent, oracle.Pass, "", nil},
		{"twice, after a text that was rightly not sent", func(r *record) {
			r.Acks(r.Texts("ana", "STOP"))
			r.Rests()
			r.AsksFor("ana", "sends", later)
			r.Rests()
			r.Acks(r.Texts("ana", "START"))
			answeredTwice(r)
		}, oracle.Fail, "got 2 replies to 3 texts where 1 is right", func(p *history.Promise) { p.Replies = append(p.Replies, history.Reply{To: "START"}) }},
		{"two replies to a text that has two", func(r *record) {
			t := r.Texts("ana", twice)
			r.Acks(t)
			r.Replies(t, "one")
			r.Replies(t, "two")
		}, oracle.Pass, "", nil},
		{
			"the answer was lost and it was processed again", answeredTwice, oracle.Fail,
			"message msg_1 got 2 replies where 1 is right: the answer to attempt 1 was lost, attempt 2 was processed again", nil,
		},
		{"one attempt, two replies", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Replies(t, "yes")
		}, oracle.Fail, "got 2 replies where 1 is right: it was told only once, attempt 1 was answered 200", nil},
		{"a text that has no reply", func(r *record) {
			t := r.Texts("ana", mute)
			r.Acks(t)
			r.Replies(t, "you are welcome")
		}, oracle.Fail, "got 1 reply where 0 are right", nil},
		{"a second text does not pay for the reply before it", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Replies(t, "yes")
			r.Acks(r.Texts("ana", ask))
		}, oracle.Fail, "got 2 replies to 2 texts", nil},
		{"a reply before the text was told", func(r *record) {
			t := r.Texts("ana", ask)
			r.Replies(t, "yes")
			r.Acks(t)
		}, oracle.Fail, "had been told to the application", nil},
		{"two customers have an account each", func(r *record) {
			ana, ben := r.Texts("ana", ask), r.Texts("ben", ask)
			r.Acks(ana)
			r.Acks(ben)
			r.Replies(ben, "yes")
			r.Replies(ana, "yes")
		}, oracle.Pass, "2 texts", nil},
		{"a copy by the carrier may be answered", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			copied := r.Copy("ana", t)
			r.Acks(copied)
			r.Replies(t, "yes")
			r.Replies(copied, "yes")
		}, oracle.Pass, "", nil},
		{"what the harness asked for is no reply", func(r *record) {
			answeredOnce(r)
			r.Asks("ana")
			r.SendsTo("ana", "see you tomorrow")
		}, oracle.Pass, "", nil},
		{"asked for once, sent twice", func(r *record) {
			answeredOnce(r)
			r.Asks("ana")
			r.SendsTo("ana", "see you tomorrow")
			r.SendsTo("ana", "see you tomorrow")
		}, oracle.Fail, "", nil},
		{"sent again against its policy", sentAgain, oracle.Fail, "its policy is at-most-once", nil},
		{"sent again as its policy says", sentAgain, oracle.Unavoidable, "after call-1 (it was told 500), whose outcome the application could not know", policy(history.AtLeastOnce)},
		{"sent again without a policy", sentAgain, oracle.Unavoidable, "takes no idempotency key", policy("")},
		{"sent again where a key would have helped", sentAgain, oracle.Fail, "under the same idempotency key", func(p *history.Promise) { p.Policy, p.Keyed = history.AtLeastOnce, true }},
		{"sent again though a webhook had told that it was made", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			made := r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.ErrorAfter, Status: 500})
			r.Reports(made, sms.Sent)
			r.Replies(t, "yes")
		}, oracle.Fail, "a webhook had told by then that it was (attempt 1 of evt_2 (message.sent))", policy(history.AtLeastOnce)},
		{"sent again, and told too late that it was made", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			made := r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.ErrorAfter, Status: 500})
			r.Replies(t, "yes")
			r.Reports(made, sms.Sent)
		}, oracle.Unavoidable, "takes no idempotency key", policy(history.AtLeastOnce)},
		{"sent again after its end", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Kills("answered")
			r.Restarts()
			r.Replies(t, "yes")
		}, oracle.NotExercised, "was texted again (message msg_3) after call-1, which was told 201 right before the application was killed", policy(history.AtLeastOnce)},
		{"sent again after its end, unanswered", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			sends(r, "yes", historytest.Call{Fault: journal.TimeoutAfter, Silent: true})
			r.Kills("accepted")
			r.Restarts()
			r.Replies(t, "yes")
		}, oracle.Unavoidable, "it was killed before it could note the answer", policy(history.AtLeastOnce)},
		{"sent again long after the answer", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Passes(time.Minute)
			r.Kills("idle")
			r.Restarts()
			r.Replies(t, "yes")
		}, oracle.Fail, "got 2 replies", policy(history.AtLeastOnce)},
		{"what nobody could help does not hide what somebody could", func(r *record) {
			sentAgain(r)
			ben := r.Texts("ben", ask)
			r.Acks(ben)
			r.Replies(ben, "yes")
			r.Replies(ben, "yes")
		}, oracle.Fail, "message msg_4 got 2 replies", policy(history.AtLeastOnce)},
		{"sent again twice after one unknown outcome", func(r *record) {
			sentAgain(r)
			r.SendsTo("ana", "yes")
		}, oracle.Fail, "", policy(history.AtLeastOnce)},
		{"asked again after a plain refusal", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
			r.Replies(t, "yes")
		}, oracle.Pass, "", nil},
		{"a confirmation of STOP that is declared", func(r *record) {
			t := r.Texts("ana", "STOP")
			r.Acks(t)
			r.Replies(t, "bye")
		}, oracle.Pass, "", func(p *history.Promise) { p.Confirms = 1 }},
		{"nobody declared the text", func(r *record) {
			t := r.Texts("ana", strays)
			r.Acks(t)
			r.Replies(t, "one")
			r.Replies(t, "two")
		}, oracle.NotExercised, "replies", nil},
		{"a text that was never told", func(r *record) { r.Texts("ana", ask) }, oracle.NotExercised, "webhook", nil},
	})
}

func TestAnswered(t *testing.T) {
	unknown := func(c historytest.Call) func(*record) {
		return func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Sends(r.Number("ana"), historytest.Line, "yes", c)
		}
	}
	before := historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500}
	blind := before
	blind.Blind = true
	tell(t, 2, []story{
		{"answered", answeredOnce, oracle.Pass, "1 text acknowledged and answered", nil},
		{"silent", silent, oracle.Fail, "message msg_1 was acknowledged and got 0 replies where 1 is right", nil},
		{"one of two replies", func(r *record) {
			t := r.Texts("ana", twice)
			r.Acks(t)
			r.Replies(t, "one")
		}, oracle.Fail, "got 1 reply where 2 is right", nil},
		{"one of two texts", func(r *record) {
			answeredOnce(r)
			r.Acks(r.Texts("ana", "Book 3pm for Ana"))
		}, oracle.Fail, "wrote 2 texts to +18015550100 that were acknowledged, and got 1 reply: 1 missing", nil},
		{"a mute text needs no reply", func(r *record) { r.Acks(r.Texts("ana", mute)) }, oracle.NotExercised, "expect: 1", nil},
		{"never acknowledged to the end of the ladder", func(r *record) {
			t := r.Texts("ana", ask)
			r.Answers(t, journal.First, 500)
			r.Tells(t, historytest.Attempt{Why: journal.Retry, Outcome: journal.Failure, Status: 503, GaveUp: true})
		}, oracle.Fail, "message msg_1 was never acknowledged after 2 attempts: attempt 2 was answered 503", nil},
		{"the network gave up by itself", func(r *record) {
			t := r.Texts("ana", ask)
			r.Tells(t, historytest.Attempt{Outcome: journal.Unknown, Class: "hang-up", GaveUp: true})
		}, oracle.NotExercised, "", nil},
		{"the ladder has not ended", func(r *record) {
			r.Answers(r.Texts("ana", ask), journal.First, 500)
		}, oracle.NotExercised, "told to its end", nil},
		{"only a forged webhook was acknowledged", func(r *record) {
			r.Forges(r.Texts("ana", ask), journal.NoSignature, 200)
		}, oracle.NotExercised, "", nil},
		{"left at once", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Texts("ana", "STOP")
		}, oracle.NotExercised, "", nil},
		{"left after the answer was due", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Quiet()
			r.Texts("ana", "STOP")
		}, oracle.Fail, "", nil},
		{"a refusal after STOP does not excuse silence before", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Quiet()
			r.Acks(r.Texts("ana", "STOP"))
			r.Sends(r.Number("ana"), historytest.Line, "hello", historytest.Call{Refused: sms.RecipientOut})
		}, oracle.Fail, "", nil},
		{"wrote after STOP", func(r *record) {
			stop := r.Texts("ana", "STOP")
			r.Acks(stop)
			r.Acks(r.Texts("ana", ask))
		}, oracle.NotExercised, "", nil},
		{"wrote after coming back", func(r *record) {
			r.Acks(r.Texts("ana", "STOP"))
			r.Acks(r.Texts("ana", "START"))
			r.Acks(r.Texts("ana", ask))
		}, oracle.Fail, "message msg_3", nil},
		{"came back, and the application does not know yet", func(r *record) {
			r.Acks(r.Texts("ana", "STOP"))
			start := r.Texts("ana", "START")
			r.Acks(r.Texts("ana", ask))
			r.Acks(start)
		}, oracle.NotExercised, "", nil},
		{"the outcome was open and it promised not to send again", unknown(before), oracle.Unavoidable, "could not know the outcome of call call-1 (it was told 500), and nothing was made", nil},
		{"the same where nobody looked whom it was for", unknown(blind), oracle.Unavoidable, "takes no idempotency key", nil},
		{"the same without a policy", unknown(before), oracle.Unavoidable, "", policy("")},
		{"it was free to ask again under the same key", unknown(before), oracle.Fail, "which is safe under the same idempotency key", keyed},
		{"it asked again under the same key and gave up in the end", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			for range 3 {
				r.Sends(r.Number("ana"), historytest.Line, "yes", before)
			}
		}, oracle.Pass, "but for 1 reply given up after 3 tries or more, all of them in vain", keyed},
		{"it asked only once again under the same key", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			for range 2 {
				r.Sends(r.Number("ana"), historytest.Line, "yes", before)
			}
		}, oracle.Fail, "it gave up after 2 tries", keyed},
		{"it promised to send again, did, and gave up in the end", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			for range 3 {
				r.Sends(r.Number("ana"), historytest.Line, "yes", before)
			}
			r.Quiet()
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
		}, oracle.Pass, "but for 1 reply given up", policy(history.AtLeastOnce)},
		{"it promised to send again, and tried only once more", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			for range 2 {
				r.Sends(r.Number("ana"), historytest.Line, "yes", before)
			}
		}, oracle.Fail, "", policy(history.AtLeastOnce)},
		{"tries for two texts at once are not enough for either", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Acks(r.Texts("ana", ask))
			for range 3 {
				r.Sends(r.Number("ana"), historytest.Line, "yes", before)
			}
		}, oracle.Fail, "", policy(history.AtLeastOnce)},
		{"of two texts the one given up at once counts", func(r *record) {
			r.Acks(r.Texts("ana", "Book 3pm for Zoe"))
			r.Acks(r.Texts("ana", ask))
			for _, words := range []string{"Booked for Zoe.", "Booked for Zoe.", "yes"} {
				r.Sends(r.Number("ana"), historytest.Line, words, before)
			}
			r.Quiet()
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "sure")
		}, oracle.Fail, "call call-3", keyed},
		{"what nobody could help does not hide what somebody could", func(r *record) {
			unknown(before)(r)
			r.Acks(r.Texts("ben", ask))
		}, oracle.Fail, "message msg_2", nil},
		{"killed in the call, and it promised not to send again", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.TimeoutBefore, Refused: sms.Internal, Silent: true})
			r.Kills("called")
			r.Restarts()
		}, oracle.Unavoidable, "it was killed", nil},
		{"killed right after it was told to wait, and it promised not to send again", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.AtOnce(func() {
				r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
				r.Kills("answered")
			})
			r.Restarts()
		}, oracle.NotExercised, "is short of 1 reply after call-1, which was told 429 right before the application was killed", nil},
		{"killed long after it was told to wait", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			r.Sends(r.Number("ana"), historytest.Line, "yes", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
			r.Passes(time.Minute)
			r.Kills("waiting")
			r.Restarts()
		}, oracle.Fail, "0 replies where 1 is right", nil},
		{"nobody was there to be told to the end", func(r *record) {
			t := r.Texts("ana", ask)
			r.Kills("received")
			r.Tells(t, historytest.Attempt{Outcome: journal.Failure, Class: "refused"})
			r.Tells(t, historytest.Attempt{Outcome: journal.Failure, Class: "refused", GaveUp: true})
			r.Restarts()
		}, oracle.NotExercised, "", nil},
		{"the outcome was open and it promised to send again", unknown(before), oracle.Fail, "", policy(history.AtLeastOnce)},
		{"told to wait and did not come back", unknown(historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429}), oracle.Fail, "", nil},
		{"the provider said no for good", unknown(historytest.Call{Fault: journal.SayOptedOut, Refused: sms.RecipientOut}), oracle.Pass, "", nil},
		{"its own mistake is no excuse", unknown(historytest.Call{Refused: sms.Invalid}), oracle.Fail, "", nil},
		{"asked to be told again, and was silent then", func(r *record) {
			t := r.Texts("ana", ask)
			end := r.Opens(t, historytest.Attempt{Outcome: journal.Failure, Status: 500})
			r.Sends(r.Number("ana"), historytest.Line, "yes", before)
			end()
			r.Acks(t)
		}, oracle.Fail, "attempt 1 was answered 500, attempt 2 was answered 200", nil},
	})
}
