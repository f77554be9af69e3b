package exotel_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/exotel"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

const asha = "+919876543210"

// lab is an emulator of Exotel with a manual clock, and an application that
// takes webhooks.
type lab struct {
	t   testing.TB
	emu *emulator.Emulator
	box *sandbox.Sandbox
	env map[string]string
	sut *httptest.Server

	mu    sync.Mutex
	hooks []hook
	says  func(n int) int // status of the answer to the n-th webhook, from 0
}

// hook is a webhook that the application got.
type hook struct {
	method, path string
	contentType  string
	fields       url.Values
	body         string
	at           time.Time // virtual
}

func newLab(t testing.TB, switches ...string) *lab {
	t.Helper()
	emu, err := emulator.New(emulator.Options{
		Providers: []provider.Provider{exotel.New()}, Clock: clock.Options{Mode: clock.Manual},
		SelfCheck: true, OffContract: emulatortest.OffContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t: t, emu: emu, box: emu.Default(), says: func(int) int { return http.StatusOK }}
	l.sut = httptest.NewServer(l)
	t.Cleanup(func() {
		emu.Close()
		l.sut.Close()
	})
	l.env = l.box.Placeholders()["exotel"]
	if err := l.box.SetEndpoint(sms.Endpoint{Provider: "exotel", URL: l.sut.URL + "/inbound"}); err != nil {
		t.Fatal(err)
	}
	l.set(switches...)
	return l
}

func (l *lab) set(switches ...string) {
	l.t.Helper()
	for i := 0; i < len(switches); i += 2 {
		if err := l.box.SetSwitches("exotel", map[string]string{switches[i]: switches[i+1]}); err != nil {
			l.t.Fatal(err)
		}
	}
}

// ServeHTTP is the application.
func (l *lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h := hook{
		method: r.Method, path: r.URL.Path, contentType: r.Header.Get("Content-Type"),
		fields: r.URL.Query(), body: string(body), at: l.box.Now(),
	}
	if h.contentType == "application/x-www-form-urlencoded" {
		form, _ := url.ParseQuery(h.body)
		for name, values := range form {
			h.fields[name] = values
		}
	}
	l.mu.Lock()
	status := l.says(len(l.hooks))
	l.hooks = append(l.hooks, h)
	l.mu.Unlock()
	w.WriteHeader(status)
}

// got are the webhooks since the last look.
func (l *lab) got() []hook {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.hooks
	l.hooks = nil
	return all
}

// only is the one webhook since the last look.
func (l *lab) only() hook {
	l.t.Helper()
	all := l.got()
	if len(all) != 1 {
		l.t.Fatalf("%d webhooks, want one: %+v", len(all), all)
	}
	return all[0]
}

func (l *lab) advance(by time.Duration) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := l.box.Advance(ctx, clock.Move{To: l.box.Now().Add(by)}); err != nil {
		l.t.Fatal(err)
	}
}

// answer is what a call got.
type answer struct {
	status int
	header http.Header
	body   string
}

// call asks for something; {sid} in the path is the account.
func (l *lab) call(method, path string, form url.Values) answer {
	l.t.Helper()
	r := l.request(method, path, form)
	r.SetBasicAuth(l.env["key"], l.env["token"])
	return l.do(r)
}

func (l *lab) request(method, path string, form url.Values) *http.Request {
	r := httptest.NewRequest(method, "/exotel"+strings.ReplaceAll(path, "{sid}", l.env["sid"]), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (l *lab) do(r *http.Request) answer {
	w := httptest.NewRecorder()
	l.emu.ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

// values makes a form of names and values in turn.
func values(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

const sendPath = "/v1/Accounts/{sid}/Sms/send.json"

// send sends a transactional text with a callback, changed by pairs; "-" as a
// value leaves a field out.
func (l *lab) send(pairs ...string) answer {
	l.t.Helper()
	form := values("From", "EMUSMS", "To", asha, "Body", "Your order 4411 has shipped", "StatusCallback", l.sut.URL+"/status")
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "-" {
			form.Del(pairs[i])
		}
	}
	return l.call("POST", sendPath, form)
}

// smsMessage is the part of SMSMessage that tests look at.
type smsMessage struct {
	Sid                *string
	From, To           *string
	Body               string
	Status             string
	DetailedStatusCode int
	Price              *float64
	SmsUnits           *int
	DateSent           *string
	Direction          *string
}

type wrapped struct{ SMSMessage smsMessage }

// message reads an answer with a message that was taken.
func (l *lab) message(a answer) smsMessage {
	l.t.Helper()
	var w wrapped
	if a.status != http.StatusOK || json.Unmarshal([]byte(a.body), &w) != nil || w.SMSMessage.Sid == nil {
		l.t.Fatalf("no message: %d %s", a.status, a.body)
	}
	return w.SMSMessage
}

// messages reads an answer with several.
func (l *lab) messages(a answer, status int) []smsMessage {
	l.t.Helper()
	var all []wrapped
	if err := json.Unmarshal([]byte(a.body), &all); a.status != status || err != nil {
		l.t.Fatalf("%d %s, want messages with status %d: %v", a.status, a.body, status, err)
	}
	var out []smsMessage
	for _, w := range all {
		out = append(out, w.SMSMessage)
	}
	return out
}

// details asks for a message by its sid.
func (l *lab) details(m smsMessage) smsMessage {
	l.t.Helper()
	return l.message(l.call("GET", "/v1/Accounts/{sid}/SMS/Messages/"+*m.Sid+".json", nil))
}

// wantError holds an answer against a status and a code, 0 for none.
func (l *lab) wantError(a answer, status, code int) {
	l.t.Helper()
	var x struct {
		RestException struct {
			Status, Code int
			Message      string
		}
	}
	err := json.Unmarshal([]byte(a.body), &x)
	if e := x.RestException; err != nil || a.status != status || e.Status != status || e.Code != code || e.Message == "" {
		l.t.Errorf("%d %s, want %d with code %d", a.status, a.body, status, code)
	}
}
