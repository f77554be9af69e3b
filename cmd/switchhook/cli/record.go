package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recorder"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator"
)

// recordCommand stands between an application and its provider.
type recordCommand struct {
	Provider    string `required:"" placeholder:"NAME" help:"Whose contract says what must not be kept, like ${provider}."`
	Upstream    string `required:"" placeholder:"URL" help:"Where the application's calls go: the provider."`
	App         string `placeholder:"URL" help:"Where webhooks go: the application. Without it only calls are recorded."`
	Out         string `required:"" placeholder:"FILE" help:"The recording; HAR 1.2."`
	Addr        string `placeholder:"HOST:PORT" default:"127.0.0.1:0" help:"Where to listen for calls (a free port of this machine)."`
	WebhookAddr string `placeholder:"HOST:PORT" default:"127.0.0.1:0" help:"Where to listen for webhooks (a free port of this machine)."`
	RedactText  bool   `help:"Take out what messages say, too; keywords and lengths stay."`
	SecretEnv   string `placeholder:"VARIABLE" help:"The variable that holds the secret of webhooks, so that their signatures are judged."`
}

// Help is the example in the help text.
func (recordCommand) Help() string {
	return fmt.Sprintf(`Passes on what an application and its provider say to each other and writes it down, both directions on one timeline, until it is interrupted. Credentials are never written; numbers, names and addresses become invented ones that stay the same over a recording.

    switchhook record --provider %[1]s --upstream https://api.example.com \
        --app http://127.0.0.1:3000 --out talk.har

Point the application at the first URL that is printed instead of the provider, and the provider's webhooks at the second, with the path that they have at the application. A provider out there reaches it through a tunnel.`, firstProvider())
}

// saving is how often what is new is written.
const saving = 3 * time.Second

// Run records until ctx ends.
func (c *recordCommand) Run(ctx context.Context, t *terminal) error {
	o, err := c.options(t)
	if err != nil {
		return err
	}
	if err := vacant(c.Out); err != nil {
		return err
	}
	rec, err := recorder.New(o)
	if err != nil {
		return misuse(err.Error(), "write it like --upstream https://api.example.com")
	}
	calls, err := open(c.Addr, "--addr", rec.Provider())
	if err != nil {
		return err
	}
	defer calls.close()
	var hooks *door
	if o.App != nil {
		if hooks, err = open(c.WebhookAddr, "--webhook-addr", rec.App()); err != nil {
			return err
		}
		defer hooks.close()
	}
	if err := recording.Write(c.Out, rec.Recording()); err != nil { // better now than after the work
		return couldNot(err.Error(), "choose another file with --out")
	}
	c.welcome(t, calls, hooks)
	c.keepSaving(ctx, t, rec)
	calls.close()
	hooks.close()
	return c.finish(t, rec)
}

func (c *recordCommand) options(t *terminal) (o recorder.Options, err error) {
	if o.Contract, err = contractOf(c.Provider); err != nil {
		return o, err
	}
	if o.Upstream, err = place("--upstream", c.Upstream); err != nil {
		return o, err
	}
	if c.App != "" {
		if o.App, err = place("--app", c.App); err != nil {
			return o, err
		}
	}
	if c.SecretEnv != "" {
		secret, err := t.secret(c.SecretEnv)
		if err != nil {
			return o, err
		}
		o.Secrets = []string{secret}
	}
	if ip := net.ParseIP(o.Upstream.Hostname()); ip != nil && ip.IsLoopback() {
		o.Keep = magicNumbers(c.Provider)
	}
	o.Texts = c.RedactText
	o.Ended = func(e recording.Entry) { t.printf("%s\n", exchangeLine(e)) }
	return o, nil
}

func contractOf(provider string) (*contracts.Contract, error) {
	contract, err := contracts.Load(provider)
	if err != nil {
		return nil, misuse(err.Error(), "name the provider with --provider "+firstProvider())
	}
	return contract, nil
}

// place reads where something is to be sent.
func place(flag, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, misuse(flag+" takes an http or https URL without credentials, query or fragment", fmt.Sprintf("write it like %s http://127.0.0.1:3000", flag))
	}
	return u, nil
}

// magicNumbers are those that mean something to the emulator and nobody has.
func magicNumbers(provider string) []string {
	var all []string
	for _, p := range emulator.Providers() {
		for _, m := range p.Magic {
			if p.Name == provider {
				all = append(all, string(m.Number))
			}
		}
	}
	return all
}

// vacant refuses a file that is there: a recording cannot be had again.
func vacant(file string) error {
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return misuse(fmt.Sprintf("there is a file %s already", file), "choose another with --out, or remove it")
}

