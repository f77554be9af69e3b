package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/cmd/switchhook/cli"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/sut"
)

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
		shown[string(s.Verb)], shown[string(s.Verb)+" "+s.Word+string(s.Kill.Point+s.Until.Point)] = true, true
	}
	for _, want := range []string{
		"texts", "asks", "sends", "queues", "settle", "settle answered", "settle acked", "advance", "fault", "switch",
		"kill now", "kill received", "kill called", "kill accepted", "kill answered", "kill waiting", "kill acked",
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

// Commands in the documents exist, with the flags that stand there.
func TestDocumentsShowCommandsThatExist(t *testing.T) {
	t.Parallel()
	called := regexp.MustCompile("(?m)(?:^\\$ |^    |: |`|\\$\\(|go run ./cmd/)switchhook ([a-z]+)( [a-z]+)?([^`\n]*)")
	flag := regexp.MustCompile(` (--[a-z-]+)`)
	shown := 0
	for _, file := range documents(t) {
		text := read(t, file)
		for _, script := range fenced(text, "sh") {
			text += "\n$ " + strings.ReplaceAll(script, "\n", "\n$ ")
		}
		for _, found := range called.FindAllStringSubmatch(text, -1) {
			args := []string{found[1]}
			if found[1] == "contracts" && found[2] != "" {
				args = append(args, strings.TrimSpace(found[2]))
			}
			help, code := helpOf(t, args...)
			if code != 0 {
				t.Errorf("%s shows %q, which there is not", file, found[0])
				continue
			}
			line, _, _ := strings.Cut(found[3], " #")
			for _, f := range flag.FindAllStringSubmatch(line, -1) {
				if shown++; !regexp.MustCompile(regexp.QuoteMeta(f[1]) + `\b`).MatchString(help) {
					t.Errorf("%s shows %q, but %s has no %s", file, found[0], strings.Join(args, " "), f[1])
				}
			}
		}
	}
	if shown < 20 {
		t.Errorf("the documents show %d flags; they should show many", shown)
	}
}

// helpOf is what a command says with --help.
func helpOf(t *testing.T, command ...string) (help string, code int) {
	t.Helper()
	var out, complaints bytes.Buffer
	none := func(string) string { return "" }
	code = cli.Main(t.Context(), append(command, "--help"), none, strings.NewReader(""), &out, &complaints)
	return out.String(), code
}
