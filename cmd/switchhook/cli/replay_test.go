package cli_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/contracts"
)

// small is a recording of one webhook that nobody answered with a call.
const small = `{"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": [
{"startedDateTime": "2026-01-01T00:00:00Z", "_direction": "webhook", "_seq": 1, "_ended": 2,
 "request": {"method": "POST", "url": "http://127.0.0.1:1/hooks", "headers": [{"name": "Content-Type", "value": "application/json"}],
  "postData": {"mimeType": "application/json", "text": "{\"type\": \"none\"}"}},
 "response": {"status": STATUS}}]}}`

func TestReplayComparesAndSaysSo(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(app.Close)
	for status, want := range map[string]int{"200": 0, "400": 1} {
		file := replayed(t, "talk.har", strings.ReplaceAll(small, "STATUS", status))
		described := replayed(t, "sut.yaml", "start: [\"sleep\", \"60\"]\nwebhooks: {"+firstProvider()+": \""+app.URL+"/hooks\"}\n")
		got := run(t, nil, "", "replay", file, "--sut", described, "--provider", firstProvider(), "--json")
		var r struct {
			Webhooks    int
			Differences []struct{ Kind string }
		}
		if err := json.Unmarshal([]byte(got.out), &r); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		if got.code != want || r.Webhooks != 1 || len(r.Differences) != want {
			t.Errorf("recorded %s: %+v", status, got)
		}
	}
}

func TestReplayMisuse(t *testing.T) {
	t.Parallel()
	har := replayed(t, "talk.har", strings.ReplaceAll(small, "STATUS", "200"))
	app := replayed(t, "sut.yaml", "webhooks: {"+firstProvider()+": \"http://127.0.0.1:1/hooks\"}\n")
	far := replayed(t, "far.yaml", "start: [\"sleep\", \"60\"]\nwebhooks: {"+firstProvider()+": \"http://192.0.2.1/hooks\"}\n")
	for says, args := range map[string][]string{
		"no such file":             {"none.har"},
		"does not say whose it is": {har, "--sut", app},
		"there is no none.yaml":    {har, "--sut", "none.yaml", "--provider", firstProvider()},
		"does not say where the application takes the webhooks of": {har, "--sut", app, "--provider", contracts.Names()[0]},
		"leaves no time":            {har, "--timeout", "0s"},
		"once at least":             {har, "--times", "0"},
		"read recording":            {replayed(t, "half.har", `{"log": {`)},
		"explore writes such files": {replayed(t, "x.run.txtar", "hello\n")},
		"is not on this machine":    {har, "--sut", far, "--provider", firstProvider()},
	} {
		got := run(t, nil, "", append([]string{"replay"}, args...)...)
		code := 2
		if says == "is not on this machine" {
			code = 4
		}
		if got.code != code || !strings.Contains(got.err, says) {
			t.Errorf("%v: code %d, %s; want %d, %q", args, got.code, got.err, code, says)
		}
	}
}

// replayed is a file with a text.
func replayed(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
