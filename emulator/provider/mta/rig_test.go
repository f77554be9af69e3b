package mta_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/mta"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	ana   = sms.Number("+15555550123")
	ben   = sms.Number("+15555550124")
	line1 = sms.Number("+18445550100")
	line2 = sms.Number("+18445550101")
)

// lab is the vendor in a network whose clock stands still until it is moved.
type lab struct {
	t   testing.TB
	emu *emulator.Emulator
	box *sandbox.Sandbox
	key string
	app *app
}

// app is an application that takes webhooks.
type app struct {
	url    string
	mu     sync.Mutex
	seen   []hook
	status func(n int, body string) int // of the n-th webhook, from 0
}

type hook struct {
	body, signature, path string
	at                    time.Time // in virtual time
}

func newLab(t testing.TB, switches ...string) *lab {
	t.Helper()
	emu, err := emulator.New(emulator.Options{
		Providers: []provider.Provider{mta.New()}, Clock: clock.Options{Mode: clock.Manual},
		SelfCheck: true, OffContract: emulatortest.OffContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t: t, emu: emu, box: emu.Default(), app: &app{}}
	l.key = l.box.Placeholders()["mta"]["key"]
	sut := httptest.NewServer(http.HandlerFunc(l.take))
	l.app.url = sut.URL
	t.Cleanup(func() {
		emu.Close()
		sut.Close()
	})
	l.set("rate_limits", "off")
	for i := 0; i < len(switches); i += 2 {
		l.set(switches[i], switches[i+1])
	}
	return l
}

func (l *lab) set(name, value string) {
	l.t.Helper()
	if err := l.box.SetSwitches("mta", map[string]string{name: value}); err != nil {
		l.t.Fatal(err)
	}
}

// take is the application's endpoint, on any path.
func (l *lab) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.app.mu.Lock()
	defer l.app.mu.Unlock()
	h := hook{string(body), r.Header.Get("X-Signature"), r.URL.Path, l.box.Now()}
	status := http.StatusOK
	if l.app.status != nil {
		status = l.app.status(len(l.app.seen), h.body)
	}
	l.app.seen = append(l.app.seen, h)
	w.WriteHeader(status)
}

// hooks are the bodies of the webhooks that came since the last look.
func (l *lab) hooks() (bodies []string) {
	for _, h := range l.taken() {
		bodies = append(bodies, h.body)
	}
	return bodies
}

func (l *lab) taken() []hook {
	l.app.mu.Lock()
	defer l.app.mu.Unlock()
	seen := l.app.seen
	l.app.seen = nil
	return seen
}

// answer is what a call got.
type answer struct {
	status int
	header http.Header
	body   string
}

// call asks the vendor for something; body is JSON, "" for none.
func (l *lab) call(method, path, body string, header ...string) answer {
	l.t.Helper()
	r := newRequest(method, path, body)
	r.Header.Set("Authorization", "Bearer "+l.key)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return l.serve(r)
}

func newRequest(method, path, body string) *http.Request {
	return httptest.NewRequest(method, "/mta/v3"+path, strings.NewReader(body))
}

func (l *lab) serve(r *http.Request) answer {
	rec := httptest.NewRecorder()
	l.emu.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Result().Header, rec.Body.String()}
}

// do is a call that must succeed.
func (l *lab) do(method, path, body string, header ...string) string {
	l.t.Helper()
	a := l.call(method, path, body, header...)
	if a.status != http.StatusOK {
		l.t.Fatalf("%s %s %s: %d %s", method, path, body, a.status, a.body)
	}
	return a.body
}

// register makes a webhook for an event on a path of the application.
func (l *lab) register(event, path, more string) string {
	l.t.Helper()
	return l.do("POST", "/webhooks", fmt.Sprintf(`{"event":%q,"url":%q,"secret":"mta-test-secret-01"%s}`, event, l.app.url+path, more))
}

// text sends a text from a handset and waits until it is told.
func (l *lab) text(from, to sms.Number, body string, media ...sms.Media) sms.Message {
	l.t.Helper()
	m, err := l.box.Text("mta", from, to, body, media)
	if err != nil {
		l.t.Fatal(err)
	}
	l.advance(time.Millisecond)
	return m
}

// advance moves the clock and waits until all that fell due was answered.
func (l *lab) advance(by time.Duration) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := l.box.Advance(ctx, clock.Move{By: by}); err != nil {
		l.t.Fatal(err)
	}
}

// script runs calls, each "METHOD /path [body]", and compares what was asked
// and answered with a golden file.
func (l *lab) script(name string, calls ...string) {
	l.t.Helper()
	var out strings.Builder
	for _, text := range calls {
		if d, ok := strings.CutPrefix(text, "wait "); ok {
			by, err := time.ParseDuration(d)
			if err != nil {
				l.t.Fatal(err)
			}
			l.advance(by)
			fmt.Fprintf(&out, "> %s\n\n", text)
			continue
		}
		part := strings.SplitN(text, " ", 3)
		body := ""
		if len(part) == 3 {
			body = part[2]
		}
		a := l.call(part[0], part[1], body)
		fmt.Fprintf(&out, "> %s\n%d %s\n\n", text, a.status, l.plain(a.body))
	}
	golden.Check(l.t, name, out.String())
}

// plain takes out of an answer what differs from run to run.
func (l *lab) plain(text string) string {
	return strings.ReplaceAll(text, l.app.url, "http://sut.test")
}
