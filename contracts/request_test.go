package contracts

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/sms"
)

var jsonHead = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer k"}}

func TestRequestJSON(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	const whole = `"to":"+14155550100","text":"hi"`
	for _, test := range []struct{ name, body, want string }{
		{"right", `{` + whole + `,"from":null,"priority":"low","labels":{"a":"b"},"metadata":{"x":{"y":1}}}`, ``},
		{"several recipients", `{"to":["+14155550100","+14155550101"],"text":"hi"}`, ``},
		{"missing", `{"to":"+14155550100"}`, `missing body /text: "text" is missing; the contract requires it`},
		{"all missing", `{}`, "missing body /text: \"text\" is missing; the contract requires it\nmissing body /to: \"to\" is missing; the contract requires it"},
		{"type", `{` + whole + `,"parts":"2"}`, `type body /parts: "parts" is a string; the contract says integer`},
		{"type of several", `{` + whole + `,"from":7}`, `type body /from: "from" is a number; the contract says null or string`},
		{"type of alternatives", `{"to":7,"text":"hi"}`, `type body /to: "to" is a number; the contract says array or string`},
		{"not an object", `[]`, `type body: the body is an array; the contract says object`},
		{"enum", `{` + whole + `,"priority":"mid"}`, `value body /priority: "priority" is "mid"; the contract says one of "low", "high"`},
		{"const", `{` + whole + `,"media":[{"url":"x","kind":"film"}]}`, `value body /media/0/kind: "kind" is "film"; the contract says "image"`},
		{"pattern, not quoted", `{"to":"0151","text":"hi"}`, `value body /to: "to" is text of 4 characters; the contract says text like ^\+[1-9][0-9]{6,14}$`},
		{"inside an alternative", `{"to":["+14155550100","0151"],"text":"hi"}`, `value body /to/1: item 1 of "to" is text of 4 characters; the contract says text like ^\+[1-9][0-9]{6,14}$`},
		{"format", `{` + whole + `,"send_at":"tomorrow"}`, `value body /send_at: "send_at" is "tomorrow"; the contract says a date-time`},
		{"format, hidden", `{` + whole + `,"callback":"::"}`, `value body /callback: "callback" is text of 2 characters; the contract says a uri`},
		{"too short", `{"to":"+14155550100","text":""}`, `value body /text: "text" has 0 characters; the contract says at least 1`},
		{"too long", `{"to":"+14155550100","text":"` + strings.Repeat("ä", 21) + `"}`, `value body /text: "text" has 21 characters; the contract says at most 20`},
		{"few items", `{"to":[],"text":"hi"}`, `value body /to: "to" has 0 items; the contract says at least 1`},
		{"many items", `{"to":["+14155550100","+14155550101","+14155550102","+14155550103"],"text":"hi"}`, `value body /to: "to" has 4 items; the contract says at most 3`},
		{"equal items", `{"to":["+14155550100","+14155550100"],"text":"hi"}`, `value body /to: "to" has equal items 0 and 1; the contract says that none comes twice`},
		{"minimum", `{` + whole + `,"parts":0}`, `value body /parts: "parts" is 0; the contract says at least 1`},
		{"maximum", `{` + whole + `,"parts":10}`, `value body /parts: "parts" is 10; the contract says at most 9`},
		{"exclusive minimum", `{` + whole + `,"rate":0}`, `value body /rate: "rate" is 0; the contract says more than 0`},
		{"exclusive maximum", `{` + whole + `,"rate":1.5}`, `value body /rate: "rate" is 1.5; the contract says less than 1`},
		{"multiple", `{` + whole + `,"dozens":13}`, `value body /dozens: "dozens" is 13; the contract says a multiple of 12`},
		{"no fields", `{` + whole + `,"window":{}}`, `value body /window: "window" has 0 fields; the contract says at least 1`},
		{"many fields", `{` + whole + `,"metadata":{"a":1,"b":2,"c":3}}`, `value body /metadata: "metadata" has 3 fields; the contract says at most 2`},
		{"one needs the other", `{` + whole + `,"window":{"opens":"9"}}`, `missing body /window/closes: "closes" is missing; the contract requires it where there is "opens"`},
		{"names of fields", `{` + whole + `,"names":{"A1":1}}`, `value body /names/A1: "A1" has a name that the contract does not allow`},
		{"ruled out", `{` + whole + `,"never":"x"}`, `shape body /never: "never" is what the contract rules out`},
		{"the alternative that fits best", `{` + whole + `,"target":{"group":"7"}}`, `type body /target/group: "group" is a string; the contract says integer`},
		{"no alternative", `{` + whole + `,"target":{}}`, `shape body /target: "target" fits none of 2 alternatives: "contact" is missing; the contract requires it; or "group" is missing; the contract requires it`},
		{"both alternatives", `{` + whole + `,"target":{"contact":"a","group":7}}`, `shape body /target: "target" fits the alternatives 1 and 2; the contract says exactly one`},
		{"unread", `{` + whole + `,"idempotency_key":"x"}`, `unread body /idempotency_key: "idempotency_key" is there; the contract names no such field`},
		{"unread inside", `{` + whole + `,"media":[{"url":"x","width":1}]}`, `unread body /media/0/width: "width" is there; the contract names no such field`},
		{"unread where the schema forbids more", `{` + whole + `,"strict":{"b":1}}`, `unread body /strict/b: "b" is there; the contract names no such field`},
		{"unread of the alternative that fits", `{` + whole + `,"target":{"contact":"a","other":7}}`, `unread body /target/other: "other" is there; the contract names no such field`},
		{"unread though another alternative names it", `{` + whole + `,"target":{"contact":"a","group":"x"}}`, `unread body /target/group: "group" is there; the contract names no such field`},
		{"label of another type", `{` + whole + `,"labels":{"a":1}}`, `type body /labels/a: "a" is a number; the contract says string`},
		{"no JSON", `{"to":`, `malformed body: the body is not valid JSON`},
		{"more behind", `{` + whole + `} {}`, `malformed body: the body has something behind its JSON text`},
		{"no UTF-8", "{\"to\":\"\xff\"}", `malformed body: the body is not valid UTF-8`},
		{"a name twice", `{` + whole + `,"text":"ho: \" [x]"}`, `malformed body: the body has a name twice in one object; readers of JSON disagree about which counts`},
		{"too deep", strings.Repeat("[", 65) + strings.Repeat("]", 65), `malformed body: the body is nested more than 64 levels deep`},
		{"huge exponent", `{` + whole + `,"rate":1e-999999999}`, `malformed body: the body has a number that is out of range`},
		{"no body", ``, `missing body: the body is missing; the contract requires it`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := c.CheckRequest(Request{Method: "POST", URL: "/messages", Header: jsonHead, Body: []byte(test.body)})
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
			resolves(t, c, found)
		})
	}
}

