package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/explore"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/stage"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// exploreCommand looks for plans of faults under which an application fails.
type exploreCommand struct {
	Scenario   []string      `arg:"" optional:"" name:"page" help:"Pages to use as workloads, and saved runs to play first; default: the built-in workloads."`
	SUT        string        `name:"sut" placeholder:"FILE" default:"sut.yaml" help:"What describes your application (${default})."`
	More       []string      `name:"scenario" placeholder:"PAGE" sep:"none" help:"The same as an argument. May be repeated."`
	Provider   []string      `placeholder:"NAME" help:"Whose webhooks; default: all that the application takes. May be repeated."`
	Budget     time.Duration `placeholder:"DURATION" default:"60s" help:"Real time for new plans (${default}); 0: until all levels are done."`
	Seed       int64         `placeholder:"N" help:"Decides the order, random plans, numbers and words (0)."`
	Levels     int           `placeholder:"N" default:"3" help:"The last level: 0 no fault, 1 every single one, 2 pairs, 3 three to six at random (${default})."`
	Parallel   int           `placeholder:"N" default:"8" help:"Worlds at once, each with a process of its own (${default})."`
	Batch      int           `placeholder:"N" default:"96" help:"Plans of one script that are played in lock-step (${default})."`
	KeepFaults bool          `help:"Leave the faults and kills of pages in them; they are taken out otherwise."`
	Quiet      time.Duration `placeholder:"DURATION" help:"How long silence must last; default: what the application declares."`
	Out        string        `placeholder:"DIR" default:"switchhook-runs" help:"Where failures are kept, each in a file that replay and verify --scenario take (${default})."`
	HTML       string        `name:"html" placeholder:"FILE" help:"Write a report to look at in a browser, too."`
	JSON       bool          `name:"json" help:"Print the outcome for machines."`
	appLog
}

// Help is the example in the help text.
func (exploreCommand) Help() string {
	return `Plays short conversations with your application, first as they are, then with every single fault at every position, then with pairs, then with random handfuls. A failure is confirmed, shrunk to the smallest plan and script that still break the same rule, and kept in a file.

    switchhook explore --sut sut.yaml
    switchhook explore --budget 10m --seed 7
    switchhook explore duplicates/at-once          a page of the catalog as the workload
    switchhook explore switchhook-runs/            earlier failures first, then the rest

    switchhook replay switchhook-runs/NAME.run.txtar     see one again
    switchhook verify --scenario switchhook-runs/        all of them: green once they are mended

A kill -9 needs start in sut.yaml. With --seed the same budget looks at the same plans first. Exit codes: 0 all passed, 1 a failure was found, 2 misuse, 4 could not run or nothing was shown.`
}

// Run searches and prints what was found.
func (c *exploreCommand) Run(ctx context.Context, t *terminal) error {
	app, err := described(c.SUT)
	if err != nil {
		return err
	}
	o, err := c.options(app)
	if err != nil {
		return err
	}
	log, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	s, err := own(t, app, stopIt)
	if err != nil {
		return err
	}
	defer s.close()
	o.Open = c.opener(s, app, log)
	p := newSearchProgress(t.err)
	o.Progress = p.step
	found, err := explore.Run(ctx, o)
	p.clear()
	if found.Played == 0 && err != nil {
		return couldNot(err.Error(), "")
	}
	err = errors.Join(err, c.keep(found), c.html(found), c.report(t, found))
	if err != nil {
		return err
	}
	return exploreVerdict(ctx, found)
}

// exploreVerdict is the exit code.
func exploreVerdict(ctx context.Context, found explore.Outcome) error {
	code := found.ExitCode()
	switch {
	case code == exitOK && ctx.Err() != nil:
		return couldNot("interrupted: what was played until then passed", "")
	case code == exitOK:
		return nil
	}
	return verdict(code)
}

// options are those of the search, but for what opens worlds.
func (c *exploreCommand) options(app *sut.SUT) (explore.Options, error) {
	o := explore.Options{
		SUT: app.Name, KeepFaults: c.KeepFaults,
		Kills: len(app.Start) > 0, Single: len(app.Start) == 0,
		Seed: c.Seed, Budget: c.Budget, Deepest: c.Levels, Shallow: c.Levels == explore.Baseline,
		Parallel: c.Parallel, Batch: c.Batch, Unkeyed: unkeyed(),
	}
	switch {
	case c.Levels < explore.Baseline || c.Levels > explore.Random:
		return o, misuse(fmt.Sprintf("there is no level %d", c.Levels), "write --levels 0, 1, 2 or 3")
	case c.Parallel < 1 || c.Batch < 1:
		return o, misuse("--parallel and --batch are at least 1", "leave them out")
	case c.Budget < 0:
		return o, misuse(fmt.Sprintf("--budget %s is below zero", c.Budget), "write it like --budget 10m")
	}
	var err error
	if o.Providers, err = served(app, c.SUT, c.Provider); err != nil {
		return o, err
	}
	return o, c.pages(&o)
}

