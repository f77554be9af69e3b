package sandbox_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/surge"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	vendor = "surge"
	ana    = sms.Number("+18015550142")
	ben    = sms.Number("+18015550143")
)

// lab is a sandbox with a manual clock, its provider's API, and an application
// whose answers a test decides.
type lab struct {
	t   testing.TB
	box *sandbox.Sandbox
	api http.Handler
	env map[string]string
	app *app
}

// app is a system under test.
type app struct {
	url string

	mu     sync.Mutex
	seen   []hook
	answer http.HandlerFunc
}

type hook struct {
	Type   string `json:"type"`
	Header http.Header
	Body   []byte
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := hook{Header: r.Header}
	h.Body, _ = io.ReadAll(r.Body)
	_ = json.Unmarshal(h.Body, &h)
	a.mu.Lock()
	a.seen = append(a.seen, h)
	answer := a.answer
	a.mu.Unlock()
	if answer != nil {
		answer(w, r)
	}
}

func (a *app) answers(f http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = f
}

func (a *app) hooks() []hook {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]hook(nil), a.seen...)
}

// options are those of a sandbox that reaches loopback.
func options(t testing.TB) sandbox.Options {
	t.Helper()
	poster := webhook.NewPoster(webhook.Guard{}, clock.Wall)
	return sandbox.Options{
		ID: "lab", Providers: []provider.Provider{surge.New()}, Clock: clock.Options{Mode: clock.Manual},
		Poster: poster, Base: func(provider string) string { return "http://127.0.0.1:1/" + provider },
		OffContract: emulatortest.OffContract(t),
	}
}

// newLab is a lab whose sandbox is closed before its application is.
func newLab(t testing.TB) *lab {
	t.Helper()
	return labWith(t, options(t))
}

func labWith(t testing.TB, o sandbox.Options) *lab {
	t.Helper()
	a := &app{}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.url = server.URL
	box, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	if err := box.SetEndpoint(sms.Endpoint{URL: a.url}); err != nil {
		t.Fatal(err)
	}
	return &lab{t: t, box: box, api: face(box, o.Providers[0]), env: box.Placeholders()[vendor], app: a}
}

// face is a provider's API over one sandbox.
func face(box *sandbox.Sandbox, p provider.Provider) http.Handler {
	mux := http.NewServeMux()
	for _, route := range p.Routes {
		mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) { box.Serve(p, route, w, r) })
	}
	return mux
}

func (l *lab) request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+l.env["key"])
	r.Header.Set("Content-Type", "application/json")
	return r
}

func (l *lab) call(method, path, body string) *httptest.ResponseRecorder {
	l.t.Helper()
	return record(l, l.request(method, path, body))
}

func (l *lab) send(to sms.Number, text string) *httptest.ResponseRecorder {
	l.t.Helper()
	return l.call("POST", l.messages(), `{"to":"`+string(to)+`","body":"`+text+`"}`)
}

// messages is the path of the account's messages.
func (l *lab) messages() string { return "/accounts/" + l.env["account"] + "/messages" }

// text sends an MO and lets all that is due be answered.
func (l *lab) text(from sms.Number, body string) sms.Message {
	l.t.Helper()
	m, err := l.box.Text("", from, "", body, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	l.advance(0)
	return m
}

func (l *lab) plan(f journal.Fault) journal.Fault {
	l.t.Helper()
	f, err := l.box.Plan(f)
	if err != nil {
		l.t.Fatal(err)
	}
	return f
}

// advance lets virtual time go by; 0 waits for what is due already.
func (l *lab) advance(by time.Duration) {
	l.t.Helper()
	if _, err := l.box.Advance(deadline(l.t), clock.Move{To: l.box.Now().Add(by)}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) entries(kind journal.Kind) []journal.Entry {
	l.t.Helper()
	var out []journal.Entry
	if err := l.box.Journal().Each(0, func(e journal.Entry) bool {
		if e.Kind == kind {
			out = append(out, e)
		}
		return true
	}); err != nil {
		l.t.Fatal(err)
	}
	return out
}

// attempts lists ended attempts of one type as "handset number why outcome class".
func (l *lab) attempts(typ sms.EventType) []string {
	l.t.Helper()
	var out []string
	for _, e := range l.entries(journal.KindAttemptEnded) {
		a := e.Attempt
		if a.Neutral == typ {
			out = append(out, strings.TrimSpace(strings.Join([]string{
				string(a.Handset[len(a.Handset)-1:]), a.ID[strings.LastIndex(a.ID, "/"):], string(a.Why), string(a.Outcome), a.Class,
			}, " ")))
		}
	}
	return out
}

func deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// record is what a request is told; nothing, with code 200, if the connection
// was cut.
func record(l *lab, r *http.Request) (rec *httptest.ResponseRecorder) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	rec = httptest.NewRecorder()
	l.api.ServeHTTP(rec, r)
	return rec
}
