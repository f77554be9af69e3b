package playback_test

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/scenarios/refapp"
	"github.com/switchhook/switchhook/scenarios/sut"
)

var update = flag.Bool("update", false, "record again")

// role in the environment says that the test binary is the reference application.
const role = "SWITCHHOOK_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	code := refapp.Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// application is the reference application as a description that starts it.
func application(t *testing.T, args ...string) *sut.SUT {
	t.Helper()
	s := description(t)
	s.Start, s.Dir = append([]string{os.Args[0]}, args...), t.TempDir()
	s.Env[role] = "application"
	return s
}

func description(t *testing.T) *sut.SUT {
	t.Helper()
	s, err := sut.Parse("refapp/sut.yaml", []byte(refapp.SUT))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
