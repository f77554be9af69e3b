package oracle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// Texts that the promise of these tests declares, and one that it does not.
const (
	ask    = "Is 3pm free?" // one reply
	twice  = "Tell me all"  // two replies
	mute   = "thanks"       // none
	strays = "What is this?"
)

func promise() history.Promise {
	return history.Promise{
		Replies: []history.Reply{
			{To: ask, Expect: 1},
			{To: twice, Expect: 2},
			{To: mute, Expect: 0},
			{To: "Book 3pm for {{token}}", Expect: 1},
			{To: "Step {{token}}", Expect: 1},
			{To: "HELP", Expect: 1},
		},
		Policy: history.AtMostOnce,
	}
}

// story is a record and what one oracle must find in it.
type story struct {
	name  string
	write func(*historytest.Record)
	want  oracle.Status
	says  string                 // part of the sentence, or of the need
	with  func(*history.Promise) // changes the promise
}

func judge(s story) []oracle.Finding {
	var r historytest.Record
	s.write(&r)
	p := promise()
	if s.with != nil {
		s.with(&p)
	}
	return oracle.Judge(history.New(r.Entries(), p))
}

// tell runs the stories of one oracle.
func tell(t *testing.T, number int, stories []story) {
	t.Helper()
	t.Parallel()
	for _, want := range []oracle.Status{oracle.Pass, oracle.Fail, oracle.NotExercised} {
		if !slices.ContainsFunc(stories, func(s story) bool { return s.want == want }) {
			t.Errorf("oracle %d has no story that ends with %q", number, want)
		}
	}
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			f := find(judge(s), number)
			if f.Status != s.want || !strings.Contains(f.Says+" | "+f.Need, s.says) {
				t.Errorf("oracle %d found %q: %s | %s\nwant %q with %q", number, f.Status, f.Says, f.Need, s.want, s.says)
			}
			if f.Status == oracle.Fail && len(f.Evidence) == 0 {
				t.Errorf("a failure without evidence: %s", f.Says)
			}
			if f.Status == oracle.NotExercised && f.Need == "" {
				t.Errorf("not exercised, and nothing says what would: %s", f.Says)
			}
		})
	}
}

func find(found []oracle.Finding, number int) oracle.Finding {
	i := slices.IndexFunc(found, func(f oracle.Finding) bool { return f.Oracle == number })
	return found[i]
}

func TestAllAreInOrderAndSayTheirRule(t *testing.T) {
	t.Parallel()
	var numbers []int
	for _, o := range oracle.All() {
		numbers = append(numbers, o.Number)
		if o.Name == "" || o.Says == "" || o.Judge == nil {
			t.Errorf("oracle %d lacks a name, a rule or a judge", o.Number)
		}
	}
	if want := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27}; !slices.Equal(numbers, want) {
		t.Errorf("the oracles are %v, want %v", numbers, want)
	}
}

func TestAnEmptyRecordExercisesNothing(t *testing.T) {
	t.Parallel()
	for _, f := range oracle.Judge(history.New(nil, promise())) {
		if f.Status != oracle.NotExercised || f.Need == "" {
			t.Errorf("oracle %d on nothing: %q, need %q", f.Oracle, f.Status, f.Need)
		}
	}
}

// Every oracle has its place in the order of Primary, and a cause goes before
// its symptoms.
func TestPrimary(t *testing.T) {
	t.Parallel()
	var all []oracle.Finding
	for _, o := range oracle.All() {
		f := []oracle.Finding{{Oracle: o.Number, Status: oracle.Fail}}
		if got := oracle.Primary(f); got == nil || got.Oracle != o.Number {
			t.Errorf("Primary of oracle %d alone is %v", o.Number, got)
		}
		all = append(all, f...)
	}
	var order []int
	for {
		first := oracle.Primary(all)
		if first == nil {
			break
		}
		order = append(order, first.Oracle)
		first.Status = oracle.Pass
	}
	if want := []int{17, 18, 27, 4, 3, 11, 12, 10, 7, 6, 25, 9, 8, 16, 14, 15, 5, 19, 26, 21, 23, 22, 1, 20, 13, 2, 24}; !slices.Equal(order, want) {
		t.Errorf("from causes to symptoms: %v, want %v", order, want)
	}
	if got := oracle.Primary([]oracle.Finding{{Oracle: 99, Status: oracle.Fail}}); got == nil {
		t.Error("a failure of an oracle without a place is no failure")
	}
}
