package recorder_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/contracts/recorder"
	"github.com/switchhook/switchhook/contracts/recording"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// bench is a recorder between a test and an upstream.
type bench struct {
	t     *testing.T
	rec   *recorder.Recorder
	ended chan recording.Entry
	http  *http.Client
	face  *httptest.Server
}

func start(t *testing.T, upstream http.Handler, o recorder.Options) *bench {
	t.Helper()
	up := httptest.NewServer(upstream)
	t.Cleanup(up.Close)
	b := &bench{t: t, ended: make(chan recording.Entry, 64), http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}}
	o.Upstream, o.Ended = parsed(t, up.URL+"/base"), func(e recording.Entry) { b.ended <- e }
	var err error
	if b.rec, err = recorder.New(o); err != nil {
		t.Fatal(err)
	}
	b.face = httptest.NewServer(b.rec.Provider())
	t.Cleanup(b.face.Close)
	return b
}

func parsed(t *testing.T, link string) *url.URL {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (b *bench) entry() recording.Entry {
	b.t.Helper()
	select {
	case e := <-b.ended:
		return e
	case <-time.After(patience):
		b.t.Fatal("no exchange ended")
		return recording.Entry{}
	}
}

func (b *bench) request(method, path, body string) *http.Request {
	b.t.Helper()
	q, err := http.NewRequestWithContext(b.t.Context(), method, b.face.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	return q
}

// What comes is passed on to the letter, and kept without what is secret.
func TestPassesOn(t *testing.T) {
	t.Parallel()
	b := start(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		w.Header().Set("X-Request-Id", "r-1")
		w.Header().Set("Set-Cookie", "s=cookie0123456789")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, strings.Join([]string{q.Method, q.URL.EscapedPath(), q.URL.RawQuery, q.Header.Get("Authorization"), q.Header.Get("X-Forwarded-For"), q.UserAgent(), string(body)}, "|"))
	}), recorder.Options{})
	q := b.request("PUT", "/a%2Fb?x=%zz;y&api_key=hunter2222", "to=%2B18012349876")
	q.Header.Set("Authorization", "Bearer secret0123456789")
	q.Header.Set("User-Agent", "")
	answer, err := b.http.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	want := "PUT|/base/a%2Fb|x=%zz;y&api_key=hunter2222|Bearer secret0123456789|||to=%2B18012349876"
	if err != nil || string(text) != want || answer.StatusCode != http.StatusTeapot || answer.Header.Get("X-Request-Id") != "r-1" || answer.Header.Get("Set-Cookie") == "" {
		t.Errorf("the caller saw %d %q (%v), want %q", answer.StatusCode, text, err, want)
	}
	e := b.entry()
	if e.Direction != recording.Call || e.Seq != 1 || e.Ended != 2 || e.Outcome != "" || e.Response.Status != http.StatusTeapot ||
		e.Response.StatusText != "I'm a teapot" || e.Time < 0 || e.Timings.Wait < 0 || e.Response.HTTPVersion != "HTTP/1.1" {
		t.Errorf("kept is %+v", e)
	}
	if found := recording.Secrets(&recording.HAR{Log: recording.Log{Entries: []recording.Entry{e}}}); len(found) > 0 {
		t.Errorf("it holds %v", found)
	}
	for _, value := range []string{e.Request.URL, e.Request.Header("authorization"), e.Response.Content.Text} {
		if strings.Contains(value, "hunter") || strings.Contains(value, "secret0") || strings.Contains(value, "8012349876") {
			t.Errorf("kept is %q", value)
		}
	}
}