func TestRequestOutsideTheBody(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	send := []byte(`{"to":"+14155550100","text":"hi"}`)
	head := func(more ...string) http.Header {
		h := jsonHead.Clone()
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = []string{more[i+1]}
		}
		return h
	}
	for _, test := range []struct {
		name   string
		method string
		url    string
		header http.Header
		body   []byte
		want   string
	}{
		{"no such path", "GET", "/letters?x=1", head(), nil, `route path: the contract names no path like "/letters"`},
		{"not cleaned", "GET", "/messages//m1", head(), nil, `route path: the contract names no path like "/messages//m1"`},
		{"other method", "PUT", "/messages", head(), nil, `method path: the method "PUT" is not known here; the contract says POST`},
		{"bad URL", "GET", "http://[::1", head(), nil, `malformed path: the URL cannot be read`},
		{"whole URL", "GET", "https://elsewhere.example/messages/m1", head(), nil, ``},
		{"the emulator's prefix", "GET", "http://127.0.0.1:7767/pigeon/messages/m1", head(), nil, ``},
		{"another spelling", "GET", "/MESSAGES/m1", head(), nil, ``},
		{"HEAD is GET", "HEAD", "/messages/m1", head(), nil, ``},
		{"path parameter", "GET", "/messages/x", head(), nil, `value path id: "id" is "x"; the contract says text like ^m[0-9]+$`},
		{"path parameter as a number", "GET", "/media/7", http.Header{}, nil, ``},
		{"path parameter that is none", "GET", "/media/x", http.Header{}, nil, `type path id: "id" is a string; the contract says integer`},
		{"escaped path", "GET", "/messages/m%2F1", head(), nil, `value path id: "id" is "m/1"; the contract says text like ^m[0-9]+$`},
		{"query", "POST", "/messages?dry_run=true&tag=1&tag=2", head(), send, ``},
		{"query in brackets", "POST", "/messages?tag[]=1&tag[]=2&tag[2]=3", head(), send, ``},
		{"query type", "POST", "/messages?dry_run=yes", head(), send, `type query dry_run: "dry_run" is a string; the contract says boolean`},
		{"query item", "POST", "/messages?tag=1&tag=b", head(), send, `type query tag/1: "tag/1" is a string; the contract says integer`},
		{"query twice", "POST", "/messages?dry_run=true&dry_run=false", head(), send, `type query dry_run: "dry_run" is an array; the contract says boolean`},
		{"query that nobody reads", "POST", "/messages?verbose=1", head(), send, `unread query verbose: "verbose" is in the query; the contract names no such parameter`},
		{"query that cannot be read", "POST", "/messages?a=%zz", head(), send, `malformed query: the query has a bad escape: a % must be followed by two hexadecimal digits`},
		{"header", "POST", "/messages", head("x-lane", "fast"), send, ``},
		{"header value", "POST", "/messages", head("X-Lane", "middle"), send, `value header X-Lane: "X-Lane" is "middle"; the contract says one of "fast", "slow"`},
		{"header that nobody reads", "POST", "/messages", head("idempotency-key", "1", "Traceparent", "2", "X-Stainless-Lang", "js"), send, `unread header Idempotency-Key: "Idempotency-Key" is sent; the contract names no such header`},
		{"content type with a parameter", "POST", "/messages", head("Content-Type", "application/json; charset=utf-8"), send, ``},
		{"content type", "POST", "/messages", head("Content-Type", "text/plain"), send, `content-type header Content-Type: Content-Type is "text/plain"; the contract says application/json`},
		{"no content type", "POST", "/messages", http.Header{"Authorization": {"Basic x"}}, send, `content-type header Content-Type: there is no Content-Type; the contract says application/json`},
		{"no credential", "GET", "/messages/m1", http.Header{}, nil, `missing header Authorization: "Authorization" is missing; the contract asks for a credential`},
		{"other credential", "GET", "/messages/m1", http.Header{"Authorization": {"Token x"}}, nil, `missing header Authorization: "Authorization" is of a kind that the contract does not name; it says "Bearer …"`},
		{"a body for nothing", "GET", "/messages/m1", head(), []byte("{}"), `unread body: there is a body; the contract names none here`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := c.CheckRequest(Request{Method: test.method, URL: test.url, Header: test.header, Body: test.body})
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
			resolves(t, c, found)
		})
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	for _, test := range []struct{ name, query, body, want string }{
		{"right", "", "To=a&Body=b&Count=3&Flag=true", ``},
		{"a list", "", "To=a&To=b&Body=b&Ids=1&Ids=2", ``},
		{"lists in brackets", "", "To[]=a&To[]=b&Body=b&Ids[1]=1&Ids[0]=2", ``},
		{"an object", "", "To=a&Body=b&Link[Header]=x&Link[Tracking]=true", ``},
		{"a list of objects", "", "To=a&Body=b&Rows[0][To]=x&Rows[1][To]=y", ``},
		{"a name with brackets", "", "To=a&Body=b&Plain[x]=1", ``},
		{"fields in the query", "?To=a&trace=1", "Body=b", ``},
		{"all fields in the query", "?To=a&Body=b", "", ``},
		{"a semicolon is text", "", "To=a;b&Body=b", ``},
		{"missing", "?Body=b", "", `missing body /To: "To" is missing; the contract requires it`},
		{"twice", "", "To=a&Body=b&Body=c", `type body /Body: "Body" is an array; the contract says string`},
		{"the body wins", "?Count=x", "To=a&Body=b&Count=3", ``},
		{"not a number", "", "To=a&Body=b&Count=three", `type body /Count: "Count" is a string; the contract says integer`},
		{"not a boolean", "", "To=a&Body=b&Flag=1", `type body /Flag: "Flag" is a string; the contract says boolean`},
		{"in a list, by number", "", "To=a&Body=b&Ids[10]=x&Ids[9]=1", `type body /Ids/1: item 1 of "Ids" is a string; the contract says integer`},
		{"inside an object", "", "To=a&Body=b&Link[Tracking]=maybe&Link[Colour]=red", "unread body /Link/Colour: \"Colour\" is there; the contract names no such field\ntype body /Link/Tracking: \"Tracking\" is a string; the contract says boolean"},
		{"inside a list of objects", "", "To=a&Body=b&Rows[0][From]=x", "unread body /Rows/0/From: \"From\" is there; the contract names no such field\nmissing body /Rows/0/To: \"To\" is missing; the contract requires it"},
		{"unread", "", "To=a&Body=b&Media=x", `unread body /Media: "Media" is there; the contract names no such field`},
		{"unread in the query", "?Media=x", "To=a&Body=b", `unread body /Media: "Media" is there; the contract names no such field`},
		{"bad escape", "", "To=%zz&Body=b", `malformed body: the body has a bad escape: a % must be followed by two hexadecimal digits`},
		{"no UTF-8", "", "To=%ff&Body=b", `malformed body: the body is not valid UTF-8`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			q := Request{Method: "POST", URL: "/forms/x/send" + test.query, Body: []byte(test.body)}
			if test.body != "" {
				q.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			}
			found := c.CheckRequest(q)
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
			resolves(t, c, found)
		})
	}
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	part := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	for _, test := range []struct{ name, contentType, body, want string }{
		{"right", "multipart/form-data; boundary=b", part("To", "a") + part("Body", "b") + part("Count", "7") + "--b--\r\n", ``},
		{"type", "multipart/form-data; boundary=b", part("To", "a") + part("Body", "b") + part("Count", "x") + "--b--\r\n", `type body /Count: "Count" is a string; the contract says integer`},
		{"torn", "multipart/form-data; boundary=b", part("To", "a"), `malformed body: the body is not valid multipart`},
		{"no boundary", "multipart/form-data", part("To", "a"), `malformed body: the body is multipart, but the Content-Type names no boundary`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := c.CheckRequest(Request{Method: "POST", URL: "/forms/x/send", Header: http.Header{"Content-Type": {test.contentType}}, Body: []byte(test.body)})
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
		})
	}
}

