package emulator_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// fort is an emulator on a real socket, to which bytes are sent as they are.
type fort struct {
	*emulatortest.Emulator
	addr string
}

func newFort(t *testing.T, o emulator.Options) *fort {
	t.Helper()
	o.Clock.Mode = clock.Manual
	em := emulatortest.StartWith(t, o)
	return &fort{Emulator: em, addr: strings.TrimPrefix(em.URL, "http://")}
}

// reply is what came back over the wire; status 0 is a connection that the
// server closed without a word.
type reply struct {
	status int
	header http.Header
	body   string
}

// raw sends a request byte by byte as given, $HOST exchanged for the address.
func (f *fort) raw(t *testing.T, request string) reply {
	t.Helper()
	return f.feed(t, strings.NewReader(strings.ReplaceAll(request, "$HOST", f.addr)))
}

// feed sends what it can of a stream and reads the answer, which may come
// before the stream ends.
func (f *fort) feed(t *testing.T, from io.Reader) reply {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(clock.Wall().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		_, _ = io.Copy(conn, from) // the server may close before the end
	}()
	defer func() { _ = conn.Close(); <-fed }()
	return readReply(t, conn)
}

func readReply(t *testing.T, conn net.Conn) reply {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Fatal("the server does not answer")
	}
	if err != nil {
		return reply{}
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<20)) // a close in the middle keeps what came
	_ = resp.Body.Close()
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// state is what no refused call may change.
func (f *fort) state(t *testing.T) string {
	t.Helper()
	page, err := f.Client.Journal(t.Context(), client.JournalQuery{})
	if err != nil {
		t.Fatalf("the emulator is dead: %v", err)
	}
	now, err := f.Client.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	boxes, err := f.Client.Sandboxes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal([]any{page.Last, now, len(boxes)})
	return string(text)
}

const control = client.Prefix