// welcome says what to point where, in one piece: the first exchanges may come
// while it is read.
func (c *recordCommand) welcome(t *terminal, calls, hooks *door) {
	where := fmt.Sprintf("  calls     %s  in place of %s\n", calls.url, plain(c.Upstream))
	how := "start the application with the first URL as its provider's"
	if hooks != nil {
		where += fmt.Sprintf("  webhooks  %s  in place of %s\n", hooks.url, plain(c.App))
		how += ",\nand have the provider send its webhooks to the second"
	}
	t.printf("recording %s into %s\n\n%s\n%s; Ctrl-C ends the recording\n\n", plain(c.Provider), plain(c.Out), where, how)
}

// keepSaving writes what is new until ctx ends, so that a crash loses little.
func (c *recordCommand) keepSaving(ctx context.Context, t *terminal, rec *recorder.Recorder) {
	ticks := time.NewTicker(saving)
	defer ticks.Stop()
	saved := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		kept, _ := rec.Count()
		if kept == saved {
			continue
		}
		if err := recording.Write(c.Out, rec.Recording()); err != nil {
			fmt.Fprintf(t.err, "switchhook: %s\n", lines(err.Error())) // the next try may do better
			continue
		}
		saved = kept
	}
}

func (c *recordCommand) finish(t *terminal, rec *recorder.Recorder) error {
	h := rec.Recording()
	if err := recording.Write(c.Out, h); err != nil {
		return couldNot(err.Error(), "")
	}
	t.printf("\n%s\n", summary(c.Out, h))
	if found := recording.Secrets(h); len(found) > 0 {
		return leaked(c.Out, found)
	}
	return nil
}

// summary says what a recording holds.
func summary(file string, h *recording.HAR) string {
	counts := map[recording.Direction]int{}
	for _, e := range h.Log.Entries {
		counts[e.Direction]++
	}
	says := fmt.Sprintf("%d exchanges in %s: %d calls, %d webhooks, %d triggers", len(h.Log.Entries), plain(file),
		counts[recording.Call], counts[recording.Webhook], counts[recording.Trigger])
	if dropped := h.Log.Switchhook.Dropped; dropped > 0 {
		says += fmt.Sprintf("; there was no room for %d more", dropped)
	}
	return says
}

// leaked says what was found in a file that should hold nothing of the kind.
func leaked(file string, found []recording.Found) error {
	says := []string{fmt.Sprintf("%s holds what looks like a secret or a real number:", file)}
	for _, f := range found[:min(len(found), 10)] {
		says = append(says, "  "+f.String())
	}
	return couldNot(strings.Join(says, "\n"), "look at these places before you show the file to anybody")
}

// exchangeLine is one exchange for people.
func exchangeLine(e recording.Entry) string {
	path := e.Request.URL
	if u, err := url.Parse(path); err == nil {
		path = u.Path
	}
	says := fmt.Sprintf("%4d  %-7s  %s %s", e.Seq, e.Direction, e.Request.Method, path)
	if e.Type != "" {
		says += " " + e.Type
	}
	switch {
	case e.Outcome == recording.Lost:
		says += ": lost: " + e.Error
	case e.Outcome == recording.Cut:
		says += fmt.Sprintf(": %d, cut: %s", e.Response.Status, e.Error)
	default:
		says += fmt.Sprintf(": %d", e.Response.Status)
	}
	if e.Signature != "" {
		says += fmt.Sprintf(", signature %s", e.Signature)
	}
	return plain(says)
}

// door is a face of the recorder that listens.
type door struct {
	url    string
	server *http.Server
	ended  chan struct{}
}

func open(addr, flag string, face http.Handler) (*door, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, misuse(fmt.Sprintf("%q is not an address to listen on", addr), fmt.Sprintf("write it like %s 127.0.0.1:8080", flag))
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, couldNot(fmt.Sprintf("listen on %s: %v", addr, err), "choose another with "+flag)
	}
	d := &door{url: reach(listener.Addr().(*net.TCPAddr)), ended: make(chan struct{})}
	d.server = &http.Server{
		Handler: face, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // an answer that is cut is no news
	}
	go func() {
		defer close(d.ended)
		_ = d.server.Serve(listener) // ends by close
	}()
	return d, nil
}

// close lets what is open end; it may be called again, and of none.
func (d *door) close() {
	if d == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if d.server.Shutdown(ctx) != nil {
		_ = d.server.Close() // somebody does not let go
	}
	<-d.ended
}
