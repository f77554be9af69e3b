package surge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
)

const ada = `{"phone_number":"+18015550142","first_name":"Ada"}`

// TestSendGoldens holds whole answers to POST /accounts/{account_id}/messages.
func TestSendGoldens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		golden   string // under testdata
		settings []string
		body     string
	}{
		// [SEED] "Send to One Person", with the name put in.
		{"send.json", nil, `{"to":"+18015550142","from":"+18015550100","body":"Hi {first_name}, see you at 3","metadata":{"order_id":"ord_17"}}`},
		// [SEED]: the minimum is to and body; the default number sends.
		{"send-minimum.json", nil, `{"to":"+18015551234","body":"Your appointment is confirmed for Friday at 2pm."}`},
		// [SEED]: body is optional with attachments; it is null then.
		{"send-mms.json", nil, `{"to":"+18015550142","attachments":[{"url":"https://acme.com/invoices/inv-1234.pdf"},{"url":"https://acme.com/a.JPG?x=1","content_type":"image/jpeg"}]}`},
		// A scheduled message shows its template.
		{"send-scheduled.json", nil, `{"to":"+18015550142","body":"Hi {first_name}","send_at":"2026-09-01T09:00:00Z"}`},
		// The other shape of the SDKs: the contact is made.
		{"send-to-new-contact.json", nil, `{"conversation":{"contact":{"phone_number":"+18015550177","first_name":"Bo","last_name":"Li","email":"bo@example.com","metadata":{"k":"v"}},"phone_number":"+18015550101"},"body":"{full_name}"}`},
		// The status of Ruby gem 0.24.0, behind its switch.
		{"send-status.json", []string{"message_status", "on"}, `{"to":"+18015550142","body":"Hi"}`},
		// Nothing is escaped that JSON does not ask for.
		{"send-text.json", nil, `{"to":"+18015550142","body":"<b>&\"\\ \u00e9\ud83d\ude00\n {other}","metadata":{ "n": 1e40 , "deep":{"a":[null,"<"]}}}`},
	} {
		t.Run(c.golden, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.settings...)
			w.call(t, "POST", "/accounts/{account}/contacts", ada)
			got := w.send(t, c.body)
			if got.status != http.StatusCreated {
				t.Errorf("status %d, want 201", got.status)
			}
			golden.Check(t, c.golden, got.body)
		})
	}
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, body := range []string{`{"to":"+18015550142","body":"Hi"}`, `{}`} {
		h := w.send(t, body).header
		if h.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s is answered with %v", body, h)
		}
	}
}

// TestRecipients sends to a person and in a thread in every shape that sources show.
func TestRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, "POST", "/accounts/{account}/contacts", ada)
	w.send(t, `{"to":"+18015550142","from":"+18015550101","body":"first"}`)
	contact, thread, second := w.contacts(t)[0].ID, w.threads(t)[0].ID, w.account.Lines[1]
	for _, c := range []struct {
		shape string
		want  sms.Outbound
	}{
		{`"to":"+18015550142"`, sms.Outbound{Handset: "+18015550142"}},
		{`"to":"` + contact + `"`, sms.Outbound{Handset: "+18015550142"}},
		{`"to":"+18015550142","from":"` + second.ID + `"`, sms.Outbound{Handset: "+18015550142", Line: second.Number}},
		{`"to":"+18015550142","from":"+18015550101"`, sms.Outbound{Handset: "+18015550142", Line: second.Number}},
		{`"to":"+18015550142","from":null,"conversation":null`, sms.Outbound{Handset: "+18015550142"}},
		{`"to":"+18015550142","from":"","conversation":""`, sms.Outbound{Handset: "+18015550142"}},
		{`"conversation":"` + thread + `"`, sms.Outbound{Conversation: thread}},
		{`"conversation":{"id":"` + thread + `"}`, sms.Outbound{Conversation: thread}},
		{`"conversation":{"id":"` + thread + `","contact":{"phone_number":"nonsense"}}`, sms.Outbound{Conversation: thread}},
		{`"conversation":{"contact":{"id":"` + contact + `"}}`, sms.Outbound{Handset: "+18015550142"}},
		{`"conversation":{"contact":{"phone_number":"+18015550142"},"phone_number":"` + second.ID + `"}`, sms.Outbound{Handset: "+18015550142", Line: second.Number}},
		{`"conversation":{"contact":{"phone_number":"+18015550142"},"phone_number":"+18015550101"}`, sms.Outbound{Handset: "+18015550142", Line: second.Number}},
		{`"conversation":{"contact":{"phone_number":"+18015550142"},"phone_number":{"id":"` + second.ID + `"}}`, sms.Outbound{Handset: "+18015550142", Line: second.Number}},
		{`"conversation":{"contact":{"phone_number":"+18015550142"},"phone_number":{"number":"+18015550101"}}`, sms.Outbound{Handset: "+18015550142", Line: second.Number}},
		{`"conversation":{"contact":{"phone_number":"+18015550142"},"phone_number":null}`, sms.Outbound{Handset: "+18015550142"}},
	} {
		got := w.send(t, `{`+c.shape+`,"body":"Hi"}`)
		asked := w.asked
		if got.status != 201 || asked.Handset != c.want.Handset || asked.Line != c.want.Line || asked.Conversation != c.want.Conversation {
			t.Errorf("%s: %d %s\nasked for %+v, want %+v", c.shape, got.status, got.body, asked, c.want)
		}
	}
	if len(w.contacts(t)) != 1 {
		t.Errorf("%d contacts were made, want 1", len(w.contacts(t)))
	}
}

