package cli_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/drift"
	"github.com/switchhook/switchhook/contracts/recorder"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/sms"
)

var update = flag.Bool("update", false, "rewrite the recordings that are kept")

// quirks are what a provider does otherwise than the emulator. The zero value
// is none.
type quirks struct {
	answer   func(path string, body []byte) []byte
	switches map[string]string // of the emulator that it is
	late     string            // a webhook whose body holds this comes behind the next one
}

// step is one thing that happens while a provider is recorded.
type step struct {
	Text, Body, Advance            string
	Method, Path, Auth, Type, Keep string
}

// rig is a provider that is an emulator with quirks, and its recorder.
type rig struct {
	t        *testing.T
	provider string
	em       *emulatortest.Emulator
	rec      *recorder.Recorder
	calls    string
	hooks    string
	values   map[string]string

	mu   sync.Mutex
	was  bool          // something was late
	held *http.Request // what is
	body []byte
}

// record plays the story of a provider and returns what was recorded.
func record(t *testing.T, provider string, q quirks) *recording.HAR {
	t.Helper()
	r := &rig{t: t, provider: provider, em: emulatortest.Start(t)}
	r.values = r.em.Sandbox.Providers[provider]
	if len(q.switches) > 0 {
		if _, err := r.em.Client.SetSwitches(t.Context(), provider, q.switches); err != nil {
			t.Fatal(err)
		}
	}
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, in *http.Request) {
		_, _ = io.Copy(io.Discard, in.Body) // what is not read is not recorded
	}))
	t.Cleanup(app.Close)
	contract, err := contracts.Load(provider)
	if err != nil {
		t.Fatal(err)
	}
	r.rec, err = recorder.New(recorder.Options{
		Contract: contract, Upstream: r.distort(q), App: parsed(t, app.URL), Secrets: []string{r.values["secret"]},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.calls = r.serve(r.rec.Provider())
	r.hooks = r.serve(r.late(q, r.serve(r.rec.App())))
	r.values["hook"] = url.QueryEscape(r.hooks + "/hooks")
	if _, err := r.em.Client.SetWebhooks(t.Context(), provider, client.Webhooks{URL: r.hooks + "/hooks"}); err != nil {
		t.Fatal(err)
	}
	r.story()
	return r.rec.Recording()
}

func parsed(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (r *rig) serve(h http.Handler) string {
	s := httptest.NewServer(h)
	r.t.Cleanup(s.Close)
	return s.URL
}

// distort is a server that changes what the provider answers.
func (r *rig) distort(q quirks) *url.URL {
	to := parsed(r.t, r.values["url"])
	pass := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) },
		ModifyResponse: func(a *http.Response) error {
			body, err := io.ReadAll(a.Body)
			if err != nil {
				return err
			}
			if q.answer != nil {
				body = q.answer(a.Request.URL.Path, body)
			}
			a.Body, a.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			a.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		},
	}
	return parsed(r.t, r.serve(pass))
}

// late is the way of webhooks to the recorder. One that is late is acknowledged
// and goes on behind the next.
func (r *rig) late(q quirks, to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			r.t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if q.late != "" && !r.was && bytes.Contains(body, []byte(q.late)) {
			r.was, r.held, r.body = true, in.Clone(r.t.Context()), body
			return
		}
		r.pass(in, to, body)
		if r.held != nil {
			r.pass(r.held, to, r.body)
			r.held = nil
		}
	})
}

func (r *rig) pass(in *http.Request, to string, body []byte) {
	out, err := http.NewRequestWithContext(r.t.Context(), in.Method, to+in.URL.String(), bytes.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return
	}
	out.Header = in.Header.Clone()
	answer, err := http.DefaultClient.Do(out)
	if err != nil {
		r.t.Error(err)
		return
	}
	_ = answer.Body.Close()
}

