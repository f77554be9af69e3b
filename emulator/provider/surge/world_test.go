package surge

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// epoch is the moment at which every world begins.
var epoch = time.Date(2026, 8, 20, 15, 4, 5, 678_000_000, time.UTC)

// world is a sandbox of the real engine on a manual clock, with an application
// that takes every webhook.
type world struct {
	box     *sandbox.Sandbox
	front   http.Handler
	account sms.Account // as the sandbox begins with it
	key     string
	trial   bool // call with the trial key

	mu    sync.Mutex
	asked sms.Outbound // the last that a dialect sent
}

// poster is shared: it holds no state of any world.
var poster = sync.OnceValue(func() *webhook.Poster { return webhook.NewPoster(webhook.Guard{}, clock.Wall) })

// application answers 200 to everything; what it was told is in the journal.
var application = sync.OnceValue(func() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
})

func newWorld(t testing.TB, settings ...string) *world {
	t.Helper()
	w := &world{}
	p := New()
	var spied []provider.Route
	for _, r := range p.Routes {
		spied = append(spied, provider.Route{Pattern: r.Pattern, Open: r.Open, Serve: w.spy(r.Serve)})
	}
	p.Routes = spied
	box, err := sandbox.New(sandbox.Options{
		ID: "test", Providers: []provider.Provider{p}, Poster: poster(),
		Clock:       clock.Options{Mode: clock.Manual, Start: epoch},
		Base:        func(string) string { return "http://127.0.0.1:4010/surge" },
		OffContract: offContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	values := map[string]string{}
	for i := 0; i < len(settings); i += 2 {
		if settings[i+1] != "" {
			values[settings[i]] = settings[i+1]
		}
	}
	if err := box.SetSwitches(vendor, values); err != nil {
		t.Fatal(err)
	}
	if err := box.SetEndpoint(sms.Endpoint{Provider: vendor, URL: application().URL}); err != nil {
		t.Fatal(err)
	}
	w.box, w.front, w.key = box, front(box, p), box.Placeholders()[vendor]["key"]
	w.account, _ = w.book(t).Account(box.Placeholders()[vendor]["account"])
	return w
}

// offContract fails the test at its end for each finding.
func offContract(t testing.TB) func(journal.Finding) {
	var mu sync.Mutex
	said := map[string]bool{}
	t.Cleanup(func() {
		for text := range said {
			t.Errorf("off contract: %s", text)
		}
	})
	return func(f journal.Finding) {
		mu.Lock()
		defer mu.Unlock()
		said[f.String()] = true
	}
}

// front is the vendor's API over one sandbox.
func front(box *sandbox.Sandbox, p provider.Provider) http.Handler {
	mux := http.NewServeMux()
	for _, route := range p.Routes {
		mux.HandleFunc(route.Pattern, func(rw http.ResponseWriter, r *http.Request) { box.Serve(p, route, rw, r) })
	}
	return mux
}

// spied notes what an operation asks the network for.
type spied struct {
	provider.Network
	w *world
}

func (s spied) Send(o sms.Outbound) (sms.Message, *sms.Error) {
	s.w.mu.Lock()
	s.w.asked = o
	s.w.mu.Unlock()
	return s.Network.Send(o)
}

func (w *world) spy(do serve) serve {
	return func(net provider.Network, rw http.ResponseWriter, r *http.Request) *sms.Error {
		return do(spied{net, w}, rw, r)
	}
}

// inside runs f as an operation is run.
func (w *world) inside(t testing.TB, f func(provider.Network)) {
	t.Helper()
	route := provider.Route{Pattern: "GET /inside", Serve: func(net provider.Network, _ http.ResponseWriter, _ *http.Request) *sms.Error {
		f(net)
		return nil
	}}
	w.box.Serve(New(), route, httptest.NewRecorder(), httptest.NewRequest("GET", "/inside", nil))
}

func (w *world) book(t testing.TB) (book provider.Book) {
	t.Helper()
	w.inside(t, func(net provider.Network) { book = net.Book() })
	return book
}

// answer is what a call got.
type answer struct {
	status int
	header http.Header
	body   string
}

// call asks for something; body is JSON, "" for none.
func (w *world) call(t testing.TB, method, path, body string) answer {
	t.Helper()
	r := httptest.NewRequest(method, strings.ReplaceAll(path, "{account}", w.account.ID), strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return w.serve(t, r)
}

func (w *world) serve(t testing.TB, r *http.Request) answer {
	t.Helper()
	key := w.key
	if w.trial {
		key = w.box.Placeholders()[vendor]["trial_key"]
	}
	r.Header.Set("Authorization", "Bearer "+key)
	rec := httptest.NewRecorder()
	w.front.ServeHTTP(rec, r)
	body, err := io.ReadAll(rec.Result().Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	return answer{rec.Code, rec.Result().Header, string(body)}
}

// send posts a message.
func (w *world) send(t testing.TB, body string) answer {
	t.Helper()
	return w.call(t, "POST", "/accounts/{account}/messages", body)
}

// text is an MO.
func (w *world) text(t testing.TB, from, to sms.Number, body string) sms.Message {
	t.Helper()
	m, err := w.box.Text(vendor, from, to, body, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// advance moves the clock, and returns once all that fell due is done.
func (w *world) advance(t testing.TB, by time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := w.box.Advance(ctx, clock.Move{By: max(by, time.Millisecond)}); err != nil {
		t.Fatal(err)
	}
}

// hooks are the bodies of the webhooks so far, in the order of their events.
func (w *world) hooks(t testing.TB) (bodies []string) {
	t.Helper()
	sent := map[string]string{}
	var order []string
	err := w.box.Journal().Each(0, func(e journal.Entry) bool {
		switch e.Kind {
		case journal.KindEvent:
			order = append(order, e.Event.ID)
		case journal.KindAttemptStarted:
			sent[e.Attempt.Event] = e.Attempt.Body
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range order {
		if body := sent[id]; body != "" {
			bodies = append(bodies, body)
		}
	}
	return bodies
}

func (w *world) contacts(t testing.TB) []sms.Contact {
	s, _ := w.book(t).Contacts(w.account.ID, everything)
	return s.Items
}

func (w *world) threads(t testing.TB) []sms.Conversation {
	s, _ := w.book(t).Conversations("account", w.account.ID, everything)
	return s.Items
}

func (w *world) messages(t testing.TB) []sms.Message {
	s, _ := w.book(t).Messages("account", w.account.ID, everything)
	return s.Items
}

// thread is all that a handset got and sent.
func (w *world) thread(t testing.TB, n sms.Number) []sms.Message {
	s, _ := w.book(t).Messages("handset", string(n), everything)
	return s.Items
}

var everything = sms.Page{Limit: 1000, Oldest: true}