func TestNewContactRides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.send(t, `{"conversation":{"contact":{"phone_number":"+18015550177","first_name":"Bo","outbound_disabled":true}},"body":"Hi"}`)
	if c := w.asked.Contact; c == nil || c.FirstName != "Bo" || c.Number != "+18015550177" || !c.Disabled || c.Account != w.account.ID {
		t.Errorf("contact is %+v", c)
	}
	if got.status != 422 || !strings.Contains(got.body, `"to":["has outbound messages disabled"]`) {
		t.Errorf("a disabled contact: %d %s", got.status, got.body)
	}
}

func TestTrialKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(t, `{"to":"+18015550142","body":"from the long code"}`)
	w.send(t, `{"to":"+18015550142","from":"+18015550190","body":"from the demo number"}`)
	own, demo := w.threads(t)[0].ID, w.threads(t)[1].ID
	w.trial = true
	for body, want := range map[string]string{
		`{"to":"+18015550142","body":"Hi"}`:                                                                            "+18015550190",
		`{"to":"+18015550142","from":"+18015550190","body":"Hi"}`:                                                      "+18015550190",
		`{"conversation":"` + demo + `","body":"Hi"}`:                                                                  "",
		`{"conversation":{"contact":{"phone_number":"+18015550143"}},"body":"Hi"}`:                                     "+18015550190",
		`{"to":"+18015550142","from":"+18015550100","body":"Hi"}`:                                                      "demo_api_key",
		`{"to":"+18015550142","from":"` + w.account.Lines[1].ID + `","body":"Hi"}`:                                     "demo_api_key",
		`{"conversation":"` + own + `","body":"Hi"}`:                                                                   "demo_api_key",
		`{"conversation":{"contact":{"phone_number":"+18015550143"},"phone_number":"+18015550100"},"body":"Hi"}`:       "demo_api_key",
		`{"to":"+18015550142","from":"+18015550999","body":"Hi"}`:                                                      "phone_number_not_found",
		`{"conversation":{"contact":{"phone_number":"+18015550143"},"phone_number":"+18015550999"},"body":"nobody's"}`: "phone_number_not_found",
	} {
		w.asked = sms.Outbound{}
		got := w.send(t, body)
		if sent := got.status == 201; sent && string(w.asked.Line) != want || !sent && slug(t, got) != want {
			t.Errorf("%s: %d from %q, %s; want %q", body, got.status, w.asked.Line, got.body, want)
		}
	}
}

func TestTrialWithoutDemoLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account
	account.Lines = account.Lines[:1]
	w.inside(t, func(net provider.Network) { _ = net.Do(&account) })
	w.trial = true
	if got := w.send(t, `{"to":"+18015550142","body":"Hi"}`); slug(t, got) != "no_phone_number" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestDemoCap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := 1; n <= 26; n++ {
		got := w.send(t, `{"to":"+18015550142","from":"+18015550190","body":"Hi"}`)
		if n <= 25 && got.status != 201 || n > 25 && slug(t, got) != "demo_message_limit" {
			t.Errorf("message %d: %d %s", n, got.status, got.body)
		}
	}
}

