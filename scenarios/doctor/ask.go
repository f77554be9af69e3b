package doctor

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// sends makes the application text somebody by the declared request.
func (e *examination) sends(ctx context.Context) (Check, error) {
	if e.app.Send == nil {
		return skipped(`sut.yaml does not say how to make it send; add send: {request: {path: /notify, json: {to: "{{handset}}", text: "{{text}}"}}}`), nil
	}
	if e.ended("calls", Problem) || e.ended("accepted", Problem) && e.message == "" {
		return skipped("its calls do not get through"), nil
	}
	x, err := e.begun(ctx)
	if err != nil {
		return Check{}, err
	}
	how := e.app.Send.Request
	err = e.app.Ask(ctx, how, sut.Text{Handset: string(x.handset), Body: "See you tomorrow", Ref: "doctor", Provider: e.Provider})
	if ctx.Err() != nil {
		return Check{}, ctx.Err()
	}
	if err != nil {
		return problem(fmt.Sprintf("its request %s failed: %v", how.Path, err), "is the path in send right?"+e.trailer()), nil
	}
	seen, err := e.taken(ctx, x, 1, e.Patience)
	if err != nil {
		return Check{}, err
	}
	if len(seen) == 0 {
		return problem(fmt.Sprintf("its request %s was taken, and no text left for %s within %s", how.Path, x.handset, e.Patience),
			"are path, method and the names in json those that the application reads?"+e.trailer()), nil
	}
	return ok(fmt.Sprintf("%s made it text %s", how.Path, x.handset)), nil
}

func (e *examination) trailer() string {
	if e.process == nil {
		return ""
	}
	return " Its output" + e.output()[len(", which"):]
}

// probes asks each declared probe.
func (e *examination) probes(ctx context.Context) (Check, error) {
	says := ""
	for _, name := range []string{sut.PendingProbe, sut.StatusProbe} {
		if _, declared := e.app.Probe[name]; !declared {
			continue
		}
		if name == sut.StatusProbe && e.message == "" {
			continue // there is none to ask about
		}
		value, err := e.look(ctx, name)
		if ctx.Err() != nil {
			return Check{}, ctx.Err()
		}
		if err != nil {
			return problem(err.Error(), fmt.Sprintf("correct path or field of probe.%s in sut.yaml, or serve it", name)), nil
		}
		if name == sut.PendingProbe && value != "0" {
			return problem(fmt.Sprintf("probe.pending still says %q after %s of rest", value, e.Patience),
				"it must be the number of things left to do, and 0 once all is done"), nil
		}
		says += fmt.Sprintf("%s says %s, ", name, value)
	}
	if says == "" {
		return skipped("sut.yaml declares none; with probe: {pending: {path: /pending, field: count}} a run need not guess when the application is done"), nil
	}
	return ok(says[:len(says)-2]), nil
}

// look asks a probe: that of pending work until there is none, for a while, and
// that of a message by one of its names after the other.
func (e *examination) look(ctx context.Context, name string) (value string, err error) {
	if name == sut.StatusProbe {
		return e.opinion(ctx)
	}
	for waited := time.Duration(0); ; waited += usualQuiet {
		probe, err := e.app.Look(ctx, name, "")
		if err != nil || probe.Value == "0" || waited >= e.Patience {
			return probe.Value, err
		}
		if _, err := e.net.Settle(ctx, client.Settle{Quiet: within(usualQuiet), Timeout: within(e.Patience)}); err != nil {
			return "", err
		}
	}
}

func (e *examination) opinion(ctx context.Context) (string, error) {
	var last error
	for _, name := range e.names {
		probe, err := e.app.Look(ctx, sut.StatusProbe, name)
		if err == nil || probe.Status != http.StatusNotFound {
			return probe.Value, err
		}
		last = err
	}
	return "", last
}

// quiet compares the silence that a run takes for rest with what was seen.
func (e *examination) quiet(context.Context) (Check, error) {
	_, tells := e.app.Probe[sut.PendingProbe]
	reaction := e.reaction.Round(time.Millisecond)
	switch {
	case e.message == "":
		return skipped("no reaction was seen"), nil
	case tells:
		return ok(fmt.Sprintf("probe.pending says when it is done; the longest silence before a call was %s", reaction)), nil
	case e.reaction >= e.window():
		return problem(fmt.Sprintf("it was silent for %s before it called, longer than the %s after which a run believes that it is done", reaction, e.window()),
			fmt.Sprintf("add quiet: %s to sut.yaml, or better probe.pending", (2*e.reaction).Round(100*time.Millisecond)+100*time.Millisecond)), nil
	}
	return ok(fmt.Sprintf("the longest silence before a call was %s, and %s must pass before a run believes that it is done", reaction, e.window())), nil
}
