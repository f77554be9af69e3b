package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/switchhook/switchhook/client"
)

// problem is an error that knows its exit code and what to type next.
type problem struct {
	code int
	says string
	hint string
}

func (p *problem) Error() string { return p.says }

// misuse is about what was typed or written in a file.
func misuse(says, hint string) error { return &problem{exitMisuse, says, hint} }

// couldNot is about what kept the command from doing its work.
func couldNot(says, hint string) error { return &problem{exitCouldNot, says, hint} }

// verdict is an exit code whose reason is already on the screen.
type verdict int

func (v verdict) Error() string { return fmt.Sprintf("exit code %d", int(v)) }

// finish shows an error and returns the exit code.
func (t *terminal) finish(err error) int {
	var p *problem
	var v verdict
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &v):
		return int(v)
	case !errors.As(err, &p):
		p = &problem{code: exitCouldNot, says: err.Error()}
	}
	fmt.Fprintf(t.err, "switchhook: %s\n", lines(p.says))
	if p.hint != "" {
		fmt.Fprintf(t.err, "hint: %s\n", lines(p.hint))
	}
	return p.code
}

// lines is plain, line by line.
func lines(text string) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	for i := range all {
		all[i] = plain(strings.ReplaceAll(all[i], "\t", "    "))
	}
	return strings.Join(all, "\n")
}

// mistyped puts what the parser says in our words: what is wrong, then what to
// type instead.
func mistyped(app *kong.Application, err error) error {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	command := app.Name
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		command += " " + parse.Context.Selected().Name
	}
	says, near, _ := strings.Cut(err.Error(), ", did you mean ")
	hint := command + " --help"
	if near = strings.TrimSuffix(near, "?"); near != "" {
		hint = fmt.Sprintf("did you mean %s? See %s", near, hint)
	}
	if missing, ok := strings.CutPrefix(says, "expected \""); ok {
		says = "missing " + strings.TrimSuffix(missing, "\"")
	}
	if flag, _, ok := strings.Cut(says, ": expected "); ok && strings.HasSuffix(says, "(<EOL>)") {
		says = flag + " needs a value"
	}
	if word, ok := strings.CutPrefix(says, "unexpected argument "); ok && command == app.Name {
		says = fmt.Sprintf("there is no command %q", word)
		if near == "" {
			hint = "the commands are " + strings.Join(commands(app), ", ")
		}
	}
	return misuse(says, hint)
}

func commands(app *kong.Application) []string {
	var names []string
	for _, c := range app.Children {
		names = append(names, c.Name)
	}
	return names
}

// explained says of a failed call to an emulator what to do about it.
func (e network) explained(err error) error {
	var unreached *url.Error
	var refused *client.Error
	switch {
	case errors.As(err, &refused):
		return e.refused(refused)
	case errors.Is(err, context.Canceled):
		return couldNot("interrupted", "")
	case errors.As(err, &unreached): // it names the whole address, which is of no use
		return couldNot(fmt.Sprintf("no emulator answers at %s: %v", e.Emulator, unreached.Err),
			"start one with `switchhook serve`, or name another with --emulator URL")
	}
	return err
}

func (e network) refused(err *client.Error) error {
	switch {
	case err.Slug == "":
		return couldNot(fmt.Sprintf("what answers at %s is not an emulator: %v", e.Emulator, err),
			"name the emulator with --emulator URL")
	case err.Status == http.StatusUnauthorized:
		return misuse(err.Detail, "add --token TOKEN or set SWITCHHOOK_TOKEN; `switchhook serve` printed it")
	case err.Status/100 == 4:
		return misuse(err.Detail, "")
	}
	return couldNot(err.Error(), "")
}

// watched is explained for a command that goes on until the user ends it.
func (e network) watched(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return e.explained(err)
}
