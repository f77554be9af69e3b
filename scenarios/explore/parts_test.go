package explore

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Whatever the test is, what is left still fails it, and nothing more can be
// left out one at a time.
func TestMinimizeLeavesNothingThatCanGo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := make([]int, rapid.IntRange(0, 12).Draw(t, "size"))
		for i := range all {
			all[i] = i
		}
		core := rapid.SliceOfDistinct(rapid.IntRange(0, max(len(all)-1, 0)), rapid.ID[int]).Draw(t, "core")
		odd := rapid.Uint64().Draw(t, "odd") // makes some lists fail that hold less
		fails := func(list []int) bool {
			mask := uint64(0)
			for _, n := range list {
				mask |= 1 << n
			}
			if len(list) == len(all) || odd%7 == 0 && draw(int64(odd), fmt.Sprint(list))%3 == 0 {
				return true
			}
			for _, n := range core {
				if n < len(all) && mask&(1<<n) == 0 {
					return false
				}
			}
			return true
		}
		tried := 0
		left := minimize(all, func(lists [][]int) int {
			tried += len(lists)
			return slices.IndexFunc(lists, fails)
		})
		if !fails(left) || !slices.IsSorted(left) {
			t.Fatalf("%v of %v does not fail or is out of order", left, all)
		}
		for i := range left {
			if less := slices.Concat(left[:i], left[i+1:]); fails(less) {
				t.Fatalf("%v still fails without %d", left, left[i])
			}
		}
		if tried > 4*(len(all)+1)*(len(all)+1)+4 {
			t.Fatalf("%d tries for a list of %d", tried, len(all))
		}
	})
}

// Simpler forms never lead back to where they came from.
func TestSimplerEnds(t *testing.T) {
	t.Parallel()
	const begun, done = 1, 2
	state := map[string]int{}
	var descend func(page.Step)
	descend = func(s page.Step) {
		switch state[s.String()] {
		case begun:
			t.Fatalf("%q comes back", s)
		case done:
			return
		}
		state[s.String()] = begun
		for _, w := range slices.Concat(weaker(s), lower(s)) {
			descend(w)
		}
		state[s.String()] = done
	}
	for _, p := range []position{{"ana", sms.MessageReceived, 3}, {"ana", "", 3}, {"ana", sms.MessageDelivered, 1}} {
		for _, s := range slices.Concat(strikes(p), ends(p), atRest()) {
			s.Fault.Times = 3
			descend(s)
		}
	}
	if len(state) < 100 {
		t.Errorf("only %d forms were looked at", len(state))
	}
}

// Every kind of fault is tried somewhere, in a form that a page can hold.
func TestSingles(t *testing.T) {
	t.Parallel()
	at := []position{{"ana", sms.MessageReceived, 1}, {"ana", "", 2}, {"ben", sms.MessageDelivered, 1}}
	var lines []string
	for _, p := range at {
		for _, s := range slices.Concat(strikes(p), ends(p)) {
			lines = append(lines, s.String())
		}
	}
	for _, s := range atRest() {
		lines = append(lines, s.String())
	}
	golden(t, "singles.txt", strings.Join(lines, "\n")+"\n")
	script := "# x\nprovider any\n-- script --\nana,ben asks\n-- plan --\n" + strings.Join(lines, "\n") + "\n"
	p, err := page.Parse("x.txtar", []byte(script))
	if err != nil || len(p.Plan) != len(lines) {
		t.Errorf("%d of %d steps can be read: %v", len(p.Plan), len(lines), err)
	}
	for _, f := range journal.Faults() {
		if !slices.ContainsFunc(p.Plan, func(s page.Step) bool { return s.Fault.Kind == f.Kind }) {
			t.Errorf("%s is never tried", f.Kind)
		}
	}
}