// story makes happen what the provider's file in testdata says.
func (r *rig) story() {
	r.t.Helper()
	var steps []step
	if err := json.Unmarshal([]byte(fileText(r.t, filepath.Join("testdata", "drift", r.provider+".json"))), &steps); err != nil {
		r.t.Fatal(err)
	}
	for _, s := range steps {
		var err error
		switch {
		case s.Text != "":
			_, err = r.em.Client.Text(r.t.Context(), sms.Number(s.Text), client.Text{Provider: r.provider, Body: s.Body})
			if err == nil {
				_, err = r.em.Client.Advance(r.t.Context(), client.Advance{By: sms.Duration(time.Millisecond)})
			}
		case s.Advance != "":
			var by time.Duration
			if by, err = time.ParseDuration(s.Advance); err == nil {
				_, err = r.em.Client.Advance(r.t.Context(), client.Advance{By: sms.Duration(by)})
			}
		default:
			err = r.call(s)
		}
		if err != nil {
			r.t.Fatalf("%+v: %v", s, err)
		}
	}
}

// call makes a call of the application and keeps a part of the answer.
func (r *rig) call(s step) error {
	q, err := http.NewRequestWithContext(r.t.Context(), s.Method, r.calls+r.filled(s.Path), strings.NewReader(r.filled(s.Body)))
	if err != nil {
		return err
	}
	if s.Type != "" {
		q.Header.Set("Content-Type", s.Type)
	}
	scheme, key, _ := strings.Cut(r.filled(s.Auth), " ")
	if scheme == "Basic" {
		key = base64.StdEncoding.EncodeToString([]byte(key))
	}
	q.Header.Set("Authorization", scheme+" "+key)
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || s.Keep == "" {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(s.Keep, "/"), "/") {
		switch at := v.(type) {
		case map[string]any:
			v = at[token]
		case []any:
			v = at[0]
		}
	}
	text, _ := json.Marshal(v)
	r.values["kept"] = strings.Trim(string(text), `"`)
	return nil
}

func (r *rig) filled(text string) string {
	for name, value := range r.values {
		if name == "number" && strings.Contains(text, "From=") {
			value = url.QueryEscape(value)
		}
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
	}
	return text
}

// saved is a recording in a file.
func saved(t *testing.T, h *recording.HAR) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "talk.har")
	if err := recording.Write(file, h); err != nil {
		t.Fatal(err)
	}
	return file
}

// Without quirks nothing differs, and nothing that the provider says departs
// from its contract.
func TestDriftOfNothing(t *testing.T) {
	t.Parallel()
	for _, provider := range contracts.Names() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			file := saved(t, record(t, provider, quirks{}))
			got := run(t, nil, "", "contracts", "drift", "--recording", file)
			if got.code != 0 || !strings.Contains(got.out, ", 0 differences\n") || strings.Contains(got.out, "note:") {
				t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
			}
			var checked struct {
				Calls, Webhooks int
				Findings        []struct{ Of string }
			}
			got = run(t, nil, "", "contracts", "check", file, "--json")
			if err := json.Unmarshal([]byte(got.out), &checked); err != nil {
				t.Fatal(err, got.err)
			}
			for _, f := range checked.Findings {
				if f.Of != "request" { // one call of the story is wrong
					t.Errorf("a %s of the emulator departs from the contract:\n%s", f.Of, got.out)
				}
			}
			if checked.Calls < 5 || checked.Webhooks < 3 || got.code != 3 {
				t.Errorf("%d calls and %d webhooks were checked; exit code %d", checked.Calls, checked.Webhooks, got.code)
			}
		})
	}
}

// replaced is a quirk of answers under a path.
func replaced(path string, pairs ...string) func(string, []byte) []byte {
	return func(at string, body []byte) []byte {
		if !strings.Contains(at, path) {
			return body
		}
		return []byte(strings.NewReplacer(pairs...).Replace(string(body)))
	}
}

// strange are providers that do three things otherwise, and how drift says so.
var strange = map[string]struct {
	quirks   quirks
	switches map[string]string
	says     string
}{
	"surge": {
		quirks{answer: replaced("/contacts/", `"outbound_disabled":`, `"blocked":`, `"first_name":null`, `"first_name":"Ada"`), late: `"message.sent"`},
		nil,
		`GET /contacts/{id}
  renamed /blocked: recorded "blocked", played "outbound_disabled" (entry 10)
  null /first_name: recorded string, played null (entry 10)
webhook message.sent
  order: recorded message.delivered, then message.sent, played message.sent, then message.delivered (entry 4)
`,
	},
	"mta": {
		quirks{answer: replaced("/v3/send", `"totalSent":1`, `"totalSent":"1"`, `"messageId":`, `"message_id":`), late: `"status":3`},
		nil,
		`POST /v3/send
  renamed /data/message_id: recorded "message_id", played "messageId" (entry 0, 2 times)
  type /data/totalSent: recorded string, played number (entry 0, 2 times)
webhook delivery-status
  order: recorded delivery-status 4, then delivery-status 3, played delivery-status 3, then delivery-status 4 (entry 3)
`,
	},
	"exotel": {
		quirks{answer: replaced("/SMS/Messages/", `"Status":"sent"`, `"Status":"submitted"`, "<Direction>", "<Way>", "</Direction>", "</Way>"), late: "Status=sending"},
		map[string]string{"every_change": "on"},
		`GET /v1/Accounts/{sid}/SMS/Messages/{id}
  word /SMSMessage/Status: recorded submitted, played sent (entry 5)
  renamed /SMSMessage/Way: recorded "Way", played "Direction" (entry 6)
webhook sending
  order: recorded submitted, then sending, played sending, then submitted (entry 3)
`,
	},
}

