package doctor

import (
	"context"
	"io"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// State is how a check ended.
type State string

// States.
const (
	OK      State = "ok"
	Problem State = "problem"
	Skipped State = "skipped" // something before it failed, or sut.yaml does not declare it
)

// Check is one thing that was looked at.
type Check struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"` // what to mend or to add
}

// Options say what to look at; the zero value of all but SUT and Provider works.
type Options struct {
	URL, Token string // of the emulator and its control API
	SUT        *sut.SUT
	Provider   string
	Patience   time.Duration // how long to wait for what the application should do; default 5 s
	Log        io.Writer     // takes the application's output as it comes
	Progress   func(Check)   // hears of each check as it ends
}

const usualPatience = 5 * time.Second

// Examine starts the application in a sandbox of its own, or takes one that
// runs already and uses the default sandbox, and makes all checks in order. An
// error means that the emulator failed or ctx ended, not the application.
func Examine(ctx context.Context, o Options) ([]Check, error) {
	if o.Patience == 0 {
		o.Patience = usualPatience
	}
	e := &examination{Options: o, root: client.New(client.Options{URL: o.URL, Token: o.Token})}
	defer e.close()
	if err := e.open(ctx); err != nil {
		return nil, err
	}
	err := e.all(ctx)
	return e.checks, err
}

// examination is the state of one run.
type examination struct {
	Options
	root    *client.Client // the default sandbox, where calls with unknown keys are recorded
	net     *client.Client // the sandbox in use
	app     *sut.SUT       // with its placeholders filled
	process *sut.Process   // nil for one that runs already
	leave   []func()       // what to do at the end, last first

	checks   []Check
	stuck    string // why no further check makes sense
	handsets int
	first    exchange // the first genuine webhook
	message  string   // the first message that the application made
	names    []string // by which the application may know it
	reaction time.Duration
}

// all makes the checks in order.
func (e *examination) all(ctx context.Context) error {
	for _, step := range []struct {
		name string
		look func(context.Context) (Check, error)
	}{
		{"start", e.start},
		{"reachable", e.reachable},
		{"webhook", e.hears},
		{"in time", e.inTime},
		{"forged webhook", e.refuses},
		{"calls", e.calls},
		{"accepted", e.accepted},
		{"replies", e.replies},
		{"send", e.sends},
		{"probes", e.probes},
		{"quiet", e.quiet},
	} {
		c, err := skipped(e.stuck), error(nil)
		if e.stuck == "" {
			c, err = step.look(ctx)
		}
		if err != nil {
			return err
		}
		c.Name = step.name
		e.tell(c)
		e.alive()
	}
	return nil
}

func (e *examination) tell(c Check) {
	e.checks = append(e.checks, c)
	if e.Progress != nil {
		e.Progress(c)
	}
}

// alive tells once that the application ended by itself.
func (e *examination) alive() {
	if e.process == nil || e.stuck != "" {
		return
	}
	if err := e.process.Err(); err != nil {
		e.tell(Check{Name: "alive", State: Problem, Says: err.Error(), Do: startHint(e.SUT, err)})
		e.stuck = "the application is gone"
	}
}

func (e *examination) close() {
	for i := len(e.leave) - 1; i >= 0; i-- {
		e.leave[i]()
	}
}

func ok(says string) Check          { return Check{State: OK, Says: says} }
func skipped(why string) Check      { return Check{State: Skipped, Says: why} }
func problem(says, do string) Check { return Check{State: Problem, Says: says, Do: do} }

// window is the silence after which a run believes that the application is done.
func (e *examination) window() time.Duration {
	return max(e.SUT.Quiet.D(), usualQuiet)
}

// usualQuiet is what a run takes where sut.yaml says nothing.
const usualQuiet = 200 * time.Millisecond

func within(d time.Duration) sms.Duration { return sms.Duration(d) }
