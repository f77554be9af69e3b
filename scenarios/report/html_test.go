package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"golang.org/x/net/html"
)

func htmlOf(t testing.TB, r report.Run, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// svgs are the drawings of a document.
func svgs(document string) []string {
	var out []string
	for _, part := range strings.Split(document, "<svg ")[1:] {
		inside, _, _ := strings.Cut(part, "</svg>")
		out = append(out, "<svg "+inside+"</svg>\n")
	}
	return out
}

func TestDrawing(t *testing.T) {
	t.Parallel()
	golden(t, "twice.svg", []byte(svgs(htmlOf(t, run(twice()), report.Options{}))[0]))
}

// The page has all that a reader needs to understand a failure and to play it again.
func TestHTMLSaysWhatFailed(t *testing.T) {
	t.Parallel()
	script := "# the answer to a webhook is lost\nprovider any\n\n-- script --\n# first comes the question\nfault lose-answer\nana asks\n\n# and then\nexpect replies ana 1\n"
	p, err := page.Parse("replies/lost-answer", []byte(script))
	if err != nil {
		t.Fatal(err)
	}
	p.Name = "replies/lost-answer"
	r := run(twice())
	r.Results[0].Expects[0].Line = 10
	document := htmlOf(t, r.With([]page.Page{p}), report.Options{Command: "switchhook verify --sut x"})
	for _, want := range []string{
		"1 of 1 page failed", "got 2 replies where 1 is right: the answer to attempt 1 was lost", "oracle 1, at most once",
		"an inbound text has at most its declared replies", "fault lose-answer\n", "first comes the question",
		`<div class="phase broken"><p class="comment t">and then</p>`, "expect replies ana 1</code> <span class=\"here\">",
		"switchhook verify --sut x --provider acme --seed 7 replies/lost-answer", "What shows it", "Not put to the test",
		"default-src &#39;none&#39;", "error-after",
	} {
		if !strings.Contains(document, want) && !strings.Contains(document, html.UnescapeString(want)) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, banned := range []string{"http://", "https://", "src=", "@import", "url("} {
		if i := strings.Index(document, banned); i >= 0 {
			t.Errorf("the page reaches outside: %q", document[i:min(len(document), i+60)])
		}
	}
}

// What has no room is left out, passed pages first, and the page says so.
func TestHTMLStaysSmall(t *testing.T) {
	t.Parallel()
	r := run(fine(), twice(), long())
	whole := htmlOf(t, r, report.Options{})
	if n := len(svgs(whole)); n != 3 || strings.Contains(whole, "To keep this file small") {
		t.Fatalf("%d drawings of 3", n)
	}
	only := run(twice())
	size := func(r report.Run, most int) int { return len(htmlOf(t, r, report.Options{MaxHTML: most})) }
	room := size(r, 1) + size(only, 0) - size(only, 1)
	small := htmlOf(t, r, report.Options{MaxHTML: room + 500})
	if len(small) > room+2000 {
		t.Errorf("the small file has %d bytes, not %d", len(small), room)
	}
	if n := len(svgs(small)); n != 1 || !strings.Contains(small, "2 timelines are not in it") || strings.Count(small, "The timeline is not in this file") != 2 {
		t.Errorf("%d drawings in the small file", n)
	}
	if !strings.Contains(small, `id="r1-t"`) {
		t.Error("the failure is left out, not the passed page")
	}
}

func TestHTMLSetsAFailureAgainstTheBaseline(t *testing.T) {
	t.Parallel()
	r := twice()
	r.Baseline = fine().Entries
	document := htmlOf(t, run(r), report.Options{})
	if !strings.Contains(document, "rows only here (+)") || !strings.Contains(document, " fresh") || !strings.Contains(document, "not in the passing run") {
		t.Error("nothing is marked")
	}
}

func TestHTMLOfNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []report.Run{{}, run(report.Result{}), run(report.Result{Verdict: report.Fail, Entries: []journal.Entry{{}, {Kind: "new"}}})} {
		wellFormed(t, htmlOf(t, r, report.Options{}))
	}
	if !strings.Contains(htmlOf(t, report.Run{}, report.Options{}), "Nothing was shown") {
		t.Error("an empty run must not look like a passed one")
	}
}

// elements are all that the page may have. None of them loads anything.
var elements = strings.Fields(`html head meta title link style body a header div h1 h2 h3 span button p b main section label input select option output
	table thead tbody tr th td details summary code pre ol ul li aside noscript script abbr svg g text line path rect circle`)

// wellFormed checks a document: only known elements, none with a handler, only
// one script that runs, drawings that are XML, data that is JSON, and nothing
// unprintable.
func wellFormed(t testing.TB, document string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	running := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(elements, n.Data) {
			t.Errorf("there is a <%s>", n.Data)
		}
		kind := ""
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" && !strings.HasPrefix(a.Val, "#") && a.Val != "data:," {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
			if a.Key == "type" {
				kind = a.Val
			}
		}
		if n.Data != "script" {
			continue
		}
		if kind != "application/json" {
			running++
		} else if n.FirstChild == nil || !json.Valid([]byte(n.FirstChild.Data)) {
			t.Error("the raw entries are no JSON")
		}
	}
	if running != 1 {
		t.Errorf("%d scripts run", running)
	}
	for i, r := range document {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%q is in the page: %q", r, document[max(0, i-40):i+8])
		}
	}
	for _, svg := range svgs(document) {
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("the drawing is not well formed: %v", err)
			}
		}
	}
}

