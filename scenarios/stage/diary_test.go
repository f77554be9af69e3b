package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// role in the environment makes the test binary the diary.
const role = "STAGE_TEST_ROLE"

// TestMain lets the test binary also be the application under test, in
// processes of its own.
func TestMain(m *testing.M) {
	if os.Getenv(role) != "" {
		fmt.Println(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), newDiary(os.Getenv)))
		os.Exit(1)
	}
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

// diary is an application that answers each text once, before it acknowledges
// it, and writes down in a folder what it did. It ends itself over "boom", and
// does not start where the folder says "barred".
//
// With a manner it acknowledges a text first and answers it a little later: one
// that is hasty writes it down only then, one that is resigned at once, and finds
// after a restart no trace of whether it answered. Both wait when they are told to.
type diary struct {
	*http.ServeMux
	dir, url, key, manner string
	thinking              time.Duration // before it answers, with a manner
	pending               atomic.Int32  // answers that are to come
}

// The manners, and how long both take to begin.
const (
	hasty    = "hasty"
	resigned = "resigned"
	thinking = time.Second
)

func newDiary(env func(string) string) *diary {
	d := &diary{
		ServeMux: http.NewServeMux(), dir: env("DIR"), key: env("KEY"), manner: env("MANNER"),
		url: env("BASE") + "/accounts/" + env("ACCOUNT") + "/messages",
	}
	d.thinking, _ = time.ParseDuration(env("THINKING"))
	if _, err := os.Stat(filepath.Join(d.dir, "barred")); err == nil {
		os.Exit(7)
	}
	d.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	d.HandleFunc("GET /pending", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, `{"count":%d}`, d.pending.Load()) })
	d.HandleFunc("POST /notify/{to}", func(w http.ResponseWriter, r *http.Request) {
		if !d.send(map[string]any{"to": r.PathValue("to"), "body": "See you"}) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	d.HandleFunc("POST /hook", d.hook)
	return d
}

func (d *diary) hook(w http.ResponseWriter, r *http.Request) {
	var event struct {
		Type string
		Data struct {
			ID, Body     string
			Conversation struct{ ID string }
		}
	}
	if json.NewDecoder(r.Body).Decode(&event) != nil || event.Type != "message.received" {
		return
	}
	switch event.Data.Body {
	case "boom":
		fmt.Println("the diary burns")
		os.Exit(3)
	case "bar":
		_ = os.WriteFile(filepath.Join(d.dir, "barred"), nil, 0o600)
	}
	page := filepath.Join(d.dir, filepath.Base(event.Data.ID))
	if _, err := os.Stat(page); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	keep := func() bool { return os.WriteFile(page, nil, 0o600) == nil }
	answer := func() bool { return d.send(map[string]any{"conversation": event.Data.Conversation.ID, "body": "yes"}) }
	ok := true
	switch d.manner {
	case hasty:
		d.later(func() { _ = answer() && keep() })
	case resigned:
		ok = keep()
		d.later(func() { answer() })
	default:
		ok = answer() && keep()
	}
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (d *diary) later(do func()) {
	d.pending.Add(1)
	time.AfterFunc(d.thinking, func() {
		defer d.pending.Add(-1)
		do()
	})
}

func (d *diary) send(fields map[string]any) (ok bool) {
	body, _ := json.Marshal(fields)
	req, err := http.NewRequest(http.MethodPost, d.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	if wait, _ := strconv.Atoi(res.Header.Get("Retry-After")); wait > 0 && d.manner != "" {
		<-time.NewTimer(time.Duration(wait) * time.Second).C
		return d.send(fields)
	}
	return res.StatusCode/100 == 2
}

// started is the diary as a description that starts it.
func started(t testing.TB) *sut.SUT {
	t.Helper()
	s, err := sut.Parse("sut.yaml", []byte(`
name: diary
env:
  BASE: "{{surge.url}}"
  KEY: "{{surge.key}}"
  ACCOUNT: "{{surge.account}}"
  PORT: "{{port}}"
  DIR: "{{dir}}"
ready: http://127.0.0.1:{{port}}/healthz
webhooks: {surge: "http://127.0.0.1:{{port}}/hook"}
replies: [{to: "free?", expect: 1}]
send: {request: {path: "/notify/{{handset}}"}}
probe: {pending: {path: /pending, field: count}}
policy: at-least-once
replicas: true
quiet: 20ms
`))
	if err != nil {
		t.Fatal(err)
	}
	s.Start, s.Dir = []string{os.Args[0]}, t.TempDir()
	s.Env[role] = "diary"
	return s
}

// withManner is the diary with a manner, which promises not to send twice.
func withManner(t testing.TB, manner string) *sut.SUT {
	t.Helper()
	s := started(t)
	s.Env["MANNER"], s.Env["THINKING"], s.Policy = manner, thinking.String(), "at-most-once"
	return s
}
