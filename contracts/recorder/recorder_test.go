package recorder_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recorder"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/refapp"
)

// conversation is an emulator, an application, and a recorder between them.
type conversation struct {
	rec  *recorder.Recorder
	em   *emulatortest.Emulator
	hook string // the recorder's face for webhooks
	vars map[string]string

	ended chan struct{} // one for each exchange that was kept
}

func converse(t *testing.T, provider string) *conversation {
	t.Helper()
	c := &conversation{ended: make(chan struct{}, 100), em: emulatortest.StartWith(t, emulator.Options{Clock: clock.Options{Mode: clock.Auto}})}
	c.vars = c.em.Sandbox.Providers[provider]
	var app atomic.Pointer[http.Handler]
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { (*app.Load()).ServeHTTP(w, q) }))
	t.Cleanup(behind.Close)
	contract, err := contracts.Load(provider)
	if err != nil {
		t.Fatal(err)
	}
	c.rec, err = recorder.New(recorder.Options{
		Contract: contract, Upstream: parsed(t, c.vars["url"]), App: parsed(t, behind.URL), Secrets: []string{c.vars["secret"]},
		Ended: func(recording.Entry) { c.ended <- struct{}{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	calls, hooks := httptest.NewServer(c.rec.Provider()), httptest.NewServer(c.rec.App())
	t.Cleanup(calls.Close)
	t.Cleanup(hooks.Close)
	c.hook = hooks.URL
	env := map[string]string{
		"SURGE_API_KEY": c.vars["key"], "SURGE_ACCOUNT_ID": c.vars["account"], "SURGE_WEBHOOK_SIGNING_SECRET": c.vars["secret"],
		"MTA_API_KEY": c.vars["key"], "MTA_WEBHOOK_SECRET": c.vars["secret"],
		"EXOTEL_ACCOUNT_SID": c.vars["sid"], "EXOTEL_API_KEY": c.vars["key"], "EXOTEL_API_TOKEN": c.vars["token"],
		"EXOTEL_NUMBER": c.vars["number"], "EXOTEL_STATUS_CALLBACK": hooks.URL + "/webhooks/exotel/status",
	}
	env[strings.ToUpper(provider)+"_BASE_URL"] = calls.URL + map[string]string{"mta": "/v3"}[provider]
	ours, err := refapp.New(refapp.Environment(func(name string) string { return env[name] }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ours.Close)
	handler := ours.Handler()
	app.Store(&handler)
	if _, err := c.em.Client.SetWebhooks(t.Context(), provider, client.Webhooks{URL: hooks.URL + "/webhooks/" + provider, Secrets: secretsOf(c.vars)}); err != nil {
		t.Fatal(err)
	}
	return c
}

// wait returns once n exchanges were kept: that is after who made them has the answer.
func wait(t *testing.T, ended <-chan struct{}, n int) {
	t.Helper()
	for range n {
		select {
		case <-ended:
		case <-time.After(patience):
			t.Fatal("an exchange was not kept")
		}
	}
}

func secretsOf(vars map[string]string) []string {
	if vars["secret"] == "" {
		return nil
	}
	return []string{vars["secret"]}
}

// A customer's text, the application's reply and what became of it are one
// recording, in order, that gives nothing away and still keeps the contract.
func TestConversation(t *testing.T) {
	t.Parallel()
	for provider, handset := range map[string]sms.Number{"surge": "+18012349876", "mta": "+18012349876", "exotel": "+919876543210"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			c := converse(t, provider)
			if _, err := c.em.Client.Text(t.Context(), handset, client.Text{Provider: provider, Body: "Is 3pm free?"}); err != nil {
				t.Fatal(err)
			}
			if _, err := c.em.Client.Settle(t.Context(), client.Settle{}); err != nil {
				t.Fatal(err)
			}
			trigger(t, c, provider, handset)
			if _, err := c.em.Client.Settle(t.Context(), client.Settle{}); err != nil {
				t.Fatal(err)
			}
			h := c.rec.Recording()
			judge(t, provider, h)
			text := written(t, h)
			national := string(handset[len(handset)-10:])
			for what, secret := range c.vars {
				if (what == "key" || what == "token" || what == "secret") && strings.Contains(text, secret) {
					t.Errorf("the %s of the account is written", what)
				}
			}
			if strings.Contains(text, national) {
				t.Errorf("the number is written: %s", text)
			}
		})
	}
}

// trigger asks the application to text somebody, past the provider.
func trigger(t *testing.T, c *conversation, provider string, handset sms.Number) {
	t.Helper()
	ask, err := json.Marshal(map[string]string{"to": string(handset), "text": "Your table is ready", "ref": "r1", "provider": provider})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(c.hook+"/notify", "application/json", strings.NewReader(string(ask)))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

// judge looks for what must be in the recording, and at every message in it.
func judge(t *testing.T, provider string, h *recording.HAR) {
	t.Helper()
	contract, err := contracts.Load(provider)
	if err != nil {
		t.Fatal(err)
	}
	first := map[recording.Direction]recording.Entry{}
	for _, e := range h.Log.Entries {
		if _, seen := first[e.Direction]; !seen && (e.Direction != recording.Call || e.Request.Method == "POST") {
			first[e.Direction] = e
		}
		if e.Ended <= e.Seq || e.Outcome != "" {
			t.Errorf("%s from %d to %d is %s %s", e.Request.URL, e.Seq, e.Ended, e.Outcome, e.Error)
		}
		body, err := e.Request.Body()
		if err != nil {
			t.Fatal(err)
		}
		q := contracts.Request{Method: e.Request.Method, URL: e.Request.URL, Header: recording.HeaderOf(e.Request.Headers), Body: body}
		var found []sms.Finding
		switch e.Direction {
		case recording.Call:
			answer, err := e.Response.Body()
			if err != nil {
				t.Fatal(err)
			}
			found = append(contract.CheckRequest(q), contract.CheckAnswer(q, contracts.Answer{Status: e.Response.Status, Header: recording.HeaderOf(e.Response.Headers), Body: answer})...)
		case recording.Webhook:
			found = contract.CheckWebhook(contracts.Webhook{Request: q})
			if want := map[string]recording.Signature{"surge": recording.Valid, "mta": recording.Valid}[provider]; e.Signature != want {
				t.Errorf("the signature of %s is %q, want %q", e.Type, e.Signature, want)
			}
		}
		for _, f := range found {
			if !f.Unread() && q.Header.Get(f.Pointer) != "REDACTED" {
				t.Errorf("redacted, it breaks the contract: %s\n%s", f, body)
			}
		}
	}
	mo, reply, asked := first[recording.Webhook], first[recording.Call], first[recording.Trigger]
	if mo.Seq != 1 || reply.Seq <= mo.Seq || asked.Seq <= reply.Ended {
		t.Errorf("the text came at %d, the reply at %d, the trigger at %d", mo.Seq, reply.Seq, asked.Seq)
	}
	if (provider == "surge") != (mo.Type != "") {
		t.Errorf("the webhook is of type %q", mo.Type)
	}
}

// written is the text of the file; what is read back from it is the same.
func written(t *testing.T, h *recording.HAR) string {
	t.Helper()
	if found := recording.Secrets(h); len(found) > 0 {
		t.Errorf("it holds %v", found)
	}
	file := filepath.Join(t.TempDir(), "talk.har")
	if err := recording.Write(file, h); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	back, err := recording.Read(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h, back); diff != "" {
		t.Errorf("what was written reads back otherwise:\n%s", diff)
	}
	return string(text)
}

// A signature is judged by the whole body, whether the application reads it or
// not.
func TestSignatureOfWhatIsNotRead(t *testing.T) {
	t.Parallel()
	contract, err := contracts.Load("surge")
	if err != nil {
		t.Fatal(err)
	}
	const secret = "whsec_c3dpdGNoaG9vay10ZXN0LXNlY3JldC0wMQ=="
	ended := make(chan struct{}, 1)
	rec, err := recorder.New(recorder.Options{
		Contract: contract, Upstream: gone(t), App: gone(t), Secrets: []string{secret},
		Ended: func(recording.Entry) { ended <- struct{}{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	face := httptest.NewServer(rec.App())
	t.Cleanup(face.Close)
	const body = `{"type": "message.received", "data": {}}`
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, face.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	contract.Sign(q.Header, []byte(body), contracts.Signing{ID: "evt_1", At: clock.Wall(), Secrets: []string{secret}})
	if answer, err := http.DefaultClient.Do(q); err == nil {
		_ = answer.Body.Close()
		t.Errorf("nobody answered %s", answer.Status)
	}
	wait(t, ended, 1)
	if all := rec.Recording().Log.Entries; len(all) != 1 || all[0].Signature != recording.Valid || all[0].Request.BodySize != len(body) {
		t.Errorf("kept are %+v", all)
	}
}

// A webhook with a wrong signature or none is passed on and noted as such.
func TestSignatures(t *testing.T) {
	t.Parallel()
	c := converse(t, "surge")
	for _, signature := range []string{"", "t=1,v1=00"} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.hook+"/webhooks/surge", strings.NewReader(`{"type": "message.received", "data": {}}`))
		if err != nil {
			t.Fatal(err)
		}
		if signature != "" {
			q.Header = http.Header{"Surge-Signature": {signature}, "Webhook-Signature": {"v1,AAAA"}, "Webhook-Id": {"1"}, "Webhook-Timestamp": {"1"}}
		}
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	wait(t, c.ended, 2)
	all := c.rec.Recording().Log.Entries
	if len(all) != 2 || all[0].Signature != recording.Absent || all[1].Signature != recording.Invalid {
		t.Fatalf("kept are %+v", all)
	}
	for _, e := range all {
		if u, err := url.Parse(e.Request.URL); err != nil || u.Path != "/webhooks/surge" {
			t.Errorf("it went to %s", e.Request.URL)
		}
	}
	if got := all[1].Request.Header("Surge-Signature"); got != "REDACTED" {
		t.Errorf("the signature is kept as %q", got)
	}
}