// Ways in which an upstream can fail, what the caller sees, and what is kept.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		upstream http.HandlerFunc
		outcome  recording.Outcome
		says     string
	}{
		{"reset", func(w http.ResponseWriter, _ *http.Request) {
			hijacked(w, func(c *net.TCPConn) { _ = c.SetLinger(0) })
		}, recording.Lost, "reset"},
		{"closed", func(w http.ResponseWriter, _ *http.Request) { hijacked(w, func(*net.TCPConn) {}) }, recording.Lost, "EOF"},
		{"half a body", func(w http.ResponseWriter, _ *http.Request) {
			hijacked(w, func(c *net.TCPConn) {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\": \"m-1\", \"na")
			})
		}, recording.Cut, "unexpected EOF"},
		{"no HTTP", func(w http.ResponseWriter, _ *http.Request) {
			hijacked(w, func(c *net.TCPConn) { _, _ = io.WriteString(c, "hello\r\n\r\n") })
		}, recording.Lost, "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				_, _ = io.Copy(io.Discard, q.Body) // what is left unread would turn any end into a reset
				c.upstream(w, q)
			}), recorder.Options{})
			answer, err := b.http.Do(b.request("POST", "/send", `{"to": "x"}`))
			if err == nil {
				_, err = io.ReadAll(answer.Body)
				_ = answer.Body.Close()
			}
			if err == nil {
				t.Error("the caller saw nothing amiss")
			}
			if c.name == "reset" && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the caller saw %v, want a reset", err)
			}
			e := b.entry()
			if e.Outcome != c.outcome || !strings.Contains(e.Error, c.says) || e.Request.PostData == nil || e.Request.PostData.Text != `{"to": "x"}` {
				t.Errorf("kept is %s (%q), want %s (%q)", e.Outcome, e.Error, c.outcome, c.says)
			}
			if c.outcome == recording.Lost && e.Response.Status != 0 {
				t.Errorf("a lost answer has status %d", e.Response.Status)
			}
		})
	}
}

func hijacked(w http.ResponseWriter, act func(*net.TCPConn)) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	act(conn.(*net.TCPConn))
	_ = conn.Close()
}

// gone is an address at which nobody is.
func gone(t *testing.T) *url.URL {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := parsed(t, "http://"+listener.Addr().String())
	_ = listener.Close()
	return nobody
}

// An upstream that is not there answers nothing, and neither does the recorder.
// What nobody read is kept all the same.
func TestNobodyUpstream(t *testing.T) {
	t.Parallel()
	b := start(t, http.NotFoundHandler(), recorder.Options{})
	rec, err := recorder.New(recorder.Options{Upstream: gone(t), Ended: func(e recording.Entry) { b.ended <- e }})
	if err != nil {
		t.Fatal(err)
	}
	face := httptest.NewServer(rec.Provider())
	defer face.Close()
	b.face = face
	if answer, err := b.http.Do(b.request("POST", "/", `{"to": "x"}`)); err == nil {
		_ = answer.Body.Close()
		t.Errorf("the caller got %s", answer.Status)
	}
	e := b.entry()
	if body, err := e.Request.Body(); err != nil || e.Outcome != recording.Lost || !strings.Contains(e.Error, "refused") || string(body) != `{"to": "x"}` {
		t.Errorf("kept is %s (%q), %q, %v", e.Outcome, e.Error, body, err)
	}
}

// A caller that hangs up is hung up on upstream, too.
func TestCallerHangsUp(t *testing.T) {
	t.Parallel()
	arrived, left := make(chan bool), make(chan bool)
	b := start(t, http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		close(arrived)
		<-q.Context().Done()
		close(left)
	}), recorder.Options{})
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		answer, err := b.http.Do(b.request("GET", "/slow", "").WithContext(ctx))
		if err == nil {
			_ = answer.Body.Close()
		}
		done <- err
	}()
	<-arrived
	hangUp()
	<-done
	<-left
	if e := b.entry(); e.Outcome != recording.Lost || e.Error != "the caller hung up" {
		t.Errorf("kept is %s (%q)", e.Outcome, e.Error)
	}
}