// A call is refused at the door, and changes nothing.
func TestControlDoor(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{Token: "s3cret"})
	const token, body = "Authorization: Bearer s3cret\r\n", "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
	reset := "POST " + control + "/reset HTTP/1.1\r\nConnection: close\r\n"
	stream := "GET " + control + "/journal/stream HTTP/1.1\r\nHost: $HOST\r\n"
	big := strings.Repeat("x", 1<<20+1)
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"other host":            {reset + "Host: evil.example\r\n" + token + body, 403},
		"longer host":           {reset + "Host: localhost.evil\r\n" + token + body, 403},
		"host with dot":         {reset + "Host: localhost.\r\n" + token + body, 403},
		"host of another form":  {reset + "Host: 2130706433\r\n" + token + body, 403},
		"host with a user":      {reset + "Host: localhost@evil.example\r\n" + token + body, 400},
		"host in the target":    {"POST http://evil.example" + control + "/reset HTTP/1.1\r\nHost: localhost\r\n" + token + body, 403},
		"empty host":            {reset + "Host:\r\n" + token + body, 403},
		"no host":               {reset + token + body, 400},
		"no host in HTTP/1.0":   {"POST " + control + "/reset HTTP/1.0\r\n" + token + body, 403},
		"host twice":            {reset + "Host: localhost\r\nHost: localhost\r\n" + token + body, 400},
		"host of bad bytes":     {reset + "Host: local\xffhost\r\n" + token + body, 400},
		"host with a space":     {reset + "Host: local host\r\n" + token + body, 400},
		"other origin":          {reset + "Host: $HOST\r\nOrigin: https://evil.example\r\n" + token + body, 403},
		"opaque origin":         {reset + "Host: $HOST\r\nOrigin: null\r\n" + token + body, 403},
		"origin of other port":  {reset + "Host: $HOST\r\nOrigin: http://127.0.0.1:1\r\n" + token + body, 403},
		"cross-site":            {reset + "Host: $HOST\r\nSec-Fetch-Site: cross-site\r\n" + token + body, 403},
		"same-site":             {reset + "Host: $HOST\r\nSec-Fetch-Site: same-site\r\n" + token + body, 403},
		"no token":              {reset + "Host: $HOST\r\n" + body, 401},
		"wrong token":           {reset + "Host: $HOST\r\nAuthorization: Bearer s3cret0\r\n" + body, 401},
		"token in the query":    {strings.Replace(reset, "/reset", "/reset?token=s3cret&access_token=s3cret", 1) + "Host: $HOST\r\n" + body, 401},
		"stream, other origin":  {stream + token + "Origin: https://evil.example\r\n\r\n", 403},
		"stream, cross-site":    {stream + token + "Sec-Fetch-Site: cross-site\r\n\r\n", 403},
		"stream, no token":      {stream + "\r\n", 401},
		"stream, token in URL":  {strings.Replace(stream, "/stream", "/stream?token=s3cret", 1) + "\r\n", 401},
		"form":                  {reset + "Host: $HOST\r\n" + token + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b", 415},
		"text":                  {reset + "Host: $HOST\r\n" + token + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415},
		"no type":               {reset + "Host: $HOST\r\n" + token + "Content-Length: 2\r\n\r\n{}", 415},
		"no type, chunked":      {reset + "Host: $HOST\r\n" + token + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 415},
		"two types":             {reset + "Host: $HOST\r\n" + token + "Content-Type: text/plain, application/json\r\nContent-Length: 2\r\n\r\n{}", 415},
		"gzip":                  {reset + "Host: $HOST\r\n" + token + "Content-Encoding: gzip\r\n" + body, 415},
		"nested encodings":      {reset + "Host: $HOST\r\n" + token + "Content-Encoding: gzip, gzip\r\n" + body, 415},
		"gzip as transfer":      {reset + "Host: $HOST\r\n" + token + "Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
		"state change by GET":   {"GET " + control + "/reset HTTP/1.1\r\nHost: $HOST\r\n" + token + "\r\n", 405},
		"method that is none":   {"GRAB " + control + "/reset HTTP/1.1\r\nHost: $HOST\r\n" + token + "\r\n", 405},
		"preflight":             {"OPTIONS " + control + "/reset HTTP/1.1\r\nHost: $HOST\r\n" + token + "Origin: https://evil.example\r\n\r\n", 403},
		"length twice":          {reset + "Host: $HOST\r\n" + token + "Content-Length: 2\r\nContent-Length: 3\r\n" + "\r\n{}", 400},
		"length below zero":     {reset + "Host: $HOST\r\n" + token + "Content-Length: -1\r\n\r\n{}", 400},
		"length out of range":   {reset + "Host: $HOST\r\n" + token + "Content-Length: 99999999999999999999\r\n\r\n{}", 400},
		"body of 1 MB and 1":    {put(token, big), 413},
		"too long by length":    {strings.Replace(put(token, "{}"), "Content-Length: 2", "Content-Length: 1048577", 1) + big, 413},
		"chunk that lies":       {"PUT " + control + "/clock HTTP/1.1\r\nHost: $HOST\r\n" + token + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400},
		"one header of 1 MB":    {reset + "Host: $HOST\r\n" + token + "X-Big: " + big + "\r\n" + body, 431},
		"100,000 headers":       {reset + "Host: $HOST\r\n" + token + strings.Repeat("X-Many: 1\r\n", 100_000) + body, 431},
		"address of 1 MB":       {"GET /" + big + " HTTP/1.1\r\nHost: $HOST\r\n" + token + "\r\n", 431},
		"no HTTP at all":        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		"header without a name": {reset + "Host: $HOST\r\n: x\r\n" + body, 400},
		"header with a NUL":     {reset + "Host: $HOST\r\n" + token + "X-Nul: a\x00b\r\n" + body, 400},
		"folded header":         {reset + "Host: $HOST\r\nX-Fold: a\r\n b\r\n" + body, 401},
	} {
		t.Run(name, func(t *testing.T) {
			before := f.state(t)
			got := f.raw(t, c.request)
			if got.status != c.status {
				t.Errorf("answers %d %s, want %d", got.status, got.body, c.status)
			}
			if strings.Contains(got.body, "s3cret") {
				t.Errorf("tells the token: %s", got.body)
			}
			for name := range got.header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("has the header %s", name)
				}
			}
			if after := f.state(t); after != before {
				t.Errorf("was %s, is %s", before, after)
			}
		})
	}
}

