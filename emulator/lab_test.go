package emulator_test

import (
	"context"
	"encoding/json"
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
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	ana  = sms.Number("+18015550142")
	line = sms.Number("+18015550100")
)

// lab is an emulator with a manual clock and an application that answers.
type lab struct {
	t   *testing.T
	emu *emulator.Emulator
	box *sandbox.Sandbox
	api string
	env map[string]string
	app *app
	sut string // its URL
}

// app is a system under test whose answers a test decides.
type app struct {
	mu     sync.Mutex
	seen   []hook
	answer func(hook, http.ResponseWriter)
}

type hook struct {
	Type   string
	Data   json.RawMessage
	Header http.Header
	Body   string
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h := hook{Header: r.Header, Body: string(body)}
	_ = json.Unmarshal(body, &struct {
		Type *string          `json:"type"`
		Data *json.RawMessage `json:"data"`
	}{&h.Type, &h.Data})
	a.mu.Lock()
	a.seen = append(a.seen, h)
	answer := a.answer
	a.mu.Unlock()
	if answer != nil {
		answer(h, w)
	}
}

func (a *app) types() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []string
	for _, h := range a.seen {
		out = append(out, h.Type)
	}
	return out
}

func (a *app) answers(f func(hook, http.ResponseWriter)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = f
}

func newLab(t *testing.T) *lab {
	t.Helper()
	emu, err := emulator.New(emulator.Options{
		Clock: clock.Options{Mode: clock.Manual}, SelfCheck: true, OffContract: emulatortest.OffContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emu)
	a := &app{}
	sut := httptest.NewServer(a)
	t.Cleanup(func() {
		emu.Close()
		server.Close()
		sut.Close()
	})
	if err := emu.SetBaseURL(server.URL); err != nil {
		t.Fatal(err)
	}
	box := emu.Default()
	if err := box.SetEndpoint(sms.Endpoint{Provider: "surge", URL: sut.URL}); err != nil {
		t.Fatal(err)
	}
	env := box.Placeholders()["surge"]
	return &lab{t: t, emu: emu, box: box, api: env["url"], env: env, app: a, sut: sut.URL}
}

func (l *lab) post(path, body string) (status int, answer string) {
	l.t.Helper()
	req, _ := http.NewRequest("POST", l.api+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+l.env["key"])
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err.Error()
	}
	return resp.StatusCode, string(all)
}

func (l *lab) send(body string) (int, string) {
	l.t.Helper()
	return l.post("/accounts/"+l.env["account"]+"/messages", body)
}

func (l *lab) text(body string) sms.Message {
	l.t.Helper()
	m, err := l.box.Text("surge", ana, "", body, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	l.rest()
	return m
}

// rest waits until all that is due has been answered.
func (l *lab) rest() { l.advance(0) }

func (l *lab) advance(by time.Duration) sandbox.Move {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	move := clock.Move{To: l.box.Now().Add(by)}
	m, err := l.box.Advance(ctx, move)
	if err != nil {
		l.t.Fatal(err)
	}
	return m
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

func (l *lab) outcomes() []string {
	var out []string
	for _, e := range l.entries(journal.KindAttemptEnded) {
		a := e.Attempt
		s := fmt.Sprintf("%s/%d %s %s", a.Type, a.Number, a.Why, a.Outcome)
		if a.Class != "" {
			s += " " + a.Class
		}
		out = append(out, s)
	}
	return out
}
