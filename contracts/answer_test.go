package contracts

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	good := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Request-Id": {"r123"}}
	send, show := Request{Method: "POST", URL: "/messages"}, Request{URL: "/messages/m1"}
	for _, test := range []struct {
		name   string
		of     Request
		status int
		header http.Header
		body   string
		want   string
	}{
		{"right", send, 201, good, `{"id":"m1","state":"sent","note":null}`, ``},
		{"a class of statuses", send, 422, good, `{"error":"x"}`, ``},
		{"any status", show, 503, good, `{"error":"x"}`, ``},
		{"nothing to say", show, 204, http.Header{}, ``, ``},
		{"HEAD", Request{Method: "HEAD", URL: "/messages/m1"}, 200, http.Header{}, ``, ``},
		{"an unknown route is not judged", Request{URL: "/letters"}, 200, good, `{}`, ``},
		{"status", send, 200, good, `{}`, `status status: the status is 200; the contract says 201, 4xx`},
		{"odd status", send, -1, good, `{}`, `status status: the status is -1; the contract says 201, 4xx`},
		{"header missing", send, 201, http.Header{"Content-Type": {"application/json"}}, `{"id":"m1","state":"sent"}`, `header header X-Request-Id: "X-Request-Id" is missing; the contract requires it`},
		{"header value", send, 201, http.Header{"Content-Type": {"application/json"}, "x-request-id": {"r"}}, `{"id":"m1","state":"sent"}`, `header header X-Request-Id: "X-Request-Id" has 1 character; the contract says at least 4`},
		{"unknown field", send, 201, good, `{"id":"m1","state":"sent","cost":1}`, `unknown body /cost: "cost" is there; the contract names no such field`},
		{"null where it may not be", send, 201, good, `{"id":null,"state":"sent"}`, `type body /id: "id" is null; the contract says string`},
		{"a secret is not quoted", send, 201, good, `{"id":"m1","state":"sent","key":"hunter2"}`, `value body /key: "key" is text of 7 characters; the contract says text like ^k`},
		{"content type", send, 201, http.Header{"X-Request-Id": {"r123"}, "Content-Type": {"text/html"}}, `<p>`, `content-type header Content-Type: Content-Type is "text/html"; the contract says application/json`},
		{"no body", send, 201, good, ``, `missing body: the body is missing; the contract says that there is one`},
		{"text", Request{Method: "POST", URL: "/forms/x/send"}, 200, http.Header{"Content-Type": {"text/plain"}}, `fine`, `value body: the body has 4 characters; the contract says at most 2`},
		{"opaque", Request{URL: "/media/1"}, 200, http.Header{"Content-Type": {"image/png"}}, "\x89PNG", ``},
		{"not opaque", Request{URL: "/media/1"}, 200, http.Header{"Content-Type": {"video/mp4"}}, "x", `content-type header Content-Type: Content-Type is "video/mp4"; the contract says image/*`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := c.CheckAnswer(test.of, Answer{Status: test.status, Header: test.header, Body: []byte(test.body)})
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
			resolves(t, c, found)
		})
	}
}

func TestXML(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	wrap := func(inner string) string {
		return `<?xml version="1.0"?>` + "\n<PigeonResponse>" + inner + "</PigeonResponse>"
	}
	const whole = `<Sid>a</Sid><Price></Price><Units>2</Units>`
	for _, test := range []struct{ name, body, want string }{
		{"right", wrap(whole + `<Item><Name>n</Name></Item><Item><Name/></Item><Tags><Tag>a</Tag><Tag>b</Tag></Tags><Empty></Empty>`), ``},
		{"an attribute", `<PigeonResponse version="2" xmlns="urn:x">` + whole + `</PigeonResponse>`, ``},
		{"missing", wrap(`<Sid>a</Sid><Price/>`), `missing body /Units: "Units" is missing; the contract requires it`},
		{"no number", wrap(`<Sid>a</Sid><Price/><Units>two</Units>`), `type body /Units: "Units" is a string; the contract says null or integer`},
		{"unknown element", wrap(whole + `<Colour>red</Colour>`), `unknown body /Colour: "Colour" is there; the contract names no such field`},
		{"unknown attribute", `<PigeonResponse lang="en">` + whole + `</PigeonResponse>`, `unknown body /lang: "lang" is there; the contract names no such field`},
		{"unknown inside an item", wrap(whole + `<Item><Name>n</Name></Item><Item><Age>7</Age></Item>`), `unknown body /Items/1/Age: "Age" is there; the contract names no such field`},
		{"twice", wrap(whole + `<Sid>b</Sid>`), `type body /Sid: "Sid" is an array; the contract says string`},
		{"elements where text is meant", wrap(whole + `<Empty><a/></Empty>`), `type body /Empty: "Empty" is an object; the contract says string`},
		{"text where elements are meant", wrap("text"), "type body: the body is a string; the contract says object"},
		{"root", `<Other/>`, `malformed body: the body has the root element "Other"; the contract says "PigeonResponse"`},
		{"two roots", wrap(whole) + `<b/>`, `malformed body: the body has 2 root elements; XML has one`},
		{"text outside", wrap(whole) + `x`, `malformed body: the body has text outside its root element`},
		{"torn", `<PigeonResponse>`, `malformed body: the body is not valid XML`},
		{"entities", `<!DOCTYPE a [<!ENTITY b "c">]><PigeonResponse>&b;</PigeonResponse>`, `malformed body: the body has a document type; entities are not read`},
		{"unknown entity", wrap(`<Sid>&b;</Sid>`), `malformed body: the body is not valid XML`},
		{"too deep", strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65), `malformed body: the body is nested more than 64 levels deep`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := c.CheckAnswer(Request{URL: "/messages/m1"}, Answer{Status: 200, Header: http.Header{"Content-Type": {"application/xml"}}, Body: []byte(test.body)})
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
			resolves(t, c, found)
		})
	}
}
