package cli_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/contracts/recording"
)

// TestRecord records a call and a webhook, and redacts the file once more.
func TestRecord(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }))
	t.Cleanup(upstream.Close)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(app.Close)
	file := filepath.Join(t.TempDir(), "talk.har")
	record := begin(t, "record", "--provider", firstProvider(), "--upstream", upstream.URL, "--app", app.URL, "--out", file)
	calls := record.until(`^  calls +(http://127\.0\.0\.1:\d+)  in place of ` + upstream.URL + `$`)[1]
	hooks := record.until(`^  webhooks +(http://127\.0\.0\.1:\d+)  in place of ` + app.URL + `$`)[1]

	post(t, calls+"/accounts/acct_1/messages?api_key=canary0123456789", "Bearer canary0123456789", `{"to": "+18012349876", "body": "see you"}`)
	record.until(`^ +1  call +POST /accounts/acct_1/messages: 201$`)
	post(t, hooks+"/hook", "", `{"type": "message.received"}`)
	record.until(`^ +3  webhook +POST /hook message\.received: 204$`)
	record.stop()
	record.until(`^2 exchanges in .*talk\.har: 1 calls, 1 webhooks, 0 triggers$`)
	if code := record.end(); code != 0 {
		t.Errorf("record ended with %d: %s", code, record.errs)
	}
	text := fileText(t, file)
	for _, canary := range []string{"canary", "8012349876"} {
		if strings.Contains(text+strings.Join(record.said, "\n"), canary) {
			t.Errorf("%s is written or printed", canary)
		}
	}

	if again := run(t, nil, "", "record", "--provider", firstProvider(), "--upstream", upstream.URL, "--out", file); again.code != 2 || !strings.Contains(again.err, "hint: choose another with --out") {
		t.Errorf("a file that is there: %+v", again)
	}
	clean := filepath.Join(t.TempDir(), "clean.har")
	if got := run(t, nil, "", "contracts", "redact", file, "--out", clean, "--redact-text"); got.code != 0 || !strings.HasPrefix(got.out, "2 exchanges in ") {
		t.Errorf("redact: %+v", got)
	}
	h, err := recording.Read(strings.NewReader(fileText(t, clean)))
	if err != nil {
		t.Fatal(err)
	}
	if h.Log.Switchhook.Provider != firstProvider() || strings.Contains(h.Log.Entries[0].Request.PostData.Text, "see you") {
		t.Errorf("the redacted recording is of %s and says %s", h.Log.Switchhook.Provider, h.Log.Entries[0].Request.PostData.Text)
	}
}

func post(t *testing.T, url, authorization, body string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		q.Header.Set("Authorization", authorization)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

func fileText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What is typed wrong is said, with what to type instead.
func TestRecordMisuse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "x.har")
	broken := filepath.Join(dir, "broken.har")
	if err := os.WriteFile(broken, []byte(`{"log": `), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"record": "missing flags: --out=FILE, --provider=NAME, --upstream=URL",
		"record --provider nobody --upstream http://x.test --out " + out:                                       "no contract is called",
		"record --provider P --upstream ftp://x.test --out " + out:                                             "hint: write it like --upstream http://127.0.0.1:3000",
		"record --provider P --upstream http://u:canary@x.test --out " + out:                                   "without credentials",
		"record --provider P --upstream http://x.test --app x --out " + out:                                    "hint: write it like --app http://127.0.0.1:3000",
		"record --provider P --upstream http://x.test --addr nowhere --out " + out:                             "hint: write it like --addr 127.0.0.1:8080",
		"record --provider P --upstream http://x.test --app http://x.test --webhook-addr nowhere --out " + out: "hint: write it like --webhook-addr 127.0.0.1:8080",
		"record --provider P --upstream http://x.test --secret-env NOBODY_SET_THIS --out " + out:               "the variable NOBODY_SET_THIS is empty",
		"record --provider P --upstream http://x.test --out " + dir + "/nowhere/x.har":                         "hint: choose another file with --out",
		"contracts": "hint: switchhook contracts --help",
		"contracts redact " + dir + "/none --out " + out: "no such file",
		"contracts redact " + broken + " --out " + out:   "byte 8: the file ends too soon",
		"contracts redact " + broken:                     "missing flags: --out=FILE",
	} {
		got := run(t, nil, "", strings.Fields(strings.ReplaceAll(args, " P ", " "+firstProvider()+" "))...)
		if got.code != 2 && got.code != 4 || !strings.Contains(got.err, want) || strings.Contains(got.err, "canary") {
			t.Errorf("%s: %d %q, want %q", args, got.code, got.err, want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Fatalf("%s leaves a file behind", args)
		}
	}
}