// put is a call that reads its body.
func put(token, body string) string {
	return fmt.Sprintf("PUT %s/clock HTTP/1.1\r\nHost: $HOST\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		control, token, len(body), body)
}

// endless is a chunked body without an end.
type endless struct{ head io.Reader }

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); err == nil {
		return n, nil
	}
	return copy(p, "5\r\nxxxxx\r\n"), nil
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	heads := map[string]string{"control": "PUT " + control + "/clock HTTP/1.1\r\nContent-Type: application/json\r\n"}
	for _, s := range f.senders() {
		heads[s.name] = s.head()
	}
	for name, head := range heads {
		head += "Host: " + f.addr + "\r\nTransfer-Encoding: chunked\r\n\r\n"
		got := f.feed(t, &endless{strings.NewReader(head)})
		if got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s answers %d %s", name, got.status, got.body)
		}
		f.state(t)
	}
}

// A client that says it will send more than it does holds up nobody else.
func TestLyingContentLength(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	for _, s := range f.senders() {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", f.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := io.WriteString(conn, s.head()+"Host: "+f.addr+"\r\nContent-Length: 1000\r\n\r\n"+s.good); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range f.senders() {
		s.expectGood(t, f)
	}
	if _, err := f.Client.Advance(t.Context(), client.Advance{By: sms.Duration(time.Minute)}); err != nil {
		t.Errorf("the clock stands still: %v", err)
	}
}

// What a half-sent request holds up is itself.
func TestHalfARequestDoesNotHoldTheWorld(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	s := f.senders()[0]
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	// Expect makes the server say when it begins to read the body.
	if _, err := io.WriteString(conn, s.head()+"Host: "+f.addr+"\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server says %q (%v)", line, err)
	}
	moved, err := f.Client.Settle(t.Context(), client.Settle{Quiet: sms.Duration(20 * time.Millisecond), Timeout: sms.Duration(5 * time.Second)})
	if err != nil || !moved.Quiet {
		t.Errorf("the world is not at rest: %+v (%v)", moved, err)
	}
}

// Nothing but a route is ever behind a path.
func TestPathTricks(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	for _, path := range []string{
		"/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/./livez", "//livez",
		"/surge/../_switchhook/v1/clock", "/surge/%2e%2e/_switchhook/v1/clock", "/mta/..%2f..%2f..%2fetc/passwd", "/exotel//v1/Accounts/x/Sms/send",
		control + "/../../etc/passwd", control + "/%2e%2e/%2e%2e/etc/passwd", control + "//clock", control + "/clock/", control + "/clock/.",
		"/_SWITCHHOOK/v1/clock", "/_switchhook/V1/clock", control + "/CLOCK", "/SURGE/accounts", "/LiveZ",
		"/a%00b", "/surge/%00", control + "/sandboxes/%00", control + "/sandboxes/..%2f..", control + "/handsets/%2B1801%0d%0a5550142",
		control + "/webhooks/%2e%2e", "/%ff%fe", "/\\..\\..\\etc", "/surge/..;/clock", "/index.html", "/.git/config", "/favicon.ico",
	} {
		got := f.raw(t, "GET "+path+" HTTP/1.1\r\nHost: $HOST\r\nConnection: close\r\n\r\n")
		if got.status < 400 || got.status >= 500 || strings.Contains(got.body, "root:") {
			t.Errorf("%s answers %d %s %s", path, got.status, got.header.Get("Location"), got.body)
		}
		f.state(t)
	}
	for path, status := range map[string]int{"/%zz": 400, "/a\x00b": 400, "/a b": 400, "etc/passwd": 400, "*": 404} {
		if got := f.raw(t, "GET "+path+" HTTP/1.1\r\nHost: $HOST\r\nConnection: close\r\n\r\n"); got.status != status {
			t.Errorf("%q answers %d, want %d", path, got.status, status)
		}
	}
}

