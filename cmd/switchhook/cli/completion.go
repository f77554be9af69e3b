package cli

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/scenarios/catalog"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// completionCommand prints what makes a shell ask complete.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is the example in the help text.
func (completionCommand) Help() string {
	return `The script asks switchhook itself what can come next.

    source <(switchhook completion bash)
    switchhook completion zsh > "${fpath[1]}/_switchhook"
    switchhook completion fish > ~/.config/fish/completions/switchhook.fish`
}

// Run prints the script.
func (c *completionCommand) Run(t *terminal) error {
	t.printf("%s", scripts[c.Shell])
	return nil
}

// completeCommand is what the scripts call, with the words typed so far; the
// last one is unfinished.
const completeCommand = "__complete"

// scripts ask for candidates and leave files to the shell where there are none.
var scripts = map[string]string{
	"bash": `_switchhook() {
  local IFS=$'\n'
  COMPREPLY=($(switchhook __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _switchhook switchhook
`,
	"zsh": `#compdef switchhook
_switchhook() {
  local -a found
  found=(${(f)"$(switchhook __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then compadd -a found; else _files; fi
}
if [ "$funcstack[1]" = _switchhook ]; then _switchhook "$@"; else compdef _switchhook switchhook; fi
`,
	"fish": `complete -c switchhook -a '(switchhook __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

// complete prints what the last word can become, a line each.
func complete(t *terminal, words []string) error {
	parser, err := newParser(t, &settings{env: t.env})
	if err != nil {
		return err
	}
	for _, c := range candidates(parser.Model.Node, words) {
		t.printf("%s\n", c)
	}
	return nil
}

func candidates(node *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	before, last := words[:len(words)-1], words[len(words)-1]
	var awaited *kong.Flag // its value comes next
	given := 0             // positionals
	for _, w := range before {
		switch {
		case w == "=": // some shells split there
		case awaited != nil:
			awaited = nil
		case strings.HasPrefix(w, "-"):
			awaited = expecting(node, w)
		case child(node, w) != nil:
			node = child(node, w)
		default:
			given++
		}
	}
	return matching(offered(node, awaited, given, last), strings.TrimPrefix(last, "="))
}

// offered are the words that can come at a place.
func offered(node *kong.Node, awaited *kong.Flag, given int, last string) []string {
	switch {
	case awaited != nil:
		return valuesOf(awaited.Value)
	case strings.HasPrefix(last, "-"):
		return flagNames(node)
	case len(node.Children) > 0:
		var names []string
		for _, c := range node.Children {
			names = append(names, c.Name)
		}
		return names
	case len(node.Positional) > 0:
		at := node.Positional[min(given, len(node.Positional)-1)]
		if given < len(node.Positional) || at.IsCumulative() {
			return valuesOf(at)
		}
	}
	return nil
}

func matching(words []string, start string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return !strings.HasPrefix(w, start) })
}

func child(node *kong.Node, name string) *kong.Node {
	for _, c := range node.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// expecting is the flag that word names if a value must follow it.
func expecting(node *kong.Node, word string) *kong.Flag {
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			if "--"+f.Name == word && !f.IsBool() {
				return f
			}
		}
	}
	return nil
}

func flagNames(node *kong.Node) []string {
	var names []string
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			names = append(names, "--"+f.Name)
		}
	}
	slices.Sort(names)
	return names
}

// valuesOf are the known values of a flag or argument.
func valuesOf(v *kong.Value) []string {
	if v.Enum != "" {
		return slices.DeleteFunc(v.EnumSlice(), func(s string) bool { return s == "" })
	}
	switch v.Name {
	case "provider":
		return providerNames()
	case "policy":
		return []string{sut.AtLeastOnce, sut.AtMostOnce}
	case "kind":
		return kinds()
	case "bug":
		return bugs()
	case "scenario", "page":
		return pageNames()
	}
	return nil
}

func providerNames() []string {
	var names []string
	for _, p := range emulator.Providers() {
		names = append(names, p.Name)
	}
	return names
}

func pageNames() []string {
	var names []string
	for _, p := range catalog.Pages() {
		names = append(names, p.Name)
	}
	return names
}
