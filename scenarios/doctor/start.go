package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// leaveTime bounds the end of an examination, openTime the wait for a port.
const (
	leaveTime = 10 * time.Second
	openTime  = 10 * time.Second
	askEvery  = 20 * time.Millisecond
)

// open makes the sandbox and fills the placeholders. Its clock jumps to
// whatever is due next, so nobody waits for virtual time.
func (e *examination) open(ctx context.Context) error {
	box, err := e.sandbox(ctx)
	if err != nil {
		return err
	}
	if _, known := box.Providers[e.Provider]; !known {
		return fmt.Errorf("the emulator has no provider %q", e.Provider)
	}
	port, err := sut.ReservePort()
	if err != nil {
		return err
	}
	e.leave = append(e.leave, port.Release)
	dir, err := os.MkdirTemp("", "switchhook-")
	if err != nil {
		return fmt.Errorf("make a folder for the application: %w", err)
	}
	e.leave = append(e.leave, func() { _ = os.RemoveAll(dir) })
	values := box.Placeholders()
	values["port"], values[sut.DirPlaceholder] = port.String(), dir
	e.app, err = e.SUT.For(e.Provider).Expand(values)
	return err
}

func (e *examination) sandbox(ctx context.Context) (client.Sandbox, error) {
	if len(e.SUT.Start) > 0 {
		box, err := e.root.MakeSandbox(ctx, client.SandboxOptions{Clock: &client.ClockOptions{Mode: "auto", Start: "now"}})
		if err != nil {
			return box, fmt.Errorf("make a sandbox: %w", err)
		}
		e.net = e.root.In(box.ID)
		e.leave = append(e.leave, func() {
			ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
			defer cancel()
			_ = e.net.DropSandbox(ctx) // an emulator that is gone has dropped it
		})
		return box, nil
	}
	e.net = e.root
	if err := e.net.Reset(ctx); err != nil {
		return client.Sandbox{}, fmt.Errorf("empty the default sandbox: %w", err)
	}
	// It goes on from what it shows: "now" has passed for one that runs already.
	if _, err := e.net.SetClock(ctx, client.ClockOptions{Mode: "auto"}); err != nil {
		return client.Sandbox{}, fmt.Errorf("take hold of the clock: %w", err)
	}
	return e.net.Sandbox(ctx)
}

// start starts the application and waits until it is ready.
func (e *examination) start(ctx context.Context) (Check, error) {
	if err := e.point(ctx); err != nil {
		return Check{}, err
	}
	if len(e.app.Start) == 0 {
		return skipped("sut.yaml has no start, so the application must be running, pointed at the default sandbox of " + e.URL), nil
	}
	from, err := e.note(ctx, "started")
	if err != nil {
		return Check{}, err
	}
	process, err := e.app.Run(ctx, e.Log)
	if ctx.Err() != nil {
		return Check{}, ctx.Err()
	}
	if err != nil {
		e.stuck = "the application does not run"
		return problem(err.Error(), startHint(e.SUT, err)), nil
	}
	e.process = process
	e.leave = append(e.leave, process.Stop)
	to, err := e.note(ctx, "ready")
	if err != nil {
		return Check{}, err
	}
	if e.app.Ready == "" {
		return problem("it starts, and nothing says when it takes webhooks", "add ready: http://127.0.0.1:{{port}}/healthz to sut.yaml"), nil
	}
	return ok(fmt.Sprintf("ready %s after its start", to.Wall.Sub(from.Wall).Round(time.Millisecond))), nil
}

func (e *examination) note(ctx context.Context, state string) (journal.Entry, error) {
	return e.net.Note(ctx, client.Note{Kind: journal.KindProcess, Process: &journal.Process{State: state}})
}

// point sends the webhooks of the provider to the application, each once: what
// an attempt is answered with is of interest, not what a ladder makes of it.
func (e *examination) point(ctx context.Context) error {
	hooks, err := e.net.Webhooks(ctx, e.Provider)
	if err == nil {
		hooks.URL, hooks.NoRetry = e.app.Webhooks[e.Provider], true
		_, err = e.net.SetWebhooks(ctx, e.Provider, hooks)
	}
	if err != nil {
		return fmt.Errorf("send the webhooks of %s to the application: %w", e.Provider, err)
	}
	return nil
}

// reachable opens a connection to where webhooks go.
func (e *examination) reachable(ctx context.Context) (Check, error) {
	at := e.app.Webhooks[e.Provider]
	if at == "" {
		e.stuck = "nobody takes the webhooks of " + e.Provider
		return problem("sut.yaml has no webhooks URL for "+e.Provider,
			fmt.Sprintf("add webhooks: {%s: \"http://127.0.0.1:{{port}}/webhooks/%s\"} to sut.yaml", e.Provider, e.Provider)), nil
	}
	u, err := url.Parse(at)
	if err != nil {
		return Check{}, err
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), u.Scheme) // the port by the name of its service
	}
	if err := e.dial(ctx, host); err != nil {
		e.stuck = "the webhook URL cannot be reached"
		return problem(fmt.Sprintf("nothing answers at %s: %v", host, err), e.reachHint()), ctx.Err()
	}
	return ok(at), nil
}

// dial opens a connection; one that does not say when it is ready gets a while.
func (e *examination) dial(ctx context.Context, host string) error {
	patience := time.Second
	if e.process != nil && e.app.Ready == "" {
		patience = openTime
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (e *examination) reachHint() string {
	if e.process == nil {
		return "start the application, or say in sut.yaml how to: start: [\"node\", \"server.js\"]"
	}
	for name, value := range e.SUT.Env {
		if strings.Contains(value, "{{port}}") {
			return fmt.Sprintf("does the application listen on 127.0.0.1 at the port in %s? Is the port in webhooks the same?", name)
		}
	}
	return "give the application its port, as env: {PORT: \"{{port}}\"}, and use {{port}} in webhooks"
}

// startHint says what usually helps against what kept an application from
// running.
func startHint(app *sut.SUT, err error) string {
	says := err.Error()
	has := func(marks ...string) bool {
		for _, m := range marks {
			if strings.Contains(says, m) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Sprintf("%q is not on the path: install it, correct the spelling in start, or write where it is", app.Start[0])
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("there is no %q; start runs in the folder of sut.yaml (%s)", app.Start[0], app.Dir)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("%q may not be run: make it executable (chmod +x), or start it by its interpreter, like [\"bash\", %[1]q]", app.Start[0])
	case has("EADDRINUSE", "ddress already in use", "answers before the application is started"):
		return "something listens on its port: let the application take the port from {{port}}, as env: {PORT: \"{{port}}\"}"
	case has("Cannot find module", "Cannot find package", "ModuleNotFoundError", "No module named", "cannot find package", "LoadError"):
		return "install what it needs first (npm ci, pip install -r requirements.txt, …); start runs in " + app.Dir
	case has("did not answer 2xx"):
		return "is ready the right path, and does the application listen on 127.0.0.1 at {{port}}?"
	}
	return fmt.Sprintf("run it by hand in %s: %s", app.Dir, strings.Join(app.Start, " "))
}