const nasty = "</script><script>alert(1)</script><!--\"'`\x00\u202e\u200b\x1b[31m\xff\u2028{{.}}]]>&lt; onload=x"

func TestHTMLIsInert(t *testing.T) {
	t.Parallel()
	r := strange([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25}, nasty)
	document := htmlOf(t, r, report.Options{Command: nasty})
	wellFormed(t, document)
	if strings.Contains(document, "<script>alert") || !strings.Contains(document, `\u202e`) {
		t.Error("text from outside is not shown as text")
	}
	wellFormed(t, htmlOf(t, whole(), report.Options{}))
}

// strange is a run with one entry for each byte, of a kind that it picks, and
// the text wherever text may be.
func strange(kinds []byte, text string) report.Run {
	all := journal.Kinds()
	var entries []journal.Entry
	for i, k := range kinds {
		kind := all[int(k)%len(all)]
		e := journal.Entry{
			Seq: uint64(i + 1), Kind: kind, Cause: uint64(k) % uint64(i+2),
			At: time.Unix(int64(k)*int64(i)*1000, 0), Wall: time.Unix(0, int64(i)*int64(k)),
		}
		fill(&e, k, text)
		entries = append(entries, e)
	}
	found := []oracle.Finding{
		{Oracle: 1, Status: oracle.Fail, Says: text, Name: text, Handset: sms.Number(text), Evidence: []uint64{1, 3, uint64(len(kinds)), 999}},
		{Oracle: 2, Status: oracle.NotExercised, Says: text, Need: text},
	}
	result := report.Result{
		Page: text, Title: text, Provider: text, Labels: []string{text}, Kills: []string{text}, Verdict: report.Fail, Reason: text, Findings: found,
		Expects: []report.Expect{{Line: 1, Text: text, Says: text}}, Entries: entries, Cast: map[string]sms.Number{text: sms.Number(text)},
		Plan: []string{text}, Script: []report.Phase{{Comment: text, Lines: []report.Line{{Number: 1, Text: text}}}}, Baseline: entries[len(entries)/2:],
	}
	return report.Run{SUT: text, Provider: text, Results: []report.Result{result}}
}

