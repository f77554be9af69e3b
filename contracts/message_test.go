package contracts_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator/sms"
)

const talking = `
openapi: 3.1.0
info: {title: talking, version: "1"}
x-webhook-type: /type
paths:
  /accounts/{account}/texts:
    post:
      parameters:
        - {name: account, in: path, required: true, schema: {type: string}}
        - {name: lane, in: query, schema: {type: string, enum: [fast, slow]}}
      x-conversation: [/thread, "/to/0", "query:to", "path:account"]
      x-mt: {handset: ["/to/0"], line: [/from], text: [/body]}
      requestBody: 
        content:
          application/json: {schema: {$ref: "#/components/schemas/Text"}}
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Text"}}
      responses:
        "200": {description: taken, content: {application/json: {}}}
        "404":
          description: not there
          content: {application/json: {example: {error: gone}}}
webhooks:
  came:
    post: 
      x-conversation: [/from]
      x-mo: {handset: /from, line: /to, text: /text}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [from, to]
              properties: {type: {const: came}, from: {type: string}, to: {type: string}, text: {type: string}}
      responses: {"200": {description: taken}}
  state:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [id, state]
              properties: {type: {const: state}, id: {type: string}, state: {type: string}}
      responses: {"200": {description: taken}}
components:
  schemas:
    Text:
      type: object
      properties:
        kind: {enum: [text, picture]}
        to: {type: array, items: {type: string}}
        lane: {anyOf: [{enum: [fast]}, {type: string}]}
`

