package stage

import (
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// happens writes a part of a record.
type happens func(*historytest.Record)

func answers(r *historytest.Record) {
	text := r.Texts("ana", "free?")
	r.Acks(text)
	r.Replies(text, "yes")
	r.Passes(time.Minute) // so that no kill is about it
}

// doubts is a kill at a moment that tells nothing.
func doubts(r *historytest.Record) {
	r.Acks(r.Texts("ana", "free?"))
	restarts("acked")(r)
}

func risks(r *historytest.Record) {
	text := r.Texts("ana", "free?")
	r.Acks(text)
	r.Sends(text.Message.Handset, text.Message.Line, "yes", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500})
}

func repeats(r *historytest.Record) { r.SendsTo("ana", "yes") }

func exits(r *historytest.Record) { r.Exits(3) }

func stirs(r *historytest.Record) { r.Stirs("2 exchanges are open") }

func stays(r *historytest.Record) {
	r.Kills("now")
	r.Starts()
}

func restarts(point page.Point) happens {
	return func(r *historytest.Record) {
		r.Kills(string(point))
		r.Restarts()
	}
}

func fires(kind journal.FaultKind) happens {
	return func(r *historytest.Record) { r.Plans(kind, "x") }
}

func waits(kind journal.FaultKind) happens {
	return func(r *historytest.Record) { r.Plans(kind, "") }
}

// A record is judged by what happens in it, and by nothing unless it is whole.
func TestVerdictByTheRecord(t *testing.T) {
	t.Parallel()
	const (
		fault = "fault duplicate of ana"
		other = "fault duplicate of ana nth 2"
		held  = "kill when received of ana"
		lost  = "fault lose-answer of ana attempt 2"
		acked = "kill when acked of ana"
		now   = "kill now"
	)
	type plan []string
	type record []happens
	nothing := Beside{}
	for name, tt := range map[string]struct {
		plan    plan
		record  record
		beside  Beside
		verdict report.Verdict
		says    string
	}{
		"all is well":              {nil, record{answers}, nothing, report.Pass, ""},
		"a rule is broken":         {nil, record{answers, repeats}, nothing, report.Fail, ""},
		"broken and unfinished":    {nil, record{answers, repeats}, Beside{Restless: "busy", Stuck: "no line"}, report.Fail, ""},
		"nobody could do better":   {nil, record{risks}, nothing, report.Unavoidable, "could not know the outcome"},
		"an expectation fails":     {nil, record{answers}, Beside{Broken: true, Restless: "busy", Stuck: "no line"}, report.Fail, ""},
		"restless":                 {nil, record{answers}, Beside{Restless: "busy", Stuck: "no line"}, report.Inconclusive, "busy"},
		"restless, by the record":  {nil, record{answers, stirs}, nothing, report.Inconclusive, "2 exchanges are open"},
		"the page could not go on": {plan{fault}, record{answers}, Beside{Stuck: "no line"}, report.NotExercised, "no line"},

		"ends by itself":           {nil, record{answers, exits}, nothing, report.Fail, "nothing had asked the application to end, but it ended with code 3"},
		"ends in a restless world": {nil, record{answers, exits}, Beside{Restless: "busy"}, report.Fail, "ended with code 3"},
		"ends among others":        {nil, record{answers, exits}, Beside{Company: true}, report.Inconclusive, "ended with code 3\nseveral pages were played at once"},
		"breaks and ends":          {nil, record{answers, repeats, exits}, nothing, report.Fail, ""},
		"breaks among others":      {nil, record{answers, repeats, exits}, Beside{Company: true}, report.Inconclusive, "several pages were played at once"},
		"does not start again":     {plan{now}, record{answers, stays}, nothing, report.Fail, "was killed and did not start again"},
		"starts again":             {plan{now}, record{answers, restarts(page.Now)}, nothing, report.Pass, ""},

		"a kill tells nothing":              {plan{acked}, record{doubts}, nothing, report.NotExercised, "cannot be told from one that forgot"},
		"nor does an expectation then":      {plan{acked}, record{doubts}, Beside{Broken: true}, report.NotExercised, "cannot be told from one that forgot"},
		"a kill tells nothing, no rest":     {plan{acked}, record{doubts}, Beside{Restless: "busy"}, report.Inconclusive, "busy"},
		"a kill tells nothing, and it ends": {plan{acked}, record{doubts, exits}, nothing, report.Fail, "ended with code 3"},

		"a fault fires":            {plan{fault}, record{answers, fires(journal.DuplicateNow)}, nothing, report.Pass, ""},
		"a fault never fires":      {plan{fault}, record{answers, waits(journal.DuplicateNow)}, nothing, report.NotExercised, "line 6: fault duplicate of ana: the fault never fired"},
		"a fault is never planned": {plan{fault}, record{answers}, nothing, report.NotExercised, "line 6: fault duplicate of ana: the fault never fired"},
		"the second never fires": {
			plan{fault, other},
			record{answers, fires(journal.DuplicateNow), waits(journal.DuplicateNow)},
			nothing, report.NotExercised, "line 7: fault duplicate of ana nth 2: the fault never fired",
		},

		"a kill never comes":      {plan{acked}, record{answers}, nothing, report.NotExercised, "line 6: kill when acked of ana: the application was not killed"},
		"another kill comes":      {plan{acked}, record{answers, restarts(page.Now)}, nothing, report.NotExercised, "line 6: kill when acked of ana: the application was not killed"},
		"the second never comes":  {plan{now, now}, record{answers, restarts(page.Now)}, nothing, report.NotExercised, "line 7: kill now: the application was not killed"},
		"a held kill comes":       {plan{held}, record{answers, fires(journal.LoseAnswer), restarts(page.Received)}, nothing, report.Pass, ""},
		"a held kill never comes": {plan{held}, record{answers, waits(journal.LoseAnswer)}, nothing, report.NotExercised, "line 6: kill when received of ana: the application was not killed"},
		"held, and not killed":    {plan{held}, record{answers, fires(journal.LoseAnswer)}, nothing, report.NotExercised, "line 6: kill when received of ana: the application was not killed"},
		"a fault like that which holds a kill": {
			plan{held, lost},
			record{answers, fires(journal.LoseAnswer), waits(journal.LoseAnswer), restarts(page.Received)},
			nothing, report.NotExercised, "line 7: fault lose-answer of ana attempt 2: the fault never fired",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r historytest.Record
			r.Plays("test", func() {
				for _, what := range tt.record {
					what(&r)
				}
			})
			p := withPlan(t, "", "ana asks\n", tt.plan...)
			promise := history.Promise{Replies: []history.Reply{{To: "free?", Expect: 1}}, Policy: history.AtMostOnce}
			for end := range len(r.Entries()) + 1 {
				h := history.New(r.Entries()[:end], promise)
				want, says := tt.verdict, tt.says
				if end < len(r.Entries()) {
					want, says = report.Inconclusive, "the record ends before the page did"
				}
				verdict, reason := Verdict(p, h, oracle.Judge(h), tt.beside)
				if verdict != want || !strings.Contains(reason, says) || says == "" && reason != "" {
					t.Errorf("after %d of %d entries %s %q; want %s %q", end, len(r.Entries()), verdict, reason, want, says)
				}
			}
		})
	}
}
