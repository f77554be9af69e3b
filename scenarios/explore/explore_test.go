package explore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/explore"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// two are workloads that are quick to exhaust.
func two(t *testing.T) []page.Page {
	t.Helper()
	var out []page.Page
	for name, script := range map[string]string{"once": "ana asks\nsettle\n", "twice": "ana asks\nsettle\nana,ben asks\nsettle\n"} {
		p, err := page.Parse(name+".txtar", []byte("# "+name+"\nprovider any\n-- script --\n"+script))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b page.Page) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// search runs a whole search, down to a few random plans.
func search(t *testing.T, a *app, change func(*explore.Options)) explore.Outcome {
	t.Helper()
	o := explore.Options{Open: a.Open, Providers: []string{"acme"}, Workloads: two(t), Kills: true, Handfuls: 4, Deepest: explore.Singles}
	if change != nil {
		change(&o)
	}
	found, err := explore.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if a.open != 0 {
		t.Errorf("%d stages are still open", a.open)
	}
	return found
}

// repeats are the kinds after which an application hears a text twice.
var repeats = []journal.FaultKind{
	journal.DuplicateNow, journal.DuplicateLate, journal.DuplicateConcurrent,
	journal.NewEventID, journal.LoseAnswer, journal.HangUp, journal.ResetMid,
}

func TestFailuresAreFoundAndShrunk(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		bug    func(page.Page) int
		oracle int
		script string
		plan   []string
	}{
		"no dedupe": {
			func(p page.Page) int { return when(has(p, repeats...), 1) },
			1, "ana asks",
			[]string{"fault duplicate of ana"},
		},
		"race": {
			func(p page.Page) int { return when(has(p, journal.DuplicateConcurrent), 1) },
			1, "ana asks",
			[]string{"fault duplicate-concurrent of ana"},
		},
		"order": {
			func(p page.Page) int {
				return when(strings.Contains(spell(p.Plan), "reorder of ana") && asks(p, "ana") > 1, 13)
			},
			13, "ana asks; ana asks",
			[]string{"fault reorder of ana"},
		},
		"two at once": {
			func(p page.Page) int { return when(has(p, repeats...) && has(p, journal.ErrorAfter), 1) },
			1, "ana asks",
			[]string{"fault duplicate of ana", "fault error-after of ana"},
		},
		"a retry": {
			func(p page.Page) int {
				again := slices.ContainsFunc(p.Plan, func(s page.Step) bool { return s.Fault.Kind == journal.DuplicateNow && s.Fault.Attempt == 2 })
				return when(again && has(p, journal.LoseAnswer), 20)
			},
			20, "ana asks",
			[]string{"fault duplicate of ana attempt 2", "fault lose-answer of ana"},
		},
		"killed": {
			func(p page.Page) int {
				return when(slices.ContainsFunc(p.Plan, func(s page.Step) bool { return s.Verb == page.Slay && s.Kill.Point == page.Acked }), 25)
			},
			25, "ana asks",
			[]string{"kill when acked of ana"},
		},
		"the second customer": {
			func(p page.Page) int { return when(len(p.Handsets()) > 1, 11) },
			11, "ana,ben asks", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := search(t, &app{bug: tt.bug}, func(o *explore.Options) {
				if len(tt.plan) > 1 {
					o.Deepest = explore.Pairs
				}
			})
			if len(found.Cases) != 1 {
				t.Fatalf("%d cases, want 1:\n%s", len(found.Cases), text(t, found))
			}
			c := found.Cases[0]
			if c.Oracle != tt.oracle || c.Verdict != report.Fail || spell(c.Page.Steps()) != tt.script || !slices.Equal(c.Plan, tt.plan) {
				t.Errorf("%s, oracle %d: %q under %q; want oracle %d: %q under %q", c.Verdict, c.Oracle, spell(c.Page.Steps()), c.Plan, tt.oracle, tt.script, tt.plan)
			}
			if c.Tries != 3 || c.Failed != 3 || !c.Shrunk || found.ExitCode() != 1 || c.Page.Provider != "acme" {
				t.Errorf("failed %d of %d, shrunk %t, exit %d, provider %q", c.Failed, c.Tries, c.Shrunk, found.ExitCode(), c.Page.Provider)
			}
		})
	}
}

