package suite_test

import (
	"context"
	"net"
	"net/http/httptest"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"

	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// TestMain lets the test binary also be another program, in a process of its
// own: the reference application, or a Ginkgo suite.
func TestMain(m *testing.M) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	var code int
	switch os.Getenv(role) {
	case "application":
		code = refapp.Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	case "ginkgo":
		code = runSuite()
	default:
		code = m.Run()
	}
	stop()
	os.Exit(code)
}

// role in the environment says which program the test binary is.
const role = "SWITCHHOOK_TEST_ROLE"

// described is the reference application as its sut.yaml has it.
func described(t emulatortest.T) *sut.SUT {
	s, err := sut.Parse("refapp/sut.yaml", []byte(refapp.SUT))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return s
}

// application runs the reference application in this process, at an emulator,
// and says how it is reached.
func application(t emulatortest.T, em *emulatortest.Emulator, bugs ...string) *sut.SUT {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	values := em.Sandbox.Placeholders()
	values["port"] = strconv.Itoa(server.Listener.Addr().(*net.TCPAddr).Port)
	dir, err := os.MkdirTemp("", "refapp")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	values["dir"] = dir
	s, err := described(t).Expand(values)
	if err != nil {
		t.Fatalf("%v", err)
	}
	o := refapp.Environment(func(name string) string { return s.Env[name] })
	o.Bugs = bugs
	app, err := refapp.New(o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	server.Config.Handler = app.Handler()
	server.Start()
	t.Cleanup(func() {
		app.Close()
		server.Close()
	})
	s.Start = nil
	return s
}
