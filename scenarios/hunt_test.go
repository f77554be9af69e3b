package scenarios_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/explore"
	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/report"
)

var hunting = flag.String("hunt", "", "regular expression: search for the bugs of the reference application with such names, "+
	"and in the application without a bug if it matches \"right\", and rewrite their rows in docs/zoo.md")

const (
	zooFile    = "../docs/zoo.md"
	bugBudget  = 30 * time.Second  // of real time, for a bug with one provider
	appBudget  = 150 * time.Second // for the right application with one provider
	plansLeast = 2000              // plans that the right application bears with each
	recovery   = 25                // the rule about kills; only its bugs are searched for with them, which cost a process each
	notFound   = "not found"
)

// unkeyed are the providers that can be made to take no idempotency keys.
var unkeyed = map[string]map[string]string{"mta": {"idempotency": "off"}}

// TestHunt holds docs/zoo.md against the bugs that there are. With -hunt it
// first searches for each of them, and writes what came of it into that file.
func TestHunt(t *testing.T) {
	if *hunting != "" {
		wanted, err := regexp.Compile(*hunting)
		if err != nil {
			t.Fatal(err)
		}
		zoo := huntAll(t, wanted)
		writeTable(t, "zoo", zooTable(t, zoo))
		if wanted.MatchString("right") {
			writeTable(t, "right", rightTable(playRight(t)))
		}
	}
	rows := zooRows(document(t))
	for _, bug := range refapp.Bugs() {
		if says := faultOfRow(rows[bug.Name], bug); says != "" {
			t.Errorf("the row of %s in %s %s; write the tables anew with -hunt", bug.Name, zooFile, says)
		}
		delete(rows, bug.Name)
	}
	if len(rows) > 0 {
		t.Errorf("%s has rows for %q, which are no bugs", zooFile, slices.Sorted(maps.Keys(rows)))
	}
}

// The hunt itself, among few plans: for a bug that shows without a fault, and
// for one that needs one. It ends as soon as it has what it looks for.
func TestHuntEndsWithTheBug(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"double-send": 0, "no-dedupe": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(refapp.Bugs(), func(b refapp.Bug) bool { return b.Name == name })
			s, ended := search(t, refapp.Bugs()[i], "surge", explore.Options{Workloads: workloads("reply", "same-words")})
			if s.found == nil || len(s.found.Plan) != size || !strings.Contains(ended, "is found") {
				t.Errorf("it ended since %q: %s", ended, s.row())
			}
		})
	}
}

// sighting is what a search for a bug came to.
type sighting struct {
	bug      refapp.Bug
	provider string
	found    *explore.Case // that breaks the bug's rule, nil: none was
	played   int
}

// search looks for a bug with one provider until it has a certain and small
// failure of the rule that the bug breaks, and says why it ended.
func search(t *testing.T, bug refapp.Bug, provider string, o explore.Options) (s sighting, ended string) {
	t.Helper()
	s = sighting{bug: bug, provider: provider}
	o.Open = opener(emulatortest.Start(t).URL, process(t, "--bug", bug.Name, "--slow-ack", "3s"))
	o.Providers, o.Unkeyed, o.Seed = []string{provider}, unkeyed, 1
	o.Until = func(c *explore.Case) bool { return broke(c.Result, bug.Oracle) && c.Shrunk }
	out, err := explore.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s.played = out.Played
	for _, c := range out.Cases {
		if c.Verdict == report.Fail && broke(c.Result, bug.Oracle) && (s.found == nil || smaller(c, s.found)) {
			s.found = c
		}
	}
	if s.found == nil {
		t.Logf("oracle %d was not found to be broken:\n%s", bug.Oracle, outcome(t, out))
	}
	return s, out.Ended
}

// smaller reports whether a case says more than another: one that was shrunk
// before one for which there was no time.
func smaller(c, than *explore.Case) bool {
	if c.Shrunk != than.Shrunk {
		return c.Shrunk
	}
	return len(c.Plan) < len(than.Plan)
}

// huntAll searches for every bug, as many at a time as -parallel says: much of a search is
// waiting.
func huntAll(t *testing.T, wanted *regexp.Regexp) []sighting {
	t.Helper()
	bugs := slices.DeleteFunc(refapp.Bugs(), func(b refapp.Bug) bool { return !wanted.MatchString(b.Name) })
	zoo := make([]sighting, len(bugs))
	t.Run("bugs", func(t *testing.T) {
		for i, bug := range bugs {
			t.Run(bug.Name, func(t *testing.T) {
				t.Parallel()
				zoo[i] = track(t, bug)
				t.Log(zoo[i].row())
			})
		}
	})
	return zoo
}

// track searches with one provider after the other that has the bug, until one
// shows the rule that it breaks.
func track(t *testing.T, bug refapp.Bug) sighting {
	t.Helper()
	before := 0
	for _, provider := range providersOf(bug) {
		s, _ := search(t, bug, provider, explore.Options{Kills: bug.Oracle == recovery, Budget: bugBudget})
		if s.found != nil {
			s.found.After += before
			return s
		}
		before += s.played
	}
	return sighting{bug: bug}
}

func providersOf(bug refapp.Bug) []string {
	return slices.DeleteFunc([]string{"surge", "mta", "exotel"}, func(name string) bool { return !bug.With(name) })
}