// A search that has what it was to look for ends there, and says so; a case
// knows how many plans it took.
func TestEnoughIsEnough(t *testing.T) {
	t.Parallel()
	bug := func(p page.Page) int { return when(has(p, repeats...), 1) + when(has(p, journal.ErrorAfter), 2) }
	all := search(t, &app{bug: bug}, nil)
	heard := 0
	found := search(t, &app{bug: bug}, func(o *explore.Options) {
		o.Parallel, o.Batch = 1, 1
		o.Until = func(c *explore.Case) bool { heard++; return c.Oracle == 1 && c.Shrunk }
	})
	i := slices.IndexFunc(found.Cases, func(c *explore.Case) bool { return c.Oracle == 1 })
	if i < 0 || found.Cases[i].After != found.Played || found.Played >= all.Played {
		t.Errorf("%d plans of %d:\n%s", found.Played, all.Played, text(t, found))
	}
	if heard != len(found.Cases) || !strings.Contains(found.Ended, "found") || all.Ended != "" {
		t.Errorf("heard of %d cases of %d; the searches ended since %q and %q", heard, len(found.Cases), found.Ended, all.Ended)
	}
}

func when(broken bool, oracle int) int {
	if broken {
		return oracle
	}
	return 0
}

func text(t *testing.T, o explore.Outcome) string {
	t.Helper()
	var b bytes.Buffer
	if err := explore.Text(&b, o, explore.TextOptions{Replay: func(file string) string { return "replay " + file }}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestOneMistakeIsToldOnce(t *testing.T) {
	t.Parallel()
	a := &app{bug: func(p page.Page) int { return when(has(p, repeats...), 1) }}
	found := search(t, a, nil)
	if found.Verdicts[report.Fail] != found.Cases[0].Same+1 || found.Cases[0].Same < 30 {
		t.Errorf("%d plans failed, %d of them counted with the case", found.Verdicts[report.Fail], found.Cases[0].Same)
	}
}

func TestSameSeedSameSearch(t *testing.T) {
	t.Parallel()
	bug := func(p page.Page) int {
		return when(has(p, journal.LoseAnswer) && has(p, journal.TimeoutAfter), 1) + when(has(p, journal.Drop), 2)
	}
	var texts []string
	for _, parallel := range []int{1, 1, 4} {
		found := search(t, &app{bug: bug}, func(o *explore.Options) { o.Parallel, o.Seed, o.Deepest = parallel, 7, explore.Pairs })
		texts = append(texts, text(t, found))
	}
	if texts[0] != texts[1] {
		t.Errorf("two searches differ:\n%s\n%s", texts[0], texts[1])
	}
	if cut := func(s string) string { a, _, _ := strings.Cut(s, "coverage"); return a }; cut(texts[0]) != cut(texts[2]) {
		t.Errorf("side by side it finds something else:\n%s\n%s", texts[0], texts[2])
	}
}

func TestNothingWrong(t *testing.T) {
	t.Parallel()
	a := &app{bug: func(page.Page) int { return 0 }}
	found := search(t, a, func(o *explore.Options) { o.Deepest = explore.Random })
	if found.ExitCode() != 0 || len(found.Cases) > 0 || found.Ended != "" || found.Verdicts[report.Fail] > 0 {
		t.Errorf("exit %d\n%s", found.ExitCode(), text(t, found))
	}
	for _, l := range found.Levels {
		if l.Played != l.Planned || l.Played == 0 {
			t.Errorf("%s: %d of %d", l.Name(), l.Played, l.Planned)
		}
	}
	if len(found.Levels) != 4 {
		t.Errorf("levels %v", found.Levels)
	}
}

// everyFault are the names of all faults and kills that are tried.
func everyFault() []string {
	all := []string{"kill acked", "kill now", "kill received", "kill called", "kill accepted", "kill answered", "kill waiting"}
	for _, f := range journal.Faults() {
		all = append(all, string(f.Kind))
	}
	return all
}

// Coverage is that of all plays, those without a fault among them; progress
// counts what was judged under faults.
func TestCoverageIsThatOfAllPlays(t *testing.T) {
	t.Parallel()
	var last explore.Progress
	found := search(t, &app{bug: func(page.Page) int { return 0 }}, func(o *explore.Options) {
		o.Progress = func(p explore.Progress) { last = p }
	})
	data, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	var back struct{ Coverage map[string]map[int]int }
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for _, fault := range everyFault() {
		if row := back.Coverage[fault]; row[19] == 0 || row[7] > 0 {
			t.Errorf("%s: %v", fault, row)
		}
	}
	if row := back.Coverage["no fault"]; row[7] != 2 || len(back.Coverage) != len(everyFault())+1 || last.Cells != len(everyFault()) {
		t.Errorf("no fault: %v; %d faults, %d cells", row, len(back.Coverage), last.Cells)
	}
}

// The text and the page tell the same of a search that found nothing wrong.
func TestReportsOfACleanSearchTellWhatWasCovered(t *testing.T) {
	t.Parallel()
	found := search(t, &app{bug: func(page.Page) int { return 0 }}, nil)
	var html bytes.Buffer
	if err := report.HTML(&html, found.Run(), report.Options{}); err != nil {
		t.Fatal(err)
	}
	if says := fmt.Sprintf("2 of 2 pages passed; %d plays in all", found.Played); !strings.Contains(html.String(), says) {
		t.Errorf("the page does not say %q", says)
	}
	for name, tt := range map[string]struct{ said, row, idle string }{
		"text": {text(t, found), `(?m)^ *%s +[-\d]`, `judge: .*\b%d \(`},
		"page": {html.String(), `<th [^>]*>%s</th>`, `<li><b>%d `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, fault := range append(everyFault(), "no fault") {
				if !regexp.MustCompile(fmt.Sprintf(tt.row, fault)).MatchString(tt.said) {
					t.Errorf("nothing is said of %q", fault)
				}
			}
			for number, want := range map[int]bool{7: false, 18: true, 19: false} {
				if got := regexp.MustCompile(fmt.Sprintf(tt.idle, number)).MatchString(tt.said); got != want {
					t.Errorf("oracle %d had nothing to judge: it says %t", number, got)
				}
			}
		})
	}
}

func TestBudgetEndsTheSearch(t *testing.T) {
	t.Parallel()
	a := &app{bug: func(page.Page) int { return 0 }}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	found, err := explore.Run(ctx, explore.Options{
		Open: a.Open, Providers: []string{"acme"}, Workloads: two(t), Budget: time.Nanosecond,
	})
	if err != nil || found.Ended != "the budget is used up" || found.ExitCode() != 4 {
		t.Errorf("%v, ended %q, exit %d", err, found.Ended, found.ExitCode())
	}
	if s := text(t, found); !strings.Contains(s, `2 of 2 plans of the level "no fault"`) {
		t.Errorf("it does not say what was not reached:\n%s", s)
	}
}

func TestInterruptedSearchTellsWhatItFound(t *testing.T) {
	t.Parallel()
	a := &app{bug: func(p page.Page) int { return when(len(p.Plan) == 0 && p.Name == "twice", 2) }}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	found, err := explore.Run(ctx, explore.Options{
		Open: a.Open, Providers: []string{"acme"}, Workloads: two(t), Parallel: 1,
		Progress: func(p explore.Progress) {
			if p.Level == explore.Singles {
				cancel()
			}
		},
	})
	if err != nil || found.Ended != "interrupted" || found.Played < 3 || len(found.Cases) != 1 {
		t.Errorf("%v, ended %q\n%s", err, found.Ended, text(t, found))
	}
}

// What shows only in company is no failure that a replay would show.
func TestFailureInCompanyOnlyIsFlaky(t *testing.T) {
	t.Parallel()
	a := &app{}
	company := false
	a.crowd = func(pages []page.Page) error { company = len(pages) > 3; return nil }
	a.bug = func(p page.Page) int { return when(company && has(p, journal.DuplicateNow), 11) }
	found := search(t, a, func(o *explore.Options) { o.Deepest = explore.Singles })
	if len(found.Cases) != 1 || found.Cases[0].Verdict != report.Flaky || found.Cases[0].Failed != 0 || found.ExitCode() != 1 {
		t.Errorf("exit %d\n%s", found.ExitCode(), text(t, found))
	}
}

// What failed only now and then on a busy machine, and always afterwards, is a
// failure; it is told once.
func TestFlakyIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	plays := 0
	a := &app{}
	a.bug = func(p page.Page) int {
		if !has(p, journal.DuplicateNow) {
			return 0
		}
		plays++
		return when(plays != 2, 1) // not when it is first confirmed
	}
	found := search(t, a, func(o *explore.Options) { o.Deepest, o.Parallel, o.Batch = explore.Singles, 1, 1 })
	if len(found.Cases) != 1 || found.Cases[0].Verdict != report.Fail || !found.Cases[0].Shrunk || found.Cases[0].Same == 0 {
		t.Error(text(t, found))
	}
}

