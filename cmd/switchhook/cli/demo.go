package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// demoCommand shows a run against the reference application.
type demoCommand struct {
	Page     []string `arg:"" optional:"" help:"Pages to play; default: all that are built in."`
	Provider []string `placeholder:"NAME" help:"Whose webhooks; default: all. May be repeated."`
	Addr     string   `placeholder:"HOST:PORT" help:"Where to listen (127.0.0.1:7767, or a free port with --once)."`
	Once     bool     `help:"Stop after the verdicts, with the exit code of verify."`
	Bug      string   `placeholder:"NAME" help:"Let a bug out in the sample application and play the pages that must catch it."`
	Seed     int64    `placeholder:"N" help:"Where numbers and words come from (0)."`
}

// pagesAtOnce is how many pages of a provider the demo plays at a time, each
// with an application of its own: few enough for two processors.
const pagesAtOnce = 4

// Help is the example in the help text.
func (demoCommand) Help() string {
	return `Starts the network and a sample booking application, judges it by the built-in pages, and leaves both running to text with.

    switchhook demo
    switchhook demo --once --bug no-dedupe`
}

// Run shows the verdicts, then stays up unless told not to.
func (c *demoCommand) Run(ctx context.Context, t *terminal) error {
	if err := known(c.Provider); err != nil {
		return err
	}
	pages, err := c.pages()
	if err != nil {
		return err
	}
	app, err := c.application()
	if err != nil {
		return err
	}
	s, err := listen(c.addr(), emulator.Options{SelfCheck: t.selfCheck()})
	if err != nil {
		return err
	}
	defer s.close()
	t.printf("switchhook listens on %s; pages to play against the sample application: %d\n\n", s.url, len(pages))
	o := suite.Options{URL: s.url, Token: s.token, SUT: app, Pages: pages, Providers: c.Provider, Seed: c.Seed, Parallel: pagesAtOnce}
	run, err := judge(ctx, t, o)
	if err != nil {
		return err
	}
	if err := report.Text(t.out, run, report.Options{Color: t.color(), Command: c.again()}); err != nil {
		return err
	}
	if !c.Once {
		return c.stay(ctx, t, s, app)
	}
	if code := run.ExitCode(); code != exitOK {
		return verdict(code)
	}
	return nil
}

func (c *demoCommand) addr() string {
	switch {
	case c.Addr != "":
		return c.Addr
	case c.Once:
		return "127.0.0.1:0"
	}
	return defaultAddr
}

// again is the command that plays a page of the demo once more.
func (c *demoCommand) again() string {
	command := "switchhook demo --once"
	if c.Bug != "" {
		command += " --bug " + c.Bug
	}
	return command
}

// pages are those that were asked for, else those that must catch the bug,
// else all that are built in.
func (c *demoCommand) pages() ([]page.Page, error) {
	if c.Bug != "" && !slices.Contains(bugs(), c.Bug) {
		return nil, misuse(fmt.Sprintf("there is no bug %q", c.Bug), "the bugs are "+strings.Join(bugs(), ", "))
	}
	all, err := named(c.Page)
	if c.Bug == "" || len(c.Page) > 0 || err != nil {
		return all, err
	}
	return slices.DeleteFunc(all, func(p page.Page) bool { return !slices.Contains(p.Kills, c.Bug) }), nil
}

func bugs() []string {
	var names []string
	for _, b := range refapp.Bugs() {
		names = append(names, b.Name)
	}
	return names
}

// application is the reference application as this very program serves it.
func (c *demoCommand) application() (*sut.SUT, error) {
	app, err := sut.Parse("the sample application", []byte(refapp.SUT))
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program to start as the sample application: %w", err)
	}
	app.Start = []string{program, refappCommand}
	if c.Bug != "" {
		app.Start = append(app.Start, "--bug", c.Bug)
	}
	return app, nil
}

// stay runs the application in the default sandbox for people to text with.
func (c *demoCommand) stay(ctx context.Context, t *terminal, s *station, app *sut.SUT) error {
	box := client.Sandbox{Providers: s.em.Default().Placeholders()}
	port, err := sut.ReservePort()
	if err != nil {
		return err
	}
	defer port.Release()
	values := box.Placeholders()
	dir, err := os.MkdirTemp("", "switchhook-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	values["port"], values[sut.DirPlaceholder] = port.String(), dir
	if app, err = app.Expand(values); err != nil {
		return err
	}
	process, err := app.Run(ctx, nil)
	if err != nil {
		return err
	}
	defer process.Stop()
	for name, to := range app.Webhooks {
		if err := s.em.Default().SetEndpoint(sms.Endpoint{Provider: name, URL: to}); err != nil {
			return err
		}
	}
	s.showToken(t)
	line := box.Providers[firstProvider()]["number"]
	t.printf("\nThe sample application is at %s. In another terminal:\n", line)
	t.printf("  switchhook text%s %s %s \"Is 3pm free?\"\n", s.flags(), exampleHandset, line)
	t.printf("  switchhook phone%s %s\n", s.flags(), exampleHandset)
	t.printf("  switchhook tail%s\n", s.flags())
	return s.wait(ctx)
}
