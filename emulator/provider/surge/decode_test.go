package surge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
)

// badBodies are bodies of POST /accounts/{account_id}/messages that are refused.
// The answers are in testdata/bad-bodies.txt.
var badBodies = []struct{ name, body string }{
	{"empty", ``},
	{"not json", `to=+18015550142&body=Hi`},
	{"torn", `{"to":"+18015550142","body":"Hi"`},
	{"trailing data", `{"to":"+18015550142","body":"Hi"}{}`},
	{"trailing comma", `{"to":"+18015550142","body":"Hi",}`},
	{"byte order mark", "\xef\xbb\xbf" + `{"to":"+18015550142","body":"Hi"}`},
	{"not utf-8", `{"to":"+18015550142","body":"` + "\xff" + `"}`},
	{"raw control character", "{\"to\":\"+18015550142\",\"body\":\"a\x00b\"}"},
	{"NaN", `{"to":"+18015550142","body":NaN}`},
	{"comment", `{"to":"+18015550142",/**/"body":"Hi"}`},
	{"repeated name", `{"to":"+18015550142","to":"+18015550143","body":"Hi"}`},
	{"repeated name, escaped", `{"to":"+18015550142","\u0074o":"+18015550143","body":"Hi"}`},
	{"repeated name inside", `{"to":"+18015550142","body":"Hi","metadata":{"a":"1","b":[{"c":1,"c":2}]}}`},
	{"an array", `[{"to":"+18015550142","body":"Hi"}]`},
	{"a string", `"Hi"`},
	{"null", `null`},
	{"65 deep", `{"to":"+18015550142","body":"Hi","x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`},
	{"20,000 deep", strings.Repeat("[", 20000) + strings.Repeat("]", 20000)},

	{"nothing", `{}`},
	{"no body", `{"to":"+18015550142"}`},
	{"blank body", `{"to":"+18015550142","body":" \n"}`},
	{"null body", `{"to":"+18015550142","body":null}`},
	{"no recipient", `{"body":"Hi"}`},
	{"names match exactly", `{"To":"+18015550142","body":"Hi"}`},
	{"empty to", `{"to":"","body":"Hi"}`},
	{"to without plus", `{"to":"18015550142","body":"Hi"}`},
	{"to too long", `{"to":"+1801555014218015","body":"Hi"}`},
	{"to is a plus", `{"to":"+","body":"Hi"}`},
	{"to with a line break", `{"to":"+18015550142\r\nX: y","body":"Hi"}`},
	{"to in full-width digits", `{"to":"+１８０１５５５０１４２","body":"Hi"}`},
	{"unknown contact", `{"to":"ctc_01m0fteyx8fgwbdhm8s8fn5jqy","body":"Hi"}`},
	{"unknown conversation", `{"conversation":"cnv_01m0ftd4a8eg08qk8ya9pks0y6","body":"Hi"}`},
	{"unknown conversation in an object", `{"conversation":{"id":"cnv_none"},"body":"Hi"}`},
	{"unknown contact of a conversation", `{"conversation":{"contact":{"id":"ctc_none"}},"body":"Hi"}`},
	{"conversation without a contact", `{"conversation":{},"body":"Hi"}`},
	{"contact without a number", `{"conversation":{"contact":{"first_name":"Ada"}},"body":"Hi"}`},
	{"contact with a bad number", `{"conversation":{"contact":{"phone_number":"555"}},"body":"Hi"}`},
	{"to and conversation", `{"to":"+18015550142","conversation":"cnv_none","body":"Hi"}`},
	{"from and conversation", `{"from":"+18015550100","conversation":{"contact":{"phone_number":"+18015550142"}},"body":"Hi"}`},
	{"unknown from", `{"to":"+18015550142","from":"pn_none","body":"Hi"}`},
	{"a complaint comes before an unknown from", `{"to":"+18015550142","from":"pn_none"}`},
	{"link shortening", `{"to":"+18015550142","body":"Hi","settings":{"link_shortening":"maybe"}}`},
	{"attachment type", `{"to":"+18015550142","attachments":[{"url":"https://acme.com/a.exe"}]}`},

	{"first half of a surrogate pair", `{"to":"+18015550142","body":"a\ud800b"}`},
	{"second half of a surrogate pair", `{"to":"+18015550142","body":"a\udc00"}`},
	{"two first halves", `{"to":"+18015550142","body":"\ud83d\ud83d"}`},
	{"NUL", `{"to":"+18015550142","body":"a\u0000b"}`},
	{"number that no float holds", `{"to":"+18015550142","body":"Hi","x":1e400}`},

	{"wrong types", `{"to":7,"from":[],"body":{},"attachments":{},"metadata":[],"send_at":1787238245,"settings":"on"}`},
	{"wrong types in a conversation", `{"conversation":{"contact":{"phone_number":1,"first_name":2,"last_name":[],"email":{},"metadata":"x","outbound_disabled":"no"},"phone_number":9},"body":"Hi"}`},
	{"conversation is a number", `{"conversation":5,"body":"Hi"}`},
	{"contact is a string", `{"conversation":{"contact":"+18015550142"},"body":"Hi"}`},
	{"conversation id is a number", `{"conversation":{"id":5},"body":"Hi"}`},
	{"contact id is a number", `{"conversation":{"contact":{"id":5}},"body":"Hi"}`},
	{"number id is a number", `{"conversation":{"contact":{"phone_number":"+18015550142"},"phone_number":{"id":5}},"body":"Hi"}`},
	{"link shortening is a flag", `{"to":"+18015550142","body":"Hi","settings":{"link_shortening":true}}`},
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, c := range badBodies {
		w := newWorld(t)
		got := w.send(t, c.body)
		slug(t, got)
		if len(w.messages(t)) > 0 {
			t.Errorf("%s: a message was sent", c.name)
		}
		fmt.Fprintf(&all, "%s\n%d %s\n\n", c.name, got.status, got.body)
	}
	golden.Check(t, "bad-bodies.txt", all.String())
}

