package recorder

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/switchhook/switchhook/contracts/recording"
)

// face passes requests on to a target and keeps what came of them.
func (r *Recorder) face(target *url.URL, proxy func(*http.Request) (*url.URL, error), direction recording.Direction) http.Handler {
	// A connection of its own for each request: on one that was used before,
	// the transport would repeat what was reset.
	transport := &http.Transport{Proxy: proxy, DisableKeepAlives: true, DisableCompression: true}
	pass := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(p *httputil.ProxyRequest) { aim(p, target) },
		ModifyResponse: func(a *http.Response) error {
			of(a.Request).answered(a)
			return nil
		},
		ErrorHandler:  lose,
		FlushInterval: -1, // as it comes
		ErrorLog:      log.New(io.Discard, "", 0),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		x := &exchange{started: now(), request: q, url: q.URL.String(), entry: recording.Entry{Direction: direction, Seq: r.begin()}}
		x.sent = tap{inner: q.Body}
		defer r.end(x) // also when it panics to cut an answer
		q = q.WithContext(context.WithValue(q.Context(), key{}, x))
		if q.Body != nil && q.Body != http.NoBody {
			q.Body = x.sent.ahead()
		}
		pass.ServeHTTP(w, q)
	})
}

// aim sends a request to its target as it came, and leaves out what a proxy adds.
func aim(p *httputil.ProxyRequest, target *url.URL) {
	p.SetURL(target)
	p.Out.URL.RawQuery = p.In.URL.RawQuery // even what cannot be read
	for name, values := range p.In.Header {
		if strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" {
			p.Out.Header[name] = values
		}
	}
	of(p.In).url = p.Out.URL.String()
}

type key struct{}

// of is the exchange that a request belongs to.
func of(q *http.Request) *exchange { return q.Context().Value(key{}).(*exchange) }

// exchange is one request on its way.
type exchange struct {
	entry   recording.Entry
	request *http.Request // as it came
	url     string        // where it went
	started time.Time
	sent    tap

	begun  time.Time // the answer
	answer *http.Response
	got    tap
	err    error // why there is no answer
}

// answered notes that an answer began.
func (x *exchange) answered(a *http.Response) {
	x.begun, x.answer = now(), a
	if a.StatusCode != http.StatusSwitchingProtocols { // that body is a connection
		x.got = tap{inner: a.Body}
		a.Body = &x.got
	}
}

// lose is told that no answer came, and gives none.
func lose(w http.ResponseWriter, q *http.Request, err error) {
	x := of(q)
	if x.err = err; q.Context().Err() != nil {
		x.err = errHungUp
	}
	if errors.Is(err, syscall.ECONNRESET) && reset(w) {
		return
	}
	panic(http.ErrAbortHandler) // close the connection without a word
}

// reset resets the caller's connection, where it has one of its own.
func reset(w http.ResponseWriter) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the connection would end as if in peace
	}
	_ = conn.Close()
	return true
}

// ended is the exchange as it was.
func (x *exchange) ended(place int) recording.Entry {
	end := now()
	e := x.entry
	e.Started, e.Time, e.Ended = x.started, milliseconds(x.started, end), place
	q := x.request
	e.Request = recording.Request{Method: q.Method, URL: x.url, HTTPVersion: q.Proto, HeadersSize: -1, Headers: pairs(q.Header, q.Host)}
	e.Response.HeadersSize, e.Response.HTTPVersion = -1, q.Proto
	comment := fill(&x.sent, "request", q.Header, e.Request.SetBody)
	if x.answer == nil {
		e.Outcome, e.Error = recording.Lost, said(x.err)
		e.Timings = recording.Timings{Wait: e.Time}
		e.Comment = comment
		return e
	}
	a := x.answer
	e.Response.Status, e.Response.HTTPVersion = a.StatusCode, a.Proto
	e.Response.StatusText = strings.TrimSpace(strings.TrimPrefix(a.Status, fmt.Sprint(a.StatusCode)))
	e.Response.Headers, e.Response.RedirectURL = pairs(a.Header, ""), a.Header.Get("Location")
	e.Comment = joined(comment, fill(&x.got, "response", a.Header, e.Response.SetBody))
	if whole, err := x.got.ended(); !whole && a.StatusCode != http.StatusSwitchingProtocols {
		e.Outcome, e.Error = recording.Cut, said(err)
	}
	sent := x.sent.readBy(x.begun)
	e.Timings = recording.Timings{Send: milliseconds(x.started, sent), Wait: milliseconds(sent, x.begun), Receive: milliseconds(x.begun, end)}
	return e
}

func said(err error) string {
	if err == nil {
		err = errUnfinished
	}
	return err.Error()
}

func joined(comments ...string) string {
	return strings.Join(slices.DeleteFunc(comments, func(c string) bool { return c == "" }), "; ")
}

// pairs are header lines in a fixed order.
func pairs(h http.Header, host string) []recording.Pair {
	all := []recording.Pair{}
	if host != "" {
		all = append(all, recording.Pair{Name: "Host", Value: host})
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			all = append(all, recording.Pair{Name: name, Value: v})
		}
	}
	return all
}

// fill sets the body that t saw, and says why if it does not.
func fill(t *tap, half string, header http.Header, set func(string, []byte)) string {
	body, size := t.seen()
	if size > maxBody {
		set(header.Get("Content-Type"), nil)
		return fmt.Sprintf("the %s body (%d bytes) is too long and was left out", half, size)
	}
	set(header.Get("Content-Type"), unpacked(body, header.Get("Content-Encoding")))
	return ""
}

// unpacked is a body as it is meant. What cannot be unpacked stays, and is
// then left out as unreadable.
func unpacked(body []byte, encoding string) []byte {
	var r io.Reader
	var err error
	switch strings.ToLower(encoding) {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		r, err = zlib.NewReader(bytes.NewReader(body))
	default:
		return body
	}
	if err != nil {
		return body
	}
	text, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if len(text) > maxBody || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return body
	}
	return text
}

// tap is a body that is read by one and seen by another.
type tap struct {
	inner io.ReadCloser

	mu    sync.Mutex // the transport may read on after its answer is there
	bytes bytes.Buffer
	size  int
	whole bool
	err   error
	last  time.Time
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.inner.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.size += n; t.size <= maxBody {
		t.bytes.Write(p[:n])
	}
	t.last = now()
	switch {
	case errors.Is(err, io.EOF):
		t.whole = true
	case err != nil:
		t.err = err
	}
	return n, err
}

func (t *tap) Close() error { return t.inner.Close() }

// ahead is the body with all that is kept of it read already: who answers
// without reading it would otherwise leave nothing to be kept. That reading
// failed is told when its place is reached.
func (t *tap) ahead() io.ReadCloser {
	begun, err := io.ReadAll(io.LimitReader(t, maxBody+1))
	rest := io.Reader(t)
	switch {
	case err != nil:
		rest = broken{err}
	case len(begun) <= maxBody:
		rest = http.NoBody // that was all
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(begun), rest), t}
}

// broken is a body that breaks off.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func (t *tap) seen() ([]byte, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.bytes.Bytes()), t.size
}

func (t *tap) ended() (whole bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.whole, t.err
}

// readBy is when the last of it was read, at most end.
func (t *tap) readBy(end time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last.IsZero() || t.last.After(end) {
		return end
	}
	return t.last
}
