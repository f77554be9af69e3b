package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// busy is a result of many texts, of which the evidence is given.
func busy(texts int, evidence ...uint64) Result {
	var r historytest.Record
	for i := range texts {
		in := r.Texts("ana", fmt.Sprintf("question %d", i))
		r.Acks(in)
		r.Replies(in, "answer")
	}
	result := Result{Page: "busy", Verdict: Fail, Entries: r.Entries(), Cast: map[string]sms.Number{"ana": r.Number("ana")}}
	if len(evidence) > 0 {
		result.Findings = []oracle.Finding{{Oracle: 1, Status: oracle.Fail, Evidence: evidence, Handset: r.Number("ana")}}
	}
	return result
}

func TestRowsStandOneUnderTheOther(t *testing.T) {
	t.Parallel()
	for texts := range 40 {
		c, y, gaps := draw(busy(texts, 3, 9)), headHeight, 0
		for i, p := range c.Rows {
			if p.Index != i {
				t.Fatalf("row %d says it is %d", i, p.Index)
			}
			if p.Gap > 0 {
				gaps += p.Gap
				for _, hidden := range c.Rows[i+1 : p.Until] {
					if !hidden.Off {
						t.Errorf("%d texts: row %d is in a gap and shown", texts, hidden.Index)
					}
				}
			}
			if p.Off {
				continue
			}
			if p.Y != y {
				t.Errorf("%d texts: row %d is at %d, not %d", texts, i, p.Y, y)
			}
			y += p.Height
		}
		if c.Height != y+footHeight || gaps != c.Hidden {
			t.Errorf("%d texts: height %d of %d, %d of %d rows in gaps", texts, c.Height, y, gaps, c.Hidden)
		}
	}
}

func TestLongRecordsAreFoldedAroundTheEvidence(t *testing.T) {
	t.Parallel()
	r := busy(400, 1001)
	shown, proven := 0, 0
	for _, p := range draw(r).Rows {
		if !p.Off && p.Gap == 0 {
			shown++
		}
		if p.Evidence > 0 {
			proven++
			if p.Off || !slices.Contains(p.Seqs, 1001) {
				t.Errorf("the evidence is in row %+v", p)
			}
		}
	}
	if shown < mostShown-5 || shown > mostShown+10 || proven != 1 {
		t.Errorf("%d rows are shown, %d with evidence", shown, proven)
	}
}

func TestCausesLeadDown(t *testing.T) {
	t.Parallel()
	c := draw(busy(3, 5, 8))
	if len(c.Causes) == 0 {
		t.Fatal("no causes")
	}
	proven := 0
	for _, one := range c.Causes {
		if one.From >= one.To {
			t.Errorf("row %d made row %d happen", one.From, one.To)
		}
		if strings.Contains(one.Class, "proven") {
			proven++
		}
	}
	if proven == 0 {
		t.Error("no cause between pieces of evidence")
	}
}

// Handsets have lanes of their own while there are few.
func TestLanes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 4, 1: 4, 2: 5, 4: 7, 5: 4, 30: 4} {
		var r historytest.Record
		for i := range n {
			r.Texts(fmt.Sprint("who", i), "hi")
		}
		c, at := draw(Result{Entries: r.Entries()}), map[int]bool{}
		for _, l := range c.Lanes {
			if at[l.X] || l.X >= c.Width {
				t.Errorf("%d handsets: a lane at %d of %d", n, l.X, c.Width)
			}
			at[l.X] = true
		}
		if len(c.Lanes) != want {
			t.Errorf("%d handsets: %d lanes, want %d", n, len(c.Lanes), want)
		}
	}
}