// fill sets the payload of the entry's kind.
func fill(e *journal.Entry, k byte, text string) {
	number, id := sms.Number(text), fmt.Sprint(text, k%3)
	m := sms.Message{ID: id, Handset: number, Body: text, Direction: sms.MO, State: sms.State(text), Metadata: json.RawMessage(text)}
	if k%2 == 1 {
		m.Direction, m.State = sms.MT, []sms.State{sms.Delivered, sms.Failed, sms.Accepted}[int(k)%3]
	}
	headers := []journal.Header{{Name: text, Value: text}}
	switch e.Kind {
	case journal.KindMessage:
		e.Message = &m
	case journal.KindEvent:
		e.Event = &sms.Event{ID: id, Type: sms.EventType(text), Message: &m}
	case journal.KindAttemptPlanned, journal.KindAttemptStarted, journal.KindAttemptEnded:
		e.Attempt = &journal.Attempt{
			ID: id, Type: text, Handset: number, Number: int(k), Why: journal.Why(text), URL: text, Header: headers, Body: `{"a":"` + text, Forged: journal.FaultKind(text),
			Outcome: []journal.Outcome{journal.OK, journal.Unknown, journal.Failure}[int(k)%3], Class: text, Answer: text, Status: int(k) * 3,
		}
	case journal.KindCall, journal.KindAccepted, journal.KindRefused, journal.KindTold:
		e.Call = &journal.Call{ID: id, Method: text, Path: text, Route: text, Header: headers, Body: "a=" + text, Handset: number, Code: sms.Code(text), Status: int(k), Answer: text}
	case journal.KindFinding:
		e.Finding = &journal.Finding{Of: id, By: text, Finding: sms.Finding{Kind: sms.FoundUnread, Place: text, Pointer: text, Problem: text}}
	case journal.KindFaultPlanned, journal.KindFaultFired, journal.KindFaultMissed:
		e.Fault = &journal.Fault{ID: id, Kind: journal.FaultKind(text), At: id}
	case journal.KindClock:
		e.Clock = &journal.Clock{To: time.Unix(int64(k)*1e6, 0), Reason: text}
	case journal.KindProcess:
		e.Process = &journal.Process{State: []string{"killed", "ready", text}[int(k)%3], Point: text}
	case journal.KindProbe:
		e.Probe = &journal.Probe{Name: text, Value: text}
	case journal.KindOptOut:
		e.OptOut = &sms.OptOut{Handset: number, Keyword: text}
	case journal.KindMarker:
		e.Marker = "line 1: " + text
	}
}

