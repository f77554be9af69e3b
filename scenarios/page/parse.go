package page

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// The sections that are read, in the order in which Format writes them; those
// of a bundle follow.
const (
	scriptFile = "script"
	planFile   = "plan"
)

var extras = []string{SUTFile, SeedFile, JournalFile, VerdictFile}

// Parse reads a page. The first thing wrong in it is returned as an *Error
// that begins with file:line:column.
func Parse(file string, data []byte) (Page, error) {
	archive := txtar.Parse(data)
	p := Page{Name: strings.TrimSuffix(path.Base(file), ".txtar")}
	header := lines(string(archive.Comment))
	if err := plainText(file, 1, header); err != nil {
		return Page{}, err
	}
	if err := p.header(file, header); err != nil {
		return Page{}, err
	}
	at := len(header) + 1
	if len(archive.Files) == 0 || archive.Files[0].Name != scriptFile {
		return Page{}, &Error{file, at, 1, `there is no script; write "-- script --" above the first verb`}
	}
	seen := map[string]bool{}
	for _, f := range archive.Files {
		if seen[f.Name] {
			return Page{}, &Error{file, at, 1, `"-- ` + f.Name + ` --" stands here twice; keep one`}
		}
		seen[f.Name] = true
		text := string(f.Data)
		if err := p.section(file, at, f.Name, text); err != nil {
			return Page{}, err
		}
		at += len(lines(text)) + 1
	}
	return p, nil
}

// section reads the file of a page whose marker stands in line at.
func (p *Page) section(file string, at int, name, text string) error {
	if slices.Contains(extras, name) {
		if p.Extra == nil {
			p.Extra = map[string]string{}
		}
		p.Extra[name] = text
		return nil
	}
	content := lines(text)
	if err := plainText(file, at+1, content); err != nil {
		return err
	}
	switch name {
	case scriptFile:
		return p.script(file, at+1, content)
	case planFile:
		return p.plan(file, at+1, content)
	}
	return &Error{file, at, 1, `a page holds "-- script --" and "-- plan --", and as a bundle ` + strings.Join(extras, ", ") + `; remove "-- ` + name + ` --"`}
}

// plainText makes sure that lines count the same for everybody.
func plainText(file string, first int, content []string) error {
	for i, text := range content {
		if !utf8.ValidString(text) {
			return &Error{file, first + i, 1, "the line is not UTF-8; save the page as UTF-8"}
		}
		if at := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); at >= 0 {
			return &Error{
				file, first + i, utf8.RuneCountInString(text[:at]) + 1,
				`the line holds a control character; save the page with plain line ends and write it in a text as \n or \u0007`,
			}
		}
	}
	return nil
}

// lines splits s; the end of the last line is not a line of its own.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// comment is the text of a comment line.
func comment(text string) (string, bool) {
	after, ok := strings.CutPrefix(strings.TrimSpace(text), "#")
	return strings.TrimSpace(after), ok
}

func (p *Page) header(file string, header []string) error {
	var title []string
	seen := map[string]bool{}
	for i, text := range header {
		if said, ok := comment(text); ok {
			if len(seen) > 0 {
				return &Error{file, i + 1, 1, "a comment stands between the settings; move it to the top of the page"}
			}
			title = append(title, said)
			continue
		}
		l := newLine(file, i+1, text)
		if l.err == nil && len(l.tokens) == 0 {
			continue
		}
		if err := p.setting(l, seen); err != nil {
			return err
		}
	}
	if len(title) == 0 || title[0] == "" {
		return &Error{file, 1, 1, `the page has no title; begin with a line like "# a customer asks once and is answered once"`}
	}
	if p.Provider == "" {
		return &Error{file, len(header) + 1, 1, `no provider is named; write "provider any" under the title`}
	}
	p.Title, p.About = title[0], strings.Join(title[1:], "\n")
	return nil
}