func TestWeave(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	ana := r.Texts("ana", "hi")
	r.Fault(journal.LoseAnswer, ana.Event.ID+"/1")
	r.Loses(ana)
	r.Sends(ana.Message.Handset, historytest.Line, "yes", historytest.Call{Silent: true, Fault: journal.ErrorAfter})
	r.Sends(ana.Message.Handset, historytest.Line, "no", historytest.Call{Refused: sms.RateLimited})
	for _, state := range []string{"killed", "started", "ready"} {
		r.Add(journal.Entry{Kind: journal.KindProcess, Process: &journal.Process{State: state, Point: "accepted"}})
	}
	var got []string
	for _, s := range weave(r.Entries(), func(sms.Number) string { return "ana" }) {
		got = append(got, strings.TrimSpace(fmt.Sprint(s.shape, " ", laneWords[s.from], ": ", s.text, " | ", s.answer, " ", s.faults, " ", s.tone)))
	}
	want := []string{
		"arrow handset: “hi” |  [] plain",
		"arrow provider: attempt 1 · message.received | answer lost [lose-answer] doubt",
		"arrow application: sends ana “yes” | accepted [error-after] plain",
		"arrow provider: “yes” |  [] good",
		"arrow provider: told nothing |  [] doubt",
		"arrow application: POST /messages | refused: rate-limited, told 422 [] bad",
		"note application: killed when accepted |  [] bad",
		"note application: started |  [] good",
		"note application: ready |  [] good",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	c := draw(Result{Entries: r.Entries()})
	if !slices.ContainsFunc(c.Bars, func(b bar) bool { return b.Class == "down" && b.Height > rowHeight }) {
		t.Errorf("no bar while the application is down: %+v", c.Bars)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	run := func(who string, replies int) []step {
		var r historytest.Record
		r.Number(who + " before") // other numbers, other ids
		r.Texts(who+" before", "so that ids differ")
		n := len(r.Entries())
		in := r.Texts(who, "hi")
		r.Acks(in)
		for range replies {
			r.Replies(in, "yes")
		}
		return weave(r.Entries()[n:], func(sms.Number) string { return "ana" })
	}
	for _, tt := range []struct{ mine, base, here, there int }{{1, 1, 0, 0}, {2, 1, 3, 0}, {0, 1, 0, 2}, {1, 0, 3, 0}} {
		got := compare(run("ana", tt.mine), run("ben", tt.base), nil)
		fresh, ghosts := 0, 0
		for i, s := range got.steps {
			if got.fresh[i] {
				fresh++
			}
			if s.shape == ghost {
				ghosts++
			}
		}
		if fresh != tt.here || ghosts != tt.there {
			t.Errorf("%d replies against %d: %d only here, %d only there", tt.mine, tt.base, fresh, ghosts)
		}
	}
	if same := compare(run("ana", 2), nil, nil); slices.Contains(same.fresh, true) {
		t.Error("nothing to compare with is no difference")
	}
}

// The passing run had other numbers for the same names: they stand in one lane.
func TestBaselineOfOtherNumbers(t *testing.T) {
	t.Parallel()
	var mine, base historytest.Record
	mine.Acks(mine.Texts("ana", "hi"))
	base.Number("somebody before")
	in := base.Texts("ana", "hi")
	base.Acks(in)
	base.Replies(in, "yes")
	r := Result{
		Entries: mine.Entries(), Cast: map[string]sms.Number{"ana": mine.Number("ana")},
		Baseline: base.Entries(), BaselineCast: map[string]sms.Number{"ana": base.Number("ana")},
	}
	c := draw(r)
	if len(c.Lanes) != 4 {
		t.Errorf("%d lanes, want one for ana and three more: %+v", len(c.Lanes), c.Lanes)
	}
	if !slices.ContainsFunc(c.Rows, func(p place) bool { return p.Shape == ghost && strings.Contains(p.Text, "sends ana") }) {
		t.Error("what only the passing run sent is not there under the handset's name")
	}
}

func TestLong(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", time.Microsecond: "<1ms", 1500 * time.Microsecond: "2ms", 17071 * time.Millisecond: "17.07s",
		time.Minute: "1m", 61 * time.Second: "1m1s", time.Hour: "1h", 25*time.Hour + time.Second: "25h0m1s", 72 * time.Hour: "72h",
		-time.Second: "-1s", 10 * time.Minute: "10m", 70 * time.Minute: "1h10m",
	} {
		if got := long(d); got != want {
			t.Errorf("long(%s) = %q, want %q", d, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", strings.Repeat("x", 500), strings.Repeat("漢", 500), strings.Repeat("👍", 9), "\u202eab\x00"} {
		got := fit(text, 100)
		if n := len([]rune(got)); n > 16 || got != Plain(got) || len(text) < 3 && got != text {
			t.Errorf("fit(%q) = %q", text, got)
		}
	}
}
