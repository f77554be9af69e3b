package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/playback"
)

// replayCommand plays to an application what was recorded, or a saved run.
type replayCommand struct {
	File     string        `arg:"" help:"A recording, or a saved run, *.run.txtar."`
	SUT      string        `name:"sut" placeholder:"FILE" default:"sut.yaml" help:"What describes your application (${default})."`
	Provider string        `placeholder:"NAME" help:"Whose recording it is; default: what it says itself."`
	Times    int           `placeholder:"N" default:"1" help:"How often a saved run is played (${default})."`
	Timeout  time.Duration `placeholder:"DURATION" default:"60s" help:"How long a recording may take (${default})."`
	JSON     bool          `name:"json" help:"For machines."`
	appLog
}

// Help is the example in the help text.
func (replayCommand) Help() string {
	return `Of a recording, the provider's side is played: webhooks and triggers come again, signed anew, in the recorded order, and calls are answered as they were. What your application does otherwise is told: calls that are missing, too many, of another shape, or in another conversation or order, and webhooks that it answers otherwise. Ids, times and wording do not count. A saved run is played whole, with its faults, and judged. Exit codes: 0 no differences, 1 differences or a failed verdict, 2 misuse, 4 could not run.

    switchhook replay talk.har --sut sut.yaml
    switchhook replay switchhook-runs/NAME.run.txtar --times 5`
}

// Run plays what is in the file.
func (c *replayCommand) Run(ctx context.Context, t *terminal) error {
	text, err := bundle.Read(c.File)
	switch {
	case err != nil:
		return misuse(err.Error(), "name a recording or a saved run")
	case c.Times < 1:
		return misuse(fmt.Sprintf("--times %d: it is played once at least", c.Times), "leave out --times")
	case c.Timeout <= 0:
		return misuse(fmt.Sprintf("--timeout %s leaves no time", c.Timeout), "write it like --timeout 60s")
	}
	log, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	if !isRecording(text) {
		return savedRun{file: c.File, sut: c.SUT, times: c.Times, json: c.JSON}.replay(ctx, t, log)
	}
	h, err := readRecording(c.File)
	if err != nil {
		return err
	}
	o, err := c.options(h)
	if err != nil {
		return err
	}
	o.Log = log
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	r, err := playback.Run(ctx, o)
	if err != nil {
		return c.brokeOff(t, r, err)
	}
	return c.tell(t, r)
}

// isRecording tells a recording from a saved run: it is one JSON text.
func isRecording(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{"))
}

func (c *replayCommand) options(h *recording.HAR) (o playback.Options, err error) {
	o = playback.Options{Recording: h, Now: clock.Wall}
	provider := whose(c.Provider, h)
	if provider == "" {
		return o, misuse("the recording does not say whose it is", "name the provider with --provider "+firstProvider())
	}
	if o.Contract, err = contractOf(provider); err != nil {
		return o, err
	}
	if o.SUT, err = described(c.SUT); err != nil {
		return o, err
	}
	if _, err := served(o.SUT, c.SUT, []string{provider}); err != nil {
		return o, err
	}
	if len(o.SUT.Start) == 0 {
		o.Addr = defaultAddr // it runs already and was told so
	}
	o.Values, err = placeholders()
	return o, err
}

// placeholders are those of an emulator, whose credentials nobody takes for real.
func placeholders() (map[string]string, error) {
	em, err := emulator.New(emulator.Options{})
	if err != nil {
		return nil, couldNot(err.Error(), "")
	}
	defer em.Close()
	return client.Sandbox{Providers: em.Default().Placeholders()}.Placeholders(), nil
}

// brokeOff shows what was found until then, to people only.
func (c *replayCommand) brokeOff(t *terminal, r playback.Result, err error) error {
	var shown error
	if len(r.Differences) > 0 && !c.JSON {
		shown = playback.Text(t.out, r)
	}
	hint := ""
	var busy *net.OpError
	var unreached *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		hint = "give it more time with --timeout"
	case errors.As(err, &busy) && busy.Op == "listen":
		hint = stopIt
	case errors.As(err, &unreached):
		hint = "look at ready and webhooks in " + c.SUT
	}
	return errors.Join(couldNot(err.Error(), hint), shown)
}

func (c *replayCommand) tell(t *terminal, r playback.Result) error {
	var b bytes.Buffer
	write := playback.Text
	if c.JSON {
		write = playback.JSON
	}
	if err := write(&b, r); err != nil {
		return err
	}
	t.printf("%s", inert(b.Bytes()))
	if len(r.Differences) > 0 {
		return verdict(exitFailed)
	}
	return nil
}
