package refapp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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

func TestMain(m *testing.M) {
	if os.Getenv(role) != "" {
		os.Exit(application())
	}
	goleak.VerifyTestMain(m)
}

// carrier is a fake of the calls that the app makes, to any provider.
type carrier struct {
	mu     sync.Mutex
	calls  []string                                  // "cnv_ana: text", in order; a repeat under the same key is left out
	raw    []map[string]any                          // the same, whole
	keys   map[string]bool                           // idempotency keys seen
	n      int                                       // sends so far, repeats too
	lists  int                                       // look-ups of numbers so far
	script func(n int, w http.ResponseWriter) bool   // n counts from 1; false answers as usual
	during func(n int, body string, r *http.Request) // runs before the answer
	got    chan string                               // every call, when somebody listens
}

func (c *carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v3/dedicated-numbers" && r.Header.Get("Authorization") == "Bearer mk" {
		c.list(w)
		return
	}
	to, m, ok := readSend(r)
	if !ok {
		http.Error(w, "not a send call", http.StatusNotFound)
		return
	}
	n, call := c.note(r, to, m)
	if c.got != nil {
		c.got <- call
	}
	if c.during != nil {
		c.during(n, call, r)
	}
	if c.script != nil && c.script(n, w) {
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id":"msg_out_%d","conversation":{"id":"cnv"},"data":{"messageId":"msg_out_%d"},"SMSMessage":{"Sid":"msg_out_%d"}}`, n, n, n)
}

func (c *carrier) list(w http.ResponseWriter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists++
	fmt.Fprintf(w, `{"data":{"rows":[{"id":9001,"number":%q},{"id":9002,"number":%q},{"id":9003,"number":%q}],"page":0}}`, line, line2, line3)
}

func (c *carrier) note(r *http.Request, to string, m map[string]any) (n int, call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	call = fmt.Sprintf("%s: %s", to, m["body"])
	key := r.Header.Get("X-Request-Id")
	if key == "" || !c.keys[key] {
		c.calls, c.raw = append(c.calls, call), append(c.raw, m)
	}
	if c.keys == nil {
		c.keys = map[string]bool{}
	}
	c.keys[key] = true
	return c.n, call
}

// readSend reads a send call of any provider: to whom, by the name of the
// conversation or else the number, and all that it holds.
func readSend(r *http.Request) (to string, m map[string]any, ok bool) {
	user, password, _ := r.BasicAuth()
	bearer := r.Header.Get("Authorization")
	switch {
	case r.URL.Path == "/accounts/acct_1/messages" && bearer == "Bearer sk":
		ok = json.NewDecoder(r.Body).Decode(&m) == nil
		to, _ = m["conversation"].(string)
		if to == "" {
			to, _ = m["to"].(string)
		}
	case r.URL.Path == "/v3/send" && bearer == "Bearer mk":
		ok = json.NewDecoder(r.Body).Decode(&m) == nil
		people, _ := m["subscribers"].([]any)
		id, _ := m["longcodeId"].(float64)
		m["body"] = m["message"]
		m["key"] = r.Header.Get("X-Request-Id")
		ok = ok && len(people) == 1
		to = between(map[float64]string{9001: line, 9002: line2, 9003: line3}[id], fmt.Sprint(people...))
	case r.URL.Path == "/v1/Accounts/acme1/Sms/send.json" && user == "xk" && password == "xt":
		ok = r.ParseForm() == nil
		m = map[string]any{}
		for name, values := range r.PostForm {
			m[name] = values[0]
		}
		m["body"] = m["Body"]
		to = between(r.PostForm.Get("From"), r.PostForm.Get("To"))
	}
	return to, m, ok
}

// between names a conversation by its ends; one from the default number is as
// good as none.
func between(line, handset string) string {
	for _, p := range []person{ana, ben, zoe} {
		if p.line == line && p.number == handset {
			return "cnv_" + p.name
		}
	}
	return handset
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
	opts    Options
	app     *App
	desk    *desk
	carrier *carrier
	secrets []string // sign every webhook, in this order
	age     time.Duration
	event   string // the next event's id; empty makes a fresh one
	clock   string // what events say the time is
	events  int
}