// playRight plays plans against the application without a bug. What fails there
// is a mistake of the application or of an oracle.
func playRight(t *testing.T) []explore.Outcome {
	t.Helper()
	names := []string{"surge", "mta", "exotel"}
	all := make([]explore.Outcome, len(names))
	t.Run("right", func(t *testing.T) {
		for i, provider := range names {
			t.Run(provider, func(t *testing.T) {
				t.Parallel()
				out, err := explore.Run(t.Context(), explore.Options{
					Open: opener(emulatortest.Start(t).URL, process(t)), Providers: []string{provider}, Unkeyed: unkeyed,
					Seed: 1, Kills: true, Budget: appBudget,
				})
				if err != nil {
					t.Fatal(err)
				}
				if code := out.ExitCode(); code != 0 || out.Played < plansLeast {
					t.Errorf("exit code %d after %d plans, want 0 and at least %d:\n%s", code, out.Played, plansLeast, outcome(t, out))
				}
				t.Log(outcome(t, out))
				all[i] = out
			})
		}
	})
	return all
}

// row is the line of the table.
func (s sighting) row() string {
	plans, size, with, smallest := notFound, "", "", "pages "+strings.Join(pagesThatKill(s.bug.Name), ", ")
	if c := s.found; c != nil {
		plans, size, with, smallest = fmt.Sprint(c.After), fmt.Sprint(len(c.Plan)), s.provider, code(c.Script)
		if len(c.Plan) > 0 {
			smallest += " under " + code(c.Plan)
		}
		if c.Oracle != s.bug.Oracle {
			smallest += fmt.Sprintf(", told first as oracle %d", c.Oracle)
		}
	}
	return fmt.Sprintf("| `%s` | %s | %d | %s | %s | %s | %s |\n", s.bug.Name, s.bug.Says, s.bug.Oracle, with, plans, size, smallest)
}

func code(lines []string) string { return "`" + strings.Join(lines, "; ") + "`" }

// pagesThatKill are the pages of the catalog that find a bug.
func pagesThatKill(bug string) []string {
	var names []string
	for _, p := range catalog.Pages() {
		if slices.Contains(p.Kills, bug) {
			names = append(names, p.Name)
		}
	}
	return names
}

// sizeCell is the place of the size in a row, after the name.
const sizeCell = 4

// zooRow is a line of the table of bugs.
var zooRow = regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|(.*)\\|$")

// zooRows are the cells of each bug, without its name.
func zooRows(text string) map[string][]string {
	rows := map[string][]string{}
	for _, found := range zooRow.FindAllStringSubmatch(text, -1) {
		for _, cell := range strings.Split(found[2], "|") {
			rows[found[1]] = append(rows[found[1]], strings.TrimSpace(cell))
		}
	}
	return rows
}

// faultOfRow says what is wrong with the row of a bug: "" if nothing is.
func faultOfRow(cells []string, bug refapp.Bug) string {
	switch {
	case len(cells) != 6:
		return fmt.Sprintf("has %d cells after its name, not 6", len(cells))
	case cells[0] != bug.Says:
		return "says something else of what it does"
	case cells[1] != fmt.Sprint(bug.Oracle):
		return fmt.Sprintf("names oracle %s, not %d", cells[1], bug.Oracle)
	case cells[3] == notFound:
		if want := "pages " + strings.Join(pagesThatKill(bug.Name), ", "); cells[5] != want {
			return fmt.Sprintf("names other pages than %q", want)
		}
	case !slices.Contains(providersOf(bug), cells[2]):
		return "names a provider with whom it cannot be made"
	case cells[4] != "0" && cells[4] != "1" && cells[4] != "2", (cells[4] == "0") == strings.Contains(cells[5], " under "):
		return "has a size that its plan has not"
	}
	return ""
}

// document is docs/zoo.md.
func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(zooFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// writeTable puts a table between its marks.
func writeTable(t *testing.T, name, table string) {
	t.Helper()
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	before, rest, ok := strings.Cut(document(t), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table %s, between %q and %q", zooFile, name, begin, end)
	}
	if err := os.WriteFile(zooFile, []byte(before+begin+table+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// zooTable is the table of bugs: a new row for those that were searched for, and
// for the others the one that there is.
func zooTable(t *testing.T, zoo []sighting) string {
	t.Helper()
	rows := map[string]string{}
	for _, row := range zooRow.FindAllStringSubmatch(document(t), -1) {
		rows[row[1]] = row[0] + "\n"
	}
	for _, s := range zoo {
		rows[s.bug.Name] = s.row()
	}
	var b strings.Builder
	b.WriteString("| bug | what the application does wrong | oracle | with | plans | size | smallest script and plan |\n|---|---|---|---|---|---|---|\n")
	for _, bug := range refapp.Bugs() {
		b.WriteString(rows[bug.Name])
	}
	return b.String() + "\n" + summary(zooRows(b.String()))
}

// summary counts the rows by the size of their plans.
func summary(rows map[string][]string) string {
	sizes := map[string]int{}
	for _, cells := range rows {
		sizes[cells[sizeCell]]++
	}
	return fmt.Sprintf("%d of %d were found: %d without any fault, %d by one, %d by two.\n",
		len(rows)-sizes[""], len(rows), sizes["0"], sizes["1"], sizes["2"])
}

func rightTable(right []explore.Outcome) string {
	var b strings.Builder
	b.WriteString("| provider | plans | pass | failures | unavoidable | not exercised | inconclusive |\n|---|---|---|---|---|---|---|\n")
	for _, o := range right {
		failed := slices.DeleteFunc(slices.Clone(o.Cases), func(c *explore.Case) bool { return c.Verdict == report.Unavoidable })
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d |\n", strings.Join(o.Providers, ", "), o.Played, o.Verdicts[report.Pass],
			len(failed), o.Verdicts[report.Unavoidable], o.Verdicts[report.NotExercised], o.Verdicts[report.Inconclusive])
	}
	return b.String()
}
