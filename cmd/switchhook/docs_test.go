package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/cmd/switchhook/cli"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// block is a part of a document that is written by this test: between
// "<!-- begin NAME -->" and "<!-- end -->", each on a line of its own.
var block = regexp.MustCompile(`(?s)<!-- begin ([^\n]*?) -->\n(.*?)<!-- end -->\n`)

func documents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no documents: %v", err)
	}
	return append(files, "../../README.md")
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What documents say about the program is what the program says.
func TestDocumentsAgreeWithTheProgram(t *testing.T) {
	t.Parallel()
	var seen []string
	for _, file := range documents(t) {
		before := read(t, file)
		after := block.ReplaceAllStringFunc(before, func(part string) string {
			name := block.FindStringSubmatch(part)[1]
			seen = append(seen, name)
			return "<!-- begin " + name + " -->\n" + generate(t, name) + "<!-- end -->\n"
		})
		if after == before {
			continue
		}
		if !*update {
			t.Errorf("%s is not what the program does now; run go test ./cmd/switchhook -update", file)
		} else if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range emulator.Providers() {
		for _, kind := range []string{"declined", "evidence"} {
			if name := kind + " " + p.Name; !slices.Contains(seen, name) {
				t.Errorf("no document has the part %q", name)
			}
		}
	}
}

// generate writes the part of that name.
func generate(t *testing.T, name string) string {
	t.Helper()
	kind, of, _ := strings.Cut(name, " ")
	switch kind {
	case "list":
		return listed(t, of)
	case "page":
		data, err := fs.ReadFile(catalog.Files(), of+".txtar")
		if err != nil {
			t.Fatal(err)
		}
		return "```text\n" + string(data) + "```\n"
	case "go":
		return "```go\n" + read(t, "../../"+of) + "```\n"
	case "declined":
		return declinedBy(t, of)
	case "evidence":
		return evidence(t, of)
	case "routes":
		return routes(t)
	}
	t.Fatalf("nobody knows how to write the part %q", name)
	return ""
}

// columns of a list, as JSON calls them.
var columns = map[string][]string{
	"numbers": {"number", "provider", "says"}, "faults": {"kind", "group", "says"},
	"switches": {"provider", "name", "default", "values", "says"}, "oracles": {"number", "name", "says"},
}

func listed(t *testing.T, topic string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := cli.Main(t.Context(), []string{"list", topic, "--json"}, func(string) string { return "" }, nil, &out, &errs); code != 0 {
		t.Fatalf("list %s: %s", topic, &errs)
	}
	var items []map[string]any
	if err := json.Unmarshal(out.Bytes(), &items); err != nil {
		t.Fatal(err)
	}
	rows := [][]string{columns[topic]}
	for _, item := range items {
		var row []string
		for _, c := range columns[topic] {
			row = append(row, cell(item[c]))
		}
		rows = append(rows, row)
	}
	return table(rows)
}

func cell(v any) string {
	many, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	var all []string
	for _, one := range many {
		all = append(all, fmt.Sprint(one))
	}
	return strings.Join(all, ", ")
}

// table writes rows as Markdown; the first is the head.
func table(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		for j, c := range row {
			if row[j] = strings.ReplaceAll(c, "|", `\|`); c == "<nil>" {
				row[j] = "a number" // a switch that names no values
			}
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	return b.String()
}

// declinedBy lists what a provider's emulation leaves out, a line for each reason.
func declinedBy(t *testing.T, name string) string {
	t.Helper()
	all := emulator.Providers()
	at := slices.IndexFunc(all, func(p provider.Provider) bool { return p.Name == name })
	if at < 0 {
		t.Fatalf("there is no provider %q", name)
	}
	reasons, by := []string{}, map[string][]string{}
	for _, d := range all[at].Declined {
		reason, what, _ := strings.Cut(d.Reason, ": ")
		if by[reason] == nil {
			reasons = append(reasons, reason)
		}
		item := "`" + d.Operation + "`"
		if what != "" {
			item += " (" + what + ")"
		}
		by[reason] = append(by[reason], item)
	}
	var b strings.Builder
	for _, reason := range reasons {
		fmt.Fprintf(&b, "- **%s%s**: %s.\n", strings.ToUpper(reason[:1]), reason[1:], strings.Join(by[reason], ", "))
	}
	return b.String()
}

// evidence counts what the rules of a provider rest on, by section.
func evidence(t *testing.T, name string) string {
	t.Helper()
	rows := [][]string{{"rules about", "a document or SDK says so", "in part", "our choice"}}
	for section := range strings.SplitSeq(read(t, "../../contracts/"+name+"/EVIDENCE.md"), "\n## ") {
		title, rest, _ := strings.Cut(section, "\n")
		var counts [3]int
		for line := range strings.SplitSeq(rest, "\n") {
			cells := strings.Split(line, "|")
			if len(cells) < 5 || strings.Contains(line, "| --- ") || strings.Contains(line, "|---") || strings.TrimSpace(cells[1]) == "rule" {
				continue
			}
			documented, inferred := strings.Contains(cells[2], "documented"), strings.Contains(cells[2], "inferred")
			switch {
			case documented && inferred:
				counts[1]++
			case documented:
				counts[0]++
			case inferred:
				counts[2]++
			default:
				t.Errorf("the evidence of %q is neither documented nor inferred", cells[1])
			}
		}
		if counts != [3]int{} {
			rows = append(rows, []string{title, fmt.Sprint(counts[0]), fmt.Sprint(counts[1]), fmt.Sprint(counts[2])})
		}
	}
	return table(rows)
}

// routes lists the operations of the control API in the order of its document.
func routes(t *testing.T) string {
	t.Helper()
	var doc struct{ Paths yaml.Node }
	if err := yaml.Unmarshal([]byte(read(t, "../../emulator/control/openapi.yaml")), &doc); err != nil {
		t.Fatal(err)
	}
	rows := [][]string{{"operation", "what it does"}}
	for i := 0; i+1 < len(doc.Paths.Content); i += 2 {
		path, item := doc.Paths.Content[i].Value, doc.Paths.Content[i+1]
		for j := 0; j+1 < len(item.Content); j += 2 {
			var op struct{ Summary string }
			method := item.Content[j].Value
			if !slices.Contains([]string{"get", "put", "post", "delete"}, method) {
				continue
			}
			if err := item.Content[j+1].Decode(&op); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, []string{"`" + strings.ToUpper(method) + " " + path + "`", op.Summary})
		}
	}
	if len(rows) < 10 {
		t.Fatalf("read only %d rows of routes", len(rows))
	}
	return table(rows)
}

// fenced are the blocks of a document in one language.
func fenced(text, language string) []string {
	var all []string
	for _, found := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)\n```\n").FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

// The document about pages shows every verb, as it can be written.
func TestPagesDocumentShowsEveryVerb(t *testing.T) {
	t.Parallel()
	script := strings.Join(fenced(read(t, "../../docs/pages.md"), "page"), "\n")
	p, err := page.Parse("docs/pages.md", []byte("# all verbs\nprovider any\n-- script --\n"+script+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, s := range p.Steps() {
		shown[string(s.Verb)], shown[string(s.Verb)+" "+s.Word] = true, true
	}
	for _, want := range []string{
		"texts", "asks", "sends", "queues", "settle", "advance", "fault", "switch",
		"handset off", "handset on", "handset no-receipts", "handset no-mms", "handset fails",
		"webhooks timeout", "webhooks parallel", "webhooks unordered", "webhooks rotate",
		"expect replies", "expect sends-to", "expect calls-to", "expect attempts", "expect conversations", "expect state",
	} {
		if !shown[want] {
			t.Errorf("no line shows %q", want)
		}
	}
}

// The document about sut.yaml begins with an example of every key.
func TestSUTDocumentShowsEveryKey(t *testing.T) {
	t.Parallel()
	examples := fenced(read(t, "../../docs/sut.md"), "yaml")
	if len(examples) == 0 {
		t.Fatal("there is no example")
	}
	for i, text := range examples {
		s, err := sut.Parse("docs/sut.md", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for v, f := reflect.ValueOf(*s), 0; i == 0 && f < v.NumField(); f++ {
			if name := v.Type().Field(f).Name; name != "Dir" && v.Field(f).IsZero() {
				t.Errorf("the first example leaves out %s", name)
			}
		}
	}
}

// Links between documents lead somewhere.
func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, file := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(read(t, file), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), found[1])); err != nil {
				t.Errorf("%s links to %s: %v", file, found[1], err)
			}
		}
	}
}
