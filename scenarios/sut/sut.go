package sut

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/emulator/sms"
)

// SUT is the system under test, as sut.yaml describes it. Everything is
// optional; what is left out leaves the oracles that need it without exercise.
type SUT struct {
	Name     string
	Start    []string          // command and arguments; empty: it runs already
	Env      map[string]string // added to the environment of Start
	Ready    string            // URL that answers 2xx once it takes webhooks
	Webhooks map[string]string // provider to URL
	Replies  []Reply
	Send     *Send // how to make it text somebody first
	Queue    *Send // the same, for a text that it holds until the handset's next message
	Probe    map[string]Probe
	OptOut   OptOut `yaml:"opt_out"`
	// Providers says what is different where it serves one provider.
	Providers map[string]Own
	// Replicas says that several processes of it may serve at once, and share {{dir}}.
	Replicas bool
	Policy   string // after a send with an unknown outcome: at-least-once or at-most-once
	Quiet    sms.Duration

	Dir string `yaml:"-"` // folder of the file; Start runs there

	places map[string]string // of placeholders that only an emulator knows: file:line:column by name
}

// Reply is a text that it answers, and how often.
type Reply struct {
	To     string // "{{token}}" in it stands for a fresh word
	Expect int    // 0: it stays silent
}

// Send is a request that makes it text somebody.
type Send struct {
	Request Request
}

// Request is one HTTP request; "{{handset}}", "{{text}}", "{{ref}}",
// "{{provider}}" and, for Send, "{{at}}" in its values stand for the text to send. A field of JSON that
// comes out empty, as "{{at}}" does for a text that leaves at once, is left out.
type Request struct {
	Method string // default: POST
	Path   string // on the host of Ready, or of the first webhook
	Header map[string]string
	JSON   map[string]any
}

// Probe is a GET that returns a JSON object, and the field that counts. Dots
// in Field go into nested objects.
type Probe struct {
	Path  string
	Field string
}

// OptOut is what it does itself when a handset opts out.
type OptOut struct {
	Confirms int      // texts that it sends to confirm
	Words    []string // that it takes for STOP besides the usual ones
}

// Own is what an application does for the customers of one provider only.
type Own struct {
	Replies []Reply // besides those to everybody
	OptOut  *OptOut `yaml:"opt_out"` // in place of the one for everybody
}

// For is the description of the application as it serves one provider.
func (s *SUT) For(provider string) *SUT {
	out, own := *s, s.Providers[provider]
	out.Replies = slices.Concat(s.Replies, own.Replies)
	if own.OptOut != nil {
		out.OptOut = *own.OptOut
	}
	return &out
}

// The names of probes that the harness knows.
const (
	StatusProbe  = "status"  // {{message}} in its path: what it thinks of one of its messages
	PendingProbe = "pending" // how much work it still has to do
)

// Policies that a program can promise.
const (
	AtLeastOnce = "at-least-once"
	AtMostOnce  = "at-most-once"
)

// Load reads sut.yaml.
func Load(file string) (*SUT, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the description of the application: %w", err)
	}
	s, err := Parse(file, data)
	if err != nil {
		return nil, err
	}
	s.Dir, err = filepath.Abs(filepath.Dir(file))
	return s, err
}

// Parse reads the text of a sut.yaml; file names it in errors. An error lists
// all that is wrong, each with file, line and column.
func Parse(file string, data []byte) (*SUT, error) {
	var s SUT
	if err := yaml.Load(data, &s, yaml.WithKnownFields()); err != nil {
		return nil, located(file, err)
	}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return nil, located(file, err)
	}
	c := checker{file: file, places: map[string]string{}}
	c.document(&doc)
	s.places = c.places
	return &s, errors.Join(c.found...)
}

// located rewrites the errors of the YAML library as file:line:column.
func located(file string, err error) error {
	var many *yaml.LoadErrors
	if errors.As(err, &many) {
		var all []error
		for _, e := range many.Errors {
			all = append(all, place(file, e))
		}
		return errors.Join(all...)
	}
	var one *yaml.LoadError
	if errors.As(err, &one) {
		return place(file, one)
	}
	return fmt.Errorf("%s: %w", file, err)
}

func place(file string, e *yaml.LoadError) error {
	says := e.Message
	if name, _, ok := strings.Cut(strings.TrimPrefix(says, "field "), " not found in type"); ok {
		says = fmt.Sprintf("unknown key %q; remove it or look for a typing error", name)
	}
	return fmt.Errorf("%s:%d:%d: %s", file, max(e.Mark.Line, 1), max(e.Mark.Column, 1), says)
}
