package cli

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/sms"
)

// serveCommand runs an emulator until it is told to stop.
type serveCommand struct {
	Addr          string            `placeholder:"HOST:PORT" default:"127.0.0.1:7767" help:"Where to listen (${default}); port 0 takes a free one. Beyond this machine, control calls need a token."`
	Webhook       map[string]string `placeholder:"${provider}=URL" mapsep:"none" help:"Where a provider's webhooks go. May be repeated."`
	Clock         string            `placeholder:"MODE" enum:"real,scaled,manual,auto" default:"real" help:"What moves the virtual clock: real, scaled, manual or auto (real)."`
	Scale         float64           `placeholder:"N" default:"3600" help:"Virtual seconds in a real one, for a scaled clock (${default})."`
	Start         string            `placeholder:"TIME" default:"now" help:"Where virtual time begins: now, or like 2026-01-01T00:00:00Z."`
	Seed          int64             `placeholder:"N" help:"Where ids and chance come from (0)."`
	Set           map[string]string `placeholder:"${provider}.SWITCH=VALUE" mapsep:"none" help:"Set a vendor switch; see list switches. May be repeated."`
	AllowWebhooks []string          `placeholder:"CIDR" sep:"none" help:"Let webhooks leave this machine for these addresses. May be repeated."`
	Host          []string          `placeholder:"NAME" sep:"none" help:"A further name that control calls may come under. May be repeated."`
	Token         string            `placeholder:"TOKEN" help:"Control calls need this token."`
	NoContracts   bool              `help:"Do not hold calls against the providers' contracts."`
	SelfCheck     bool              `help:"Hold what the emulator says against the contracts too."`
	Open          bool              `help:"Open it in a browser, if there is one."`
}

// Help is the example in the help text.
func (serveCommand) Help() string {
	return fmt.Sprintf(`The network runs until it is interrupted. Applications reach it at the printed URL with the printed credentials.

    switchhook serve --webhook %[1]s=http://127.0.0.1:3000/webhooks
    switchhook serve --clock scaled --scale 60`, firstProvider())
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, t *terminal) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	s, err := listen(c.Addr, o)
	if err != nil {
		return err
	}
	defer s.close()
	if err := c.configure(s.em); err != nil {
		return err
	}
	c.welcome(t, s)
	if c.Open {
		openBrowser(ctx, t, s.url)
	}
	return s.wait(ctx)
}

func (c *serveCommand) options() (emulator.Options, error) {
	o := emulator.Options{Seed: c.Seed, Token: c.Token, Hosts: c.Host, NoContracts: c.NoContracts, SelfCheck: c.SelfCheck, Clock: clock.Options{Mode: clock.Mode(c.Clock), Scale: c.Scale}}
	o.Clock.Start = clock.Wall().Truncate(time.Second)
	if c.Start != "now" {
		start, err := time.Parse(time.RFC3339, c.Start)
		if err != nil {
			return o, misuse(fmt.Sprintf("%q is not an instant", c.Start), "write --start now, or like --start 2026-01-01T00:00:00Z")
		}
		o.Clock.Start = start
	}
	if err := o.Clock.Validate(); err != nil {
		return o, misuse(err.Error(), "")
	}
	for _, text := range c.AllowWebhooks {
		allowed, err := netip.ParsePrefix(text)
		if err != nil {
			return o, misuse(fmt.Sprintf("%q is not a range of addresses", text), "write it like --allow-webhooks 192.168.1.0/24")
		}
		o.Allow = append(o.Allow, allowed)
	}
	return o, nil
}

// selfCheck reports whether an emulator that a command starts is to hold what
// it says against the contracts; serve has a flag for it.
func (t *terminal) selfCheck() bool {
	on, err := strconv.ParseBool(t.env("SWITCHHOOK_SELF_CHECK"))
	return err == nil && on
}

// configure sets webhooks and switches of the default sandbox.
func (c *serveCommand) configure(em *emulator.Emulator) error {
	box := em.Default()
	for name, to := range c.Webhook {
		if err := box.SetEndpoint(sms.Endpoint{Provider: name, URL: to}); err != nil {
			return misuse(fmt.Sprintf("--webhook %s=%s: %v", name, to, err), fmt.Sprintf("write it like --webhook %s=http://127.0.0.1:3000/webhooks", firstProvider()))
		}
	}
	for name, value := range c.Set {
		provider, option, _ := strings.Cut(name, ".")
		if err := box.SetSwitches(provider, map[string]string{option: value}); err != nil {
			return misuse(fmt.Sprintf("--set %s=%s: %v", name, value, err), "switchhook list switches")
		}
	}
	return nil
}

// welcome prints what one needs to know to use the network.
func (c *serveCommand) welcome(t *terminal, s *station) {
	values := s.em.Default().Placeholders()
	t.printf("switchhook listens on %s\n", s.url)
	for _, name := range c.Host {
		t.printf("control calls may also come under the name %s\n", plain(name))
	}
	t.printf("control API at %s%s, clock %s\n", s.url, client.Prefix, c.Clock)
	s.showToken(t)
	for _, p := range emulator.Providers() {
		t.printf("\n%s\n", p.Name)
		for _, v := range exports(p.Name, values[p.Name]) {
			t.printf("  %s=%s\n", v.Name, v.Value)
		}
	}
	name := firstProvider()
	t.printf("\nnext, in another terminal:\n")
	t.printf("  eval \"$(switchhook env %s%s)\"   then start your application\n", name, s.flags())
	t.printf("  switchhook text%s %s %s \"Is 3pm free?\"\n", s.flags(), exampleHandset, values[name]["number"])
	t.printf("  switchhook tail%s\n", s.flags())
}

// exampleHandset belongs to nobody.
const exampleHandset = "+18015550142"
