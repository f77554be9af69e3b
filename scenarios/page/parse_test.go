package page_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

const whole = `# STOP wins
# over everything
provider acme
labels consent fast
kills send-after-stop

-- script --
ana asks

# first
# phase
ana,ben texts "two \"words\"" on line2

settle
# second
expect sends-to ana 0 since STOP
`

func TestParseWholePage(t *testing.T) {
	t.Parallel()
	got, err := page.Parse("some/stop-wins.txtar", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := page.Page{
		Name: "stop-wins", Title: "STOP wins", About: "over everything", Provider: "acme",
		Labels: []string{"consent", "fast"}, Kills: []string{"send-after-stop"},
		Phases: []page.Phase{
			{Steps: []page.Step{{Line: 8, Text: "ana asks", Verb: page.Asks, Who: []string{"ana"}}}},
			{Comment: "first\nphase", Steps: []page.Step{
				{Line: 12, Text: `ana,ben texts "two \"words\"" on line2`, Verb: page.Texts, Who: []string{"ana", "ben"}, Body: `two "words"`, On: "line2"},
				{Line: 14, Text: "settle", Verb: page.Settle},
			}},
			{Comment: "second", Steps: []page.Step{
				{Line: 16, Text: "expect sends-to ana 0 since STOP", Verb: page.Expect, Word: page.SendsTo, Who: []string{"ana"}, SinceStop: true},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parsed page (-want +got):\n%s", diff)
	}
	if names := got.Handsets(); !slices.Equal(names, []string{"ana", "ben"}) {
		t.Errorf("handsets are %q", names)
	}
}

const bundle = `# two of it
provider any
replicas 2

-- script --
ana asks
settle

-- plan --
fault duplicate of ana
kill when acked of ana restart late
-- sut.yaml --
name: app
-- seed --
7
-- journal.jsonl --
{"seq":1,"marker":"` + "\x7f" + `"}
-- verdict.json --
`

// A bundle is read and written as it is: its plan by line, the rest as text.
func TestBundle(t *testing.T) {
	t.Parallel()
	p, err := page.Parse("x.run.txtar", []byte(bundle))
	if err != nil {
		t.Fatal(err)
	}
	want := []page.Step{
		{
			Line: 10, Text: "fault duplicate of ana", Verb: page.Plan, Who: []string{"ana"},
			Fault: journal.Fault{Kind: "duplicate", Match: journal.FaultMatch{Event: sms.MessageReceived}},
		},
		{
			Line: 11, Text: "kill when acked of ana restart late", Verb: page.Slay, Who: []string{"ana"},
			Kill: page.Kill{Spot: page.Spot{Point: page.Acked}, Late: true},
		},
	}
	if diff := cmp.Diff(want, p.Plan); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	extra := map[string]string{
		page.SUTFile: "name: app\n", page.SeedFile: "7\n", page.JournalFile: "{\"seq\":1,\"marker\":\"\x7f\"}\n", page.VerdictFile: "",
	}
	if diff := cmp.Diff(extra, p.Extra); diff != "" {
		t.Errorf("extra (-want +got):\n%s", diff)
	}
	if p.Replicas != 2 || len(p.Steps()) != 2 || len(p.Handsets()) != 1 {
		t.Errorf("%d replicas, %d steps, handsets %q", p.Replicas, len(p.Steps()), p.Handsets())
	}
	if got := string(page.Format(p)); got != bundle {
		t.Errorf("written as\n%s\nwant\n%s", got, bundle)
	}
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	ana := []string{"ana"}
	received := journal.FaultMatch{Event: sms.MessageReceived}
	for _, tt := range []struct {
		line  string
		want  page.Step
		plain string // as Format writes it, if that is not line
	}{
		{line: `ana texts "hi"`, want: page.Step{Verb: page.Texts, Who: ana, Body: "hi"}},
		{line: `ana texts STOP`, want: page.Step{Verb: page.Texts, Who: ana, Body: "STOP"}},
		{line: `ana texts "STOP" on line3`, want: page.Step{Verb: page.Texts, Who: ana, Body: "STOP", On: "line3"}, plain: `ana texts STOP on line3`},
		{line: `ana texts ""`, want: page.Step{Verb: page.Texts, Who: ana}},
		{line: `ana   texts	"line\nbreak ☃"`, want: page.Step{Verb: page.Texts, Who: ana, Body: "line\nbreak ☃"}, plain: `ana texts "line\nbreak ☃"`},
		{line: `ana asks named`, want: page.Step{Verb: page.Asks, Who: ana, Named: true}},
		{line: `ana,ben asks on line2`, want: page.Step{Verb: page.Asks, Who: []string{"ana", "ben"}, On: "line2"}},
		{line: `app sends ana "hi"`, want: page.Step{Verb: page.Sends, Who: ana, Body: "hi"}},
		{line: `app sends ana "hi" at +24h`, want: page.Step{Verb: page.Sends, Who: ana, Body: "hi", At: 24 * time.Hour}},
		{line: `app sends ana "hi" at +90m`, want: page.Step{Verb: page.Sends, Who: ana, Body: "hi", At: 90 * time.Minute}, plain: `app sends ana "hi" at +1h30m`},
		{line: `app queues ana "hi"`, want: page.Step{Verb: page.Queues, Who: ana, Body: "hi"}},
		{line: `settle`, want: page.Step{Verb: page.Settle}},
		{line: `settle until answered of ana`, want: page.Step{Verb: page.Settle, Who: ana, Until: page.Spot{Point: page.Answered}}},
		{line: `settle until acked of ana attempt 3 nth 2`, want: page.Step{Verb: page.Settle, Who: ana, Until: page.Spot{Point: page.Acked, Nth: 2, Attempt: 3}}, plain: `settle until acked of ana nth 2 attempt 3`},
		{line: `advance 25h`, want: page.Step{Verb: page.Advance, By: 25 * time.Hour}},
		{line: `advance 90s`, want: page.Step{Verb: page.Advance, By: 90 * time.Second}, plain: `advance 1m30s`},
		{line: `advance next`, want: page.Step{Verb: page.Advance}},
		{line: `fault duplicate`, want: page.Step{Verb: page.Plan, Fault: journal.Fault{Kind: "duplicate", Match: received}}},
		{line: `fault duplicate on message.received`, want: page.Step{Verb: page.Plan, Fault: journal.Fault{Kind: "duplicate", Match: received}}, plain: `fault duplicate`},
		{
			line: `fault delay on message.sent of ana nth 2 attempt 3 times 4 after 72h`,
			want: page.Step{Verb: page.Plan, Who: ana, Fault: journal.Fault{
				Kind: "delay", Match: journal.FaultMatch{Event: sms.MessageSent}, Nth: 2, Attempt: 3, Times: 4, After: sms.Duration(72 * time.Hour),
			}},
		},
		{line: `fault hold count 3`, want: page.Step{Verb: page.Plan, Fault: journal.Fault{Kind: "hold", Match: received, Count: 3}}},
		{line: `fault error-after on send status 503`, want: page.Step{Verb: page.Plan, Fault: journal.Fault{Kind: "error-after", Status: 503}}, plain: `fault error-after status 503`},
		{line: `fault rate-limit retry-after 2s`, want: page.Step{Verb: page.Plan, Fault: journal.Fault{Kind: "rate-limit", RetryAfter: sms.Duration(2 * time.Second)}}},
		{line: `kill now`, want: page.Step{Verb: page.Slay, Kill: page.Kill{Spot: page.Spot{Point: page.Now}}}},
		{line: `kill now restart late`, want: page.Step{Verb: page.Slay, Kill: page.Kill{Spot: page.Spot{Point: page.Now}, Late: true}}},
		{line: `kill when called of ana restart now`, want: page.Step{Verb: page.Slay, Who: ana, Kill: page.Kill{Spot: page.Spot{Point: page.Called}}}, plain: `kill when called of ana`},
		{line: `kill when accepted of ana restart late nth 2`, want: page.Step{Verb: page.Slay, Who: ana, Kill: page.Kill{Spot: page.Spot{Point: page.Accepted, Nth: 2}, Late: true}}, plain: `kill when accepted of ana nth 2 restart late`},
		{line: `kill when received of ana nth 2 attempt 3`, want: page.Step{Verb: page.Slay, Who: ana, Kill: page.Kill{Spot: page.Spot{Point: page.Received, Nth: 2, Attempt: 3}}}},
		{line: `handset ana off`, want: page.Step{Verb: page.Behave, Who: ana, Word: "off"}},
		{line: `handset ana fails filtered`, want: page.Step{Verb: page.Behave, Who: ana, Word: "fails", Value: "filtered"}},
		{line: `webhooks timeout 2s`, want: page.Step{Verb: page.Webhooks, Word: "timeout", By: 2 * time.Second}},
		{line: `webhooks parallel 4`, want: page.Step{Verb: page.Webhooks, Word: "parallel", N: 4}},
		{line: `webhooks unordered`, want: page.Step{Verb: page.Webhooks, Word: "unordered"}},
		{line: `webhooks rotate`, want: page.Step{Verb: page.Webhooks, Word: "rotate"}},
		{line: `switch strict on`, want: page.Step{Verb: page.Switch, Word: "strict", Value: "on"}},
		{line: `expect replies ana 0`, want: page.Step{Verb: page.Expect, Word: page.Replies, Who: ana}},
		{line: `expect calls-to ana 2 since STOP`, want: page.Step{Verb: page.Expect, Word: page.CallsTo, Who: ana, N: 2, SinceStop: true}},
		{line: `expect state ana delivered`, want: page.Step{Verb: page.Expect, Word: page.State, Who: ana, Value: "delivered"}},
		{line: `expect state ana scheduled`, want: page.Step{Verb: page.Expect, Word: page.State, Who: ana, Value: "scheduled"}},
		{line: `expect attempts ana 20`, want: page.Step{Verb: page.Expect, Word: page.Attempts, Who: ana, N: 20}},
		{line: `expect conversations ana 1`, want: page.Step{Verb: page.Expect, Word: page.Conversations, Who: ana, N: 1}},
	} {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			p, err := page.Parse("x.txtar", []byte("# x\nprovider any\n-- script --\n"+tt.line+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Line, tt.want.Text = 4, tt.line
			if diff := cmp.Diff(tt.want, p.Steps()[0]); diff != "" {
				t.Errorf("step (-want +got):\n%s", diff)
			}
			if tt.plain == "" {
				tt.plain = tt.line
			}
			if got := p.Steps()[0].String(); got != tt.plain {
				t.Errorf("written as %q, want %q", got, tt.plain)
			}
		})
	}
}

func TestWrongLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line   string
		column int
		says   string // part of the message
	}{
		{`ana`, 4, "ends too early"},
		{`ana texts`, 10, "text in double quotes"},
		{`ana texts hi`, 11, `"hi" is not in double quotes`},
		{`ana texts "hi`, 11, "no closing quote"},
		{`ana texts "hi\q"`, 11, "wrong escape"},
		{`ana texts "\xff"`, 11, "not valid UTF-8"},
		{`kill`, 5, "ends too early"},
		{`kill -9`, 6, "one of now, when"},
		{`kill when bored of ana`, 11, "one of received, called, accepted, answered, waiting, acked"},
		{`kill when called`, 17, "ends too early"},
		{`kill when called of Ana`, 21, "not a name"},
		{`kill when called of ana attempt 2`, 25, "a send has no attempts"},
		{`kill when acked of ana nth 1 nth 2`, 30, "twice"},
		{`kill when acked of ana nth 0`, 28, "from 1 to 10000"},
		{`kill when acked of ana restart never`, 32, "one of now, late"},
		{`kill now nth 2`, 10, "one of restart"},
		{`settle soon`, 8, "too much here"},
		{`settle until`, 13, "ends too early"},
		{`settle until accepted of ana`, 14, "one of received, answered, acked"},
		{`settle until answered of ana attempt 2`, 30, "a send has no attempts"},
		{`settle until acked of ana restart late`, 27, "one of nth, attempt"},
		{`kill asks`, 6, "one of now, when"},
		{`ana texts "hi" on line1`, 19, "write line2"},
		{`ana texts "hi" twice`, 16, `"twice" is too much`},
		{`ana calls`, 5, "texts, asks"},
		{`Ana asks`, 1, `"Ana" is neither a verb nor handsets`},
		{`ana,ana asks`, 1, "neither a verb nor handsets"},
		{`ana, asks`, 1, "neither a verb nor handsets"},
		{`app,ana asks`, 1, "neither a verb nor handsets"},
		{`"ana" asks`, 1, "stands in quotes"},
		{`app sends "hi"`, 11, "the name of a handset"},
		{`app sends ana "hi" at`, 22, "a length of time"},
		{`app sends ana "hi" at 24h`, 23, "write one like +24h"},
		{`app sends ana "hi" at +0s`, 23, "above zero"},
		{`app sends ana "hi" at "+24h"`, 23, "stands in quotes"},
		{`app queues ana "hi" at +24h`, 21, `"at" is too much`},
		{`advance`, 8, "a length of time"},
		{`advance -5m`, 9, "above zero"},
		{`advance 3d`, 9, "above zero"},
		{`advance 2000000h`, 9, "above zero"},
		{`settle now`, 8, "too much"},
		{`fault explode`, 7, "duplicate-concurrent"},
		{`fault duplicate on send`, 20, "message.received"},
		{`fault rate-limit on message.received`, 21, "write one of send"},
		{`fault rate-limit attempt 2`, 26, "a send has no attempts"},
		{`fault duplicate nth 0`, 21, "from 1 to 10000"},
		{`fault duplicate nth 1 nth 2`, 23, "stands here twice"},
		{`fault duplicate nth +1`, 21, "not a number"},
		{`fault error-before status 200`, 27, "from 400 to 599"},
		{`fault duplicate soon`, 17, "on, of, nth"},
		{`handset ana tired`, 13, "no-receipts"},
		{`handset ana fails badly`, 19, "unreachable"},
		{`webhooks often`, 10, "timeout, parallel"},
		{`switch strict`, 14, "the value of the switch"},
		{`expect joy ana 1`, 8, "replies, sends-to"},
		{`expect replies ana`, 19, "a whole number"},
		{`expect replies ana 1 since STOP`, 22, "too much"},
		{`expect sends-to ana 1 since yesterday`, 29, "write one of STOP"},
		{`expect state ana happy`, 18, "delivered, failed, sent"},
		{`снег "x`, 6, "no closing quote"},
	} {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			checkError(t, "# x\nprovider any\n-- script --\nsettle\n"+tt.line+"\n", 5, tt.column, tt.says)
		})
	}
}

