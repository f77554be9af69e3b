package suite

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRunWithoutAnEmulator(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	run, err := Run(t.Context(), Options{URL: server.URL})
	if err == nil || len(run.Results) != 0 || run.ExitCode() == 0 {
		t.Errorf("Run without an emulator: %v, exit code %d", err, run.ExitCode())
	}
}
