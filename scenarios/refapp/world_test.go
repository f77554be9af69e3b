package refapp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/goleak"
)

const (
	secretA = "whsec_c3VyZ2UtZW11bGF0b3ItdGVzdC1zZWNyZXQtMzJieXQ="
	secretB = "whsec_c3VyZ2UtZW11bGF0b3Itcm90YXRlZC1rZXktMzJieXQ="
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// carrier is a fake of the one route that the app calls.
type carrier struct {
	mu     sync.Mutex
	calls  []string                                  // "cnv_ana: text", in order
	raw    []map[string]any                          // the same, whole
	script func(n int, w http.ResponseWriter) bool   // n counts from 1; false answers as usual
	during func(n int, body string, r *http.Request) // runs before the answer
	got    chan string                               // every call, when somebody listens
}

func (c *carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m map[string]any
	if r.URL.Path != "/accounts/acct_1/messages" || r.Header.Get("Authorization") != "Bearer sk" ||
		json.NewDecoder(r.Body).Decode(&m) != nil {
		http.Error(w, "not a send call", http.StatusNotFound)
		return
	}
	to, _ := m["conversation"].(string)
	if to == "" {
		to, _ = m["to"].(string)
	}
	c.mu.Lock()
	c.calls = append(c.calls, fmt.Sprintf("%s: %s", to, m["body"]))
	c.raw = append(c.raw, m)
	n := len(c.calls)
	c.mu.Unlock()
	if c.got != nil {
		c.got <- c.calls[n-1]
	}
	if c.during != nil {
		c.during(n, c.calls[n-1], r)
	}
	if c.script != nil && c.script(n, w) {
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id":"msg_out_%d","conversation":{"id":"cnv"}}`, n)
}

// direct lets the app call the carrier without a network, so that a test can
// run in a bubble of fake time.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return rec.Result(), nil
}

// world is an app, its carrier and somebody who signs webhooks.
type world struct {
	t       *testing.T
	app     *App
	carrier *carrier
	secrets []string // sign every webhook, in this order
	age     time.Duration
	event   string // the next event's id; empty makes a fresh one
	clock   string // what events say the time is
	events  int
}

// inBubble runs a test on an app with everything in fake time.
func inBubble(t *testing.T, opts Options, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		opts.BaseURL, opts.Key, opts.Account = "http://carrier", "sk", "acct_1"
		if opts.Secrets == nil {
			opts.Secrets = []string{secretA}
		}
		app, err := New(opts)
		if err != nil {
			t.Fatal(err)
		}
		defer app.Close()
		w := &world{t: t, app: app, carrier: &carrier{}, secrets: []string{secretA}, clock: "2026-08-20T15:04:05Z"}
		app.vendor.(*surge).client.Transport = direct{w.carrier}
		test(w)
	})
}

// call makes one request to the app.
func (w *world) call(method, path, body string, header http.Header) (int, string) {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	for name, values := range header {
		req.Header[name] = values
	}
	rec := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(rec, req)
	return rec.Code, strings.TrimSpace(rec.Body.String())
}

// signed makes the headers of a webhook.
func (w *world) signed(body string) http.Header {
	w.events++
	id := w.event
	if id == "" {
		id = fmt.Sprintf("evt_%d", w.events)
	}
	return sign(w.t, id, time.Now().Add(-w.age), body, w.secrets...)
}

func sign(t *testing.T, id string, at time.Time, body string, secrets ...string) http.Header {
	t.Helper()
	var signatures []string
	for _, secret := range secrets {
		wh, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := wh.Sign(id, at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		signatures = append(signatures, signature)
	}
	header := http.Header{}
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
	header.Set("webhook-signature", strings.Join(signatures, " "))
	return header
}

// hook posts a signed event and waits until the app is idle.
func (w *world) hook(kind, data string) int {
	code := w.post(kind, data)
	w.settle()
	return code
}

func (w *world) post(kind, data string) int {
	body := fmt.Sprintf(`{"id":"evt","account_id":"acct_1","type":%q,"timestamp":%q,"data":%s}`, kind, w.clock, data)
	code, _ := w.call("POST", surgePath, body, w.signed(body))
	return code
}

// person is somebody with a handset and a conversation.
type person struct{ name, number string }

var (
	ana = person{"ana", "+18015550142"}
	ben = person{"ben", "+18015550143"}
)

func (p person) thread() string {
	return fmt.Sprintf(`{"id":"cnv_%s","contact":{"id":"ctc_%s","phone_number":%q,"first_name":null},"phone_number":{"id":"pn_1","number":"+18015550100"}}`,
		p.name, p.name, p.number)
}

func (p person) text(w *world, id, body string) string {
	return fmt.Sprintf(`{"id":%q,"blast_id":null,"body":%q,"metadata":{},"attachments":[],"received_at":%q,"conversation":%s}`,
		id, body, w.clock, p.thread())
}

func (p person) contact() string { return fmt.Sprintf(`{"id":"ctc_%s"}`, p.name) }

// says delivers a text and waits until the app is idle.
func (w *world) says(p person, id, body string) int {
	return w.hook("message.received", p.text(w, id, body))
}

// together delivers webhooks side by side and waits until the app is idle.
func (w *world) together(posts ...func() int) {
	var wg sync.WaitGroup
	for _, post := range posts {
		wg.Go(func() { post() })
		synctest.Wait() // each is under way before the next begins
	}
	wg.Wait()
	w.settle()
}

func (w *world) notify(body string) string {
	code, answer := w.call("POST", "/notify", body, nil)
	if code != http.StatusAccepted {
		w.t.Fatalf("POST /notify %s: %d %s", body, code, answer)
	}
	w.settle()
	var got struct{ ID string }
	if err := json.Unmarshal([]byte(answer), &got); err != nil || got.ID == "" {
		w.t.Fatalf("POST /notify answered %s", answer)
	}
	return got.ID
}

func (w *world) status(id string) string {
	_, answer := w.call("GET", "/messages/"+id, "", nil)
	var got struct{ ID, Status string }
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		w.t.Fatal(err)
	}
	return got.Status
}

// settle lets fake time pass until no work is left.
func (w *world) settle() {
	for synctest.Wait(); w.app.store.pending() > 0; synctest.Wait() {
		if !sleep(w.t.Context(), time.Second) {
			return
		}
	}
}

// sent returns what was sent so far, in the order of the calls.
func (w *world) sent() []string {
	w.carrier.mu.Lock()
	defer w.carrier.mu.Unlock()
	return slices.Clone(w.carrier.calls)
}

func (w *world) expect(want ...string) {
	w.t.Helper()
	if got := w.sent(); !slices.Equal(got, want) {
		w.t.Errorf("sent %q, want %q", got, want)
	}
}

func (w *world) expectCode(got, want int) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("answered %d, want %d", got, want)
	}
}

func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(body))
}
