package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

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