// inBubble runs a test on an app of Surge with everything in fake time.
func inBubble(t *testing.T, opts Options, test func(*world)) {
	t.Helper()
	inBubbleWith(t, "surge", opts, test)
}

// inBubbleWith is inBubble with another provider.
func inBubbleWith(t *testing.T, provider string, opts Options, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		opts.serve(provider)
		w := &world{t: t, opts: opts, carrier: &carrier{}, secrets: []string{secretA}, clock: "2026-08-20T15:04:05Z"}
		w.open(provider)
		defer func() { w.app.Close() }()
		test(w)
	})
}

// open makes the app.
func (w *world) open(provider string) {
	w.opts.transport = direct{w.carrier}
	app, err := New(w.opts)
	if err != nil {
		w.t.Fatal(err)
	}
	w.app, w.desk = app, app.desk(provider)
}

// restart lets the app do what it does without delay, ends it, and makes another
// on the same store.
func (w *world) restart() {
	synctest.Wait()
	w.app.Close()
	w.open(w.desk.name)
}

// serve sets up a provider, unless that is done.
func (o *Options) serve(provider string) {
	secrets := []string{secretA}
	switch {
	case provider == "surge" && o.Surge.BaseURL == "":
		o.Surge = Surge{BaseURL: "http://carrier", Key: "sk", Account: "acct_1", Secrets: secrets}
	case provider == "mta" && o.MTA.BaseURL == "":
		o.MTA = MTA{BaseURL: "http://carrier/v3", Key: "mk", Secrets: secrets}
	case provider == "exotel" && o.Exotel.BaseURL == "":
		o.Exotel = Exotel{BaseURL: "http://carrier", SID: "acme1", Key: "xk", Token: "xt", Number: line, Callback: "http://app/status"}
	}
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
	code, _ := w.call("POST", hooks+"surge", body, w.signed(body))
	return code
}

// The app's numbers, the default one first.
const (
	line  = "+18445550100"
	line2 = "+18445550101"
	line3 = "+18445550102"
)

// person is somebody with a handset and a conversation with one number.
type person struct{ name, number, line string }

var (
	ana = person{"ana", "+18015550142", line2}
	ben = person{"ben", "+18015550143", line2}
	zoe = person{"zoe", "+18015550142", line3} // ana to another number
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
	code := w.deliver(p, id, body, false)
	w.settle()
	return code
}

// deliver delivers a text, in the provider's dialect, with a field that nobody
// knows if extra is set.
func (w *world) deliver(p person, id, body string, extra bool) int {
	switch w.desk.name {
	case "mta":
		fields := map[string]any{
			"fromNumber": p.number, "toNumber": p.line, "replyId": id, "messageId": id, "message": body, "timestamp": w.clock,
		}
		if extra {
			fields["mood"] = "good"
		}
		text, err := json.Marshal(fields)
		if err != nil {
			w.t.Fatal(err)
		}
		return w.mta(string(text))
	case "exotel":
		form := url.Values{
			"SmsSid": {id}, "From": {p.number}, "To": {p.line}, "Body": {body}, "DateCreated": {w.clock}, "AccountSid": {"acme1"},
		}
		if extra {
			form.Set("Mood", "good")
		}
		return w.exotel("", form)
	}
	data := p.text(w, id, body)
	if extra {
		data = strings.Replace(data, `"blast_id"`, `"mood":"good","blast_id"`, 1)
	}
	return w.post("message.received", data)
}

// mta posts a signed body of MTA's.
func (w *world) mta(body string) int {
	code, _ := w.call("POST", hooks+"mta", body, http.Header{"X-Signature": {hexMAC(w.secrets[0], body)}})
	return code
}

func hexMAC(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

// exotel posts a form of Exotel's; under is a path below its webhooks.
func (w *world) exotel(under string, form url.Values) int {
	code, _ := w.call("POST", hooks+"exotel"+under, form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	return code
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
	for synctest.Wait(); w.pending() > 0; synctest.Wait() {
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

// pending is how much work the app says it has.
func (w *world) pending() int {
	n, err := w.desk.pending()
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