// The clock refuses what would make no sense, and stays where it is.
func TestClockAbsurdities(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	before := f.state(t)
	for _, body := range []string{
		`{"by":"-1ns"}`, `{"by":"-9223372036854775808ns"}`, `{"by":"9223372036854775808ns"}`, `{"by":"900000h"}`, `{"by":"1e9h"}`,
		`{"by":"NaN"}`, `{"by":""}`, `{"by":null}`, `{"to":"9999-12-31T23:59:59Z"}`, `{"to":"0000-01-01T00:00:00Z"}`,
		`{"to":"10000-01-01T00:00:00Z"}`, `{"to":"2026-02-30T00:00:00Z"}`, `{"next":false}`, `{"by":"1s","to":"2027-01-01T00:00:00Z"}`,
		`{"by":"1s","settle":"-1s"}`,
	} {
		got := f.raw(t, strings.Replace(put("", body), "PUT "+control+"/clock", "POST "+control+"/clock/advance", 1))
		if got.status != http.StatusBadRequest {
			t.Errorf("advance %s answers %d %s", body, got.status, got.body)
		}
	}
	for _, body := range []string{
		`{"mode":"scaled","scale":0}`, `{"mode":"scaled","scale":-0.0}`, `{"mode":"scaled","scale":1e308}`,
		`{"mode":"manual","start":"9999-12-31T23:59:59Z"}`, `{"mode":"manual","start":"0001-01-01T00:00:00Z"}`, `{"mode":""}`, `{"mode":"MANUAL"}`,
	} {
		if got := f.raw(t, put("", body)); got.status != http.StatusBadRequest {
			t.Errorf("set %s answers %d %s", body, got.status, got.body)
		}
	}
	for _, start := range []string{"9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z", "tomorrow"} {
		got := f.raw(t, strings.Replace(put("", `{"clock":{"mode":"manual","start":"`+start+`"}}`), "PUT "+control+"/clock", "POST "+control+"/sandboxes", 1))
		if got.status != http.StatusBadRequest {
			t.Errorf("a sandbox from %s answers %d %s", start, got.status, got.body)
		}
	}
	if after := f.state(t); after != before {
		t.Errorf("was %s, is %s", before, after)
	}
}

// The limits against slow clients do not cut off calls that rightly wait.
func TestLimitsSpareSlowCalls(t *testing.T) {
	t.Parallel()
	em, err := emulator.New(emulator.Options{
		Clock: clock.Options{Mode: clock.Manual}, SelfCheck: true, OffContract: emulatortest.OffContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(em.Close)
	server := emulator.NewServer(em)
	for name, limit := range map[string]time.Duration{
		"head": server.ReadHeaderTimeout, "request": server.ReadTimeout, "answer": server.WriteTimeout, "idle": server.IdleTimeout,
	} {
		if limit <= 0 || limit > time.Minute {
			t.Errorf("the limit for the %s is %s", name, limit)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server.ReadTimeout, server.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	c := client.New(client.Options{URL: "http://" + listener.Addr().String()})
	waited, followed := make(chan error, 1), make(chan error, 1)
	go func() {
		got, err := c.Wait(t.Context(), client.Wait{Where: client.Where{Kind: journal.KindMarker}, Timeout: sms.Duration(20 * time.Second)})
		if err == nil && !got.Held {
			err = errors.New("it ended before its time")
		}
		waited <- err
	}()
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Second)
	defer leave()
	go func() {
		followed <- c.Follow(ctx, 0, func(e journal.Entry) bool { return e.Kind != journal.KindMarker })
	}()
	// Settle takes several times as long as the limits allow.
	if is, err := c.Settle(t.Context(), client.Settle{Quiet: sms.Duration(300 * time.Millisecond)}); err != nil || !is.Quiet {
		t.Errorf("settle: %+v (%v)", is, err)
	}
	if _, err := c.Note(t.Context(), client.Note{Kind: journal.KindMarker, Marker: "late"}); err != nil {
		t.Error(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("a wait: %v", err)
	}
	if err := <-followed; err != nil {
		t.Errorf("a stream: %v", err)
	}

	slow := journal.Fault{Kind: journal.SlowAnswer, After: sms.Duration(300 * time.Millisecond)}
	if _, err := c.PlanFault(t.Context(), slow); err != nil {
		t.Fatal(err)
	}
	f := &fort{Emulator: &emulatortest.Emulator{URL: "http://" + listener.Addr().String(), Client: c}, addr: listener.Addr().String()}
	if f.Sandbox, err = c.Sandbox(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := em.SetBaseURL(f.URL); err != nil {
		t.Fatal(err)
	}
	f.senders()[0].expectGood(t, f)
}