// TestSendAt asks for times of all kinds; now is 2026-08-20T15:04:05.678Z.
func TestSendAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		past, at string
		want     time.Time
		refused  string
	}{
		{"", "2026-08-20T15:04:06Z", epoch.Truncate(time.Second).Add(time.Second), ""},
		{"", "2026-10-24T15:04:05.678Z", epoch.Add(65 * 24 * time.Hour), ""},
		{"", "2026-10-24T15:04:05.679Z", time.Time{}, "must be within 65 days from now"},
		{"", "9999-12-31T23:59:59Z", time.Time{}, "must be within 65 days from now"},
		{"", "2026-08-21T00:00:00.5+09:00", time.Date(2026, 8, 20, 15, 0, 0, 5e8, time.UTC), "past"},
		{"", "2026-08-21T01:00:00+09:00", time.Date(2026, 8, 20, 16, 0, 0, 0, time.UTC), ""},
		{"", "2019-12-27T18:11:19.117Z", time.Time{}, ""},
		{"refuse", "2019-12-27T18:11:19.117Z", time.Time{}, "must be in the future"},
		{"refuse", "2026-08-20T15:04:05.678Z", time.Time{}, "must be in the future"},
		{"refuse", "2026-08-20T15:04:05.679Z", epoch.Add(time.Millisecond), ""},
		{"", "", time.Time{}, ""},
		{"", "tomorrow", time.Time{}, wrong},
		{"", "2026-09-01", time.Time{}, wrong},
		{"", "2026-09-01T09:00:00", time.Time{}, wrong},
		{"", "2026-02-30T09:00:00Z", time.Time{}, wrong},
	} {
		want := c.want
		if c.refused == "past" {
			want, c.refused = time.Time{}, "" // before now, whatever the zone looks like
		}
		w := newWorld(t, "past_send_at", c.past)
		got := w.send(t, `{"to":"+18015550142","body":"Hi","send_at":"`+c.at+`"}`)
		switch {
		case c.refused == "" && (got.status != 201 || !w.asked.SendAt.Equal(want)):
			t.Errorf("%s: %d, send at %v, want %v", c.at, got.status, w.asked.SendAt, want)
		case c.refused != "" && (got.status != 422 || !strings.Contains(got.body, `"detail":{"send_at":["`+c.refused+`"]}`)):
			t.Errorf("%s: %d %s, want %s", c.at, got.status, got.body, c.refused)
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ values, sent, want string }{
		{"any", `{"order_id":"ord_9887","n":12345678901234567890}`, `{"order_id":"ord_9887","n":12345678901234567890}`},
		{"any", ` { "b" : [ 1 , null ] , "a" : "x y" } `, `{"b":[1,null],"a":"x y"}`},
		{"any", `{}`, ``},
		{"any", `null`, ``},
		{"any", `[]`, `422`},
		{"any", `"text"`, `422`},
		{"any", `7`, `422`},
		{"strings", `{"a":"1","b":""}`, `{"a":"1","b":""}`},
		{"strings", `{"a":"1","b":2}`, `422`},
		{"strings", `{"a":null}`, `422`},
		{"strings", `{"a":{"b":"c"}}`, `422`},
	} {
		w := newWorld(t, "metadata", c.values)
		got := w.send(t, `{"to":"+18015550142","body":"Hi","metadata":`+c.sent+`}`)
		if c.want == "422" {
			if got.status != 422 || !strings.Contains(got.body, `"detail":{"metadata":[`) {
				t.Errorf("%s %s: %d %s", c.values, c.sent, got.status, got.body)
			}
			continue
		}
		if got.status != 201 || string(w.asked.Metadata) != c.want {
			t.Errorf("%s %s: %d, kept as %s", c.values, c.sent, got.status, w.asked.Metadata)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	long := "https://example.com/" + strings.Repeat("a", 980) // 1,000 bytes
	links := func(n int) string { return strings.Repeat("HTTPS://e.co/a ", n) }
	for _, c := range []struct {
		most, body string
		ok         bool
	}{
		{"", links(10), true},
		{"", links(11), false},
		{"2", links(3), false},
		{"0", links(40), true},
		{"", long, true},
		{"", long + "a", false},
		{"0", "see " + long + "é!", false},
		{"", strings.Repeat("no link ", 400), true},
	} {
		w := newWorld(t, "max_links", c.most)
		body, _ := json.Marshal(c.body)
		got := w.send(t, fmt.Sprintf(`{"to":"+18015550142","body":%s}`, body))
		if ok := got.status == 201; ok != c.ok || !ok && slug(t, got) != "link_size_limit" {
			t.Errorf("max_links %q, body of %d bytes: %d %s", c.most, len(c.body), got.status, got.body)
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	full := sms.Contact{FirstName: "Jordan", LastName: "Diaz"}
	for _, c := range []struct {
		body string
		to   sms.Contact
		want string
	}{
		{"Hi {first_name}, your order has shipped!", full, "Hi Jordan, your order has shipped!"}, // seed
		{"Hi {first_name}, your order has shipped!", sms.Contact{}, "Hi , your order has shipped!"},
		{"{full_name}/{last_name}", full, "Jordan Diaz/Diaz"},
		{"{full_name}|", sms.Contact{FirstName: "Jo"}, "Jo|"},
		{"{full_name}|", sms.Contact{LastName: "Li"}, "Li|"},
		{"{full_name}|{company}|{First_Name}|{first_name", full, "Jordan Diaz|{company}|{First_Name}|{first_name"},
		{"{first_name}", sms.Contact{FirstName: "{last_name}", LastName: "x"}, "{last_name}"},
	} {
		if got := New().Render(c.body, c.to); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.body, got, c.want)
		}
	}
}

// createdID is the id of what an answer shows.
func createdID(t testing.TB, a answer) string {
	t.Helper()
	var v struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil || v.ID == "" || a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	return v.ID
}

// slug is the error type of an answer, which must be in the vendor's shape.
func slug(t testing.TB, a answer) string {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Error.Type == "" || p.Error.Message == "" {
		t.Errorf("%d %q is not an error in the vendor's shape (%v)", a.status, a.body, err)
	}
	return p.Error.Type
}

func FuzzSend(f *testing.F) {
	for _, seed := range []string{
		`{"to":"+18015550142","body":"Hi","attachments":[{"url":"https://a.co/x.png"}],"send_at":"2026-09-01T09:00:00Z"}`,
		`{"conversation":{"contact":{"phone_number":"+18015550142","metadata":{"a":1}},"phone_number":{"id":null}},"body":"x"}`,
		`{"conversation":"cnv_1","settings":{"link_shortening":"enabled"},"metadata":{}}`,
		`{"to":[[[[{}]]]],"body":{"a":1e400}}`, "\xef\xbb\xbf{}", `{"to":"\ud800"}`, `{"a":1,"a":2}`, `null`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := newWorld(t)
		got := w.send(t, string(body))
		if !json.Valid([]byte(got.body)) {
			t.Errorf("%q is answered with %q", body, got.body)
		}
		if got.status >= 400 {
			slug(t, got)
		}
		if got.status != 201 && got.status != 400 && got.status != 422 && got.status != 403 {
			t.Errorf("%q is answered with %d %s", body, got.status, got.body)
		}
		if got.status == 201 && w.asked.Conversation == "" && !sms.Number(w.asked.Handset).Valid() {
			t.Errorf("%q texts %q", body, w.asked.Handset)
		}
		for _, m := range w.asked.Media {
			if _, err := url.Parse(m.URL); err != nil {
				t.Errorf("%q carries %q", body, m.URL)
			}
		}
	})
}

func BenchmarkSend(b *testing.B) {
	w := newWorld(b)
	in := []byte(`{"to":"+18015550142","from":"+18015550100","body":"Hi {first_name}, see you at 3","metadata":{"order_id":"ord_17"}}`)
	w.inside(b, func(net provider.Network) {
		for b.Loop() {
			r := httptest.NewRequest("POST", "/", bytes.NewReader(in))
			r.Header.Set("Content-Type", "application/json")
			o, err := readObject(r)
			if err != nil {
				b.Fatal(err)
			}
			out, _, refused := outbound(net, w.account, o)
			if refused != nil {
				b.Fatal(refused)
			}
			m := sms.Message{ID: "msg_1", Handset: out.Handset, Line: out.Line, Body: out.Body, Metadata: out.Metadata}
			if len(provider.EncodeJSON(messageView(m, net.Book(), net.Context()))) == 0 {
				b.Fatal("no answer")
			}
		}
	})
}
