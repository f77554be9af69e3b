package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/suite"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// verifyCommand judges an application.
type verifyCommand struct {
	Page     []string      `arg:"" optional:"" help:"Pages to run, as --scenario."`
	SUT      string        `name:"sut" placeholder:"FILE" default:"sut.yaml" help:"What describes your application (${default})."`
	Scenario []string      `placeholder:"PAGE" sep:"none" help:"A built-in page or topic, a file or a folder; default: all built-in pages. May be repeated."`
	Provider []string      `placeholder:"NAME" help:"Whose webhooks; default: all that the application takes. May be repeated."`
	JUnit    string        `name:"junit" placeholder:"FILE" help:"Write a JUnit report, too."`
	HTML     string        `name:"html" placeholder:"FILE" help:"Write a report to look at in a browser, too."`
	JSON     bool          `name:"json" help:"Print the report for machines."`
	Seed     int64         `placeholder:"N" help:"Where numbers and words come from (0)."`
	Strict   bool          `help:"A page that could not show anything is not green: exit code 4."`
	Quiet    time.Duration `placeholder:"DURATION" help:"How long silence must last; default: what the application declares."`
	Parallel int           `placeholder:"N" default:"1" help:"Pages at once, each with a process of its own (${default})."`
	appLog
	host
}

// host is the emulator at which a command looks at an application.
type host struct {
	Emulator string `placeholder:"URL" help:"Use the network that runs there; default: one is started."`
	Token    string `placeholder:"TOKEN" help:"Its control token, if it has one."`
}

// Help is the example in the help text.
func (verifyCommand) Help() string {
	return `Plays scenario pages against your application and judges what it did. Exit codes: 0 passed, 1 a verdict failed, 2 misuse, 4 could not run or nothing was shown.

    switchhook verify --sut sut.yaml
    switchhook verify duplicates consent/stop-then-start
    switchhook verify --scenario pages/ --junit report.xml`
}

// Run plays the pages and prints the report.
func (c *verifyCommand) Run(ctx context.Context, t *terminal) error {
	app, err := c.application()
	if err != nil {
		return err
	}
	pages, err := named(slices.Concat(c.Page, c.Scenario))
	if err != nil {
		return err
	}
	providers, err := served(app, c.SUT, c.Provider)
	if err != nil {
		return err
	}
	log, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	at, stop, err := c.reach(t, app)
	if err != nil {
		return err
	}
	defer stop()
	o := suite.Options{
		URL: at.Emulator, Token: at.Token, SUT: app, Pages: pages, Providers: providers,
		Seed: c.Seed, Quiet: c.Quiet, Parallel: c.Parallel, Log: log,
	}
	run, err := judge(ctx, t, o)
	run = run.With(pages)
	if err != nil {
		return c.brokeOff(t, run, at.explained(err))
	}
	return c.report(t, run)
}

func (c *verifyCommand) application() (*sut.SUT, error) {
	app, err := described(c.SUT)
	if err != nil {
		return nil, err
	}
	if c.Parallel < 1 {
		return nil, misuse(fmt.Sprintf("--parallel %d: at least one page runs at a time", c.Parallel), "leave out --parallel")
	}
	return app, nil
}

// described is an application as a file describes it.
func described(file string) (*sut.SUT, error) {
	app, err := sut.Load(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, misuse(fmt.Sprintf("there is no %s", file), "name the file that describes your application with --sut FILE")
	}
	if err != nil {
		return nil, misuse(err.Error(), "")
	}
	values, err := placeholders()
	if err != nil {
		return nil, err
	}
	values["port"], values[sut.DirPlaceholder] = "0", "" // each run has its own
	if _, err := app.Expand(values); err != nil {
		return nil, misuse(err.Error(), "")
	}
	return app, nil
}

// own starts an emulator for an application. One that runs already is set up
// for the usual address; instead says what to do if that is taken.
func own(t *terminal, app *sut.SUT, instead string) (*station, error) {
	addr := "127.0.0.1:0"
	if len(app.Start) == 0 {
		addr = defaultAddr
	}
	s, err := listen(addr, emulator.Options{SelfCheck: t.selfCheck()})
	if err != nil && len(app.Start) == 0 {
		return nil, couldNot(err.Error(), instead)
	}
	return s, err
}

// stopIt is for commands that play at an emulator of their own only.
const stopIt = "an application that runs already makes its calls there; stop what listens, or say in sut.yaml how to start it"

// reach is the emulator to use: that of --emulator, else a new one.
func (h host) reach(t *terminal, app *sut.SUT) (at network, stop func(), err error) {
	if h.Emulator != "" {
		at = network{Emulator: h.Emulator, Token: h.Token}
		_, err := at.client()
		return at, func() {}, err
	}
	s, err := own(t, app, "if that is an emulator, use it with --emulator "+client.DefaultURL)
	if err != nil {
		return at, nil, err
	}
	return network{Emulator: s.url, Token: s.token}, s.close, nil
}

// brokeOff shows the verdicts up to where the run broke off, and says so in each
// report: half of one could be taken for a whole one. Files are written even if
// there is no verdict, so that none of an earlier run stays in their place.
func (c *verifyCommand) brokeOff(t *terminal, run report.Run, why error) error {
	run.Broke = why.Error()
	if len(run.Results) == 0 {
		return errors.Join(why, c.files(run))
	}
	return errors.Join(why, c.print(t, run), c.files(run))
}

// report prints the run and writes the files; the exit code is the returned verdict.
func (c *verifyCommand) report(t *terminal, run report.Run) error {
	if err := errors.Join(c.print(t, run), c.files(run)); err != nil {
		return err
	}
	code := run.ExitCode()
	if c.Strict && code == exitOK {
		for _, r := range run.Results {
			if r.Verdict != report.Pass && r.Verdict != report.LeftOut {
				code = exitCouldNot
			}
		}
	}
	if code == exitOK {
		return nil
	}
	return verdict(code)
}

func (c *verifyCommand) print(t *terminal, run report.Run) error {
	if !c.JSON {
		return report.Text(t.out, run, report.Options{Color: t.color(), Command: c.again()})
	}
	var b bytes.Buffer
	if err := report.JSON(&b, run); err != nil {
		return err
	}
	t.printf("%s", inert(b.Bytes()))
	return nil
}

// files writes the reports that were asked for beside what is printed.
func (c *verifyCommand) files(run report.Run) error {
	o := report.Options{Command: c.again()}
	var failed error
	if c.HTML != "" {
		failed = write(c.HTML, func(w io.Writer) error { return report.HTML(w, run, o) })
	}
	if c.JUnit != "" {
		failed = errors.Join(failed, write(c.JUnit, func(w io.Writer) error { return report.JUnit(w, run, o) }))
	}
	return failed
}

// write makes a file of a report.
func write(name string, report func(io.Writer) error) error {
	var b bytes.Buffer
	if err := report(&b); err != nil {
		return err
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		return couldNot(err.Error(), "name a file in a folder that exists and can be written to")
	}
	return nil
}

// again is the command that plays a page once more.
func (c *verifyCommand) again() string {
	command := "switchhook verify --sut " + c.SUT
	if c.Emulator != "" {
		command += " --emulator " + c.Emulator
	}
	return command
}
