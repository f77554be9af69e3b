package oracle_test

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

func TestOneIdentity(t *testing.T) {
	lines := func(first, second int) func(*record) {
		return func(r *record) {
			a, b := r.Texts("ana", ask), r.TextsTo("ana", historytest.Line2, ask)
			r.Acks(a)
			r.Acks(b)
			for range first {
				r.Replies(a, "yes")
			}
			for range second {
				r.Replies(b, "yes")
			}
		}
	}
	spelled := func(body string) func(*record) {
		return func(r *record) {
			t := r.Texts("ana", ask)
			r.Tells(t, historytest.Attempt{Body: body})
			r.Replies(t, "yes")
		}
	}
	to := func(n sms.Number) func(*record) {
		return func(r *record) {
			answeredOnce(r)
			r.Sends(n, historytest.Line, "yes", historytest.Call{})
		}
	}
	tell(t, 12, []story{
		{"two lines, two conversations", lines(1, 1), oracle.Pass, "1 customer", nil},
		{"both on the first", lines(2, 0), oracle.Fail, "wrote to +18015550101 and to +18015550100, and the two conversations were taken for one: the answer from +18015550101 is missing, and message msg_4 came from +18015550100 instead", nil},
		{"both on the second", lines(0, 2), oracle.Fail, "", nil},
		{"too many and too few on one line", func(r *record) {
			t := r.Texts("ana", ask)
			r.Replies(t, "yes")
			r.Acks(t)
			r.Acks(r.TextsTo("ana", historytest.Line2, mute))
		}, oracle.NotExercised, "", nil},
		{"one line silent", lines(1, 0), oracle.NotExercised, "line2", nil},
		{"two customers are no two lines", func(r *record) {
			r.Acks(r.Texts("ana", ask))
			ben := r.TextsTo("ben", historytest.Line2, ask)
			r.Acks(ben)
			r.Replies(ben, "yes")
			r.Replies(ben, "yes")
		}, oracle.NotExercised, "", nil},
		{"without the country code", to("8015550201"), oracle.Fail, "message msg_3 went to 8015550201, which is +18015550201 spelled another way", nil},
		{"with a trunk prefix", to("+018015550201"), oracle.Fail, "one customer became two", nil},
		{"to somebody else", to("+18015550299"), oracle.NotExercised, "", nil},
		{"two spellings in webhooks, one customer", spelled(`{"from":"+18015550201","national":"(801) 555-0201"}`), oracle.Pass, "two spellings", nil},
		{"a form spells without the plus", spelled(`From=%2B18015550201&Alt=+18015550201`), oracle.NotExercised, "", nil},
		{"asked to text a number that nobody wrote from", func(r *record) {
			answeredOnce(r)
			r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "app sends 8015550201"})
			r.Sends("8015550201", historytest.Line, "hello", historytest.Call{})
		}, oracle.NotExercised, "", nil},
	})
}

func TestOrderedChain(t *testing.T) {
	steps := func(replies ...string) func(*record) {
		return func(r *record) {
			var last *historytest.Text
			for _, body := range []string{"Step 1", "Step 2", "Step 3"} {
				last = r.Texts("ana", body)
				r.Acks(last)
			}
			for _, body := range replies {
				r.Replies(last, body)
			}
		}
	}
	blurred := func(kind journal.FaultKind) historytest.Call { return historytest.Call{Fault: kind, Status: 500} }
	tell(t, 13, []story{
		{"in order", steps("Got step 1.", "Got step 2.", "Got step 3."), oracle.Pass, "3 numbered texts", nil},
		{"one twice", steps("Got step 1.", "Got step 2.", "Got step 2.", "Got step 3."), oracle.Fail, "step 2 of +18015550201 was done twice: message msg_6 answers it again", nil},
		{"one left out", steps("Got step 1.", "Got step 3."), oracle.Fail, "step 2 of +18015550201 was skipped: message msg_2 was acknowledged", nil},
		{"one twice in the place of another", steps("Got step 1.", "Got step 2.", "Got step 2."), oracle.Fail, "step 3 of +18015550201 was skipped", nil},
		{"one that speaks of the next", steps("Now step 2.", "Got step 2.", "Got step 3."), oracle.Pass, "", nil},
		{"one before its time", steps("Got step 2.", "Got step 1.", "Got step 3."), oracle.Fail, "step 2 of +18015550201 was answered before step 1", nil},
		{"the second was worked on first", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(one)
			end := r.Opens(two, historytest.Attempt{})
			r.Replies(two, "Got step 2.")
			r.Replies(one, "Got step 1.")
			end()
		}, oracle.Fail, "", nil},
		{"told in another order", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(two)
			r.Replies(two, "Got step 2.")
			r.Acks(one)
			r.Replies(one, "Got step 1.")
		}, oracle.Pass, "", nil},
		{"a call was made again and came later", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(one)
			r.Acks(two)
			r.Sends(r.Number("ana"), historytest.Line, "Got step 1.", historytest.Call{Fault: journal.RateLimit, Refused: sms.RateLimited, Status: 429})
			r.Replies(two, "Got step 2.")
			r.Replies(one, "Got step 1.")
		}, oracle.Pass, "", nil},
		{"sent again after an unknown outcome", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(one)
			r.Sends(r.Number("ana"), historytest.Line, "Got step 1.", blurred(journal.ErrorAfter))
			r.Replies(one, "Got step 1.")
			r.Acks(two)
			r.Replies(two, "Got step 2.")
		}, oracle.Pass, "", policy("")},
		{"one twice, as nobody could know, and another refused", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(one)
			r.Sends(r.Number("ana"), historytest.Line, "Got step 1.", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Invalid, Status: 400})
			r.Acks(two)
			r.Sends(r.Number("ana"), historytest.Line, "Got step 2.", blurred(journal.ErrorAfter))
			r.Replies(two, "Got step 2.")
		}, oracle.Pass, "", nil},
		{"sent again though nobody could know, and one too many elsewhere", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(one)
			r.Sends(r.Number("ana"), historytest.Line, "Got step 1.", blurred(journal.ErrorAfter))
			r.Replies(one, "Got step 1.")
			r.Acks(two)
			r.Replies(two, "Got step 2.")
			r.Replies(two, "By the way")
		}, oracle.Pass, "", nil},
		{"the last was not acknowledged", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(one)
			r.Acks(r.Texts("ana", ask))
			r.Replies(one, "Got step 1.")
			r.Answers(two, journal.First, 500)
		}, oracle.Pass, "", nil},
		{"the number in a reply from before it was told", func(r *record) {
			one, two := r.Texts("ana", "Step 1"), r.Texts("ana", "Step 2")
			r.Acks(one)
			r.Replies(one, "Now step 2.")
			r.Replies(one, "Got step 1.")
			r.Acks(two)
			r.Replies(two, "Got step 2.")
		}, oracle.Pass, "", nil},
		{"the same number twice says nothing", func(r *record) {
			for range 2 {
				t := r.Texts("ana", "Step 1")
				r.Acks(t)
				r.Replies(t, "Got step 1.")
			}
		}, oracle.NotExercised, "", nil},
		{"how many are to come is no number of a step", steps("2 more to come", "1 more to come", "Step 3 was the last"), oracle.Pass, "1 numbered text", nil},
		{"two steps in one reply", steps("Step 2 of 3, after step 1.", "Step 1 of 3.", "Step 3 of 3."), oracle.Pass, "2 numbered texts", nil},
		{"no number comes back", steps("Thanks.", "Thanks.", "Thanks."), oracle.NotExercised, "Step {{token}}", nil},
		{"a number is no mark of a customer", answeredOnce, oracle.NotExercised, "", nil},
	})
}

