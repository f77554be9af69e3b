package oracle_test

import (
	"testing"

	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

func TestRightConversation(t *testing.T) {
	tell(t, 10, []story{
		{"each on its line", func(r *record) {
			first, second := r.Texts("ana", ask), r.TextsTo("ana", historytest.Line2, ask)
			r.Acks(first)
			r.Acks(second)
			r.Replies(second, "yes")
			r.Replies(first, "yes")
		}, oracle.Pass, "2 replies", nil},
		{"from a line that was not written to", func(r *record) {
			r.Acks(r.TextsTo("ana", historytest.Line2, ask))
			r.SendsTo("ana", "yes")
		}, oracle.Fail, "wrote to +18015550101 and was answered from +18015550100", nil},
		{"both into the first conversation", func(r *record) {
			first, second := r.Texts("ana", ask), r.TextsTo("ana", historytest.Line2, ask)
			r.Acks(first)
			r.Acks(second)
			r.Replies(first, "yes")
			r.Replies(first, "yes")
		}, oracle.Fail, "went into the wrong conversation", nil},
		{"both to one customer", func(r *record) {
			ana, ben := r.Texts("ana", ask), r.Texts("ben", ask)
			r.Acks(ana)
			r.Acks(ben)
			r.Replies(ben, "yes")
			r.Replies(ben, "yes")
		}, oracle.Fail, "+18015550202 with +18015550100 got one too many (message msg_4), +18015550201 with +18015550100 one too few", nil},
		{"to somebody who never wrote", func(r *record) {
			answeredOnce(r)
			r.SendsTo("ben", "yes")
		}, oracle.Fail, "+18015550202 never wrote", nil},
		{"to somebody who never wrote, as asked", func(r *record) {
			answeredOnce(r)
			r.Asks("ben")
			r.SendsTo("ben", "hello")
		}, oracle.Pass, "", nil},
		{"too early is not misplaced", func(r *record) {
			t := r.Texts("ana", ask)
			r.Replies(t, "yes")
			r.Acks(t)
		}, oracle.NotExercised, "", nil},
		{"too many is not misplaced", answeredTwice, oracle.Pass, "", nil},
		{"no reply", silent, oracle.NotExercised, "answered", nil},
	})
}

func TestNoLeakage(t *testing.T) {
	names := func(toAna, toBen string) func(*record) {
		return func(r *record) {
			ana, ben := r.Texts("ana", "Book 3pm for Zoe81"), r.Texts("ben", "Book 3pm for Max42")
			r.Acks(ana)
			r.Acks(ben)
			r.Replies(ana, toAna)
			r.Replies(ben, toBen)
		}
	}
	tell(t, 11, []story{
		{"each their own", names("Booked for Zoe81.", "Booked for Max42."), oracle.Pass, "2 echoes", nil},
		{"the other's", names("Booked for Zoe81.", "Booked for Zoe81."), oracle.Fail, `holds "zoe81", which only +18015550201 wrote`, nil},
		{"the other's in capitals", names("Booked for Zoe81.", "Booked for ZOE81."), oracle.Fail, "", nil},
		{"a longer word is another", names("Booked for Zoe81.", "Booked for Zoe812, Max42."), oracle.Pass, "", nil},
		{"no echo", names("Booked.", "Booked."), oracle.NotExercised, "{{token}}", nil},
		{"one customer cannot leak to nobody", func(r *record) {
			t := r.Texts("ana", "Book 3pm for Zoe81")
			r.Acks(t)
			r.Replies(t, "Booked for Zoe81.")
		}, oracle.NotExercised, "two handsets", nil},
		{"both wrote it", func(r *record) {
			ana, ben := r.Texts("ana", "Book 3pm for Zoe81"), r.Texts("ben", "Book 3pm for Zoe81")
			eve := r.Texts("eve", "Book 3pm for Max42")
			r.Acks(eve)
			r.Acks(ana)
			r.Acks(ben)
			r.Replies(ben, "Booked for Zoe81.")
		}, oracle.Pass, "", nil},
	})
}