func TestWrongPages(t *testing.T) {
	t.Parallel()
	const script = "-- script --\nsettle\n"
	for name, tt := range map[string]struct {
		text         string
		line, column int
		says         string
	}{
		"empty":              {"", 1, 1, "no title"},
		"no title":           {"provider any\n" + script, 1, 1, "no title"},
		"empty title":        {"#\nprovider any\n" + script, 1, 1, "no title"},
		"no provider":        {"# x\n" + script, 2, 1, "provider any"},
		"bad provider":       {"# x\nprovider ANY\n" + script, 2, 10, "not a name"},
		"two providers":      {"# x\nprovider any\nprovider any\n" + script, 3, 1, "twice"},
		"unknown setting":    {"# x\nprovider any\ncolour red\n" + script, 3, 1, "provider, except, labels, kills"},
		"exception first":    {"# x\nexcept acme: why\nprovider any\n" + script, 2, 1, "provider any"},
		"exception of one":   {"# x\nprovider acme\nexcept acme: why\n" + script, 3, 1, "provider any"},
		"no colon":           {"# x\nprovider any\nexcept acme why\n" + script, 3, 8, "with a colon"},
		"odd exception":      {"# x\nprovider any\nexcept ACME: why\n" + script, 3, 8, "with a colon"},
		"no reason":          {"# x\nprovider any\nexcept acme:\n" + script, 3, 13, "the reason in words"},
		"reason in quotes":   {"# x\nprovider any\nexcept acme: \"why\"\n" + script, 3, 14, "without quotes"},
		"exception twice":    {"# x\nprovider any\nexcept acme: a\nexcept acme: b\n" + script, 4, 8, "twice"},
		"no labels":          {"# x\nprovider any\nlabels\n" + script, 3, 7, "one or more names"},
		"odd label":          {"# x\nprovider any\nlabels a,b\n" + script, 3, 8, "not a name"},
		"label twice":        {"# x\nprovider any\nlabels a b a\n" + script, 3, 12, "twice"},
		"comment below":      {"# x\nprovider any\n# y\n" + script, 3, 1, "move it to the top"},
		"no script":          {"# x\nprovider any\n", 3, 1, "-- script --"},
		"other file first":   {"# x\nprovider any\n-- plan --\n", 3, 1, `"-- script --"`},
		"unknown file":       {"# x\nprovider any\n" + script + "-- notes --\n", 5, 1, `remove "-- notes --"`},
		"seed twice":         {"# x\nprovider any\n" + script + "-- seed --\n1\n-- seed --\n2\n", 7, 1, "twice"},
		"verb in a plan":     {"# x\nprovider any\n" + script + "-- plan --\n  settle\n", 6, 3, "faults and kills only"},
		"stranger in a plan": {"# x\nprovider any\n" + script + "-- plan --\n# y\n\nfault drop of ana\n", 8, 15, "one of its handsets"},
		"wrong fault":        {"# x\nprovider any\n" + script + "-- plan --\nfault fire\n", 6, 7, "not a fault"},
		"quotes in a plan":   {"# x\nprovider any\n" + script + "-- plan --\n\"fault\"\n", 6, 1, "faults and kills only"},
		"odd byte in a plan": {"# x\nprovider any\n" + script + "-- plan --\nkill now\r\n", 6, 9, "control character"},
		"one replica":        {"# x\nprovider any\nreplicas 1\n" + script, 3, 10, "from 2 to 9"},
		"many replicas":      {"# x\nprovider any\nreplicas 22\n" + script, 3, 10, "from 2 to 9"},
		"no replicas":        {"# x\nprovider any\nreplicas\n" + script, 3, 9, "ends too early"},
		"carriage returns":   {"# x\r\nprovider any\r\n-- script --\r\nsettle\r\n", 1, 4, "control character"},
		"second script":      {"# x\nprovider any\n" + script + script, 5, 1, `"-- script --"`},
		"empty script":       {"# x\nprovider any\n-- script --\n# nothing\n", 4, 1, "does nothing"},
		"carriage return":    {"# x\nprovider any\r\n" + script, 2, 13, "control character"},
		"escape in a quote":  {"# x\nprovider any\n-- script --\nana texts \"\x1b\"\n", 4, 12, "control character"},
		"not UTF-8":          {"# x\n# \xff\n" + script, 2, 1, "UTF-8"},
		"unclosed in header": {"# x\nprovider \"any\n" + script, 2, 10, "no closing quote"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkError(t, tt.text, tt.line, tt.column, tt.says)
		})
	}
}

