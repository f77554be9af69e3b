package emulator_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// An address that no webhook may go to is refused when it is set.
func TestWebhookURLs(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	before := f.state(t)
	for _, to := range []string{
		"file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)", "http://user:pass@127.0.0.1/", "http://", "//127.0.0.1/",
		"http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/",
		"http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/", "http://127.1/", "http://0/", "http://0.0.0.0:80/",
		"http://[fe80::1%25lo]/", "http://[fd00:ec2::254]/", "http://10.0.0.1/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://127.0.0.1/#x",
		"http://127.0.0.1/\r\nX-Injected: 1", "http://127.0.0.1 /", f.URL + "/surge", f.URL + control + "/reset",
		"http://" + strings.Replace(f.addr, "127.0.0.1", "[::ffff:127.0.0.1]", 1) + "/",
	} {
		for provider := range f.Sandbox.Providers {
			if _, err := f.Client.SetWebhooks(t.Context(), provider, client.Webhooks{URL: to}); err == nil {
				t.Errorf("%s: %q is taken", provider, to)
			}
		}
	}
	if after := f.state(t); after != before {
		t.Errorf("was %s, is %s", before, after)
	}
}

// attempt texts in with webhooks going to a URL, and returns how the first
// attempt ended.
func (f *fort) attempt(t *testing.T, w client.Webhooks) journal.Attempt {
	t.Helper()
	s := f.senders()[0]
	w.NoRetry = true
	if _, err := f.Client.SetWebhooks(t.Context(), s.name, w); err != nil {
		t.Fatal(err)
	}
	now, err := f.Client.Journal(t.Context(), client.JournalQuery{})
	if err != nil {
		t.Fatal(err)
	}
	s.texts(t, f, "+18015550142", "hello")
	got, err := f.Client.Wait(t.Context(), client.Wait{
		After: now.Last, Where: client.Where{Kind: journal.KindAttemptEnded, Event: sms.MessageReceived}, Timeout: sms.Duration(20 * time.Second),
	})
	if err != nil || !got.Held {
		t.Fatalf("no attempt ended (%v)", err)
	}
	return *got.Entries[0].Attempt
}

// A webhook to the emulator itself is refused at the dial, by whatever name.
func TestLoopGuard(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	_, port, _ := net.SplitHostPort(f.addr)
	for _, host := range []string{"localhost", "LOCALHOST", "localhost."} {
		to := "http://" + net.JoinHostPort(host, port) + "/surge"
		if got := f.attempt(t, client.Webhooks{URL: to}); got.Class != "blocked" && got.Class != "dns" {
			t.Errorf("%s: %+v", to, got)
		}
	}
	if got := f.attempt(t, client.Webhooks{URL: "http://localhost:" + port + control + "/reset"}); got.Class != "blocked" {
		t.Errorf("to the control API: %+v", got)
	}
	f.senders()[0].expectGood(t, f)
}

// misfit is a receiver that answers each connection with what do writes.
func misfit(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil || r.ContentLength <= 0 {
					return
				}
				// What is left unread would turn the end of this connection into a reset.
				if _, err := io.Copy(io.Discard, r.Body); err == nil {
					do(conn)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/hook"
}

// flood writes a text until the other side has had enough.
func flood(head, body string) func(net.Conn) {
	more := []byte(strings.Repeat(body, 64))
	return func(conn net.Conn) {
		_, err := conn.Write([]byte(head))
		for err == nil {
			_, err = conn.Write(more)
		}
	}
}

func says(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = conn.Write([]byte(text)) }
}

// silent holds the connection until the other side leaves.
func silent(first string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Write([]byte(first))
		_, _ = conn.Read(make([]byte, 1))
	}
}

// However a receiver misbehaves, its attempt ends, under a name.
func TestMisbehavingReceivers(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\n"
	for name, c := range map[string]struct {
		do      func(net.Conn)
		classes []string
	}{
		"hangs":                {silent(""), []string{"timeout"}},
		"hangs in the head":    {silent("HTTP/1.1 200 O"), []string{"timeout"}},
		"hangs in the body":    {silent(ok + "Content-Length: 10\r\n\r\nx"), []string{"timeout"}},
		"never begins to end":  {flood("", "HTTP/1.1 100 Continue\r\n\r\n"), []string{"protocol", "reset", "timeout"}},
		"endless headers":      {flood(ok, "X-More: 1\r\n"), []string{"protocol"}},
		"one endless header":   {flood(ok+"X-More: ", "1111111111"), []string{"protocol"}},
		"endless status line":  {flood("HTTP/1.1 200 ", "1111111111"), []string{"protocol"}},
		"endless body":         {flood(ok+"\r\n", "1111111111"), []string{""}},
		"endless chunks":       {flood(ok+"Transfer-Encoding: chunked\r\n\r\n", "5\r\nxxxxx\r\n"), []string{""}},
		"bad chunks":           {says(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nx"), []string{"protocol"}},
		"endless chunk length": {flood(ok+"Transfer-Encoding: chunked\r\n\r\n", "0000000000"), []string{"protocol"}},
		"status 999":           {says("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"), []string{"status"}},
		"status 99999":         {says("HTTP/1.1 99999 What\r\n\r\n"), []string{"protocol"}},
		"status 000":           {says("HTTP/1.1 000 What\r\nContent-Length: 0\r\n\r\n"), []string{"status", "protocol"}},
		"status below zero":    {says("HTTP/1.1 -20 What\r\n\r\n"), []string{"protocol"}},
		"no HTTP":              {says("\x00\x01\x02\r\n\r\n"), []string{"protocol"}},
		"closes at once":       {says(""), []string{"reset"}},
		"closes in the head":   {says("HTTP/1.1 200 OK\r\nConte"), []string{"reset", "protocol"}},
		"closes in the body":   {says(ok + "Content-Length: 10\r\n\r\nx"), []string{"reset"}},
		"two lengths":          {says(ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), []string{"protocol"}},
		"switches protocol":    {says("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), []string{"status", "protocol"}},
		"redirect to metadata": {says("HTTP/1.1 307 X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"), []string{"status"}},
		"redirect to a file":   {says("HTTP/1.1 302 X\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"), []string{"status"}},
		"gzip bomb unopened":   {says(ok + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"), []string{""}},
		"bytes, not text":      {says(ok + "Content-Length: 3\r\n\r\n\xff\x00\xfe"), []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFort(t, emulator.Options{})
			got := f.attempt(t, client.Webhooks{URL: misfit(t, c.do), Timeout: sms.Duration(time.Second)})
			if !slices.Contains(c.classes, got.Class) || (got.Class == "") != (got.Outcome == journal.OK) || len(got.Answer) > 64<<10 {
				t.Errorf("ended as %q %s (%d, %d bytes): %s; want %s", got.Class, got.Outcome, got.Status, len(got.Answer), got.Detail, strconv.Quote(strings.Join(c.classes, " ")))
			}
			f.senders()[0].expectGood(t, f)
		})
	}
}