// Where no other plan would have told the application the same there is no proof,
// however seldom it fails.
func TestNothingIsExcusedWithoutProof(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		every   int // how many plays to one that loses
		verdict report.Verdict
		failed  int
	}{
		"now and then": {3, report.Flaky, 1},
		"each time":    {1, report.Fail, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plays := 0
			a := &app{}
			a.bug = func(p page.Page) int {
				if !slices.ContainsFunc(p.Plan, func(s page.Step) bool { return s.Kill.Point == page.Acked }) {
					return 0
				}
				plays++
				return when(plays%tt.every == 0, -2)
			}
			found := search(t, a, func(o *explore.Options) { o.Deepest, o.Kills, o.Parallel = explore.Singles, true, 1 })
			if len(found.Cases) != 1 {
				t.Fatal(text(t, found))
			}
			c := found.Cases[0]
			if c.Verdict != tt.verdict || c.Failed != tt.failed || c.Proof != nil || !strings.Contains(c.Unproved, "no other plan") || found.ExitCode() != 1 {
				t.Errorf("%s, %d of %d times, %q\n%s", c.Verdict, c.Failed, c.Tries, c.Unproved, text(t, found))
			}
		})
	}
}

// What the network refuses is tried with one workload and not with the next.
func TestWhatIsRefusedIsTriedOnce(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	a := &app{bug: func(page.Page) int { return 0 }}
	a.refuses = func(p page.Page) bool {
		if has(p, journal.Drop) {
			tried[p.Name] = true
		}
		return has(p, journal.Drop)
	}
	found := search(t, a, func(o *explore.Options) { o.Deepest, o.Parallel = explore.Singles, 1 })
	if len(tried) != 1 || len(found.Baselines) != 2 || found.Levels[1].Played != found.Levels[1].Planned {
		t.Errorf("tried with %v; %+v", tried, found.Levels)
	}
	if s := text(t, found); !strings.Contains(s, "faults that did not fire for acme: drop: this is not done here") {
		t.Errorf("it does not say why:\n%s", s)
	}
}