func checkError(t *testing.T, text string, line, column int, says string) {
	t.Helper()
	_, err := page.Parse("my/page.txtar", []byte(text))
	var wrong *page.Error
	if !errors.As(err, &wrong) {
		t.Fatalf("Parse: %v; want a *page.Error", err)
	}
	if at := fmt.Sprintf("my/page.txtar:%d:%d: ", line, column); !strings.HasPrefix(err.Error(), at) {
		t.Errorf("error %q; want it to begin with %q", err, at)
	}
	if !strings.Contains(wrong.Says, says) {
		t.Errorf("error %q; want %q in it", wrong.Says, says)
	}
}

func TestLeftOut(t *testing.T) {
	t.Parallel()
	all := page.Page{Provider: page.Any, Except: []page.Exception{{Provider: "acme", Reason: "no signature exists"}}}
	one := page.Page{Provider: "acme"}
	for _, tt := range []struct {
		page     page.Page
		provider string
		reason   string
		out      bool
	}{
		{all, "acme", "no signature exists", true},
		{all, "other", "", false},
		{one, "acme", "the page is for acme", false},
		{one, "other", "the page is for acme", true},
	} {
		if reason, out := tt.page.LeftOut(tt.provider); reason != tt.reason || out != tt.out {
			t.Errorf("%+v for %s: left out %v, %q; want %v, %q", tt.page, tt.provider, out, reason, tt.out, tt.reason)
		}
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	p, err := page.Parse("x.txtar", []byte("#STOP wins\nprovider   any\n\nkills b\nexcept  acme:  no  reason: at all\nlabels a\n\n-- script --\nana asks\n\n\nsettle\n#done\nsettle"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "# STOP wins\nprovider any\nexcept acme: no reason: at all\nlabels a\nkills b\n\n-- script --\nana asks\nsettle\n\n# done\nsettle\n"
	if diff := cmp.Diff(want, string(page.Format(p))); diff != "" {
		t.Errorf("formatted page (-want +got):\n%s", diff)
	}
}

// Whatever can be read is written so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(bundle))
	f.Add([]byte("# x\nprovider any\n-- script --\nfault delay on message.sent of ana nth 2 after 72h\nadvance next\n#\n"))
	f.Add([]byte("# x\nprovider any\nexcept acme: why\n-- script --\nsettle\n"))
	f.Add([]byte("# x\n#\n# -- script --\nprovider any\n-- script --\n## y\nana texts \"\\u2028\"\nswitch a b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := page.Parse("f.txtar", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.txtar:") {
				t.Fatalf("error %q does not say where", err)
			}
			return
		}
		text := page.Format(p)
		again, err := page.Parse("f.txtar", text)
		if err != nil {
			t.Fatalf("Format wrote what Parse refuses: %v\n%s", err, text)
		}
		if diff := cmp.Diff(p, again, cmpopts.IgnoreFields(page.Step{}, "Line", "Text"), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the page changed (-before +after):\n%s", diff)
		}
		if twice := page.Format(again); string(twice) != string(text) {
			t.Fatalf("Format is not stable:\n%s\n%s", text, twice)
		}
	})
}