func TestNoveltyTolerated(t *testing.T) {
	stranger := historytest.Attempt{Why: journal.Stranger}
	extra := historytest.Attempt{Faults: []journal.FaultKind{journal.ExtraFields}}
	broken := func(a historytest.Attempt) historytest.Attempt {
		a.Outcome, a.Status = journal.Failure, 500
		return a
	}
	after := func(a historytest.Attempt) func(*record) {
		return func(r *record) {
			answeredOnce(r)
			t := r.Texts("ben", ask)
			r.Tells(t, a)
			if a.Why == journal.Stranger {
				r.Acks(t)
			}
			r.Replies(t, "yes")
		}
	}
	tell(t, 27, []story{
		{"an unknown type is taken", after(stranger), oracle.Pass, "1 webhook", nil},
		{"an unknown type is refused", after(broken(stranger)), oracle.Fail, "an event of a type that nobody knows (unheard.of) was answered 500", nil},
		{"unknown fields are taken", after(extra), oracle.Pass, "", nil},
		{"unknown fields are refused", after(broken(extra)), oracle.Fail, "a webhook with fields that nobody knows was answered 500: attempt 1 of evt_2", nil},
		{"unknown fields and no answer in time", after(historytest.Attempt{
			Outcome: journal.Failure, Class: "timeout", Faults: extra.Faults,
		}), oracle.Fail, "ended with timeout", nil},
		{"an unknown type with an effect", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Tells(t, stranger)
			r.Replies(t, "yes")
		}, oracle.Fail, "had an effect: message msg_3 was sent after it", nil},
		{"one too many, but after a plain webhook", func(r *record) {
			t := r.Texts("ana", ask)
			r.Tells(t, stranger)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Replies(t, "yes")
		}, oracle.Pass, "", nil},
		{"a content type that may be refused", func(r *record) {
			answeredOnce(r)
			a := broken(extra)
			a.Faults = append(a.Faults, journal.WrongContentType)
			r.Tells(r.Texts("ben", ask), a)
		}, oracle.NotExercised, "", nil},
		{"unknown fields that silence it", func(r *record) {
			answeredOnce(r)
			r.Tells(r.Texts("ben", ask), extra)
		}, oracle.Fail, "message msg_3 came with fields that nobody knows, was acknowledged, and was not answered", nil},
		{"webhooks that do not name their type", func(r *record) {
			answeredOnce(r)
			other := stranger
			other.Body = "From=+18015550202"
			t := r.Texts("ben", ask)
			r.Tells(t, other)
			r.Replies(t, "yes")
		}, oracle.NotExercised, "", nil},
		{"silent all the same", func(r *record) {
			t := r.Texts("ben", ask)
			r.Acks(t)
			r.Tells(t, extra)
		}, oracle.Pass, "", nil},
		{"one that refuses everything", func(r *record) {
			t := r.Texts("ana", ask)
			r.Answers(t, journal.First, 500)
			r.Tells(t, broken(extra))
		}, oracle.NotExercised, "", nil},
		{"passed on what the provider did to it", func(r *record) {
			answeredOnce(r)
			end := r.Opens(r.Texts("ben", ask), broken(extra))
			r.Sends(r.Number("ben"), historytest.Line, "yes", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500})
			end()
		}, oracle.NotExercised, "", nil},
		{"nothing unknown", answeredOnce, oracle.NotExercised, "extra-fields", nil},
	})
}