func FuzzHTML(f *testing.F) {
	f.Add([]byte{7, 11, 12, 13, 8, 0}, nasty)
	f.Add([]byte{9, 9, 10, 10, 16, 16, 19, 22, 24, 3}, "\u202e<b>&amp;")
	f.Add([]byte{17, 9, 10, 12, 13, 15, 17}, "x' onclick='")
	f.Fuzz(func(t *testing.T, kinds []byte, text string) {
		if len(kinds) > 200 || len(text) > 2000 {
			return
		}
		wellFormed(t, htmlOf(t, strange(kinds, text), report.Options{}))
	})
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := report.JUnit(&b, whole(), report.Options{Color: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "whole.xml", b.Bytes())
	var back struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	if err := xml.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(back); got != "{6 3 1 1}" {
		t.Errorf("tests, failures, errors and skipped are %s", got)
	}
	b.Reset()
	if err := report.JUnit(&b, strange([]byte{7, 11}, nasty), report.Options{}); err != nil || xml.Unmarshal(b.Bytes(), &back) != nil {
		t.Errorf("hostile texts: %v", err)
	}
	b.Reset()
	open := report.Result{Page: "sending/open", Title: "no answer", Verdict: report.Unavoidable, Reason: "nobody could know"}
	if err := report.JUnit(&b, run(fine(), open), report.Options{Command: "switchhook verify --sut x"}); err != nil || xml.Unmarshal(b.Bytes(), &back) != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(back); got != "{2 0 0 0}" || !strings.Contains(b.String(), "nobody could know&#xA;  replay: switchhook verify --sut x") {
		t.Errorf("unavoidable: tests, failures, errors and skipped are %s in\n%s", got, &b)
	}
	if report.JUnit(broken{}, whole(), report.Options{}) == nil || report.HTML(broken{}, whole(), report.Options{}) == nil {
		t.Error("a report that was not written is no report")
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Texts("ana", "hi")
	r.Add(journal.Entry{Kind: journal.KindFaultPlanned, Fault: &journal.Fault{Kind: journal.Drop}})
	idle := judged("idle", "a fault that never strikes", &r)
	idle.Verdict = report.NotExercised
	r.Kills("acked")
	restless := judged("restless", "a kill, and no rest", &r)
	restless.Verdict = report.Inconclusive
	restless.Findings = append(restless.Findings, oracle.Finding{Oracle: 7, Status: oracle.Pass})
	c := run(twice(), fine(), idle, restless).Coverage()
	for i, want := range []struct {
		fault        string
		fired, plays int
		once         report.Judged
		name         string
	}{
		{"", 0, 1, report.Judged{Held: 1}, "no fault"},
		{"error-after", 1, 1, report.Judged{Broken: 1}, "error-after"},
		{"kill acked", 1, 1, report.Judged{}, "kill acked"},
		{"lose-answer", 1, 1, report.Judged{Broken: 1}, "lose-answer"},
	} {
		f := c.Faults[i]
		if f.Fault != want.fault || f.Fired != want.fired || f.Plays != want.plays || f.Oracles[1] != want.once || f.Name() != want.name {
			t.Errorf("%+v, want %+v", f, want)
		}
	}
	if c.Plays != 4 || len(c.Faults) != 4 || !slices.Equal(c.Missed, []string{string(journal.Drop)}) {
		t.Errorf("%d plays, %d faults, missed %v", c.Plays, len(c.Faults), c.Missed)
	}
	for _, i := range c.Idle {
		if i.Oracle == 1 || i.Need == "" {
			t.Errorf("idle: %+v", i)
		}
	}
	if !slices.ContainsFunc(c.Idle, func(i report.Idle) bool { return i.Oracle == 7 }) {
		t.Error("a page that did not come to rest shows that a rule holds")
	}
}

// A fault that struck in any result is not missed, whichever comes first.
func TestCoverageMissesWhatNeverStruck(t *testing.T) {
	t.Parallel()
	var r historytest.Record
	r.Texts("ana", "hi")
	r.Add(journal.Entry{Kind: journal.KindFaultPlanned, Fault: &journal.Fault{Kind: journal.LoseAnswer}})
	planned := judged("planned", "a fault that never strikes", &r)
	for name, tt := range map[string]struct {
		results []report.Result
		want    []string
	}{
		"never":     {[]report.Result{planned, planned, fine()}, []string{string(journal.LoseAnswer)}},
		"elsewhere": {[]report.Result{twice(), planned}, nil},
		"later":     {[]report.Result{planned, twice()}, nil},
	} {
		if got := run(tt.results...).Coverage().Missed; !slices.Equal(got, tt.want) {
			t.Errorf("%s: missed %v, want %v", name, got, tt.want)
		}
	}
}

// The page of a search, which holds only some of its plays, tells of all.
func TestHTMLSaysWhatItsCoverageIsOf(t *testing.T) {
	t.Parallel()
	search := run(fine())
	plays := run(fine(), twice()).Coverage()
	search.Plays = &plays
	for name, tt := range map[string]struct {
		run  report.Run
		says []string
		not  string
	}{
		"pages": {run(fine()), []string{"1 of 1 page passed</h1>", `class="n">pages</th>`, "how many pages held"}, "plays"},
		"plays": {search, []string{"1 of 1 page passed; 2 plays in all</h1>", `class="n">plays</th>`, "how many plays held", "lose-answer</th>"}, "how many pages"},
	} {
		document := htmlOf(t, tt.run, report.Options{})
		for _, want := range tt.says {
			if !strings.Contains(document, want) {
				t.Errorf("%s: it does not say %q", name, want)
			}
		}
		if strings.Contains(document, tt.not) {
			t.Errorf("%s: it says %q", name, tt.not)
		}
	}
}