// What befalls somebody's first text or send is played before what befalls a
// later one, and of statuses and forgeries one of each before the others.
func TestNovelty(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	of := func(provider, step string) int {
		p, err := page.Parse("x.txtar", []byte("# x\nprovider any\n-- script --\nana,ben asks\n-- plan --\n"+step+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		return novelty(plan{Singles, provider, "x", p}, seen)
	}
	for _, tt := range []struct {
		step string
		rank int
	}{
		{"fault drop of ana", 0},
		{"fault drop of ana", 0},
		{"fault drop of ana nth 2", 1},
		{"fault drop on message.sent of ana", 0},
		{"fault drop on message.sent of ben nth 2", 2},
		{"fault drop on message.delivered of ana", 0},
		{"fault delay on message.sent of ana", 0},
		{"fault delay on message.sent of ana after 25h", 0},
		{"fault no-signature of ana", 0},
		{"fault no-signature of ben", 1},
		{"fault no-signature on message.sent of ben", 0},
		{"fault error-before of ana", 0},
		{"fault error-before of ana nth 3", 1},
		{"kill when acked of ana", 0},
		{"kill when acked of ana nth 2", 1},
		{"kill now", 0},
		{"kill now restart late", 1},
	} {
		if got := of("acme", tt.step); got != tt.rank {
			t.Errorf("%s has rank %d, want %d", tt.step, got, tt.rank)
		}
	}
	if of("other", "fault drop on message.sent of ana") != 0 {
		t.Error("what one provider does says nothing of another")
	}
}

func TestPairs(t *testing.T) {
	t.Parallel()
	on := func(who string, nth int, event sms.EventType, kinds ...journal.FaultKind) (out []page.Step) {
		for _, k := range kinds {
			out = append(out, strike(journal.Fault{Kind: k}, position{who, event, nth}))
		}
		return out
	}
	alone := slices.Concat(
		on("ana", 1, sms.MessageReceived, journal.DuplicateNow, journal.LoseAnswer, journal.Drop),
		on("ana", 1, "", journal.ErrorAfter, journal.StatusFirst),
		on("ben", 1, sms.MessageReceived, journal.DuplicateNow, journal.DuplicateConcurrent),
		ends(position{"ana", sms.MessageReceived, 1})[:1], ends(position{"ana", "", 1})[:1])
	var lines []string
	seen := map[string]bool{}
	for _, c := range couples(alone) {
		line := spell(c.of(alone))
		if back := spell([]page.Step{c.of(alone)[1], c.of(alone)[0]}); seen[line] || seen[back] {
			t.Errorf("%s comes twice", line)
		}
		seen[line] = true
		lines = append(lines, line)
	}
	golden(t, "pairs.txt", strings.Join(lines, "\n")+"\n")
}

// Whatever was borne alone, no two pairs are the same plan in any order.
func TestNoPairIsPlannedTwice(t *testing.T) {
	t.Parallel()
	for name, at := range map[string][]position{
		"a text and its reply":      {{"ana", sms.MessageReceived, 1}, {"ana", "", 1}},
		"two texts and two replies": {{"ana", sms.MessageReceived, 1}, {"ana", "", 1}, {"ana", sms.MessageReceived, 2}, {"ana", "", 2}},
		"two customers":             {{"ana", "", 1}, {"ben", "", 1}, {"ana", "", 2}, {"ben", "", 2}},
		"a text and a status":       {{"ana", sms.MessageReceived, 1}, {"ana", sms.MessageSent, 1}, {"ana", sms.MessageSent, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var alone []page.Step
			for _, p := range at {
				alone = slices.Concat(alone, strikes(p), ends(p))
			}
			alone = slices.DeleteFunc(slices.Concat(alone, atRest()), func(s page.Step) bool { return !plain(s) })
			seen := map[string]bool{}
			for _, c := range couples(alone) {
				plan := c.of(alone)
				slices.SortFunc(plan, func(a, b page.Step) int { return strings.Compare(a.String(), b.String()) })
				if seen[spell(plan)] {
					t.Errorf("%s comes twice", spell(plan))
				}
				seen[spell(plan)] = true
			}
		})
	}
}

func TestHandfulsFollowTheSeed(t *testing.T) {
	t.Parallel()
	from := slices.Concat(strikes(position{"ana", sms.MessageReceived, 1}), strikes(position{"ana", "", 1}), atRest())
	different := map[string]bool{}
	for n := range 50 {
		plan := handful(3, "x", n, from)
		if spell(plan) != spell(handful(3, "x", n, from)) {
			t.Fatalf("handful %d is another the second time", n)
		}
		different[spell(plan)] = true
		kills := 0
		for _, s := range plan {
			if s.Verb == page.Slay {
				kills++
			}
		}
		if len(plan) < 3 || len(plan) > 6 || kills > 1 {
			t.Errorf("handful %d: %s", n, spell(plan))
		}
	}
	if len(different) < 45 || spell(handful(4, "x", 0, from)) == spell(handful(3, "x", 0, from)) {
		t.Errorf("only %d of 50 differ, or the seed does not count", len(different))
	}
	if plan := handful(3, "x", 0, from[:2]); len(plan) > 2 {
		t.Errorf("of two: %s", spell(plan))
	}
}

func TestWorkloads(t *testing.T) {
	t.Parallel()
	all := Workloads()
	seen := map[string]bool{}
	for _, p := range all {
		if seen[spell(p.Steps())] || p.Title == "" || lonely(p) || p.Steps()[0].Verb == page.Settle {
			t.Errorf("%s is like another, has no title or cannot be played with others", p.Name)
		}
		seen[spell(p.Steps())] = true
		w, err := workload(p, false)
		if last := w.Steps()[len(w.Steps())-1]; err != nil || last.Verb != page.Advance {
			t.Errorf("%s ends with %s, %v; statuses and retries need time", p.Name, last, err)
		}
	}
	if len(all) < 14 {
		t.Errorf("%d workloads", len(all))
	}
}

func TestWorkloadOfAPage(t *testing.T) {
	t.Parallel()
	const text = "# x\nprovider any\nlabels a\nkills b\nreplicas 2\n-- script --\nfault drop of ana\nkill now\nana asks\nexpect replies ana 1\n-- plan --\nfault duplicate of ana\n-- seed --\n1\n"
	p, err := page.Parse("x.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		keep bool
		want string
	}{
		{false, "ana asks; advance 15m | "},
		{true, "fault drop of ana; kill now; ana asks; advance 15m | fault duplicate of ana"},
	} {
		w, err := workload(p, tt.keep)
		if got := spellPage(w); err != nil || got != tt.want || w.Labels != nil || w.Kills != nil || w.Extra != nil || (w.Replicas > 0) != tt.keep {
			t.Errorf("kept %t: %q, %v, %+v; want %q", tt.keep, got, err, w, tt.want)
		}
	}
	if _, err := page.Parse("x.txtar", page.Format(p)); err != nil {
		t.Errorf("the page itself was changed: %v", err)
	}
	p.Phases = []page.Phase{{Steps: []page.Step{{Verb: page.Slay, Kill: page.Kill{Spot: page.Spot{Point: page.Now}}}}}}
	if _, err := workload(p, false); err == nil {
		t.Error("a page of nothing but faults is a workload")
	}
}

func TestSceneTakesLeadingSwitches(t *testing.T) {
	t.Parallel()
	p, err := page.Parse("x.txtar", []byte("# x\nprovider any\n-- script --\nswitch a b\nswitch c d\nana asks\nswitch a e\n"))
	if err != nil {
		t.Fatal(err)
	}
	scene, bare := set("acme", p)
	if scene.key() != "acme a=b c=d" || spell(bare.Steps()) != "ana asks; switch a e" {
		t.Errorf("%q, %q", scene.key(), spell(bare.Steps()))
	}
	p.Phases[0].Steps = p.Phases[0].Steps[:1]
	if scene, bare := set("acme", p); scene.key() != "acme" || len(bare.Steps()) != 1 {
		t.Errorf("nothing but a switch: %q, %q", scene.key(), spell(bare.Steps()))
	}
}

// sent is the record of a play in which the application asked n times for the
// same text, of which made say whether it was made, and was told status.
func sent(status int, verdict report.Verdict, made ...bool) report.Result {
	const who = sms.Number("+12015550100")
	r := report.Result{Verdict: verdict, Cast: map[string]sms.Number{"ana": who}}
	add := func(e journal.Entry) {
		e.Seq = uint64(len(r.Entries) + 1)
		r.Entries = append(r.Entries, e)
	}
	add(journal.Entry{Kind: journal.KindMessage, Message: &sms.Message{ID: "in", Direction: sms.MO, Handset: who, Line: "+12015550199", Body: "hi"}})
	for i, yes := range made {
		id := fmt.Sprintf("call-%d", i)
		c := journal.Call{ID: id, Method: "POST", Route: "POST /send", Body: string(who), Handset: who}
		add(journal.Entry{Kind: journal.KindCall, Call: &c})
		done := c
		if yes {
			done.Message = fmt.Sprintf("out-%d", i)
			add(journal.Entry{Kind: journal.KindAccepted, Call: &done})
		}
		add(journal.Entry{Kind: journal.KindFaultFired, Fault: &journal.Fault{Kind: journal.ErrorAfter, At: id}})
		add(journal.Entry{Kind: journal.KindTold, Call: &journal.Call{ID: id, Status: status, Answer: fmt.Sprintf(`{"error":"sorry","request":"req_%d"}`, len(r.Entries))}})
	}
	return r
}

func TestProofOfTheUnavoidable(t *testing.T) {
	t.Parallel()
	f := oracle.Finding{Oracle: 1, Status: oracle.Unavoidable, Handset: "+12015550100"}
	here := sent(500, report.Unavoidable, true, true)
	worse := sent(500, report.Pass, false, true)
	worse.Findings = []oracle.Finding{{Oracle: 2, Status: oracle.Unavoidable}}
	other := sent(500, report.Pass, false, true)
	other.Entries[1].Call.Route = "POST /other"
	for name, tt := range map[string]struct {
		there report.Result
		why   string
	}{
		"proved":         {sent(500, report.Pass, false, true), ""},
		"failed there":   {sent(500, report.Fail, false, true), "the verdict was fail"},
		"no better":      {worse, "what its policy led to was not right either"},
		"told otherwise": {sent(503, report.Pass, false, true), "it was told something else after call 1"},
		"did otherwise":  {sent(500, report.Pass, false), "it sent 1 times where it sent 2 times here"},
		"another call":   {other, "its call 1 was another"},
	} {
		proof, why := compare(here, tt.there, f)
		if why != tt.why || why == "" && (len(proof.Here) != 2 || len(proof.There) != 2 || proof.Here[0] != 2) {
			t.Errorf("%s: %+v, %q; want %q", name, proof, why, tt.why)
		}
	}
	if _, why := compare(sent(201, report.Pass), sent(201, report.Pass), f); why != "no call had an outcome that could not be known" {
		t.Errorf("without calls: %q", why)
	}
}

func TestTwin(t *testing.T) {
	t.Parallel()
	p, err := page.Parse("x.txtar", []byte("# x\nprovider any\n-- script --\nana asks\n-- plan --\n"+
		"fault error-after of ana nth 2 status 503\nfault duplicate of ana\nfault timeout-before of ana\nkill when called of ana\nfault reset-after of ana\n"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "fault error-before of ana nth 2 status 503; fault duplicate of ana; fault timeout-after of ana; kill when accepted of ana; fault timeout-before of ana"
	if got, ok := twin(p.Plan); !ok || spell(got) != want {
		t.Errorf("twin %q, %t; want %q", spell(got), ok, want)
	}
	if _, ok := twin(p.Plan[1:2]); ok {
		t.Error("a duplicate has a twin")
	}
}