func TestFindingsAreSortedAndLimited(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	body := `{"to":"+14155550100","text":"hi"`
	for i := range 3000 {
		body += `,"n` + strings.Repeat("0", 4-len(strconv.Itoa(i))) + strconv.Itoa(i) + `":1`
	}
	q := Request{Method: "POST", URL: "/messages", Header: jsonHead, Body: []byte(body + `}`)}
	found := c.CheckRequest(q)
	if len(found) != maxFindings+1 {
		t.Fatalf("%d findings, want %d and one that counts the rest", len(found), maxFindings)
	}
	if found[0].Pointer != "/n0000" || found[99].Pointer != "/n0099" {
		t.Errorf("the first is %s, the hundredth %s; want /n0000 and /n0099", found[0].Pointer, found[99].Pointer)
	}
	if last := found[100]; last.Problem != "2900 more findings are left out" || !last.Unread() {
		t.Errorf("the last is %v", last)
	}
	for range 5 {
		if diff := cmp.Diff(found, c.CheckRequest(q)); diff != "" {
			t.Fatalf("another order:\n%s", diff)
		}
	}
}

func TestFindingsNameTheirBasis(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	found := c.CheckRequest(Request{Method: "POST", URL: "/messages", Header: jsonHead, Body: []byte(`{"to":"1","send_at":"x"}`)})
	want := []sms.Finding{
		{Kind: "value", Place: "body", Pointer: "/send_at", Problem: `"send_at" is "x"; the contract says a date-time`, Rule: "#/components/schemas/Send/properties/send_at/format", Evidence: "inferred", Source: "our choice", Operation: "POST /messages"},
		{Kind: "missing", Place: "body", Pointer: "/text", Problem: `"text" is missing; the contract requires it`, Rule: "#/components/schemas/Send/required", Evidence: "documented", Source: "pigeon.example/send", Operation: "POST /messages"},
		{Kind: "value", Place: "body", Pointer: "/to", Problem: `"to" is text of 1 character; the contract says text like ^\+[1-9][0-9]{6,14}$`, Rule: "#/components/schemas/Number/pattern", Evidence: "documented", Source: "pigeon.example/numbers", Operation: "POST /messages"},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("want (-), found (+):\n%s", diff)
	}
	if got, want := found[1].String(), `POST /messages: body /text: "text" is missing; the contract requires it (documented: pigeon.example/send)`; got != want {
		t.Errorf("String is %q, want %q", got, want)
	}
}
