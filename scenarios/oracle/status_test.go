package oracle_test

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// underWay is a message that was accepted and whose state is still to come.
func underWay(r *record, who string) string {
	return r.Sends(r.Number(who), historytest.Line, "hello", historytest.Call{During: func(string) {}})
}

// early is one of which a status was told before the call was answered.
func early(r *record, state sms.State) string {
	return r.Sends(r.Number("ana"), historytest.Line, "hello", historytest.Call{
		Fault: journal.StatusFirst, During: func(id string) { r.Reports(id, state) },
	})
}

func TestEveryStatusCounts(t *testing.T) {
	both := func(word string) func(*record) {
		return func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Sent)
			r.Reports(m, sms.Delivered)
			r.Views(m, word)
		}
	}
	tell(t, 5, []story{
		{"the second shows", both("delivered"), oracle.Pass, "1 time", nil},
		{"the second was taken for the first", both("sent"), oracle.Fail, `was told as sent and then as delivered, both were acknowledged, and the second had no effect: the application calls it "sent"`, nil},
		{"no word of it at all", both("queued"), oracle.Fail, `calls it "queued"`, nil},
		{"a failure after sent", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Sent)
			r.Reports(m, sms.Failed)
			r.Views(m, "Sent")
		}, oracle.Fail, "and then as failed", nil},
		{"a word that nobody knows", both("on its merry way"), oracle.NotExercised, "", nil},
		{"the second came first", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Delivered)
			r.Reports(m, sms.Sent)
			r.Views(m, "sent")
		}, oracle.NotExercised, "", nil},
		{"told before the call was answered is another fault", func(r *record) {
			m := r.Sends(r.Number("ana"), historytest.Line, "hello", historytest.Call{During: func(id string) {
				r.Reports(id, sms.Sent)
				r.Reports(id, sms.Delivered)
			}})
			r.Views(m, "sent")
		}, oracle.Pass, "", nil},
		{"the first came again later, which is another fault", func(r *record) {
			m := underWay(r, "ana")
			first := r.Reports(m, sms.Sent)
			r.Reports(m, sms.Delivered)
			r.TellsStatus(first, historytest.Attempt{Why: journal.Duplicate})
			r.Views(m, "sent")
		}, oracle.Pass, "", nil},
		{"the second was not acknowledged", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Sent)
			r.TellsStatus(r.Reaches(m, sms.Delivered), historytest.Attempt{Outcome: journal.Unknown, Class: "lost-answer"})
			r.Views(m, "sent")
		}, oracle.NotExercised, "sent and then delivered", nil},
		{"a forged one does not count", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Sent)
			r.TellsStatus(r.Reaches(m, sms.Delivered), historytest.Attempt{Forged: journal.BadSignature})
			r.Views(m, "sent")
		}, oracle.NotExercised, "", nil},
		{"asked before the world was at rest", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Sent)
			r.Views(m, "sent")
			r.Reports(m, sms.Delivered)
			r.Add(journal.Entry{Kind: journal.KindProbe, Probe: &journal.Probe{Name: "status", Path: "/messages/" + m, Status: 200, Value: "sent"}})
		}, oracle.NotExercised, "", nil},
		{"the outcome of the send was not known", func(r *record) {
			m := r.Sends(r.Number("ana"), historytest.Line, "hello", historytest.Call{Fault: journal.ResetAfter, Silent: true, During: func(string) {}})
			r.Reports(m, sms.Sent)
			r.Reports(m, sms.Delivered)
			r.Views(m, "sent")
		}, oracle.NotExercised, "", nil},
		{"an application that has no word for sent", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Accepted)
			r.Reports(m, sms.Sent)
			r.Views(m, "queued")
		}, oracle.NotExercised, "", nil},
		{"never asked", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Sent)
			r.Reports(m, sms.Delivered)
		}, oracle.NotExercised, "`status` probe", nil},
	})
}

func TestStatusNeverBack(t *testing.T) {
	turned := func(word string) func(*record) {
		return func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Delivered)
			r.Reports(m, sms.Sent)
			r.Views(m, word)
		}
	}
	words := func(state sms.State, words ...string) func(*record) {
		return func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, state)
			for _, word := range words {
				r.Views(m, word)
			}
		}
	}
	tell(t, 14, []story{
		{"the older one came later and was left aside", turned("delivered"), oracle.Pass, "1 time", nil},
		{"the last one wins", turned("sent"), oracle.Fail, `went back: it was told as delivered, then sent came (attempt 1 of evt_2 (message.sent)), and now the application calls it "sent"`, nil},
		{"a late duplicate wins", func(r *record) {
			m := underWay(r, "ana")
			s := r.Reports(m, sms.Sent)
			r.Reports(m, sms.Delivered)
			r.Views(m, "delivered")
			r.TellsStatus(s, historytest.Attempt{Why: journal.Duplicate})
			r.Views(m, "sent")
		}, oracle.Fail, "attempt 2 of evt_1", nil},
		{"forward", words(sms.Delivered, "queued", "sent", "delivered"), oracle.Pass, "2 times", nil},
		{"delivered and then lost", words(sms.Delivered, "delivered", "failed"), oracle.Fail, `called it "delivered" and later "failed"`, nil},
		{"back to the queue", words(sms.Sent, "sent", "queued"), oracle.Fail, `later "queued"`, nil},
		{"it corrects a guess of its own", words(sms.Delivered, "failed", "delivered"), oracle.Pass, "", nil},
		{"its own word for a call that worked", words(sms.Accepted, "sent", "queued", "sent"), oracle.Pass, "", nil},
		{"what it said between was no word", words(sms.Delivered, "delivered", "", "?", "delivered"), oracle.Pass, "1 time", nil},
		{"asked before the older one came", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Delivered)
			r.Views(m, "sent")
			r.Reports(m, sms.Sent)
		}, oracle.NotExercised, "", nil},
		{"asked once", words(sms.Delivered, "delivered"), oracle.NotExercised, "probe", nil},
	})
}

