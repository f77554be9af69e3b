package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
)

// difference is what the timeline of a run marks against a passing one, played
// in a world with other numbers and ids.
func difference(run, passing func(*historytest.Record), cast ...string) []string {
	var mine, base historytest.Record
	base.Replies(base.Texts("somebody before", "so that ids differ"), "yes")
	before := len(base.Entries())
	result := Result{Cast: map[string]sms.Number{}, BaselineCast: map[string]sms.Number{}}
	for _, who := range slices.Backward(cast) {
		result.BaselineCast[who] = base.Number(who)
	}
	for _, who := range cast {
		result.Cast[who] = mine.Number(who)
	}
	run(&mine)
	passing(&base)
	result.Entries, result.Baseline = mine.Entries(), base.Entries()[before:]
	var marked []string
	for _, p := range draw(result).Rows {
		switch {
		case p.Fresh:
			marked = append(marked, "+ "+p.Full)
		case p.Shape == ghost:
			marked = append(marked, "- "+p.Full)
		}
	}
	return marked
}

func TestDifference(t *testing.T) {
	t.Parallel()
	asks := func(r *historytest.Record) {
		in := r.Texts("ana", "Is 3pm free?")
		r.Acks(in)
		r.Replies(in, "yes")
	}
	for name, tt := range map[string]struct {
		run, passing func(*historytest.Record)
		want         []string
	}{
		"the same": {asks, asks, nil},
		"a duplicate, planned before anybody texts": {
			func(r *historytest.Record) {
				r.Plans("duplicate", "")
				r.Line("ana asks")
				in := r.Texts("ana", "Is 3pm free?")
				r.Acks(in)
				r.Replies(in, "yes")
				r.Answers(in, journal.Duplicate, 200)
				r.Replies(in, "yes")
			},
			func(r *historytest.Record) {
				r.Quiet()
				asks(r)
				r.Rests()
			},
			[]string{"+ attempt 2 (duplicate) · message.received", "+ sends ana “yes”", "+ “yes”", "+ told 201"},
		},
		"an attempt that is open while the application sends": {
			func(r *historytest.Record) {
				in := r.Texts("ana", "Is 3pm free?")
				end := r.Opens(in, historytest.Attempt{})
				r.Replies(in, "yes")
				end()
			},
			asks, nil,
		},
		"a second attempt that is open while the application sends": {
			func(r *historytest.Record) {
				asks(r)
				in := r.Texts("ana", "hi")
				end := r.Opens(in, historytest.Attempt{})
				r.Replies(in, "what?")
				end()
			},
			asks,
			[]string{"+ “hi”", "+ attempt 1 · message.received", "+ sends ana “what?”", "+ “what?”", "+ told 201", "+ attempt 1: 200 in 0s"},
		},
		"two who text at once, in another order": {
			func(r *historytest.Record) {
				ana, ben := r.Texts("ana", "hi"), r.Texts("ben", "hi")
				r.Acks(ana)
				r.Acks(ben)
				r.Replies(ben, "yes")
			},
			func(r *historytest.Record) {
				ben, ana := r.Texts("ben", "hi"), r.Texts("ana", "hi")
				r.Acks(ben)
				r.Replies(ben, "yes")
				r.Acks(ana)
				r.Replies(ana, "yes")
			},
			[]string{"- sends ana “yes” → accepted, told 201", "- “yes”"},
		},
		"fresh words": {
			func(r *historytest.Record) {
				in := r.Texts("ana", "Book 3pm for Motutoki")
				r.Acks(in)
				r.Copy("ana", in)
				r.Replies(in, "Booked for Motutoki.")
				r.Replies(r.Texts("ana", "Book 3pm for Lubaluro"), "Booked for Lubaluro.")
			},
			func(r *historytest.Record) {
				in := r.Texts("ana", "Book 3pm for Bikonada")
				r.Acks(in)
				r.Replies(in, "Booked for Bikonada.")
				r.Replies(r.Texts("ana", "Book 3pm for Rutobagi"), "Booked for Rutobagi.")
			},
			[]string{"+ “Book 3pm for Motutoki”"},
		},
		"an answer that was lost": {
			func(r *historytest.Record) { r.Loses(r.Texts("ana", "hi")) },
			func(r *historytest.Record) {
				in := r.Texts("ana", "hi")
				end := r.Opens(in, historytest.Attempt{})
				r.Replies(in, "yes")
				end()
			},
			[]string{
				"+ attempt 1 · message.received", "- attempt 1 · message.received → 200", "- sends ana “yes” → accepted, told 201", "- “yes”",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := difference(tt.run, tt.passing, "ana", "ben"); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestStepWithoutALine(t *testing.T) {
	t.Parallel()
	for marker, want := range map[string]string{
		"line 0: advance 15m": "advance 15m", "line 10: settle": "line 10: settle", "line 7: app sends line 0: x": "line 7: app sends line 0: x",
	} {
		var r historytest.Record
		r.Add(journal.Entry{Kind: journal.KindMarker, Marker: marker})
		if got := draw(Result{Entries: r.Entries()}).Rows[0].Full; got != want {
			t.Errorf("%q is shown as %q, want %q", marker, got, want)
		}
		if got := timeline(r.Entries(), nil); !strings.Contains(got, "-- "+want) {
			t.Errorf("%q is written as %q, want %q", marker, got, want)
		}
	}
}
