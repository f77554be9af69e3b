package report_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/report"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run with -update to write it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update to accept.\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

// judged is a result with the findings about a record.
func judged(page, title string, r *historytest.Record) report.Result {
	found := oracle.Judge(history.New(r.Entries(), history.Promise{Replies: []history.Reply{{To: "Is 3pm free?", Expect: 1}, {To: "Hi \x1b[2J\u202e", Expect: 1}}}))
	result := report.Result{
		Page: page, Title: title, Provider: "acme", Labels: []string{"dedupe"}, Verdict: report.Pass, Findings: found,
		Virtual: 25*time.Hour + 1500*time.Millisecond, Wall: 312345 * time.Microsecond, Entries: r.Entries(),
	}
	if oracle.Primary(found) != nil {
		result.Verdict = report.Fail
	}
	return result
}

// twice is a page on which a lost answer leads to a second reply, amid the
// traffic of another customer.
func twice() report.Result {
	var r historytest.Record
	r.Add(journal.Entry{Kind: journal.KindMarker, Marker: `line 3: ana texts "Is 3pm free?"`})
	r.Add(journal.Entry{Kind: journal.KindFaultPlanned, Fault: &journal.Fault{Kind: journal.LoseAnswer}})
	ana, ben := r.Texts("ana", "Is 3pm free?"), r.Texts("ben", "Is 3pm free?")
	r.Fault(journal.LoseAnswer, ana.Event.ID+"/1")
	r.Loses(ana)
	r.Replies(ana, "Yes, 3pm is free. Shall I book it?")
	for _, f := range []journal.Finding{
		{By: journal.ByApp, Finding: sms.Finding{Kind: sms.FoundUnread, Place: "body", Pointer: "/mood", Problem: `"mood" is read by nobody`}},
		{By: journal.ByEmulator, Finding: sms.Finding{Kind: sms.FoundMissing, Place: "body", Pointer: "/id", Problem: `"id" is missing`}},
	} {
		f.Handset = r.Number("ana")
		r.Add(journal.Entry{Kind: journal.KindFinding, Finding: &f})
	}
	r.Tells(ben, historytest.Attempt{Took: sms.Duration(3 * time.Millisecond)})
	r.Replies(ben, "Yes")
	r.Add(journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{From: time.Unix(0, 0), To: time.Unix(17, 0)}})
	r.Tells(ana, historytest.Attempt{Took: sms.Duration(12 * time.Millisecond)})
	r.Sends(r.Number("ana"), historytest.Line, "Yes, 3pm is free. Shall I book it?", historytest.Call{Fault: journal.ErrorAfter, Silent: true})
	r.Quiet()
	result := judged("replies/lost-answer", "the answer to a webhook is lost", &r)
	result.Expects = []report.Expect{{Line: 7, Text: "expect replies ana 1", Says: "there were 2 replies of ana, not 1"}}
	return result
}

// hostile is a page whose texts would do harm if they were shown as they are.
func hostile() report.Result {
	var r historytest.Record
	text := r.Texts("ana", "Hi \x1b[2J\u202e")
	r.Acks(text)
	r.Replies(text, "\x1b]0;owned\x07 one")
	r.Replies(text, "two\r\nthree\x00\xff")
	return judged("bad/escape\x1b[31m", "texts with \x1b escapes", &r)
}

func fine() report.Result {
	var r historytest.Record
	text := r.Texts("ana", "Is 3pm free?")
	r.Acks(text)
	r.Replies(text, "Yes")
	return judged("replies/once", "a text is answered once", &r)
}

// long is a failure far into a long record.
func long() report.Result {
	var r historytest.Record
	for range 30 {
		r.Acks(r.Texts("ana", "what is this?"))
	}
	r.Answers(r.Texts("ana", "Is 3pm free?"), journal.First, 500)
	return judged("replies/long", "an error after much else", &r)
}

func run(results ...report.Result) report.Run {
	for i := range results {
		results[i].Provider = cmp.Or(results[i].Provider, "acme")
	}
	return report.Run{SUT: "bookings", Provider: "acme", Seed: 7, Results: results}
}

func whole() report.Run {
	return run(
		fine(), twice(), hostile(), long(),
		report.Result{Page: "stop/app-sends", Title: "STOP goes first", Verdict: report.NotExercised, Reason: "line 4: sut.yaml declares no `send`"},
		report.Result{Page: "stop/noise", Title: "no rest", Verdict: report.Inconclusive, Reason: "2 exchanges were open after 30s", Virtual: 3 * time.Millisecond},
	)
}

func TestText(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := report.Text(&b, whole(), report.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "whole.txt", b.Bytes())
}