// Who answers without reading leaves nothing out of the recording, and gets
// long bodies whole if it does read.
func TestBodiesThatNobodyReads(t *testing.T) {
	t.Parallel()
	read := make(chan int, 1)
	b := start(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/base/read" {
			body, _ := io.ReadAll(q.Body)
			read <- len(body)
		}
		w.WriteHeader(http.StatusUnauthorized)
	}), recorder.Options{})
	long := strings.Repeat("long ", 1<<19)
	for _, c := range []struct{ path, body, kept, comment string }{
		{"/", `{"to": "x"}`, `{"to": "x"}`, ""},
		{"/read", long, "", "too long"},
	} {
		answer, err := b.http.Do(b.request("POST", c.path, c.body))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		e := b.entry()
		body, err := e.Request.Body()
		if err != nil || string(body) != c.kept || !strings.Contains(e.Comment, c.comment) || answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d, kept %q, %q, %v", c.path, answer.StatusCode, body, e.Comment, err)
		}
	}
	if n := <-read; n != len(long) {
		t.Errorf("%d bytes of %d went on", n, len(long))
	}
}

// What came of a body before its caller broke off is kept, and nobody answers.
func TestHalfARequest(t *testing.T) {
	t.Parallel()
	b := start(t, http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
	}), recorder.Options{})
	conn, err := net.Dial("tcp", parsed(t, b.face.URL).Host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nto=x&half")
	if err = errors.Join(err, conn.Close()); err != nil {
		t.Fatal(err)
	}
	e := b.entry()
	if body, err := e.Request.Body(); err != nil || e.Outcome != recording.Lost || string(body) != "to=x&half" {
		t.Errorf("kept is %s (%q), %q, %v", e.Outcome, e.Error, body, err)
	}
}

// Packed bodies are passed on packed and kept unpacked; long ones are passed
// on whole and left out.
func TestBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 1<<19)
	b := start(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/base/long" {
			_, _ = io.WriteString(w, long)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, `{"token": "secret0123456789", "ok": true}`)
		_ = z.Close()
	}), recorder.Options{})
	for path, size := range map[string]int{"/long": len(long), "/packed": 0} {
		answer, err := b.http.Do(b.request("GET", path, ""))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || size > 0 && len(text) != size || size == 0 && answer.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s gave %d bytes (%v)", path, len(text), err)
		}
		e := b.entry()
		switch {
		case path == "/long" && (e.Response.Content.Text != "" || !strings.Contains(e.Comment, "too long")):
			t.Errorf("kept of a long body is %d bytes, with the comment %q", e.Response.BodySize, e.Comment)
		case path == "/packed" && (!strings.Contains(e.Response.Content.Text, `"ok": true`) || strings.Contains(e.Response.Content.Text, "secret0")):
			t.Errorf("kept is %q", e.Response.Content.Text)
		}
	}
}

// What there is no room for is passed on and counted.
func TestLimit(t *testing.T) {
	t.Parallel()
	b := start(t, http.NotFoundHandler(), recorder.Options{Limit: 5000})
	for range 4 {
		answer, err := b.http.Do(b.request("GET", "/", ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		b.entry()
	}
	if kept, dropped := b.rec.Count(); kept != 2 || dropped != 2 {
		t.Errorf("%d are kept and %d dropped, want 2 and 2", kept, dropped)
	}
	if h := b.rec.Recording(); h.Log.Switchhook.Dropped != 2 || len(h.Log.Entries) != 2 {
		t.Errorf("the recording says %+v", h.Log.Switchhook)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"", "ftp://x.test", "http://", "http://a:b@x.test", "http://x.test/?q=1", "file:///etc/passwd"} {
		o := recorder.Options{Upstream: parsed(t, link)}
		if _, err := recorder.New(o); err == nil {
			t.Errorf("upstream %q is taken", link)
		}
		if _, err := recorder.New(recorder.Options{Upstream: parsed(t, "http://x.test"), App: o.Upstream}); err == nil {
			t.Errorf("app %q is taken", link)
		}
	}
	if _, err := recorder.New(recorder.Options{}); err == nil {
		t.Error("no upstream is taken")
	}
}
