package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/contracts/drift"
	"github.com/switchhook/switchhook/contracts/exchange"
)

// driftCommand compares a recording with the emulator, or with the real service.
type driftCommand struct {
	Recording string            `required:"" placeholder:"FILE" help:"What the provider was heard to say; a HAR."`
	Provider  string            `placeholder:"NAME" help:"Whose recording it is; default: what it says itself, or whose servers were called."`
	Set       map[string]string `placeholder:"SWITCH=VALUE" mapsep:"none" help:"Set a vendor switch of the emulator; see list switches. May be repeated."`
	Upstream  string            `placeholder:"URL" help:"Play the calls there instead, at the real service; its webhooks are not compared."`
	KeyEnv    string            `placeholder:"VARIABLE" help:"The variable that holds a test credential of the upstream, user:password where it has two parts."`
	JSON      bool              `name:"json" help:"For machines."`
	HTML      string            `name:"html" placeholder:"FILE" help:"Write one page to look at in a browser, too."`
}

// Help is the example in the help text.
func (driftCommand) Help() string {
	return `Plays the calls of a recording at an emulator of its own, lets handsets text what was texted, and says where the emulator departs from the recording: in statuses, headers, the shape and types of bodies, the vendor's words in them, and the order of events. Ids and times do not count. Each quirk is one line, however often it shows. Exit codes: 0 no drift, 2 misuse, 3 drift, 4 nothing could be played.

    switchhook contracts drift --recording talk.har
    switchhook contracts drift --recording talk.har --html drift.html
    switchhook contracts drift --recording talk.har --upstream https://api.example.com --key-env TEST_KEY

The last one makes calls at the real service: use a test account, and a recording without calls that you do not want to be made again.`
}

// Run plays the recording.
func (c *driftCommand) Run(ctx context.Context, t *terminal) error {
	if c.Upstream == "" && c.KeyEnv != "" || c.Upstream != "" && len(c.Set) > 0 {
		return misuse("--key-env goes with --upstream, --set without it", "switchhook contracts drift --help")
	}
	if c.HTML != "" {
		if err := vacant(c.HTML); err != nil {
			return misuse(err.Error(), "choose another with --html, or remove it")
		}
	}
	from := heldFile{File: c.Recording, Provider: c.Provider}
	all, err := from.ofOne("play")
	if err != nil {
		return err
	}
	r, err := c.play(ctx, t, all)
	if err != nil {
		return err
	}
	if r.Calls+r.Webhooks == 0 {
		return couldNot(c.Recording+" has nothing that can be played", "switchhook contracts check says what is in it")
	}
	if c.HTML != "" {
		if err := c.page(r); err != nil {
			return couldNot(err.Error(), "choose another file with --html")
		}
	}
	if c.JSON {
		err = t.json(r)
	} else {
		t.drift(c.Recording, r)
	}
	if err == nil && len(r.Differences) > 0 {
		return verdict(exitDrift)
	}
	return err
}

func (c *driftCommand) play(ctx context.Context, t *terminal, all []exchange.Exchange) (drift.Report, error) {
	provider := all[0].Contract.Name()
	if c.Upstream != "" {
		return c.real(ctx, t, provider, all)
	}
	switches, err := c.switches(provider)
	if err != nil {
		return drift.Report{}, err
	}
	p, err := emulate(provider, hookPath(all), switches, !limited(all))
	if err != nil {
		return drift.Report{}, err
	}
	defer p.close()
	return played(drift.Run(ctx, all, p, p.options()))
}

// played says of a run that broke off why.
func played(r drift.Report, err error) (drift.Report, error) {
	if err != nil {
		return r, couldNot("play the recording: "+err.Error(), "")
	}
	return r, nil
}

// real plays at the provider itself.
func (c *driftCommand) real(ctx context.Context, t *terminal, provider string, all []exchange.Exchange) (drift.Report, error) {
	to, err := place("--upstream", c.Upstream)
	if err != nil {
		return drift.Report{}, err
	}
	key := t.env(c.KeyEnv)
	if c.KeyEnv == "" || key == "" {
		return drift.Report{}, misuse("there is no credential for "+to.Host, "name the variable that holds a test credential with --key-env")
	}
	at := upstream{caller{strings.TrimRight(to.String(), "/"), &http.Client{Timeout: callTime}}}
	return played(drift.Run(ctx, all, at, drift.Options{Provider: provider, Key: key}))
}

// switches are those of --set, by their names.
func (c *driftCommand) switches(provider string) (map[string]string, error) {
	all := map[string]string{}
	for name, value := range c.Set {
		of, option, _ := strings.Cut(name, ".")
		if of != provider {
			return nil, misuse(fmt.Sprintf("--set %s=%s is not about %s", name, value, provider), "switchhook list switches")
		}
		all[option] = value
	}
	return all, nil
}

// hookPath is where the recorded application took its webhooks.
func hookPath(all []exchange.Exchange) string {
	for _, x := range all {
		if u, err := url.Parse(x.Request.URL); err == nil && x.Webhook() && u.Path != "" {
			return (&url.URL{Path: u.Path}).String()
		}
	}
	return "/"
}

// limited reports whether the recording shows the provider's limits on calls.
// Without, they are lifted.
func limited(all []exchange.Exchange) bool {
	return slices.ContainsFunc(all, func(x exchange.Exchange) bool {
		for name := range x.Answer.Header {
			if strings.Contains(name, "Ratelimit") {
				return true
			}
		}
		return x.Answer.Status == http.StatusTooManyRequests
	})
}

// drift prints a report by operation.
func (t *terminal) drift(file string, r drift.Report) {
	last := ""
	for _, d := range r.Differences {
		if d.Operation != last {
			last = d.Operation
			t.printf("%s\n", t.paint(boldColor, plain(last)))
		}
		at := string(d.Kind)
		if d.Pointer != "" {
			at += " " + d.Pointer
		}
		t.printf("  %s: recorded %s, played %s%s\n", t.paint(wrongColor, plain(at)), plain(d.Recorded), plain(d.Played), seen(d))
	}
	if len(r.Differences) > 0 {
		t.printf("\n")
	}
	for _, n := range r.Notes {
		t.printf("note: %s\n", plain(n))
	}
	t.printf("%s: %d calls played and %d webhooks compared with %s, %d differences\n", plain(file), r.Calls, r.Webhooks, plain(r.Provider), len(r.Differences))
}

// seen says where a difference was first seen, and how often.
func seen(d drift.Difference) string {
	at := ""
	if d.Entry >= 0 {
		at = fmt.Sprintf("entry %d", d.Entry)
	}
	if d.Count > 1 {
		at = strings.TrimPrefix(fmt.Sprintf("%s, %d times", at, d.Count), ", ")
	}
	if at == "" {
		return ""
	}
	return " (" + at + ")"
}

// page writes the report for a browser, all of it or nothing.
func (c *driftCommand) page(r drift.Report) error {
	temp, err := os.CreateTemp(filepath.Dir(c.HTML), ".drift-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // in vain once it has its name
	err = drift.WriteHTML(temp, filepath.Base(c.Recording), r)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), c.HTML)
}
