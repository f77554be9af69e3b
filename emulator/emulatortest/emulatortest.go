package emulatortest

import (
	"context"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
)

// T is what Start needs of a test: a testing.T, testing.B or GinkgoTB() has it.
type T interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Emulator is an emulator that runs until its test ends.
type Emulator struct {
	URL     string         // of the emulator; a provider's own is in Sandbox
	Client  *client.Client // of the default sandbox
	Sandbox client.Sandbox // the default one, with its credentials
}

// Start starts an emulator with a manual clock. It holds all that it says
// against the contracts, and the test fails if it breaks one.
func Start(t T) *Emulator {
	t.Helper()
	return StartWith(t, emulator.Options{Clock: clock.Options{Mode: clock.Manual}, SelfCheck: true})
}

// StartWith starts an emulator with options; without SelfCheck nothing that it
// says is checked. The address that it listens on, if they name none, becomes
// its public one.
func StartWith(t T, o emulator.Options) *Emulator {
	t.Helper()
	if o.SelfCheck && o.OffContract == nil {
		o.OffContract = OffContract(t)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("start an emulator: %v", err)
	}
	at := "http://" + listener.Addr().String()
	if o.BaseURL == "" {
		o.BaseURL = at
	}
	em, err := emulator.New(o)
	if err != nil {
		_ = listener.Close()
		t.Fatalf("start an emulator: %v", err)
	}
	t.Cleanup(serve(em, listener))
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	started := &Emulator{
		URL:    at,
		Client: client.New(client.Options{URL: at, Token: o.Token, HTTP: &http.Client{Transport: transport}}),
	}
	if started.Sandbox, err = started.Client.Sandbox(context.Background()); err != nil {
		t.Fatalf("start an emulator: %v", err)
	}
	return started
}

// OffContract is a function for emulator.Options or sandbox.Options: the test
// fails at its end for each finding that it was told of. Ask for it before
// anything that ends the emulator is registered with Cleanup.
func OffContract(t T) func(journal.Finding) {
	var mu sync.Mutex
	said := map[string]bool{}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, text := range slices.Sorted(maps.Keys(said)) {
			t.Errorf("the emulator is off contract: %s", text)
		}
	})
	return func(f journal.Finding) {
		mu.Lock()
		defer mu.Unlock()
		said[f.Provider+": "+f.String()] = true
	}
}

// leave is how long a call that is still open at the end may take.
const leave = 5 * time.Second

// serve serves em until stop is called, which waits for all of it to end.
func serve(em *emulator.Emulator, listener net.Listener) (stop func()) {
	server := emulator.NewServer(em)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with http.ErrServerClosed, by stop
	}()
	return func() {
		em.Close() // ends the streams, which would otherwise stay open
		ctx, cancel := context.WithTimeout(context.Background(), leave)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
		<-served
	}
}
