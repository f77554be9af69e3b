package webhook_test

import (
	"context"
	"errors"
	"io"
	"log"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// deadline bounds a test that waits for something.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// quiet swallows what a test server says about clients that misbehave on purpose.
var quiet = log.New(io.Discard, "", 0)

func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
