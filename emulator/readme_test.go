package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
)

// documents are the pages with parts that the code writes.
var documents = []string{"README.md", "docs/providers.md", "docs/faults.md", "docs/control-api.md"}

// part is what stands between "<!-- begin name -->" and "<!-- end -->".
var part = regexp.MustCompile(`(?s)<!-- begin ([a-z -]+) -->\n(.*?)<!-- end -->\n`)

// TestDocumentsSayWhatTheCodeDoes holds the lists in the documents against
// the code; -update rewrites them.
func TestDocumentsSayWhatTheCodeDoes(t *testing.T) {
	t.Parallel()
	parts, used := written(t), map[string]bool{}
	for _, name := range documents {
		file := filepath.Join("..", filepath.FromSlash(name))
		is, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := part.ReplaceAllStringFunc(string(is), func(text string) string {
			of := part.FindStringSubmatch(text)[1]
			body, ok := parts[of]
			if !ok {
				t.Errorf("%s: nothing is known of a part %q", name, of)
			}
			used[of] = true
			return "<!-- begin " + of + " -->\n" + body + "<!-- end -->\n"
		})
		if string(is) == want {
			continue
		}
		if !*golden.Update {
			t.Errorf("%s: a list is not what the code says: %s; write it anew with -update", name, firstDifference(string(is), want))
			continue
		}
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name := range parts {
		if !used[name] {
			t.Errorf("no document has a part %q", name)
		}
	}
}

// firstDifference is the first line of want that is has not in its place.
func firstDifference(is, want string) string {
	have := strings.Split(is, "\n")
	for i, line := range strings.Split(want, "\n") {
		if i >= len(have) || have[i] != line {
			return fmt.Sprintf("line %d should be %q", i+1, line)
		}
	}
	return "lines are too many"
}

// written are the parts by name.
func written(t *testing.T) map[string]string {
	t.Helper()
	parts := map[string]string{
		"faults": faultTable(), "routes": routeTable(t), "summary": summary(),
		"snippet": snippet(t), "evidence": evidence(t),
	}
	for _, p := range emulator.Providers() {
		parts["operations "+p.Name] = operations(p)
		parts["declined "+p.Name] = declined(p, false)
		parts["all declined "+p.Name] = declined(p, true)
		parts["facts "+p.Name] = facts(p)
		parts["numbers "+p.Name] = magicTable(p)
		parts["switches "+p.Name] = switchTable(p)
	}
	return parts
}

// table writes rows under a head.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		safe := make([]string, len(cells))
		for i, cell := range cells {
			safe[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(safe, " | ") + " |\n")
	}
	line(head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

func code(s string) string { return "`" + s + "`" }

func summary() string {
	var rows [][]string
	for _, p := range emulator.Providers() {
		rows = append(rows, []string{
			p.Name, fmt.Sprint(len(p.Routes)), fmt.Sprint(len(p.Declined)), fmt.Sprint(len(p.Magic)), fmt.Sprint(len(p.Switches)),
		})
	}
	return table([]string{"provider", "routes served", "left out", "magic numbers", "switches"}, rows)
}

// evidence counts, for each provider, what its contract rests on.
func evidence(t *testing.T) string {
	t.Helper()
	var rows [][]string
	for _, p := range emulator.Providers() {
		contract, err := contracts.Load(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows,
			basisRow(p.Name, "operations", bases(contract.Operations())),
			basisRow(p.Name, "webhooks", bases(contract.Webhooks())),
			basisRow(p.Name, "rules of behaviour", ruleBases(t, contract)))
	}
	return table([]string{"provider", "what", "documented", "recorded", "inferred"}, rows)
}

// basisRow counts words of evidence. One that has no column shows in the first,
// so that none is lost.
func basisRow(name, what string, words []string) []string {
	row, count := []string{name, what}, map[string]int{}
	for _, word := range words {
		count[word]++
	}
	for _, word := range []string{"documented", "recorded", "inferred"} {
		row = append(row, fmt.Sprint(count[word]))
		delete(count, word)
	}
	for word, n := range count {
		row[1] += fmt.Sprintf(", %d %q", n, word)
	}
	return row
}

func bases(all []*contracts.Operation) []string {
	words := make([]string, len(all))
	for i, o := range all {
		words[i] = o.Basis.Evidence
	}
	return words
}

// ruleBases are those of what a contract says in words, under x-rules.
func ruleBases(t *testing.T, c *contracts.Contract) []string {
	t.Helper()
	data, err := json.Marshal(c.Document().Extensions["x-rules"])
	if err != nil {
		t.Fatal(err)
	}
	var sections []struct {
		Rules []struct{ Evidence string }
	}
	if err := json.Unmarshal(data, &sections); err != nil || len(sections) == 0 {
		t.Fatalf("the contract %s has no rules: %v", c.Name(), err)
	}
	var words []string
	for _, s := range sections {
		for _, r := range s.Rules {
			words = append(words, r.Evidence)
		}
	}
	return words
}

func operations(p provider.Provider) string {
	var rows [][]string
	for _, r := range p.Routes {
		method, path, _ := strings.Cut(r.Pattern, " ")
		rows = append(rows, []string{method, code(path)})
	}
	return table([]string{"method", "path"}, rows)
}

// declined lists what is left out: all, or only what the vendor has.
func declined(p provider.Provider, all bool) string {
	var b strings.Builder
	for _, d := range p.Declined {
		lacking := strings.HasPrefix(d.Reason, "the vendor has no such") || strings.HasPrefix(d.Reason, "the vendor documents no such")
		if all || !lacking {
			fmt.Fprintf(&b, "- %s: %s\n", d.Operation, d.Reason)
		}
	}
	return b.String()
}

func facts(p provider.Provider) string {
	standard := func(name string) string {
		for _, s := range p.Switches {
			if s.Name == name {
				return s.Default
			}
		}
		return ""
	}
	ladder, words := p.Retry(standard), p.Keywords
	events := make([]string, len(p.Events))
	for i, e := range p.Events {
		events[i] = string(e)
	}
	return table([]string{"fact", "value"}, [][]string{
		{"served under", code("/"+p.Name) + ", and for the Host " + strings.Join(p.Hosts, ", ")},
		{"waits after failed attempts of a webhook", waits(ladder.Delays)},
		{"time to answer a webhook", ladder.Timeout.String()},
		{"source", ladder.Source},
		{"words that mean STOP", strings.Join(words.Stop, ", ")},
		{"words that mean START", strings.Join(words.Start, ", ")},
		{"words that mean START from who is opted out", strings.Join(words.StartIfOut, ", ")},
		{"words that mean HELP", strings.Join(words.Help, ", ")},
		{"neutral events with a webhook", strings.Join(events, ", ")},
	})
}

func waits(delays []time.Duration) string {
	all := make([]string, len(delays))
	for i, d := range delays {
		all[i] = d.String()
	}
	if many := 6; len(all) > many {
		all = slices.Concat(all[:3], []string{"…"}, all[len(all)-1:])
	}
	return fmt.Sprintf("%s (%d attempts)", strings.Join(all, ", "), len(delays)+1)
}

func magicTable(p provider.Provider) string {
	var rows [][]string
	for _, m := range p.Magic {
		rows = append(rows, []string{code(string(m.Number)), m.Says})
	}
	return table([]string{"number", "what happens"}, rows)
}

func switchTable(p provider.Provider) string {
	var rows [][]string
	for _, s := range p.Switches {
		values := strings.Join(s.Values, ", ")
		if values == "" {
			values = "a number"
		}
		rows = append(rows, []string{code(s.Name), s.Default, values, s.Says})
	}
	return table([]string{"switch", "default", "values", "what it decides"}, rows)
}

func faultTable() string {
	var rows [][]string
	for _, f := range journal.Faults() {
		rows = append(rows, []string{code(string(f.Kind)), string(f.Group), f.Says})
	}
	return table([]string{"fault", "group", "what happens"}, rows)
}

// routeTable lists the control API, as its own document has it. The default
// sandbox's routes stand for those of any other.
func routeTable(t *testing.T) string {
	t.Helper()
	em, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer em.Close()
	answer := httptest.NewRecorder()
	em.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:7767/_switchhook/v1/openapi.json", nil))
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil || len(document.Paths) == 0 {
		t.Fatalf("the control API's document: status %d, %v", answer.Code, err)
	}
	rows := [][]string{}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			var says struct{ Summary string }
			if json.Unmarshal(operation, &says) != nil || says.Summary == "" || strings.Contains(path, "/sandboxes/{sandbox}/") {
				continue
			}
			rows = append(rows, []string{strings.ToUpper(method), code(path), says.Summary})
		}
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[1]+a[0], b[1]+b[0]) })
	return table([]string{"method", "path", "what it does"}, rows)
}

// snippet is the marked part of readme_snippet_test.go.
func snippet(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("readme_snippet_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, from, begun := strings.Cut(string(text), "// begin snippet\n")
	body, _, ended := strings.Cut(from, "\n// end\n")
	if !begun || !ended {
		t.Fatal("readme_snippet_test.go has no marks")
	}
	return "```go\n" + body + "```\n"
}