// TestGoodBodies are bodies that look odd and are taken.
func TestGoodBodies(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"white space around": " \n{\"to\":\"+18015550142\",\"body\":\"Hi\"}\r\n\t",
		"unknown fields":     `{"to":"+18015550142","body":"Hi","idempotency_key":{"a":[1]},"To":5}`,
		"64 deep":            `{"to":"+18015550142","body":"Hi","x":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`,
		"surrogate pair":     `{"to":"+18015550142","body":"a\ud83d\ude00\\ud800"}`,
		"same name, other object": `{"to":"+18015550142","body":"Hi",
			"metadata":{"to":"a","x":{"to":"b"},"y":[{"to":1},{"to":2}]},"":""}`,
		"settings":      `{"to":"+18015550142","body":"Hi","settings":{"link_shortening":"disabled","x":1}}`,
		"no settings":   `{"to":"+18015550142","body":"Hi","settings":{"link_shortening":null}}`,
		"null settings": `{"to":"+18015550142","body":"Hi","settings":null,"attachments":null,"metadata":null,"send_at":null}`,
	} {
		if got := newWorld(t).send(t, body); got.status != 201 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{
		"application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON": 201,
		"": 400, "text/plain": 400, "application/x-www-form-urlencoded": 400, "application/jsonx": 400, "application/json; charset": 400,
	} {
		w := newWorld(t)
		for _, c := range []struct {
			method, path, body string
			status             int
		}{
			{"POST", "/accounts/" + w.account.ID + "/messages", `{"to":"+18015550142","body":"Hi"}`, want},
			{"POST", "/accounts/" + w.account.ID + "/contacts", `{"phone_number":"+18015550143"}`, want},
		} {
			r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
			r.Header.Set("Content-Type", kind)
			if got := w.serve(t, r); got.status != c.status {
				t.Errorf("%s with %q: %d %s", c.path, kind, got.status, got.body)
			}
		}
	}
}

func TestUnreadableBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := func(body io.Reader) *http.Request {
		r := httptest.NewRequest("POST", "/accounts/"+w.account.ID+"/messages", body)
		r.Header.Set("Content-Type", "application/json")
		return r
	}
	big := post(strings.NewReader(`{"to":"+18015550142","body":"Hi"}`))
	big.Body = http.MaxBytesReader(httptest.NewRecorder(), big.Body, 8)
	if got := w.serve(t, big); got.status != 413 || slug(t, got) != "bad_request" {
		t.Errorf("over the limit: %d %s", got.status, got.body)
	}
	if got := w.serve(t, post(iotest.ErrReader(errors.New("gone")))); got.status != 400 || slug(t, got) != "bad_request" {
		t.Errorf("cut off: %d %s", got.status, got.body)
	}
}

// TestUnknownAccount comes before anything that is wrong with the body.
func TestUnknownAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/accounts/acct_none/messages", "/accounts/acct_none/contacts"} {
		if got := w.call(t, "POST", path, `{`); got.status != 404 || slug(t, got) != "account_not_found" {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// TestOtherAccount holds that ids inside a body must be of the account in the path.
func TestOtherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := createdID(t, w.call(t, "POST", "/accounts", `{"name":"Other"}`))
	sent := w.call(t, "POST", "/accounts/"+other+"/messages", `{"to":"+18015550142","body":"Hi"}`)
	var m message
	if err := json.Unmarshal([]byte(sent.body), &m); err != nil {
		t.Fatal(err)
	}
	contact, thread := m.Conversation.Contact.ID, m.Conversation.ID
	for _, body := range []string{
		`{"to":"` + contact + `","body":"Hi"}`,
		`{"conversation":"` + thread + `","body":"Hi"}`,
		`{"conversation":{"contact":{"id":"` + contact + `"}},"body":"Hi"}`,
	} {
		if got := w.send(t, body); got.status != 422 || !strings.Contains(got.body, noSuch) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	if got := w.call(t, "GET", "/contacts/"+contact, ""); got.status != 200 {
		t.Errorf("a key reaches every account of its project: %d %s", got.status, got.body)
	}
}

// TestReleasedLine answers in a conversation whose number is gone.
func TestReleasedLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(t, `{"to":"+18015550142","body":"Hi"}`)
	w.call(t, "DELETE", "/phone_numbers/"+w.account.Lines[0].ID, "")
	got := w.send(t, `{"conversation":"`+w.threads(t)[0].ID+`","body":"Hi"}`)
	if got.status != 422 || slug(t, got) != "phone_number_not_found" {
		t.Errorf("%d %s", got.status, got.body)
	}
	shown := w.call(t, "GET", "/messages/"+w.messages(t)[0].ID, "")
	if !strings.Contains(shown.body, `"phone_number":null`) {
		t.Errorf("the message shows %s", shown.body)
	}
}