func talk(t *testing.T) *contracts.Contract {
	t.Helper()
	c, err := contracts.Parse("talking", []byte(talking))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(address, kind, body string) contracts.Request {
	return contracts.Request{Method: "POST", URL: address, Header: http.Header{"Content-Type": {kind}}, Body: []byte(body)}
}

func TestReadRequestSaysWhoItIsAbout(t *testing.T) {
	t.Parallel()
	c := talk(t)
	for name, tt := range map[string]struct {
		q    contracts.Request
		want []string
	}{
		"thread first": {request("/accounts/a/texts", "application/json", `{"to":["+1"],"thread":7}`), []string{"7", "+1", "a"}},
		"a form":       {request("/accounts/a/texts?to=%2B2", "application/x-www-form-urlencoded", `to=%2B1`), []string{"+1", "+2", "a"}},
		"nothing read": {request("/accounts/a/texts", "application/json", `{`), []string{"a"}},
		"other kind":   {request("/accounts/a/texts", "text/csv", `+1`), []string{"a"}},
	} {
		m, ok := c.ReadRequest(tt.q)
		if !ok || !slices.Equal(m.Conversation(), tt.want) || m.Path("account") != "a" || m.Path("none") != "" {
			t.Errorf("%s: %v, %v; want %v", name, ok, m.Conversation(), tt.want)
		}
	}
	if _, ok := c.ReadRequest(request("/nowhere", "", "")); ok {
		t.Error("an operation that is not there was found")
	}
}

func TestShapeSaysTypesAndChoices(t *testing.T) {
	t.Parallel()
	m, _ := talk(t).ReadRequest(request("/accounts/a/texts?lane=fast&x=1", "application/json",
		`{"kind":"text","to":["+1"],"body":"hi","lane":"up","n":1.5,"on":true,"no":null,"a/b":{}}`))
	want := map[string]string{
		"": "object", "/kind": `"text"`, "/to": "array", "/to/0": "string", "/body": "string", "/lane": "string", "/n": "number",
		"/on": "boolean", "/no": "null", "/a~1b": "object", "query:lane": `"fast"`, "query:x": "string",
	}
	if diff := cmp.Diff(want, m.Shape()); diff != "" {
		t.Error(diff)
	}
	texts := map[string]string{"/kind": "text", "/to/0": "+1", "/body": "hi", "/lane": "up", "query:lane": "fast", "query:x": "1"}
	if diff := cmp.Diff(texts, m.Texts()); diff != "" {
		t.Error(diff)
	}
	if got := m.Roles("x-mt", "text"); !slices.Equal(got, []string{"hi"}) || !slices.Equal(m.RolePointers("x-mt", "text"), []string{"/body"}) {
		t.Errorf("text %v", got)
	}
}

func TestReadWebhookByWordOrByFit(t *testing.T) {
	t.Parallel()
	c := talk(t)
	for body, want := range map[string]string{
		`{"type":"came","id":"1","state":"sent"}`: "webhook came",
		`{"from":"+1","to":"+2","text":"hi"}`:     "webhook came",
		`{"id":"1","state":"sent"}`:               "webhook state",
	} {
		m, ok := c.ReadWebhook(contracts.Webhook{Request: request("/", "application/json", body)})
		if !ok || m.Operation.String() != want {
			t.Errorf("%s is %v; want %s", body, m.Operation, want)
		}
	}
	m, _ := c.ReadWebhook(contracts.Webhook{Request: request("/", "application/json", `{"from":"+1","to":"+2"}`)})
	if got := m.Roles("x-mo", "line"); !slices.Equal(got, []string{"+2"}) {
		t.Errorf("line %v", got)
	}
	if _, ok := c.ReadWebhook(contracts.Webhook{Request: request("/", "application/json", `{"type":"none"}`)}); ok {
		t.Error("a webhook of no known type was found")
	}
}

// twins are two kinds of webhook without a word for their type, of which one
// has all fields of the other.
const twins = `
openapi: 3.1.0
info: {title: twins, version: "1"}
paths: {}
webhooks:
  long: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: {id: {type: string}, text: {type: string}, more: {type: string}}}}}}, responses: {"200": {description: taken}}}}
  short: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: {id: {type: string}, text: {type: string}}}}}}, responses: {"200": {description: taken}}}}
`

// What is found, read and checked is the same webhook: of two that fit equally
// well the one that leaves less unsaid.
func TestOneWebhookOfTwoThatFit(t *testing.T) {
	t.Parallel()
	c, err := contracts.Parse("twins", []byte(twins))
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"id":1,"text":"hi"}`:            "webhook short",
		`{"id":1,"text":"hi","more":"x"}`: "webhook long",
		`{"id":1,"more":"x"}`:             "webhook long",
	} {
		w := contracts.Webhook{Request: request("/", "application/json", body)}
		m, ok := c.ReadWebhook(w)
		found := c.CheckWebhook(w)
		if !ok || len(found) != 1 || found[0].Operation != want || c.FindWebhook(w).String() != want || m.Operation.String() != want {
			t.Errorf("%s: found %v, read as %v; want %s", body, found, m.Operation, want)
		}
	}
}

// Both have the same fields that must be there, and neither says its type.
func TestASendIsNoReply(t *testing.T) {
	t.Parallel()
	c, err := contracts.Load("mta")
	if err != nil {
		t.Fatal(err)
	}
	body := `{"messageId":"6","fromNumber":"+18445550100","toNumber":"+15555550123","message":"Ready?","timestamp":7}`
	found := c.CheckWebhook(contracts.Webhook{Request: request("/", "application/json", body)})
	if !slices.ContainsFunc(found, func(f sms.Finding) bool { return f.Pointer == "/timestamp" }) {
		t.Errorf("found %v; want the time to be wrong", found)
	}
	for _, f := range found {
		if f.Operation != "webhook message-send" {
			t.Errorf("it is checked as %s: %s", f.Operation, f)
		}
	}
}

// Only a schema says what the elements of XML are.
func TestXMLWithoutASchemaIsNotLookedInto(t *testing.T) {
	t.Parallel()
	c, err := contracts.Parse("markup", []byte(`
openapi: 3.1.0
info: {title: markup, version: "1"}
paths:
  /notes: {post: {requestBody: {content: {application/xml: {}}}, responses: {"200": {description: taken}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if found := c.CheckRequest(request("/notes", "application/xml", "<a><b/></a>")); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	if found := c.CheckRequest(request("/notes", "application/xml", "<a><b></a>")); len(found) != 1 || found[0].Kind != sms.FoundMalformed {
		t.Errorf("found %v; want what is malformed", found)
	}
	if m, ok := c.ReadRequest(request("/notes", "application/xml", "<a/>")); !ok || m.Value != nil || len(m.Shape()) > 0 {
		t.Errorf("read %v", m.Value)
	}
}

func TestReadBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind, body string
		want       any
	}{
		{"application/json; charset=utf-8", `{"a":[null]}`, map[string]any{"a": []any{nil}}},
		{"application/x-www-form-urlencoded", "a=1&a[b]=2", map[string]any{"a": "1", "a[b]": "2"}},
		{"text/plain", "hi", "hi"},
		{"application/json", `{`, nil},
		{"application/xml", `<a/>`, nil},
		{"image/png", "x", nil},
		{"", "x", nil},
	} {
		got, err := contracts.ReadBody(tt.kind, []byte(tt.body))
		if diff := cmp.Diff(tt.want, got); diff != "" || (err != nil) != (tt.want == nil) {
			t.Errorf("%s %s: %v\n%s", tt.kind, tt.body, err, diff)
		}
	}
}

func TestExample(t *testing.T) {
	t.Parallel()
	m, _ := talk(t).ReadRequest(request("/accounts/a/texts", "", ""))
	kind, body, ok := m.Operation.Example(404)
	if !ok || kind != "application/json" || string(body) != `{"error":"gone"}` {
		t.Errorf("example %v %s %s", ok, kind, body)
	}
	for _, status := range []int{200, 500} {
		if _, body, ok := m.Operation.Example(status); ok {
			t.Errorf("an example of %d: %s", status, body)
		}
	}
}
