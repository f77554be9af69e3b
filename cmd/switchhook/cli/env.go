package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
)

// envCommand prints what points an application at a running emulator.
type envCommand struct {
	network
	Provider string `arg:"" help:"Whose variables, like ${provider}."`
	Shell    string `placeholder:"SHELL" enum:"sh,fish,powershell," default:"" help:"For sh, fish or powershell; default: the one in use."`
	JSON     bool   `name:"json" help:"For machines."`
}

// Help is the example in the help text.
func (envCommand) Help() string {
	return fmt.Sprintf(`The values come from the network that runs, so start it first.

    eval "$(switchhook env %[1]s)"
    switchhook env %[1]s --shell fish | source`, firstProvider())
}

// Run prints the variables.
func (c *envCommand) Run(ctx context.Context, t *terminal) error {
	conn, err := c.client()
	if err != nil {
		return err
	}
	box, err := conn.Sandbox(ctx)
	if err != nil {
		return c.explained(err)
	}
	values, err := credentials(box, c.Provider)
	if err != nil {
		return err
	}
	values["url"] = c.seen(values["url"])
	vars := exports(c.Provider, values)
	if c.JSON {
		out := map[string]string{}
		for _, v := range vars {
			out[v.Name] = v.Value
		}
		return t.json(out)
	}
	write := shells[cmp.Or(c.Shell, usualShell(t.env))]
	for _, v := range vars {
		t.printf("%s\n", write(v.Name, v.Value))
	}
	return nil
}

// seen is an address of the network under the name by which it was reached
// just now: it does not know all of its names, and an application near the
// user comes by the same one.
func (e network) seen(at string) string {
	inside, err := url.Parse(at)
	outside, err2 := url.Parse(e.Emulator)
	if err != nil || err2 != nil {
		return at
	}
	inside.Scheme, inside.Host = outside.Scheme, outside.Host
	return inside.String()
}

// usualShell is the shell that the user works in, as far as it can be known.
func usualShell(env func(string) string) string {
	if path.Base(env("SHELL")) == "fish" {
		return "fish"
	}
	return "sh"
}

// shells write an assignment that a program started later sees.
var shells = map[string]func(name, value string) string{
	"sh": func(name, value string) string {
		return "export " + name + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	},
	"fish": func(name, value string) string {
		return "set -gx " + name + " '" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(value) + "'"
	},
	"powershell": func(name, value string) string {
		return "$env:" + name + " = '" + strings.ReplaceAll(value, "'", "''") + "'"
	},
}

// variableOf is one environment variable.
type variableOf struct{ Name, Value string }

// suffixes are the usual names of what a sandbox tells an application; what is
// not among them goes by its own name.
var suffixes = map[string]string{
	"url": "BASE_URL", "key": "API_KEY", "account": "ACCOUNT_ID", "secret": "WEBHOOK_SIGNING_SECRET",
	"number": "PHONE_NUMBER", "number2": "PHONE_NUMBER_2", "trial_key": "TRIAL_API_KEY",
}

// exports names the values of a provider as applications read them: the name
// of the provider, then what it is.
func exports(provider string, values map[string]string) []variableOf {
	first := []string{"url", "key", "account", "secret", "number", "number2"}
	keys := slices.DeleteFunc(first, func(k string) bool { _, ok := values[k]; return !ok })
	for _, k := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	var out []variableOf
	for _, k := range keys {
		out = append(out, variableOf{strings.ToUpper(provider + "_" + cmp.Or(suffixes[k], k)), values[k]})
	}
	return out
}
