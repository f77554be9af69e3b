package webhook_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// patience is a limit that no test should reach; short is one that some must, and
// headTime one that they must reach with the head of an answer.
const (
	patience = 20 * time.Second
	short    = 50 * time.Millisecond
	headTime = 2 * time.Second
)

func is2xx(status int) bool { return status >= 200 && status <= 299 }

func newPoster(t *testing.T, guard webhook.Guard) *webhook.Poster {
	t.Helper()
	p := webhook.NewPoster(guard, clock.Wall)
	return p
}

// post makes one exchange with url.
func post(t *testing.T, url string, limit time.Duration, b webhook.Behaviour) webhook.Result {
	t.Helper()
	return postAs(t, newPoster(t, webhook.Guard{}), url, limit, b)
}

func postAs(t *testing.T, p *webhook.Poster, url string, limit time.Duration, b webhook.Behaviour) webhook.Result {
	t.Helper()
	req, err := http.NewRequest("POST", url, strings.NewReader(`{"hello":"world"}`))
	if err != nil {
		t.Fatal(err)
	}
	return p.Post(deadline(t), req, limit, is2xx, b)
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// raw is a server that answers each connection, after it has read a request,
// with whatever talk does.
func raw(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.Copy(io.Discard, req.Body)
				talk(c)
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}

func say(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, text) }
}

func check(t *testing.T, got webhook.Result, outcome journal.Outcome, class string, status int) {
	t.Helper()
	if got.Outcome != outcome || got.Class != class || got.Status != status {
		t.Errorf("the exchange is %s %q with status %d (%s); want %s %q with %d",
			got.Outcome, got.Class, got.Status, got.Detail, outcome, class, status)
	}
	if outcome != journal.OK && got.Detail == "" {
		t.Errorf("%s %s has no detail", got.Outcome, got.Class)
	}
}

func TestStatusDecides(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]string{
		200: "", 202: "", 204: "", 299: "", 300: "status", 302: "status", 304: "status",
		400: "status", 404: "status", 410: "status", 429: "status", 500: "status", 599: "status", 999: "status",
	} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		outcome := journal.Failure
		if class == "" {
			outcome = journal.OK
		}
		check(t, post(t, url, patience, webhook.Behaviour{}), outcome, class, status)
	}
}

func TestRequestArrivesWhole(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+string(body)+" "+r.Header.Get("Accept-Encoding"))
	})
	got := post(t, url, patience, webhook.Behaviour{})
	check(t, got, journal.OK, "", 200)
	if got.Answer != `POST {"hello":"world"} ` {
		t.Errorf("the endpoint saw %q", got.Answer)
	}
}

// TestBrokenEndpoints holds the class of each way in which an endpoint fails.
func TestBrokenEndpoints(t *testing.T) {
	t.Parallel()
	hang := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the other side is gone
		<-r.Context().Done()
	}
	hangInBody := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "o")
		_ = http.NewResponseController(w).Flush()
		hang(w, r)
	}
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	t.Cleanup(secure.Close)
	const ok = "HTTP/1.1 200 OK\r\n"
	for _, test := range []struct {
		name, url string
		limit     time.Duration
		class     string
		status    int
	}{
		{"refused", refusing, patience, webhook.ClassRefused, 0},
		{"hangs", serve(t, hang), short, webhook.ClassTimeout, 0},
		{"hangs in the body", serve(t, hangInBody), headTime, webhook.ClassTimeout, 200},
		{"name with an empty label", "http://nobody..invalid/", patience, webhook.ClassDNS, 0},
		{"name too long", "http://" + strings.Repeat("n", 70) + ".invalid/", patience, webhook.ClassDNS, 0},
		{"unknown authority", secure.URL, patience, webhook.ClassTLS, 0},
		{"TLS to a plain server", "https" + strings.TrimPrefix(serve(t, hang), "http"), patience, webhook.ClassTLS, 0},
		{"plain to a TLS server", "http" + strings.TrimPrefix(secure.URL, "https"), patience, webhook.ClassStatus, 400},
		{"closes without an answer", raw(t, say("")), patience, webhook.ClassReset, 0},
		{"resets", raw(t, func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }), patience, webhook.ClassReset, 0},
		{"closes in the head", raw(t, say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n")), patience, webhook.ClassReset, 0},
		{"closes in the body", raw(t, say(ok+"Content-Length: 10\r\n\r\nhalf")), patience, webhook.ClassReset, 200},
		{"bad chunking", raw(t, say(ok+"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")), patience, webhook.ClassProtocol, 200},
		{"closes in a chunk", raw(t, say(ok+"Transfer-Encoding: chunked\r\n\r\nff\r\nhello")), patience, webhook.ClassReset, 200},
		{"status that is no number", raw(t, say("HTTP/1.1 abc OK\r\n\r\n")), patience, webhook.ClassProtocol, 0},
		{"not HTTP", raw(t, say("220 mail.example ESMTP\r\n")), patience, webhook.ClassProtocol, 0},
		{"two lengths", raw(t, say(ok+"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok")), patience, webhook.ClassProtocol, 0},
		{"endless head", raw(t, endless(ok, "X-More: "+strings.Repeat("x", 1000)+"\r\n")), patience, webhook.ClassProtocol, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			check(t, post(t, test.url, test.limit, webhook.Behaviour{}), journal.Failure, test.class, test.status)
		})
	}
}