func TestEarlyStatus(t *testing.T) {
	first := func(word string, state sms.State) func(*record) {
		return func(r *record) {
			other := underWay(r, "ana")
			r.Reports(other, sms.Sent)
			r.Views(other, "sent")
			r.Views(early(r, state), word)
		}
	}
	tell(t, 15, []story{
		{"kept", first("sent", sms.Sent), oracle.Pass, "1 status", nil},
		{"lost", first("accepted", sms.Sent), oracle.Fail, `was told as sent before its send call was answered, and that was lost: the application calls it "accepted"`, nil},
		{"a failure lost", first("sent", sms.Failed), oracle.Fail, "told as failed before", nil},
		{"an application that has no word for sent", func(r *record) {
			r.Views(early(r, sms.Sent), "accepted")
		}, oracle.NotExercised, "status-first", nil},
		{"a later status hides it", func(r *record) {
			m := early(r, sms.Sent)
			r.Reports(m, sms.Delivered)
			r.Views(m, "delivered")
		}, oracle.NotExercised, "", nil},
		{"lost to an older one that came later, which is another fault", func(r *record) {
			m := r.Sends(r.Number("ana"), historytest.Line, "hello", historytest.Call{During: func(id string) { r.Reports(id, sms.Delivered) }})
			r.Reports(m, sms.Sent)
			r.Views(m, "sent")
		}, oracle.Pass, "", nil},
		{"never early", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Sent)
			r.Views(m, "sent")
		}, oracle.NotExercised, "", nil},
	})
}

func TestFailedSegment(t *testing.T) {
	long := func(segments int, word string) func(*record) {
		return func(r *record) {
			m := underWay(r, "ana")
			r.Segmented(m, segments)
			r.Reports(m, sms.Failed)
			r.Reports(m, sms.Delivered)
			r.Views(m, word)
		}
	}
	tell(t, 16, []story{
		{"failed", long(3, "undelivered"), oracle.Pass, "1 time", nil},
		{"delivered", long(3, "delivered"), oracle.Fail, "message msg_1 of 3 segments was told as failed, and the application calls it \"delivered\"", nil},
		{"one segment", long(1, "delivered"), oracle.NotExercised, "160 characters", nil},
	})
}

func TestConvergence(t *testing.T) {
	ends := func(state sms.State, word string) func(*record) {
		return func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, state)
			r.Views(m, word)
		}
	}
	known := ends(sms.Delivered, "delivered")
	tell(t, 24, []story{
		{"delivered is delivered", known, oracle.Pass, "1 message", nil},
		{"failed is failed", ends(sms.Failed, "FAILED_DND"), oracle.NotExercised, "", nil},
		{"failed is undelivered", ends(sms.Failed, "Undelivered"), oracle.Pass, "", nil},
		{"failed is not delivered", ends(sms.Failed, "message.delivered"), oracle.Fail, "message msg_1 was told as failed, and at the end the application calls it \"message.delivered\"", nil},
		{"delivered is not sent", ends(sms.Delivered, "sent"), oracle.Fail, "at the end", nil},
		{"it came right", func(r *record) {
			m := underWay(r, "ana")
			r.Reports(m, sms.Delivered)
			r.Views(m, "sent")
			r.Views(m, "delivered")
		}, oracle.Pass, "", nil},
		{"it does not know one of them", func(r *record) {
			known(r)
			m := underWay(r, "ben")
			r.Reports(m, sms.Delivered)
			r.Views(m, "")
		}, oracle.Fail, "message msg_2 was told as delivered, and at the end the application does not know it", nil},
		{"its probe knows none of them", ends(sms.Delivered, ""), oracle.NotExercised, "", nil},
		{"work is left", func(r *record) {
			known(r)
			r.Pending("2")
		}, oracle.Fail, "its probe /pending says 2", nil},
		{"work was left and was done", func(r *record) {
			r.Pending("2")
			r.Pending("0")
		}, oracle.Pass, "no work is left", nil},
		{"never asked", answeredOnce, oracle.NotExercised, "`status` probe", nil},
	})
}
