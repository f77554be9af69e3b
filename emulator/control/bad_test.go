package control_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/control"
)

// result is an answer, read.
type result struct {
	status int
	header http.Header
	body   string
}

// send sends a request as it is.
func (w *world) send(t testing.TB, method, path, body string) result {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	ok(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return w.exchange(t, req)
}

func (w *world) exchange(t testing.TB, req *http.Request) result {
	t.Helper()
	res, err := w.judge.RoundTrip(req)
	ok(t, err)
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	ok(t, err)
	return result{res.StatusCode, res.Header, string(data)}
}

// slug is the stable name of an error, or "" if it is none of the emulator's.
func slug(err error) string {
	var e *client.Error
	if errors.As(err, &e) {
		return e.Slug
	}
	return ""
}

// Whatever is wrong is refused with the right status and words that help.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{})
	deep := strings.Repeat(`{"where":`, 40) + "1" + strings.Repeat("}", 40)
	for _, c := range []struct {
		do     string // method, path under the prefix, body
		status int
		says   string
	}{
		// no such thing
		{"GET /nothing", 404, "openapi.json"},
		{"GET /sandboxes/none/clock", 404, `no sandbox \"none\"`},
		{"GET /sandboxes/none", 404, `no sandbox \"none\"`},
		{"DELETE /sandboxes/none", 404, `no sandbox \"none\"`},
		{"DELETE /sandboxes/default", 409, "reset"},
		{"POST /events/none/resend", 404, "none"},
		{"DELETE /faults/none", 404, "none"},
		{"GET /webhooks/none", 400, "none"},
		{"GET /switches/none", 400, "none"},

		// wrong method
		{"DELETE /clock", 405, "GET, HEAD, PUT"},
		{"PATCH /sandboxes/default/faults", 405, "POST"},
		{"POST /messages", 405, "GET"},

		// not JSON, or not strictly
		{"PUT /clock", 400, "JSON body is needed"},
		{"PUT /clock mode=manual", 400, "not JSON"},
		{`PUT /clock {"mode":"manual"`, 400, "ends in the middle"},
		{`PUT /clock {"mode":"manual"} {}`, 400, "after the end"},
		{`PUT /clock {"mode":"manual","speed":2}`, 400, `unknown field \"speed\"`},
		{`PUT /clock {"mode":"manual","mode":"auto"}`, 400, `\"mode\" is given twice`},
		{`PUT /clock {"mode":7}`, 400, `\"mode\" must not be a JSON number`},
		{`PUT /clock {"mode":"scaled","scale":1e400}`, 400, `\"scale\"`},
		{`PUT /clock {"mode":"scaled","scale":NaN}`, 400, "not JSON"},
		{`PUT /clock ["manual"]`, 400, "must not be a JSON array"},
		{`PUT /clock null`, 400, "null"},
		{"PUT /clock \xef\xbb\xbf{}", 400, "not JSON"},
		{"PUT /clock {\"mode\":\"\xff\"}", 400, "UTF-8"},
		{"POST /journal/wait " + deep, 400, "levels deep"},
		{"PUT /clock \"" + strings.Repeat("x", 1<<20) + "\"", 413, "1048576"},

		// clock
		{`PUT /clock {"mode":"fast"}`, 400, "manual or auto"},
		{`PUT /clock {"mode":"scaled","scale":-1}`, 400, "scale"},
		{`PUT /clock {"mode":"manual","start":"tomorrow"}`, 400, "2026-01-01T00:00:00Z"},
		{`PUT /clock {"mode":"manual","start":"1999-01-01T00:00:00Z"}`, 400, ""},
		{`POST /clock/advance {}`, 400, ""},
		{`POST /clock/advance {"by":"1h","next":true}`, 400, ""},
		{`POST /clock/advance {"by":"-1h"}`, 400, ""},
		{`POST /clock/advance {"by":"1 hour"}`, 400, `write it like \"10m\"`},
		{`POST /clock/advance {"by":"1h","settle":"1h"}`, 400, "at most 10m"},
		{`POST /clock/advance {"by":10}`, 400, "by"},
		{`POST /clock/settle {"timeout":"1h"}`, 400, "at most 10m"},
		{`POST /clock/settle {"quiet":"-1s"}`, 400, "at least 0s"},

		// sandboxes
		{`POST /sandboxes {"id":"default"}`, 409, "default"},
		{`POST /sandboxes {"id":"../x"}`, 400, "id"},
		{`POST /sandboxes {"seed":-1}`, 400, "seed"},
		{`POST /sandboxes {"clock":{"mode":"fast"}}`, 400, "manual or auto"},
		{`POST /sandboxes {"webhooks":{"none":"http://127.0.0.1"}}`, 400, "none"},

		// handsets
		{"GET /handsets/8015550142", 400, "+18015550142"},
		{"GET /handsets/+0", 400, "+18015550142"},
		{"PUT /handsets/ana {}", 400, "+18015550142"},
		{"POST /handsets/+1801555o142/messages {}", 400, "+18015550142"},
		{`PUT /handsets/+18015550142 {"failure":"tired"}`, 400, "unreachable"},
		{`PUT /handsets/+18015550142 {"sent_after":"-1s"}`, 400, "negative"},
		{`PUT /handsets/+18015550142 {"number":"+18015550143"}`, 400, "unknown field"},
		{`POST /handsets/+18015550142/messages {"body":"x","provider":"none"}`, 400, "none"},
		{`POST /handsets/+18015550142/messages {"body":"x","to":"+19999999999"}`, 400, ""},

		// lists
		{"GET /messages?limit=0", 400, "1 to 1000"},
		{"GET /messages?limit=1001", 400, "1000"},
		{"GET /messages?limit=ten", 400, "whole number"},
		{"GET /messages?handset=ana", 400, "+18015550142"},
		{"GET /messages?after=nowhere", 400, "after"},
		{"GET /messages?event=x", 400, "this call takes provider"},
		{"GET /messages?limit=1&limit=2", 400, "given twice"},
		{"GET /messages?limit=%zz", 400, "query"},
		{"GET /messages?provider=a&conversation=b", 400, "combined"},
		{"GET /clock?now=1", 400, "takes none"},

		// webhooks and switches
		{"PUT /webhooks/PROVIDER", 400, "JSON body is needed"},
		{`PUT /webhooks/PROVIDER {"url":"ftp://127.0.0.1/"}`, 400, ""},
		{`PUT /webhooks/PROVIDER {"url":"","events":["message.read"]}`, 400, "message.received"},
		{`PUT /webhooks/PROVIDER {"url":"","parallel":-1}`, 400, "parallel"},
		{`PUT /switches/PROVIDER {"no-such":"1"}`, 400, "no-such"},
		{`PUT /switches/PROVIDER {"no-such":1}`, 400, "must not be a JSON number"},

		// faults
		{`POST /faults {"kind":"explode"}`, 400, "lose-answer"},
		{`POST /faults {"kind":"drop","nth":-1}`, 400, ""},
		{`POST /faults {"kind":"drop","match":{"handset":"ana"}}`, 400, "+18015550142"},
		{`POST /faults {"kind":"drop","match":{"colour":"red"}}`, 400, "unknown field"},

		// record
		{"GET /journal?after=-1", 400, "whole number"},
		{"GET /journal?limit=10001", 400, "10000"},
		{"GET /journal?kind=gossip", 400, "marker"},
		{`POST /journal {"kind":"message"}`, 400, "marker, process or probe"},
		{`POST /journal {"kind":"marker"}`, 400, "marker"},
		{`POST /journal {"kind":"marker","marker":"x","process":{"state":"killed"}}`, 400, "no other payload"},
		{`POST /journal {"kind":"marker","marker":"x","seq":1}`, 400, "unknown field"},
		{`POST /journal/wait {"where":{"kind":"gossip"}}`, 400, "marker"},
		{`POST /journal/wait {"where":{},"count":-1}`, 400, "count"},
		{`POST /journal/wait {"where":{},"timeout":"1h"}`, 400, "at most 10m"},
		{`POST /journal/wait {"where":{},"after":100000}`, 409, "began anew"},
		{"GET /journal/stream?after=100000", 409, "began anew"},
		{"GET /journal/stream?after=x", 400, "whole number"},
	} {
		parts := strings.SplitN(strings.ReplaceAll(c.do, "PROVIDER", w.provider), " ", 3)
		parts = append(parts, "")
		name := c.do[:min(len(c.do), 60)]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := w.send(t, parts[0], client.Prefix+parts[1], parts[2])
			if res.status != c.status || !strings.Contains(res.body, c.says) {
				t.Errorf("answers %d %s, want %d with %q", res.status, res.body, c.status, c.says)
			}
			if kind := res.header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("answers in %q, want a problem", kind)
			}
			if allow := res.header.Get("Allow"); (allow != "") != (c.status == 405) {
				t.Errorf("says Allow: %q", allow)
			}
		})
	}
}
