package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/history/historytest"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// kept is a file with a saved run. The script is that of its page, with a plan
// after it if need be; the application promises to answer "free?" at most once.
func kept(t *testing.T, script string, v bundle.Verdict, entries []journal.Entry) string {
	t.Helper()
	p, err := page.Parse("kept.txtar", []byte("# a test\nprovider acme\n-- script --\n"+script))
	if err != nil {
		t.Fatal(err)
	}
	v.Provider = "acme"
	file, err := bundle.Save(t.TempDir(), bundle.Bundle{
		Page: p, Entries: entries, Verdict: v,
		SUT: "name: shop\nreplies: [{to: \"free?\", expect: 1}]\npolicy: at-most-once\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// A saved run is judged as the stage would have judged it, as far as its record
// tells what happened.
func TestJudgeASavedRun(t *testing.T) {
	t.Parallel()
	asks := func(r *historytest.Record) *historytest.Text {
		text := r.Texts("ana", "free?")
		r.Acks(text)
		return text
	}
	answers := func(r *historytest.Record) { r.Replies(asks(r), "yes") }
	risks := func(r *historytest.Record) {
		text := asks(r)
		r.Sends(text.Message.Handset, text.Message.Line, "yes", historytest.Call{Fault: journal.ErrorBefore, Refused: sms.Internal, Status: 500})
	}
	const (
		plain   = "ana asks\n"
		killed  = "ana asks\n-- plan --\nkill when acked of ana\n"
		faulty  = "ana asks\n-- plan --\nfault duplicate of ana\n"
		expects = "ana asks\nexpect replies ana 2\n"
	)
	failed := bundle.Verdict{Verdict: report.Fail}
	helpless := bundle.Verdict{Verdict: report.Unavoidable, Oracle: 2}
	for name, tt := range map[string]struct {
		script string
		saved  bundle.Verdict
		write  func(*historytest.Record)
		code   int
		says   string
		ends   string
	}{
		"it ended by itself": {plain, failed, func(r *historytest.Record) {
			answers(r)
			r.Exits(3)
			r.Restarts()
		}, 1, "nothing had asked the application to end, but it ended with code 3", "as it was saved: fail"},
		"it did not start again": {killed, failed, func(r *historytest.Record) {
			answers(r)
			r.Kills("acked")
			r.Starts()
		}, 1, "the application was killed and did not start again", "as it was saved: fail"},
		"it was killed and started again": {killed, failed, func(r *historytest.Record) {
			answers(r)
			r.Kills("acked")
			r.Restarts()
		}, 0, "1 pass", "not as it was saved: it was fail, now it is pass"},
		"a kill tells nothing": {killed, bundle.Verdict{Verdict: report.Fail, Oracle: 25}, func(r *historytest.Record) {
			asks(r)
			r.Kills("acked")
			r.Restarts()
		}, 4, "from outside that cannot be told from one that forgot", "it was fail (oracle 25), now it is not exercised"},
		"a kill never came":   {killed, failed, answers, 4, "line 8: kill when acked of ana: the application was not killed", "now it is not exercised"},
		"a fault never fired": {faulty, failed, answers, 4, "line 8: fault duplicate of ana: the fault never fired", "now it is not exercised"},
		"no rest": {plain, failed, func(r *historytest.Record) {
			answers(r)
			r.Stirs("2 exchanges are open")
		}, 4, "2 exchanges are open", "now it is inconclusive"},
		"an expectation":   {expects, failed, answers, 4, "line 6: expect replies ana 2: the rules are kept, but only a play shows whether this holds", "now it is inconclusive"},
		"nothing to judge": {plain, failed, func(*historytest.Record) {}, 4, "no oracle had anything to judge", "now it is not exercised"},
		"helpless":         {plain, helpless, risks, 0, "could not know the outcome", "as it was saved: unavoidable"},
		"helpless, no rest": {plain, helpless, func(r *historytest.Record) {
			risks(r)
			r.Stirs("busy")
		}, 4, "busy", "not as it was saved: it was unavoidable (oracle 2), now it is inconclusive"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r historytest.Record
			r.Plays("burst", func() { tt.write(&r) })
			got := run(t, nil, "", "judge", kept(t, tt.script, tt.saved, r.Entries()))
			if got.code != tt.code || !strings.Contains(got.out, tt.says) || !strings.HasSuffix(got.out, tt.ends+"\n") {
				t.Errorf("code %d, want %d with %q and %q at the end:\n%s%s", got.code, tt.code, tt.says, tt.ends, got.out, got.err)
			}
		})
	}
}

// Wherever the record of a failure is cut, it is no pass.
func TestJudgeARecordThatWasCut(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../testdata/regressions/*" + bundle.Suffix)
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no saved runs: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			all := b.Entries
			for end := range len(all) + 1 {
				want := ending{report.Inconclusive, 4}
				switch end {
				case 0:
					want.verdict = "" // there is nothing to judge
				case len(all):
					want = ending{b.Verdict.Verdict, 1}
				}
				if got := judged(t, b, all[:end]); got != want {
					t.Errorf("cut after entry %d of %d: %v; want %v", end, len(all), got, want)
				}
			}
			if got, want := judged(t, b, all[1:]), (ending{report.Inconclusive, 4}); got != want {
				t.Errorf("without its first entry: %v; want %v", got, want)
			}
		})
	}
}

// ending is what a command said of a page, and its exit code.
type ending struct {
	verdict report.Verdict
	code    int
}

// judged is what comes of a saved run with these entries for its record.
func judged(t *testing.T, b bundle.Bundle, entries []journal.Entry) ending {
	t.Helper()
	b.Entries = entries
	text, err := bundle.Format(b)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cut"+bundle.Suffix)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, nil, "", "judge", file, "--json")
	var r struct {
		Results []struct{ Verdict report.Verdict }
	}
	if json.Unmarshal([]byte(got.out), &r) != nil || len(r.Results) == 0 {
		return ending{code: got.code}
	}
	return ending{r.Results[0].Verdict, got.code}
}
