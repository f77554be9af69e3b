package exchange_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/exchange"
	"github.com/switchhook/switchhook/contracts/recording"
)

func open(t *testing.T, file string) *recording.HAR {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := recording.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func load(t *testing.T, names ...string) []*contracts.Contract {
	t.Helper()
	var all []*contracts.Contract
	for _, name := range names {
		c, err := contracts.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func findings(s exchange.Sorted) []string {
	var all []string
	for _, x := range s.Exchanges {
		for _, f := range x.Check() {
			all = append(all, string(f.Of)+" "+string(f.Kind)+" "+f.Pointer+" "+f.File)
		}
	}
	return all
}

// What a real browser saved: its page is left out, and what was wrong is found.
func TestBrowser(t *testing.T) {
	t.Parallel()
	h := open(t, "../testdata/browser.har")
	got := exchange.Sort(h, exchange.Options{Contracts: load(t, "surge"), Force: true})
	want := []string{"request type /body /log/entries/3/request", "request route  /log/entries/4/request"}
	if all := findings(got); !slices.Equal(all, want) || len(got.Exchanges) != 4 || got.Strangers != 1 {
		t.Errorf("%d exchanges, %d strangers, %q; want %q", len(got.Exchanges), got.Strangers, all, want)
	}
	if none := exchange.Sort(h, exchange.Options{Contracts: load(t, contracts.Names()...)}); len(none.Exchanges) != 0 || none.Strangers != 5 {
		t.Errorf("%d exchanges went to a server that no contract names", len(none.Exchanges))
	}
}

func entry(method, url, body string) recording.Entry {
	e := recording.Entry{Direction: recording.Call, Request: recording.Request{Method: method, URL: url}}
	e.Request.Headers = []recording.Pair{{Name: ":authority", Value: "x"}, {Name: "content-type", Value: "application/json"}}
	e.Request.SetBody("application/json", []byte(body))
	return e
}

func TestSort(t *testing.T) {
	t.Parallel()
	h := &recording.HAR{Log: recording.Log{Entries: []recording.Entry{
		entry("GET", "https://api.surge.app/accounts?after=x", ""),
		entry("GET", "https://API.mobile-text-alerts.com/v3/groups", ""),
		entry("GET", "http://127.0.0.1:7767/surge/nowhere", ""),
		entry("GET", "http://127.0.0.1:7767/other/nowhere", ""),
		entry("GET", "https://cdn.example.com/app.js", ""),
		entry("POST", "http://127.0.0.1:3000/hooks", `{"type":"message.sent","id":"evt_1"}`),
		entry("POST", "http://127.0.0.1:3000/orders", `{"name":"x","size":1}`),
		entry("GET", "::not a url::", ""),
	}}}
	got := exchange.Sort(h, exchange.Options{Contracts: load(t, "surge", "mta")})
	var all []string
	for _, x := range got.Exchanges {
		name := "nothing"
		if x.Operation != nil {
			name = x.Operation.String()
		}
		all = append(all, x.Contract.Name()+" "+name+" "+x.Path())
	}
	want := []string{
		"surge GET /accounts /accounts?after=x", "mta GET /v3/groups /v3/groups", "surge nothing /nowhere",
		"surge webhook message.sent /hooks",
	}
	if !slices.Equal(all, want) || got.Strangers != 4 {
		t.Errorf("sorted are %q and %d strangers, want %q", all, got.Strangers, want)
	}
}

// What was taken out, or not kept, is nobody's fault.
func TestRedactedIsNoFinding(t *testing.T) {
	t.Parallel()
	for _, provider := range contracts.Names() {
		h := open(t, "../"+provider+"/recordings/quirk-story.har")
		for _, f := range findings(exchange.Sort(h, exchange.Options{Contracts: load(t, provider), Force: true})) {
			if strings.Contains(f, "Authorization") || strings.Contains(f, "ignature") {
				t.Errorf("%s: %s", provider, f)
			}
		}
	}
	e := entry("POST", "https://api.surge.app/accounts", "")
	e.Request.BodySize = 10 // the tool did not keep it
	e.Response = recording.Response{Status: 201, Content: recording.Content{Size: 5, MimeType: "application/json"}}
	h := &recording.HAR{Log: recording.Log{Entries: []recording.Entry{e}}}
	for _, f := range findings(exchange.Sort(h, exchange.Options{Contracts: load(t, "surge")})) {
		if strings.Contains(f, "missing") && !strings.Contains(f, "Authorization") && !strings.Contains(f, "X-Request-Id") {
			t.Errorf("a body that was not kept is missed: %s", f)
		}
	}
}

// Nothing can be concluded from what was taken out, wherever it stood.
func TestWhatWasTakenOutBreaksNoRule(t *testing.T) {
	t.Parallel()
	c, err := contracts.Parse("post", []byte(`
openapi: 3.1.0
info: {title: post, version: "1"}
servers: [{url: "http://post.test"}]
paths:
  /send/{id}:
    post:
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: page, in: query, schema: {type: integer}, x-sensitive: secret}
        - {name: X-Turn, in: header, schema: {type: integer}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {
        pin: {type: integer, x-sensitive: secret},
        to: {anyOf: [{type: object, required: [n], properties: {n: {type: integer}}}, {type: object, required: [m], properties: {m: {type: integer}}}]}}}}}}
      responses: {"200": {description: taken}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]int{"REDACTED": 0, "REDACTED-0123abcd": 0, "other": 5} {
		e := entry("POST", "http://post.test/send/"+value+"?page="+value, `{"pin":"`+value+`","to":{"n":"`+value+`","m":"`+value+`"}}`)
		e.Request.Headers = append(e.Request.Headers, recording.Pair{Name: "X-Turn", Value: value})
		h := &recording.HAR{Log: recording.Log{Entries: []recording.Entry{e}}}
		all := findings(exchange.Sort(h, exchange.Options{Contracts: []*contracts.Contract{c}}))
		if len(all) != want {
			t.Errorf("%s: %q; want %d findings", value, all, want)
		}
	}
}