// refusing is a URL where nobody listens.
const refusing = "http://127.0.0.1:1"

// endless says head and then line until the other side has had enough.
func endless(head, line string) func(net.Conn) {
	return func(c net.Conn) {
		_, err := io.WriteString(c, head)
		for err == nil {
			_, err = io.WriteString(c, line)
		}
	}
}

func TestLargeAnswersAreCut(t *testing.T) {
	t.Parallel()
	const most = 64 << 10
	for name, url := range map[string]string{
		"endless": raw(t, endless("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", strings.Repeat("x", 1000))),
		"100 MB":  raw(t, endless("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", strings.Repeat("x", 1000))),
		"chunks":  raw(t, endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n")),
	} {
		got := post(t, url, patience, webhook.Behaviour{})
		if got.Outcome != journal.OK || len(got.Answer) != most {
			t.Errorf("%s: %s %s with %d bytes kept; want %d", name, got.Outcome, got.Detail, len(got.Answer), most)
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 1)
	target := serve(t, func(http.ResponseWriter, *http.Request) { reached <- struct{}{} })
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, status) })
		check(t, post(t, url, patience, webhook.Behaviour{}), journal.Failure, webhook.ClassStatus, status)
	}
	select {
	case <-reached:
		t.Error("a redirect was followed")
	default:
	}
}

// TestGuardIsAskedWhenDialling holds that a name is no way round the guard.
func TestGuardIsAskedWhenDialling(t *testing.T) {
	t.Parallel()
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the endpoint was reached") })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
	p := newPoster(t, webhook.Guard{Deny: func(at netip.AddrPort) bool { return true }})
	for _, url := range []string{url, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port} {
		check(t, postAs(t, p, url, patience, webhook.Behaviour{}), journal.Failure, webhook.ClassBlocked, 0)
	}
	check(t, post(t, "http://169.254.169.254/", patience, webhook.Behaviour{}), journal.Failure, webhook.ClassBlocked, 0)
	check(t, post(t, "http://192.0.2.1/", patience, webhook.Behaviour{}), journal.Failure, webhook.ClassBlocked, 0)
}

func TestLostAnswer(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "done") })
	got := post(t, url, patience, webhook.Behaviour{LoseAnswer: true})
	check(t, got, journal.Unknown, webhook.ClassLost, 200)
	if got.Answer != "" {
		t.Errorf("the lost answer is known: %q", got.Answer)
	}
}

func TestHangUp(t *testing.T) {
	t.Parallel()
	noticed := make(chan struct{})
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		close(noticed)
	})
	check(t, post(t, url, patience, webhook.Behaviour{HangUp: short}), journal.Unknown, webhook.ClassHangUp, 0)
	select {
	case <-noticed:
	case <-deadline(t).Done():
		t.Error("the endpoint did not notice")
	}
	quick := serve(t, func(http.ResponseWriter, *http.Request) {})
	check(t, post(t, quick, patience, webhook.Behaviour{HangUp: patience}), journal.Unknown, webhook.ClassHangUp, 0)
}

// TestHangUpOnNobody holds that an application which was never reached does not
// count as one that may have worked.
func TestHangUpOnNobody(t *testing.T) {
	t.Parallel()
	check(t, post(t, refusing, patience, webhook.Behaviour{HangUp: patience}), journal.Failure, webhook.ClassRefused, 0)
}

func TestResetIsSeenAsOne(t *testing.T) {
	t.Parallel()
	seen := make(chan error, 1)
	url := raw(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
		_, err := c.Read(make([]byte, 1))
		seen <- err
	})
	check(t, post(t, url, patience, webhook.Behaviour{Reset: true}), journal.Unknown, webhook.ClassReset, 0)
	select {
	case err := <-seen:
		if !isReset(err) {
			t.Errorf("the endpoint saw %v", err)
		}
	case <-deadline(t).Done():
		t.Error("the endpoint saw nothing")
	}
}

func TestSlowRead(t *testing.T) {
	t.Parallel()
	answer := strings.Repeat("slowly ", 20)
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
	got := post(t, url, patience, webhook.Behaviour{SlowRead: time.Millisecond})
	check(t, got, journal.OK, "", 200)
	if got.Answer != answer {
		t.Errorf("read %q", got.Answer)
	}
	check(t, post(t, url, headTime, webhook.Behaviour{SlowRead: time.Hour}), journal.Failure, webhook.ClassTimeout, 200)
}

func TestEndOfTheWorldEndsAnExchange(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(deadline(t))
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	req, _ := http.NewRequest("POST", url, strings.NewReader("x"))
	if got := newPoster(t, webhook.Guard{}).Post(ctx, req, time.Hour, is2xx, webhook.Behaviour{}); got.Outcome == journal.OK {
		t.Errorf("it ended as %+v", got)
	}
}
