package control_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/control"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	ana = sms.Number("+18015550142")
	ben = sms.Number("+18015550143")
)

// world is a control API over an emulator, and a client that holds every
// exchange against the document.
type world struct {
	*client.Client
	url      string
	provider string // the default one
	judge    *judge
	network  *emulator.Emulator
}

// network is an emulator with a manual clock.
func network(t testing.TB) *emulator.Emulator {
	t.Helper()
	em, err := emulator.New(emulator.Options{
		Clock: clock.Options{Mode: clock.Manual}, SelfCheck: true, OffContract: emulatortest.OffContract(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(em.Close)
	return em
}

func start(t testing.TB, o control.Options) *world {
	t.Helper()
	em := network(t)
	o.Network = em
	server := httptest.NewServer(control.New(o))
	t.Cleanup(server.Close)
	j := newJudge(t)
	w := &world{url: server.URL, judge: j, network: em}
	w.Client = client.New(client.Options{URL: server.URL, Token: o.Token, HTTP: &http.Client{Transport: j}})
	w.provider = emulator.Providers()[0].Name
	if _, err := w.Sandbox(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// judge is a transport that holds every exchange against the document.
type judge struct {
	t         testing.TB
	transport *http.Transport
	doc       *openapi3.T

	mu   sync.Mutex
	seen map[string]bool // operation ids that answered with success
}

func newJudge(t testing.TB) *judge {
	t.Helper()
	j := &judge{t: t, transport: &http.Transport{}, seen: map[string]bool{}}
	t.Cleanup(j.transport.CloseIdleConnections)
	data, err := control.Document("test")
	if err != nil {
		t.Fatal(err)
	}
	if j.doc, err = openapi3.NewLoader().LoadFromData(data); err != nil {
		t.Fatal(err)
	}
	return j
}

// RoundTrip makes an exchange and judges it. A request that is refused may be
// as wrong as it likes; the refusal may not.
func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := j.transport.RoundTrip(r)
	if err != nil {
		return res, err
	}
	input := j.route(r)
	if input == nil {
		return res, nil
	}
	id := input.Route.Operation.OperationID
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	input.Options = options
	if res.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
			j.t.Errorf("%s was taken, but its request is not as described: %v", id, err)
		}
		j.mu.Lock()
		j.seen[id] = true
		j.mu.Unlock()
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return res, nil
	}
	data, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(data))
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: res.StatusCode, Header: res.Header,
		Body: io.NopCloser(bytes.NewReader(data)), Options: options,
	}
	if err := openapi3filter.ValidateResponse(r.Context(), answer); err != nil {
		j.t.Errorf("%s answered %d, not as described: %v\n%s", id, res.StatusCode, err, data)
	}
	return res, nil
}

// route finds the operation that a request means, or nil.
func (j *judge) route(r *http.Request) *openapi3filter.RequestValidationInput {
	path := strings.TrimPrefix(r.URL.Path, client.Prefix)
	if parts := strings.SplitN(path, "/", 4); len(parts) == 4 && parts[1] == "sandboxes" {
		path = "/" + parts[3]
	}
	for pattern, item := range j.doc.Paths.Map() {
		params, ok := match(pattern, path)
		op := item.GetOperation(r.Method)
		if !ok || op == nil {
			continue
		}
		again := r.Clone(r.Context())
		if r.GetBody != nil {
			again.Body, _ = r.GetBody()
		}
		return &openapi3filter.RequestValidationInput{
			Request: again, PathParams: params, QueryParams: r.URL.Query(),
			Route: &routers.Route{Spec: j.doc, Path: pattern, PathItem: item, Method: r.Method, Operation: op},
		}
	}
	return nil
}

func match(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range want {
		if name, isParam := strings.CutPrefix(segment, "{"); isParam {
			params[strings.TrimSuffix(name, "}")] = got[i]
		} else if segment != got[i] {
			return nil, false
		}
	}
	return params, true
}
