// Command switchhook runs a fake carrier network and judges programs that text
// through it. Package cli does the work; this leaves out all but the process.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/switchhook/switchhook/cmd/switchhook/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(cli.Main(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
