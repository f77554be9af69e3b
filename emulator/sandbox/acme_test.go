package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// acme is a vendor without a dialect: what a call does, a test says.
type acme struct {
	provider.Provider

	mu    sync.Mutex
	do    func(provider.Network) *sms.Error
	woken []string
	heard []string
	wake  func(provider.Network, sms.Document)
}

const group = sms.Kind("group")

func newAcme(name string) *acme {
	a := &acme{}
	a.Provider = provider.Provider{
		Name:       name,
		Credential: func(r *http.Request) string { return r.Header.Get("X-Api-Key") },
		Refuse: func(w http.ResponseWriter, _ *http.Request, err *sms.Error) {
			w.Header().Set("Retry-After", fmt.Sprint(err.RetryAfter.Seconds()))
			w.Header().Set("Refused-At", err.At.Format(time.RFC3339))
			status := 400
			switch err.Code {
			case sms.RateLimited:
				status = 429
			case sms.Internal:
				status = 500
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(err.Code))
		},
		Setup: func(mint provider.Mint) provider.Setup {
			return provider.Setup{Key: "key-" + mint(sms.KindAccount), Account: sms.Account{
				ID: "acct" + strings.TrimPrefix(name, "acme"), Name: "Acme", Lines: []sms.Line{{ID: "line-1", Number: "+18015550100"}},
			}}
		},
		ID: func(kind sms.Kind, _ uint64, _ time.Time, entropy [16]byte) string {
			return string(kind) + "-" + hex.EncodeToString(entropy[:6])
		},
		Render:    func(body string, _ sms.Contact) string { return body },
		Encode:    encode,
		Sign:      sign,
		NewSecret: func(entropy [32]byte) string { return "secret-" + hex.EncodeToString(entropy[:6]) },
		Retry: func(provider.Settings) webhook.Ladder {
			return webhook.Ladder{Delays: []time.Duration{10 * time.Second}, Timeout: 5 * time.Second, Success: func(s int) bool { return s == 200 }}
		},
		Pace:     sms.Pace{Sent: sms.Duration(200 * time.Millisecond), Delivered: sms.Duration(800 * time.Millisecond)},
		Events:   append(sms.EventTypes(), "group.made"),
		MMSOver:  func(provider.Settings) int { return 0 },
		Keywords: sms.Keywords{Stop: []string{"STOP"}, Start: []string{"START"}, Blocks: sms.BlockRefuse},
		Switches: []provider.Switch{{Name: "url_token", Default: "off", Values: []string{"on", "off"}}, {Name: "limit", Default: "on"}},
		Wake:     a.wakes,
		Heard: func(_ provider.Network, m sms.Message) {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.heard = append(a.heard, m.Body)
		},
		Routes: []provider.Route{{Pattern: "POST /ask", Serve: a.serve}, {Pattern: "GET /free", Serve: a.serve}},
	}
	return a
}

func (a *acme) serve(net provider.Network, w http.ResponseWriter, _ *http.Request) *sms.Error {
	a.mu.Lock()
	do := a.do
	a.mu.Unlock()
	if do == nil {
		return nil
	}
	if err := do(net); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "done %d", net.Context().Rate.Remaining)
	if err != nil {
		return sms.Fail(sms.Internal, err.Error())
	}
	return nil
}

func (a *acme) wakes(net provider.Network, d sms.Document) {
	a.mu.Lock()
	a.woken = append(a.woken, fmt.Sprintf("%s %s at %s", d.ID, d.Body, net.Book().Now().Format("15:04:05")))
	then := a.wake
	a.mu.Unlock()
	if then != nil {
		then(net, d)
	}
}

func encode(ev sms.Event, _ provider.Context) (webhook.Payload, bool) {
	p := webhook.Payload{Type: string(ev.Type), ContentType: "application/json", Body: []byte(`{"type":"` + string(ev.Type) + `"}`)}
	if m := ev.Message; m != nil {
		p.URL = m.Callback
		if m.Metadata != nil {
			p.Method, p.ContentType, p.Body = "GET", "", []byte("type="+url.QueryEscape(p.Type)+"&body="+url.QueryEscape(m.Body))
		}
	}
	return p, true
}

// sign names each secret by its hash.
func sign(r *http.Request, s webhook.Signing) {
	for _, secret := range s.Secrets {
		r.Header.Add("Signed-By", signedBy(secret))
		if s.Setting("url_token") == "on" {
			r.URL.RawQuery = strings.TrimPrefix(r.URL.RawQuery+"&token="+secret, "&")
		}
	}
}

func signedBy(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:4])
}

// desk is a lab of acme.
type desk struct {
	*lab
	vendor *acme
}

func newDesk(t testing.TB, change ...func(*provider.Provider)) *desk {
	t.Helper()
	vendor := newAcme("acme")
	for _, c := range change {
		c(&vendor.Provider)
	}
	o := options(t)
	o.Providers = []provider.Provider{vendor.Provider}
	l := labWith(t, o)
	l.env = l.box.Placeholders()["acme"]
	return &desk{l, vendor}
}

// ask makes a call that does so, and returns what is told.
func (d *desk) ask(do func(provider.Network) *sms.Error) *httptest.ResponseRecorder {
	d.t.Helper()
	d.vendor.mu.Lock()
	d.vendor.do = do
	d.vendor.mu.Unlock()
	r := httptest.NewRequest("POST", "/ask", nil)
	r.Header.Set("X-Api-Key", d.env["key"])
	return record(d.lab, r)
}

// make is an ask for changes that must be taken.
func (d *desk) make(changes ...sms.Change) {
	d.t.Helper()
	if rec := d.ask(func(net provider.Network) *sms.Error { return net.Do(changes...) }); !strings.HasPrefix(rec.Body.String(), "done") {
		d.t.Fatalf("changes are told %d %s", rec.Code, rec.Body)
	}
}

func (d *desk) sends(o sms.Outbound) *httptest.ResponseRecorder {
	d.t.Helper()
	o.Account = "acct"
	return d.ask(func(net provider.Network) *sms.Error { _, err := net.Send(o); return err })
}

// further registers one more endpoint of the application, with an app of its own.
func (d *desk) further(e sms.Endpoint) (*app, sms.Endpoint) {
	d.t.Helper()
	a := &app{}
	server := httptest.NewServer(a)
	d.t.Cleanup(server.Close)
	d.t.Cleanup(d.box.Close) // before its application
	a.url, e.URL = server.URL, server.URL
	d.make(&e)
	return a, e
}

func (a *app) types() []string {
	var out []string
	for _, h := range a.hooks() {
		out = append(out, h.Type)
	}
	return out
}

// started lists attempts as "endpoint number at", in order.
func (l *lab) started() []string {
	l.t.Helper()
	var out []string
	for _, e := range l.entries(journal.KindAttemptStarted) {
		out = append(out, fmt.Sprintf("%s %d %s", e.Attempt.Endpoint, e.Attempt.Number, e.At.Format("15:04:05")))
	}
	slices.Sort(out)
	return out
}
