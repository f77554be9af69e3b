package cli

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// initCommand writes a description of an application.
type initCommand struct {
	Name     string   `placeholder:"NAME" help:"What reports call the application; default: the name of its folder."`
	Provider []string `placeholder:"NAME" help:"Whose webhooks it takes; default: ${provider}. May be repeated."`
	Start    string   `placeholder:"COMMAND" help:"How to start it, like 'node server.js'; 'no': it runs already. Default: a guess from the files there."`
	Port     int      `placeholder:"N" help:"The port that it always listens on; default: one that it is given by PORT."`
	Ready    string   `placeholder:"PATH" default:"/healthz" help:"A GET that answers 2xx once it takes webhooks (${default})."`
	Webhook  []string `placeholder:"[NAME=]PATH" help:"Where it takes webhooks, for each provider that is named; default: as in the vendor's guide."`
	Reply    []string `placeholder:"TEXT" sep:"none" help:"A text that it answers once. May be repeated."`
	Policy   string   `placeholder:"POLICY" help:"What it promises when the outcome of a send is unknown: at-least-once or at-most-once."`
	Out      string   `placeholder:"FILE" default:"sut.yaml" help:"Where to write it (${default})."`
	Yes      bool     `help:"Do not ask; what no flag says is guessed."`
	Force    bool     `help:"Write over a file that is there."`
}

// Help is the example in the help text.
func (initCommand) Help() string {
	return fmt.Sprintf(`Writes sut.yaml, which says how to start your application and what may be expected of it. On a terminal it asks; elsewhere, and with --yes, flags and guesses decide. Keys that may be left out are there as comments.

    switchhook init
    switchhook init --provider %[1]s --start 'node server.js' --reply 'Is 3pm free?' --yes

Then: switchhook doctor`, firstProvider())
}

// unstarted is the answer that says that the application runs already.
const unstarted = "no"

// usualPort is where applications listen that nobody gives a port.
const usualPort = 3000

// Run asks, unless told not to, and writes the file.
func (c *initCommand) Run(t *terminal) error {
	if err := c.vacant(); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	c.guess()
	if !c.Yes && isTerminal(t.in) {
		if err := c.interview(newInterview(t.in, t.out)); err != nil {
			return err
		}
	}
	text, err := c.text()
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, text, 0o644); err != nil {
		return couldNot(err.Error(), "choose another file with --out")
	}
	t.printf("wrote %s\n\n  switchhook doctor --sut %[1]s     does it fit the application?\n  switchhook verify --sut %[1]s     then judge it\n", plain(c.Out))
	return nil
}

func (c *initCommand) vacant() error {
	if _, err := os.Lstat(c.Out); c.Force || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return misuse(fmt.Sprintf("there is a file %s already", c.Out), "look at it with switchhook doctor, choose another with --out, or write over it with --force")
}

// check judges the flags by the rules that answers are judged by.
func (c *initCommand) check() error {
	for _, q := range questions {
		for _, text := range q.given(c) {
			if err := q.check(text); err != nil {
				return misuse(fmt.Sprintf("--%s %q: %v", q.flag, text, err), "see switchhook init --help")
			}
		}
	}
	return nil
}

// guess fills in what no flag says.
func (c *initCommand) guess() {
	dir, err := filepath.Abs(filepath.Dir(c.Out))
	if err != nil {
		dir = "application"
	}
	c.Name = cmp.Or(c.Name, filepath.Base(dir))
	if len(c.Provider) == 0 {
		c.Provider = []string{firstProvider()}
	}
	c.Start = cmp.Or(c.Start, guessStart(dir), unstarted)
}

// blank is what the template is filled with.
type blank struct {
	File, Name string
	Start      []string // empty: it runs already
	Port       string   // a number, or the placeholder
	Given      bool     // the port is given to it
	Ready      string
	Providers  []hook
	Replies    []string
	Policy     string
}

// hook is one provider with what is guessed of it.
type hook struct {
	sketch
	Name string
	Path string
}

//go:embed sut.yaml.tmpl
var sutTemplate string

var blankSUT = template.Must(template.New("sut.yaml").Funcs(template.FuncMap{"quote": quoted}).Parse(sutTemplate))

// quoted is a value as YAML and JSON both write it.
func quoted(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.ReplaceAll(strings.TrimSpace(b.String()), `","`, `", "`), err
}

// text is the file; it is what the harness reads, or it is not written.
func (c *initCommand) text() ([]byte, error) {
	b := blank{File: c.Out, Name: c.Name, Start: argv(c.Start), Ready: c.Ready, Replies: c.Reply, Policy: c.Policy, Port: "{{port}}"}
	b.Given = c.Port == 0 && len(b.Start) > 0
	if !b.Given {
		b.Port = fmt.Sprint(cmp.Or(c.Port, usualPort))
	}
	for _, name := range c.Provider {
		b.Providers = append(b.Providers, hook{sketch: guessFor(name), Name: name, Path: c.path(name)})
	}
	if len(b.Replies) == 0 {
		b.Replies = []string{guessFor(c.Provider[0]).Reply}
	}
	var out bytes.Buffer
	if err := blankSUT.Execute(&out, b); err != nil {
		return nil, err
	}
	if _, err := sut.Parse(c.Out, out.Bytes()); err != nil {
		return nil, misuse("what was said gives no valid description: "+err.Error(), "see switchhook init --help")
	}
	return out.Bytes(), nil
}

// path is where the webhooks of a provider go: what was said for it, or for
// all, or what is usual.
func (c *initCommand) path(provider string) string {
	all := ""
	for _, w := range c.Webhook {
		name, path, named := strings.Cut(w, "=")
		switch {
		case !named:
			all = w
		case name == provider:
			return path
		}
	}
	return cmp.Or(all, guessFor(provider).Webhook)
}

// argv splits a command into words; one that needs a shell gets one.
func argv(command string) []string {
	switch {
	case command == unstarted:
		return nil
	case strings.ContainsAny(command, "\"'\\|&;<>$*()`~"):
		return []string{"sh", "-c", command}
	}
	return strings.Fields(command)
}