// pages tells saved runs from workloads.
func (c *exploreCommand) pages(o *explore.Options) error {
	names := slices.Concat(c.Scenario, c.More)
	if len(names) == 0 {
		return nil
	}
	all, err := named(names)
	if err != nil {
		return err
	}
	for _, p := range all {
		if bundle.Is(p) {
			o.Saved = append(o.Saved, p)
		} else {
			o.Workloads = append(o.Workloads, p)
		}
	}
	return nil
}

// keySwitch is what a provider calls the switch that makes it take idempotency
// keys or forget them.
const keySwitch = "idempotency"

// unkeyed are the providers that take idempotency keys, and how to make them not.
func unkeyed() map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, p := range emulator.Providers() {
		for _, s := range p.Switches {
			if s.Name == keySwitch {
				out[p.Name] = map[string]string{keySwitch: "off"}
			}
		}
	}
	return out
}

// opener opens worlds at an emulator.
func (c *exploreCommand) opener(s *station, app *sut.SUT, log io.Writer) func(context.Context, explore.Scene) (explore.Stage, error) {
	return func(ctx context.Context, scene explore.Scene) (explore.Stage, error) {
		w, err := stage.Open(ctx, stage.Options{
			URL: s.url, Token: s.token, SUT: app, Seed: c.Seed, Quiet: c.Quiet, Unlimited: true, Switches: scene.Switches, Log: log,
		}, scene.Provider)
		if err != nil {
			return nil, err
		}
		return w, nil
	}
}

// keep writes a file for each case.
func (c *exploreCommand) keep(found explore.Outcome) error {
	text, _ := os.ReadFile(c.SUT) // for information only
	for _, one := range found.Cases {
		proof, err := json.Marshal(one.Proof)
		if err != nil {
			return err
		}
		if one.Proof == nil {
			proof = nil
		}
		one.File, err = bundle.Save(c.Out, bundle.Bundle{
			Page: one.Page, SUT: string(text), Seed: found.Seed, Entries: one.Result.Entries,
			Verdict: bundle.Verdict{
				Verdict: one.Verdict, Oracle: one.Oracle, Rule: one.Rule, Says: one.Says, Reason: one.Result.Reason,
				Provider: one.Provider, Cast: one.Result.Cast, Failed: one.Failed, Tries: one.Tries, Proof: proof,
			},
		})
		if err != nil {
			return err
		}
		one.Result.File = one.File
	}
	return nil
}

func (c *exploreCommand) report(t *terminal, found explore.Outcome) error {
	if c.JSON {
		data, err := json.MarshalIndent(found, "", "  ")
		if err != nil {
			return err
		}
		t.printf("%s\n", inert(data))
		return nil
	}
	var b bytes.Buffer
	err := explore.Text(&b, found, explore.TextOptions{Replay: c.replay})
	t.printf("%s", b.String())
	return err
}

// replay is the command that plays a kept case again.
func (c *exploreCommand) replay(file string) string {
	return fmt.Sprintf("switchhook replay %s --sut %s", file, c.SUT)
}

// html writes the report to look at.
func (c *exploreCommand) html(found explore.Outcome) error {
	if c.HTML == "" {
		return nil
	}
	return write(c.HTML, func(w io.Writer) error {
		return report.HTML(w, found.Run(), report.Options{Replay: func(r report.Result) string {
			if r.File == "" { // a workload without faults
				return fmt.Sprintf("switchhook explore --sut %s --seed %d --levels 0", c.SUT, c.Seed)
			}
			return c.replay(r.File)
		}})
	})
}

// searchProgress is what a person watches: one line on a terminal, a line now
// and then elsewhere.
type searchProgress struct {
	to    io.Writer
	on    bool
	began time.Time
	said  time.Time
}

func newSearchProgress(to io.Writer) *searchProgress {
	return &searchProgress{to: to, on: isTerminal(to), began: time.Now()}
}

// often is how often a line is written where nobody watches.
const often = 10 * time.Second

func (p *searchProgress) step(now explore.Progress) {
	if !p.on && time.Since(p.said) < often {
		return
	}
	p.said = time.Now()
	speed := float64(now.Played) / max(time.Since(p.began).Seconds(), 0.001)
	line := fmt.Sprintf("%s, %d played (%.0f/s), %d faults × oracles, %d failures",
		explore.Level{Level: now.Level}.Name(), now.Played, speed, now.Cells, now.Cases)
	if p.on {
		fmt.Fprintf(p.to, "\r\x1b[K%s  %s", line, plain(now.Doing))
		return
	}
	fmt.Fprintf(p.to, "%s  %s\n", line, plain(now.Doing))
}

func (p *searchProgress) clear() {
	if p.on {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
