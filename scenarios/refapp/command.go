package refapp

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// What Run returns.
const (
	exitOK       = 0
	exitMisuse   = 2 // a flag, a bug or the configuration is wrong
	exitCouldNot = 4 // the port cannot be had, or serving broke off
)

// Run is the command: it serves the app until ctx ends and returns the exit
// code. Flags override the environment.
func Run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) int {
	opts, port, list, err := parse(args, env, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitMisuse
	case list:
		for _, b := range Bugs() {
			fmt.Fprintf(stdout, "%-28s %s (oracle %d%s)\n", b.Name, b.Says, b.Oracle, only(b.Providers))
		}
		return exitOK
	}
	app, err := New(opts)
	if err != nil {
		fmt.Fprintln(stderr, "refapp:", err)
		return exitMisuse
	}
	defer app.Close()
	if err := serve(ctx, app, port, stdout); err != nil {
		fmt.Fprintln(stderr, "refapp:", err)
		return exitCouldNot
	}
	return exitOK
}

func parse(args []string, env func(string) string, stderr io.Writer) (opts Options, port string, list bool, err error) {
	opts = Environment(env)
	opts.Log = slog.New(slog.NewTextHandler(stderr, nil))
	port = env("PORT")
	if port == "" {
		port = "0"
	}
	flags := flag.NewFlagSet("refapp", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opts.Provider, "provider", opts.Provider, "surge, mta or exotel: sends what none is named for (PROVIDER)")
	flags.StringVar(&opts.Surge.BaseURL, "base-url", opts.Surge.BaseURL, "address of Surge's API (SURGE_BASE_URL)")
	flags.StringVar(&opts.Surge.Account, "account", opts.Surge.Account, "Surge account that sends (SURGE_ACCOUNT_ID)")
	flags.StringVar(&port, "port", port, "port on 127.0.0.1, 0 takes a free one (PORT)")
	flags.StringVar(&opts.Store, "store", opts.Store, "folder for what must outlive the process; none keeps it in memory (STORE)")
	flags.StringVar((*string)(&opts.Policy), "policy", string(AtMostOnce), "at-most-once or at-least-once, when a send's outcome is unknown")
	flags.DurationVar(&opts.Timeout, "timeout", 3*time.Second, "of one send call")
	flags.DurationVar(&opts.SlowAck, "slow-ack", 16*time.Second, "how long the bug slow-ack holds an answer")
	flags.BoolVar(&list, "list-bugs", false, "list the bugs and stop")
	// Secrets are read by functions so that -help does not print them as defaults.
	flags.Func("key", "Surge API key (SURGE_API_KEY)", func(s string) error { opts.Surge.Key = s; return nil })
	flags.Func("secret", "Surge webhook signing secrets, separated by commas (SURGE_WEBHOOK_SIGNING_SECRET)", func(s string) error {
		opts.Surge.Secrets = words(s)
		return nil
	})
	flags.Func("bug", "let a bug out; may be repeated or a list with commas", func(s string) error {
		opts.Bugs = append(opts.Bugs, words(s)...)
		return nil
	})
	if err = flags.Parse(args); err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q: only flags are taken, see -help", flags.Arg(0))
		fmt.Fprintln(stderr, "refapp:", err)
	}
	return opts, port, list, err
}

// Environment reads what belongs to each provider, and which is the usual one.
func Environment(env func(string) string) Options {
	return Options{
		Provider: env("PROVIDER"), Store: env("STORE"),
		Surge: Surge{
			BaseURL: env("SURGE_BASE_URL"), Key: env("SURGE_API_KEY"), Account: env("SURGE_ACCOUNT_ID"),
			Secrets: words(env("SURGE_WEBHOOK_SIGNING_SECRET")),
		},
		MTA: MTA{BaseURL: env("MTA_BASE_URL"), Key: env("MTA_API_KEY"), Secrets: words(env("MTA_WEBHOOK_SECRET"))},
		Exotel: Exotel{
			BaseURL: env("EXOTEL_BASE_URL"), SID: env("EXOTEL_ACCOUNT_SID"), Key: env("EXOTEL_API_KEY"), Token: env("EXOTEL_API_TOKEN"),
			Number: env("EXOTEL_NUMBER"), Callback: env("EXOTEL_STATUS_CALLBACK"), Secret: env("EXOTEL_WEBHOOK_TOKEN"),
		},
	}
}

func only(providers []string) string {
	if len(providers) == 0 {
		return ""
	}
	return "; " + strings.Join(providers, ", ") + " only"
}

// words splits a list at commas and white space.
func words(s string) []string {
	return strings.Fields(strings.ReplaceAll(s, ",", " "))
}

func serve(ctx context.Context, app *App, port string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return fmt.Errorf("taking port %s: %w", port, err)
	}
	server := &http.Server{Handler: app.Handler(), ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintf(stdout, "listening on http://%s\n", listener.Addr())

	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	select {
	case err := <-stopped:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	app.Close() // first, because it frees answers that the bug slow-ack holds
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		_ = server.Close() // somebody does not let go; the process ends anyway
	}
	<-stopped
	return nil
}
