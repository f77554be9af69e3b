package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"
)

// settingsFile is read if it is in the working directory.
const settingsFile = "switchhook.yaml"

// settings gives flags that were not typed their value, from the environment
// or else from a file. It is a kong.Resolver.
type settings struct {
	env  func(string) string
	file map[string]map[string]any // by command, "" for any, then by flag
	err  error                     // about the file; told once the command line itself is understood
}

// Validate reports what is wrong with the file.
func (s *settings) Validate(*kong.Application) error { return s.err }

// Resolve finds the value of a flag; nil is none.
func (s *settings) Resolve(_ *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "help" {
		return nil, nil
	}
	if text := s.env(variable(flag.Name)); text != "" {
		return shaped(flag, text), nil
	}
	command := ""
	if parent.Command != nil {
		command = parent.Command.Name
	}
	if v, ok := s.file[command][flag.Name]; ok {
		return v, nil
	}
	if v, ok := s.file[""][flag.Name]; ok {
		return v, nil
	}
	return nil, nil
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "SWITCHHOOK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// shaped makes a value of several, separated by spaces, where a flag can be repeated.
func shaped(flag *kong.Flag, text string) any {
	if !flag.IsSlice() && !flag.IsMap() {
		return text
	}
	list, pairs := []any{}, map[string]any{}
	for _, word := range strings.Fields(text) {
		list = append(list, word)
		key, value, _ := strings.Cut(word, "=")
		pairs[key] = value
	}
	if flag.IsMap() {
		return pairs
	}
	return list
}

// load reads the file that args or the environment name, or the usual one if
// it is there.
func (s *settings) load(app *kong.Application, args []string) {
	name := s.env(variable("config"))
	for i, a := range args {
		if value, ok := strings.CutPrefix(a, "--config="); ok {
			name = value
		}
		if a == "--config" && i+1 < len(args) {
			name = args[i+1]
		}
	}
	wanted := name != ""
	if !wanted {
		name = settingsFile
	}
	data, err := os.ReadFile(name)
	switch {
	case err == nil:
		s.file, s.err = readSettings(app, name, data)
	case wanted || !errors.Is(err, fs.ErrNotExist):
		s.err = misuse(fmt.Sprintf("read the settings: %v", err), "check --config, or leave it out")
	}
}

func readSettings(app *kong.Application, name string, data []byte) (map[string]map[string]any, error) {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return nil, misuse(fmt.Sprintf("%s: %v", name, err), "write it like \"serve: {addr: 127.0.0.1:7767}\"")
	}
	r := settingsReader{name: name, out: map[string]map[string]any{"": {}}}
	if len(doc.Content) > 0 {
		r.document(app, doc.Content[0])
	}
	return r.out, r.err
}

// settingsReader turns a document into values; the first mistake sticks in err.
type settingsReader struct {
	name string
	out  map[string]map[string]any
	err  error
}

func (r *settingsReader) document(app *kong.Application, root *yaml.Node) {
	known := flags(app.Node)
	for _, c := range app.Children {
		maps.Copy(known, flags(c))
	}
	r.pairs(root, func(key, value *yaml.Node) {
		for _, c := range app.Children {
			if c.Name == key.Value {
				r.out[c.Name] = map[string]any{}
				r.section(c.Name, flags(c), value)
				return
			}
		}
		r.set("", known, key, value)
	})
}

func (r *settingsReader) section(command string, known map[string]bool, section *yaml.Node) {
	r.pairs(section, func(key, value *yaml.Node) { r.set(command, known, key, value) })
}

func (r *settingsReader) set(command string, known map[string]bool, key, value *yaml.Node) {
	if !known[key.Value] {
		r.fail(key, fmt.Sprintf("%q is no flag of %s", key.Value, strings.TrimSpace("switchhook "+command)))
		return
	}
	r.out[command][key.Value] = settingValue(value)
}

// pairs calls fn for each key of a mapping.
func (r *settingsReader) pairs(n *yaml.Node, fn func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "expected \"name: value\" lines")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		fn(n.Content[i], n.Content[i+1])
	}
}

func (r *settingsReader) fail(n *yaml.Node, says string) {
	if r.err == nil {
		r.err = misuse(fmt.Sprintf("%s:%d:%d: %s", r.name, n.Line, n.Column, says), "see switchhook COMMAND --help for the flags")
	}
}

// settingValue is a value as the parser of flags takes it: text, a list of
// texts, or pairs; a pair within a pair has a dot in its name.
func settingValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, item.Value)
		}
		return list
	case yaml.MappingNode:
		pairs := map[string]any{}
		flatten(pairs, "", n)
		return pairs
	}
	return n.Value
}

func flatten(pairs map[string]any, prefix string, n *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := prefix+n.Content[i].Value, n.Content[i+1]
		if value.Kind == yaml.MappingNode {
			flatten(pairs, key+".", value)
			continue
		}
		pairs[key] = value.Value
	}
}

func flags(n *kong.Node) map[string]bool {
	names := map[string]bool{}
	for _, f := range n.Flags {
		names[f.Name] = true
	}
	return names
}