// A run for several providers says whose page each is, and which were left out.
func TestTextOfSeveralProviders(t *testing.T) {
	t.Parallel()
	of := func(provider string, r report.Result) report.Result {
		r.Provider = provider
		return r
	}
	left := report.Result{Title: "x", Verdict: report.LeftOut, Reason: "no signature exists"}
	left.Page = "trust/bad"
	other := left
	other.Page = "trust/stale"
	r := run(fine(), left, of("acme", twice()), of("other", left), of("other", fine()), of("other", other))
	r.Results[1].Provider, r.Provider = "acme", "acme, other"
	r.Results[1].Reason = "the page is for other"
	var b bytes.Buffer
	if err := report.Text(&b, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "several.txt", b.Bytes())
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := report.JSON(&b, run(fine(), whole().Results[4])); err != nil {
		t.Fatal(err)
	}
	golden(t, "green.json", b.Bytes())
}

func TestJSONKeepsTheRecordOfAFailure(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	failed := twice()
	failed.Plan, failed.Baseline = []string{"fault lose-answer"}, fine().Entries
	if err := report.JSON(&b, run(failed)); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Exit     int
		Counts   map[string]int
		Coverage report.Coverage
		Results  []struct {
			Says     string
			Virtual  string
			Plan     []string
			Entries  []journal.Entry
			Baseline []journal.Entry
			Expects  []report.Expect
		}
	}
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	got := back.Results[0]
	if back.Exit != 1 || back.Counts["fail"] != 1 || len(got.Entries) != len(twice().Entries) || len(got.Expects) != 1 {
		t.Errorf("exit %d, counts %v, %d entries", back.Exit, back.Counts, len(got.Entries))
	}
	if len(got.Plan) != 1 || len(got.Baseline) != len(failed.Baseline) || len(back.Coverage.Faults) != 2 {
		t.Errorf("plan %q, %d entries of the baseline, coverage %+v", got.Plan, len(got.Baseline), back.Coverage)
	}
	if !strings.Contains(got.Says, "got 2 replies") || got.Virtual != "25h0m1.5s" {
		t.Errorf("says %q after %s", got.Says, got.Virtual)
	}
}

func TestColourOnlyIfAsked(t *testing.T) {
	t.Parallel()
	var without, with bytes.Buffer
	_ = report.Text(&without, whole(), report.Options{})
	_ = report.Text(&with, whole(), report.Options{Color: true})
	for _, r := range without.String() {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%q is in the text", r)
		}
	}
	if !strings.Contains(with.String(), "\x1b[32mpass\x1b[0m") || !strings.Contains(with.String(), "\x1b[1;31mFAIL\x1b[0m") {
		t.Error("no colours")
	}
	plain := with.String()
	for _, code := range []string{"\x1b[32m", "\x1b[1;31m", "\x1b[33m", "\x1b[35m", "\x1b[0m"} {
		plain = strings.ReplaceAll(plain, code, "")
	}
	if plain != without.String() {
		t.Error("colour changes more than colour")
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	of := func(verdicts ...report.Verdict) report.Run {
		var r report.Run
		for _, v := range verdicts {
			r.Results = append(r.Results, report.Result{Verdict: v})
		}
		return r
	}
	for _, tt := range []struct {
		run  report.Run
		want int
	}{
		{of(), 4},
		{of(report.Pass), 0},
		{of(report.Pass, report.NotExercised), 0},
		{of(report.NotExercised), 4},
		{of(report.Pass, report.LeftOut), 0},
		{of(report.LeftOut), 4},
		{of(report.Pass, report.Inconclusive), 4},
		{of(report.Pass, report.Inconclusive, report.Fail), 1},
		{of(report.Fail), 1},
	} {
		if got := tt.run.ExitCode(); got != tt.want {
			t.Errorf("exit code of %v is %d, want %d", tt.run.Results, got, tt.want)
		}
	}
}

func TestExplainSaysHowToPlayItAgain(t *testing.T) {
	t.Parallel()
	r := run(twice())
	for command, want := range map[string]string{
		"":                          "  replay: switchhook verify --provider acme --seed 7 replies/lost-answer\n",
		"switchhook verify --sut x": "  replay: switchhook verify --sut x --provider acme --seed 7 replies/lost-answer\n",
	} {
		if got := report.Explain(r, r.Results[0], report.Options{Command: command}); !strings.HasSuffix(got, want) {
			t.Errorf("ends with %q, want %q", got[strings.LastIndex(got, "  replay"):], want)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestAFailingWriterIsReported(t *testing.T) {
	t.Parallel()
	if report.Text(broken{}, whole(), report.Options{}) == nil || report.JSON(broken{}, whole()) == nil {
		t.Error("a report that was not written is no report")
	}
}
