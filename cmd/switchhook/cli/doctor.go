package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/scenarios/doctor"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// doctorCommand looks at an application and its description before anybody
// judges it.
type doctorCommand struct {
	SUT      string        `name:"sut" placeholder:"FILE" default:"sut.yaml" help:"What describes your application (${default})."`
	Provider []string      `placeholder:"NAME" help:"Whose webhooks; default: all that the application takes. May be repeated."`
	Patience time.Duration `placeholder:"DURATION" default:"5s" help:"How long to wait for what the application should do (${default})."`
	JSON     bool          `name:"json" help:"Print the checks for machines."`
	host
}

// Help is the example in the help text.
func (doctorCommand) Help() string {
	return fmt.Sprintf(`Starts your application as sut.yaml says, sends it a few texts, and tells of each thing that verify needs whether it works, and if not, what to mend: does it start, hear webhooks, answer in time, refuse forged ones, call the emulator and not the vendor, reply as declared.

    switchhook doctor
    switchhook doctor --sut sut.yaml --provider %[1]s --json

Exit codes: 0 all well, 1 there are problems, 2 misuse or a mistake in sut.yaml, 4 could not run.`, firstProvider())
}

// examined is what was found for one provider.
type examined struct {
	Provider string         `json:"provider"`
	Checks   []doctor.Check `json:"checks"`
}

// Run makes the checks for each provider and prints them as they come.
func (c *doctorCommand) Run(ctx context.Context, t *terminal) error {
	app, err := described(c.SUT)
	if err != nil {
		return err
	}
	providers, err := c.providers(app)
	if err != nil {
		return err
	}
	at, stop, err := c.reach(t, app)
	if err != nil {
		return err
	}
	defer stop()
	var all []examined
	for _, name := range providers {
		one, err := c.examine(ctx, t, at, app, name)
		switch {
		case ctx.Err() != nil:
			return couldNot("interrupted", "")
		case err != nil:
			return at.explained(err)
		}
		all = append(all, one)
	}
	return c.report(t, all)
}

func (c *doctorCommand) providers(app *sut.SUT) ([]string, error) {
	names := c.Provider
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(app.Webhooks))
	}
	if len(names) == 0 {
		return nil, deaf(c.SUT, "webhooks", firstProvider())
	}
	if err := known(names); err != nil {
		return nil, err
	}
	if c.Patience <= 0 {
		return nil, misuse(fmt.Sprintf("--patience %s is no time to wait", c.Patience), "write it like --patience 5s")
	}
	return names, nil
}

// examine makes the checks for a provider. The first is that the description
// could be read, or nobody would be here.
func (c *doctorCommand) examine(ctx context.Context, t *terminal, at network, app *sut.SUT, name string) (examined, error) {
	o := doctor.Options{URL: at.Emulator, Token: at.Token, SUT: app, Provider: name, Patience: c.Patience}
	if !c.JSON {
		t.printf("%s\n", plain(cmp.Or(app.Name, c.SUT))+" on "+name)
		o.Progress = func(check doctor.Check) { showCheck(t, check) }
	}
	read := doctor.Check{Name: "file", State: doctor.OK, Says: c.SUT + " describes it without mistakes"}
	if o.Progress != nil {
		o.Progress(read)
	}
	found, err := doctor.Examine(ctx, o)
	return examined{Provider: name, Checks: append([]doctor.Check{read}, found...)}, err
}

// checkMargin is where the text of a check begins.
const checkMargin = 26

// showCheck prints a line, and what to do under it.
func showCheck(t *terminal, c doctor.Check) {
	state := fmt.Sprintf("%-8s", c.State)
	if t.color() {
		switch c.State {
		case doctor.Problem:
			state = wrongColor + state + noColor
		case doctor.Skipped:
			state = noteColor + state + noColor
		}
	}
	under := "\n" + strings.Repeat(" ", checkMargin)
	t.printf("%s  %-14s  %s\n", state, c.Name, strings.ReplaceAll(lines(c.Says), "\n", under))
	if c.Do != "" {
		t.printf("%s%s\n", under[1:], strings.ReplaceAll("to do: "+lines(c.Do), "\n", under))
	}
}

// report ends the output; the exit code is the returned verdict.
func (c *doctorCommand) report(t *terminal, all []examined) error {
	count := map[doctor.State]int{}
	for _, one := range all {
		for _, check := range one.Checks {
			count[check.State]++
		}
	}
	switch {
	case c.JSON:
		if err := t.json(all); err != nil {
			return err
		}
	case count[doctor.Problem] == 0:
		t.printf("\nall well: %d ok, %d skipped. Next: switchhook verify --sut %s\n", count[doctor.OK], count[doctor.Skipped], plain(c.SUT))
	default:
		t.printf("\n%d to mend, %d ok, %d skipped\n", count[doctor.Problem], count[doctor.OK], count[doctor.Skipped])
	}
	if count[doctor.Problem] > 0 {
		return verdict(exitFailed)
	}
	return nil
}
