package oracle_test

import (
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

func TestTrust(t *testing.T) {
	forged := func(kind journal.FaultKind, status int) func(*record) {
		return func(r *record) {
			t := r.Texts("ana", ask)
			r.Forges(t, kind, status)
			r.Acks(t)
			r.Replies(t, "yes")
		}
	}
	tell(t, 17, []story{
		{"refused, then answered", forged(journal.BadSignature, 401), oracle.Pass, "1 forged webhook without effect", nil},
		{"believed", forged(journal.BadSignature, 200), oracle.Fail, "accepted a webhook whose signature does not match", nil},
		{"believed without a signature", forged(journal.NoSignature, 204), oracle.Fail, "accepted a webhook whose signature is missing", nil},
		{"believed though stale", forged(journal.StaleTime, 200), oracle.Fail, "accepted a webhook whose signature is too old", nil},
		{"believed a kind that has no words yet", forged("new-kind", 200), oracle.Fail, "accepted a webhook that is forged (new-kind)", nil},
		{"not refused but broken", forged(journal.BodyChanged, 500), oracle.Fail, "was answered 500, not refused with 4xx", nil},
		{"refused with an effect", func(r *record) {
			t := r.Texts("ana", ask)
			r.Forges(t, journal.BadSignature, 401)
			r.Replies(t, "yes")
			r.Acks(t)
		}, oracle.Fail, "had an effect: message msg_2", nil},
		{"the genuine one was swallowed", func(r *record) {
			t := r.Texts("ana", ask)
			r.Forges(t, journal.BadSignature, 401)
			r.Acks(t)
		}, oracle.Fail, "message msg_1 rightly signed was acknowledged but not answered", nil},
		{"the genuine one was refused", func(r *record) {
			t := r.Texts("ana", ask)
			r.Forges(t, journal.OldSecret, 401)
			r.Answers(t, journal.Retry, 401)
		}, oracle.Fail, "rightly signed was not acknowledged either", nil},
		{"a replay taken for the duplicate it is", func(r *record) {
			answeredOnce(r)
			t := r.Texts("ben", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Forges(t, journal.ReplayOld, 200)
		}, oracle.Pass, "", nil},
		{"a replay with an effect", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Forges(t, journal.ReplayOld, 200)
			r.Replies(t, "yes")
		}, oracle.Fail, "whose signature is that of an old capture had an effect", nil},
		{"refused and never told again", func(r *record) {
			r.Forges(r.Texts("ana", ask), journal.BadSignature, 403)
		}, oracle.Pass, "", nil},
		{"silent before the forged one came", func(r *record) {
			t := r.Texts("ana", ask)
			r.Acks(t)
			r.Forges(t, journal.BadSignature, 401)
			r.Acks(t)
		}, oracle.Pass, "", nil},
		{"the genuine one was lost on the way", func(r *record) {
			t := r.Texts("ana", ask)
			r.Forges(t, journal.BadSignature, 401)
			r.Loses(t)
		}, oracle.Pass, "", nil},
		{"a genuine duplicate had the effect", func(r *record) {
			t := r.Texts("ana", ask)
			r.Forges(t, journal.BadSignature, 401)
			r.Acks(t)
			r.Replies(t, "yes")
			r.Acks(t)
			r.Replies(t, "yes")
		}, oracle.Pass, "", nil},
		{"nothing forged", answeredOnce, oracle.NotExercised, "bad-signature", nil},
		{"no answer to the forged one", func(r *record) {
			r.Tells(r.Texts("ana", ask), historytest.Attempt{Forged: journal.BadSignature, Outcome: journal.Failure, Class: "timeout"})
		}, oracle.NotExercised, "", nil},
	})
}
