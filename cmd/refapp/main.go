// Command refapp serves the reference system under test, a small booking
// assistant with deliberate bugs behind --bug=NAME. Package scenarios/refapp
// does all the work; this leaves out everything but the process.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/switchhook/switchhook/scenarios/refapp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := refapp.Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