func (p *Page) setting(l *line, seen map[string]bool) error {
	column := 1
	if len(l.tokens) > 0 {
		column = l.tokens[0].column
	}
	key := l.oneOf([]string{"provider", "except", "labels", "kills", "replicas"})
	if l.err == nil && seen[key] && key != "except" {
		l.fail(column, "%q stands here twice; keep one line of it", key)
	}
	seen[key] = true
	switch key {
	case "provider":
		p.Provider = l.name()
	case "except":
		p.except(l, column)
	case "labels":
		p.Labels = l.names()
	case "kills":
		p.Kills = l.names()
	case "replicas":
		p.Replicas = l.replicas()
	}
	return l.done()
}

// except takes a provider, a colon and a reason in words.
func (p *Page) except(l *line, column int) {
	const want = `a provider and why, like "acme: no signature exists"`
	if p.Provider != Any {
		l.fail(column, `only a page for any provider has exceptions; write it under "provider any"`)
	}
	t := l.word(want)
	name, ok := strings.CutSuffix(t.text, ":")
	switch {
	case l.err == nil && (!ok || !isName(name)):
		l.fail(t.column, "%q is not a provider with a colon after it; write %s", t.text, want)
	case slices.ContainsFunc(p.Except, func(e Exception) bool { return e.Provider == name }):
		l.fail(t.column, "%q stands here twice; keep one line of it", name)
	}
	var reason []string
	for l.err == nil && (len(reason) == 0 || len(l.tokens) > 0) {
		reason = append(reason, l.word("the reason in words, without quotes").text)
	}
	p.Except = append(p.Except, Exception{name, strings.Join(reason, " ")})
}

// replicas takes how many of the application run side by side.
func (l *line) replicas() int {
	t := l.word("how many replicas, like 2")
	if l.err == nil && (len(t.text) != 1 || t.text < "2" || t.text > "9") {
		l.fail(t.column, "%q is not a number of replicas; write one from 2 to 9", t.text)
	}
	if l.err != nil {
		return 0
	}
	return int(t.text[0] - '0')
}

// names takes one or more different names.
func (l *line) names() []string {
	var names []string
	for l.err == nil && (len(names) == 0 || len(l.tokens) > 0) {
		t := l.word("one or more names, like stop-case-sensitive")
		if !isName(t.text) {
			l.fail(t.column, "%q is not a name; use lower-case letters, digits and hyphens", t.text)
		}
		if slices.Contains(names, t.text) {
			l.fail(t.column, "%q stands here twice; remove one", t.text)
		}
		names = append(names, t.text)
	}
	return names
}

// script reads verbs; comments begin phases.
func (p *Page) script(file string, first int, script []string) error {
	fresh := true // the next comment line begins a phase
	for i, text := range script {
		if said, ok := comment(text); ok {
			p.comment(said, fresh)
			fresh = false
			continue
		}
		l := newLine(file, first+i, text)
		if l.err == nil && len(l.tokens) == 0 {
			continue
		}
		step := l.step()
		if err := l.done(); err != nil {
			return err
		}
		step.Line, step.Text = first+i, strings.TrimSpace(text)
		p.add(step)
		fresh = true
	}
	if len(p.Steps()) == 0 {
		return &Error{file, first, 1, `the script does nothing; write a verb a line, like "ana asks"`}
	}
	return nil
}

// plan reads what goes wrong besides what the script says.
func (p *Page) plan(file string, first int, content []string) error {
	cast := map[string]bool{}
	for _, who := range p.Handsets() {
		cast[who] = true
	}
	for i, text := range content {
		if _, ok := comment(text); ok {
			continue
		}
		l := newLine(file, first+i, text)
		if l.err == nil && len(l.tokens) == 0 {
			continue
		}
		step := l.planned(cast)
		if err := l.done(); err != nil {
			return err
		}
		step.Line, step.Text = first+i, strings.TrimSpace(text)
		p.Plan = append(p.Plan, step)
	}
	return nil
}

func (p *Page) comment(said string, fresh bool) {
	if fresh {
		p.Phases = append(p.Phases, Phase{Comment: said})
		return
	}
	last := &p.Phases[len(p.Phases)-1]
	last.Comment += "\n" + said
}

func (p *Page) add(s Step) {
	if len(p.Phases) == 0 {
		p.Phases = append(p.Phases, Phase{})
	}
	last := &p.Phases[len(p.Phases)-1]
	last.Steps = append(last.Steps, s)
}