// Each quirk of a provider is one difference, and there is no other.
func TestDriftOfQuirks(t *testing.T) {
	t.Parallel()
	for provider, is := range strange {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			is.quirks.switches = is.switches
			h := record(t, provider, is.quirks)
			file := saved(t, h)
			args := []string{"contracts", "drift", "--recording", file}
			for name, value := range is.switches {
				args = append(args, "--set", provider+"."+name+"="+value)
			}
			got := run(t, nil, "", args...)
			said, _, _ := strings.Cut(got.out, "\n\n")
			if got.code != 3 || said+"\n" != is.says || strings.Contains(got.out, "note:") {
				t.Errorf("exit code %d: %s\n%s\nwant\n%s", got.code, got.err, got.out, is.says)
			}
			if *update {
				to := filepath.Join("..", "..", "..", "contracts", provider, "recordings", "quirk-story.har")
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(to, []byte(fileText(t, file)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// The recordings that are kept show the same, as a page and as JSON too, and
// teach a change of the contract.
func TestKeptQuirks(t *testing.T) {
	t.Parallel()
	for provider, is := range strange {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("..", "..", "..", "contracts", provider, "recordings", "quirk-story.har")
			page := filepath.Join(t.TempDir(), "drift.html")
			args := []string{"contracts", "drift", "--recording", file, "--json", "--html", page}
			for name, value := range is.switches {
				args = append(args, "--set", provider+"."+name+"="+value)
			}
			got := run(t, nil, "", args...)
			var r drift.Report
			if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.code != 3 || len(r.Differences) != 3 {
				t.Errorf("exit code %d (%v): %s%s", got.code, err, got.out, got.err)
			}
			if text := fileText(t, page); !strings.Contains(text, "3 differences.") {
				t.Errorf("the page says %s", text)
			}
			if got = run(t, nil, "", args...); got.code != 2 || !strings.Contains(got.err, "there is a file") {
				t.Errorf("a page that is there: %+v", got)
			}
			got = run(t, nil, "", "contracts", "learn", file)
			path := "contracts/" + provider + "/openapi.yaml"
			if got.code != 0 || !strings.HasPrefix(got.out, "--- a/"+path+"\n+++ b/"+path+"\n@@ ") || !strings.Contains(got.err, " changes of "+path+" from ") {
				t.Errorf("learn: exit code %d\n%s%s", got.code, got.out, got.err)
			}
		})
	}
}

// A recording can be played at the real service: calls alone, with its own key.
func TestDriftUpstream(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	name := "surge"
	file := filepath.Join("..", "..", "..", "contracts", name, "recordings", "quirk-story.har")
	got := run(t, map[string]string{"TEST_KEY": em.Sandbox.Providers[name]["key"]}, "",
		"contracts", "drift", "--recording", file, "--upstream", em.Sandbox.Providers[name]["url"], "--key-env", "TEST_KEY")
	if got.code != 3 || !strings.Contains(got.out, "7 calls played and 0 webhooks compared") || !strings.Contains(got.out, "renamed /blocked") {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	got = run(t, map[string]string{"TEST_KEY": "sk_live_wrong"}, "",
		"contracts", "drift", "--recording", file, "--upstream", em.Sandbox.Providers[name]["url"], "--key-env", "TEST_KEY")
	if !strings.Contains(got.out, "status: recorded 201, played 401") {
		t.Errorf("with a wrong key: %s%s", got.out, got.err)
	}
}