func TestSavedRunsComeFirst(t *testing.T) {
	t.Parallel()
	saved := two(t)[0]
	saved.Name, saved.Plan = "mine", []page.Step{{Verb: page.Plan, Who: []string{"ana"}, Fault: journal.Fault{Kind: journal.Drop}}}
	a := &app{bug: func(p page.Page) int { return when(has(p, journal.Drop), 2) }}
	found := search(t, a, func(o *explore.Options) { o.Saved, o.Deepest = []page.Page{saved}, explore.Singles })
	if len(found.Cases) != 1 || found.Cases[0].Level != explore.Regressions || found.Cases[0].Workload != "mine" {
		t.Errorf("%s", text(t, found))
	}
}

// A provider that takes idempotency keys is played without them, too, but only
// under faults that make an application hear twice of what it had taken.
func TestKeysAreForgotten(t *testing.T) {
	t.Parallel()
	a := &app{bug: func(p page.Page) int { return 0 }}
	var scenes []string
	open := a.Open
	var off []string
	a.bug = func(p page.Page) int { return 0 }
	o := func(o *explore.Options) {
		o.Deepest, o.Parallel = explore.Singles, 1
		o.Unkeyed = map[string]map[string]string{"acme": {"keys": "off"}}
		o.Open = func(ctx context.Context, s explore.Scene) (explore.Stage, error) {
			scenes = append(scenes, s.Switches["keys"])
			st, err := open(ctx, s)
			if s.Switches["keys"] == "off" {
				st = spy{st, &off}
			}
			return st, err
		}
	}
	search(t, a, o)
	if !slices.Contains(scenes, "off") || !slices.Contains(scenes, "") || len(off) == 0 {
		t.Fatalf("scenes %q, %d plays without keys", scenes, len(off))
	}
	for _, plan := range off {
		if !strings.HasPrefix(plan, "fault duplicate") && !strings.HasPrefix(plan, "fault new-event-id") && !strings.HasPrefix(plan, "fault lose-answer") {
			t.Errorf("played without keys: %s", plan)
		}
	}
}

// spy notes the plans that are played on a stage.
type spy struct {
	explore.Stage
	plans *[]string
}

func (s spy) Play(ctx context.Context, pages ...page.Page) ([]report.Result, error) {
	for _, p := range pages {
		*s.plans = append(*s.plans, spell(p.Plan))
	}
	return s.Stage.Play(ctx, pages...)
}
