package mta

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// Example bodies, and their signatures.
const (
	reply       = `{"fromNumber":"+15555550123","toNumber":"+18445550100","replyId":"70011","messageId":"70011","externalId":"req-42","message":"Yes please","tags":{"crm":"c-9"},"timestamp":"2026-03-04T15:06:07.000Z"}`
	replySigned = "f2c399431b83ee98b51cff8505aa597f5bf25dd586a3a974f57a0268f2e7fe5e"
	emojiSigned = "de8a4b24538ba71207057f135109609a5e9ee81e082de49fd8b913ca8df1874a"
	status4     = `{"messageId":"60011","externalId":"req-42","status":4,"toNumber":"+15555550123","tags":{"crm":"c-9"},"timestamp":"2026-03-04T15:06:09.000Z"}`
	sendBody    = `{"messageId":"60011","externalId":"req-42","fromNumber":"+18445550100","toNumber":"+15555550123","message":"Ready?","tags":{"crm":"c-9"},"timestamp":"2026-03-04T15:06:05.000Z"}`
)

// mt is the message of the example bodies.
var mt = sms.Message{
	ID: "80021", Batch: "60011", Direction: sms.MT, Handset: "+15555550123", Line: "+18445550100",
	Body: "Ready?", Reference: "req-42", Metadata: json.RawMessage(`{"crm":"c-9"}`),
}

// event is one of the example bodies.
func event(t sms.EventType, second int) sms.Event {
	m := mt
	e := sms.Event{
		ID: "1", Type: t, Provider: "mta", Handset: m.Handset, Message: &m,
		At: time.Date(2026, 3, 4, 15, 6, second, 0, time.UTC),
	}
	if t == sms.MessageReceived {
		e.Answers = &m
		e.Message = &sms.Message{ID: "70011", Direction: sms.MO, Handset: m.Handset, Line: m.Line, Body: "Yes please"}
	}
	return e
}

// with is a context in which some switches are set.
func with(switches ...string) provider.Context {
	values := map[string]string{}
	for i := 0; i < len(switches); i += 2 {
		values[switches[i]] = switches[i+1]
	}
	return provider.Context{Base: "http://127.0.0.1:7767/mta", Settings: func(name string) string { return values[name] }}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	optInEvent := event(optIn, 7)
	optInEvent.Message, optInEvent.Document = nil, &sms.Document{Body: json.RawMessage(`{"optInType":"KEYWORD"}`)}
	unsolicited, emoji, failed, media := event(sms.MessageReceived, 7), event(sms.MessageReceived, 7), event(sms.MessageFailed, 9), event(sms.MessageReceived, 7)
	unsolicited.Answers = nil
	emoji.Message.Body = "Yes ✅"
	failed.Message.Reason = sms.Filtered
	media.Message.Body, media.Message.Media = "", []sms.Media{{ID: "m1"}, {ID: "m2"}}
	fault := event(sms.MessageFailed, 9)
	fault.Message.Reason = sms.CarrierFault
	strangeReason := event(sms.MessageFailed, 9)
	strangeReason.Message.Reason = "eaten"
	for _, c := range []struct {
		name  string
		event sms.Event
		in    provider.Context
		want  string
	}{
		{"reply", event(sms.MessageReceived, 7), with(), reply},
		{"emoji", emoji, with(), strings.Replace(reply, "Yes please", "Yes ✅", 1)},
		{"delivered", event(sms.MessageDelivered, 9), with(), status4},
		{"send", event(sms.MessageAccepted, 5), with(), sendBody},
		{"unsolicited", unsolicited, with(), `{"fromNumber":"+15555550123","toNumber":"+18445550100","replyId":"70011","messageId":"70011","message":"Yes please","timestamp":"2026-03-04T15:06:07.000Z"}`},
		{"nulls", unsolicited, with("null_fields", "on"), `{"fromNumber":"+15555550123","toNumber":"+18445550100","replyId":"70011","messageId":"70011","externalId":null,"message":"Yes please","url":null,"tags":null,"timestamp":"2026-03-04T15:06:07.000Z"}`},
		{"media", media, with(), strings.Replace(reply, `"message":"Yes please"`, `"url":"http://127.0.0.1:7767/mta/media/m1"`, 1)},
		{"no reply id", event(sms.MessageReceived, 7), with("reply_id", "off"), strings.Replace(reply, `"replyId":"70011",`, "", 1)},
		{"numbers", event(sms.MessageReceived, 7), with("numeric_ids", "on"), strings.ReplaceAll(reply, `"70011"`, "70011")},
		{"numbers of a status", event(sms.MessageDelivered, 9), with("numeric_ids", "on"), strings.Replace(status4, `"60011"`, "60011", 1)},
		{"wrapped", event(sms.MessageReceived, 7), with("wrapped", "on"), `{"event":"message-reply","data":` + reply + `}`},
		{"version 1", event(sms.MessageDelivered, 9), with("v1_status", "on"), `{"destinationNumber":"+15555550123","messageId":60011,"externalId":"req-42","status":4,"tags":{"crm":"c-9"},"type":"delivery-status"}`},
		{"sent", event(sms.MessageSent, 9), with(), strings.Replace(status4, ":4,", ":3,", 1)},
		{"unconfirmed", event(sms.MessageUnconfirmed, 9), with(), strings.Replace(status4, ":4,", ":7,", 1)},
		{"filtered", failed, with(), strings.Replace(status4, ":4,", ":8,", 1)},
		{"unknown reason", strangeReason, with(), strings.Replace(status4, ":4,", ":5,", 1)},
		{"queued", event(sms.MessageSending, 9), with("status_queued", "on"), strings.Replace(status4, ":4,", ":1,", 1)},
		{"sending", event(sms.MessageSending, 9), with("status_queued", "sending"), strings.Replace(status4, ":4,", ":2,", 1)},
		{"of the recipient", event(sms.MessageDelivered, 9), with("status_id", "outbound"), strings.Replace(status4, "60011", "80021", 1)},
		{"a fault", fault, with(), strings.Replace(status4, ":4,", ":6,", 1)},
		{"a fault without a name", fault, with("carrier_fault", "14"), strings.Replace(status4, ":4,", ":14,", 1)},
		{"filtered, not a fault", failed, with("carrier_fault", "14"), strings.Replace(status4, ":4,", ":8,", 1)},
		{"named", event(sms.MessageReceived, 7), with("event_name", "event"), strings.Replace(reply, "{", `{"event":"message-reply",`, 1)},
		{"typed", event(sms.MessageDelivered, 9), with("event_name", "type"), strings.Replace(status4, "{", `{"type":"delivery-status",`, 1)},
		{"named once by its wrapper", event(sms.MessageReceived, 7), with("event_name", "event", "wrapped", "on"), `{"event":"message-reply","data":` + reply + `}`},
		{"version 1, typed once", event(sms.MessageDelivered, 9), with("v1_status", "on", "event_name", "type"), `{"destinationNumber":"+15555550123","messageId":60011,"externalId":"req-42","status":4,"tags":{"crm":"c-9"},"type":"delivery-status"}`},
		{"not queued", event(sms.MessageSending, 9), with(), ""},
		{"opt-in", optInEvent, with(), `{"number":"+15555550123","optInType":"KEYWORD","timestamp":"2026-03-04T15:06:07.000Z"}`},
		{"spaced", event(optIn, 7), with("body_style", "spaced"), "{\n  \"number\": \"+15555550123\",\n  \"timestamp\": \"2026-03-04T15:06:07.000Z\"\n}"},
		{"consent", event(sms.OptedOut, 7), with(), ""},
		{"no message", sms.Event{Type: sms.MessageSent}, with(), ""},
	} {
		p, ok := encode(c.event, c.in)
		if ok != (c.want != "") || string(p.Body) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, p.Body, c.want)
		}
		if ok && (p.Type != names[c.event.Type] || p.ContentType != "application/json") {
			t.Errorf("%s is %q, %q", c.name, p.Type, p.ContentType)
		}
	}
	doomed := event(sms.MessageAccepted, 5)
	doomed.Message.Doomed = sms.Refused
	if _, ok := encode(doomed, with()); ok {
		t.Error("a doomed message has a message-send")
	}
}

func TestSignVectors(t *testing.T) {
	t.Parallel()
	if len(reply) != 198 {
		t.Fatalf("the example body has %d bytes, want 198", len(reply))
	}
	for _, c := range []struct{ secret, body, want string }{
		{"key", "The quick brown fox jumps over the lazy dog", "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
		{"mta-test-secret-01", reply, replySigned},
		{"mta-test-secret-01", strings.Replace(reply, "Yes please", "Yes \u2705", 1), emojiSigned},
	} {
		r, _ := http.NewRequest("POST", "http://127.0.0.1/hook", nil)
		sign(r, webhook.Signing{ID: "1", Secrets: []string{c.secret, "older"}, Body: []byte(c.body)})
		if got := r.Header.Values("X-Signature"); len(got) != 1 || got[0] != c.want {
			t.Errorf("signature of %.20s… is %v, want %s", c.body, got, c.want)
		}
	}
	r, _ := http.NewRequest("POST", "http://127.0.0.1/hook", nil)
	if sign(r, webhook.Signing{Body: []byte("x")}); len(r.Header) != 0 {
		t.Errorf("without a secret: %v", r.Header)
	}
	if s := newSecret([32]byte{1}); !regexp.MustCompile(`^[0-9a-f]{128}$`).MatchString(s) || s == newSecret([32]byte{2}) {
		t.Errorf("secret is %q", s)
	}
}

func TestProviderIsComplete(t *testing.T) {
	t.Parallel()
	p := New()
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("field %s is not set", v.Type().Field(i).Name)
		}
	}
	seen := map[string]bool{}
	for _, r := range p.Routes {
		if seen[r.Pattern] || r.Serve == nil {
			t.Errorf("route %s is there twice or serves nothing", r.Pattern)
		}
		seen[r.Pattern] = true
		if open := !strings.Contains(r.Pattern, " /v3/"); open != (r.Open != nil) {
			t.Errorf("%s: open is %v", r.Pattern, r.Open != nil)
		}
	}
	for _, rate := range p.Rates {
		for _, pattern := range rate.Routes {
			if !seen[pattern] {
				t.Errorf("rate %s limits %s, which is no route", rate.Name, pattern)
			}
		}
	}
	for _, d := range p.Declined {
		method, path, _ := strings.Cut(d.Operation, " ")
		if d.Reason == "" || seen[method+" /v3"+path] {
			t.Errorf("%s is declined without a reason, or served", d.Operation)
		}
	}
	for _, s := range p.Switches {
		if s.Says == "" || len(s.Values) > 0 && s.Values[0] != s.Default {
			t.Errorf("switch %+v", s)
		}
	}
	for _, e := range p.Events {
		if names[e] == "" {
			t.Errorf("event %s has no name", e)
		}
	}
}

func TestReasonsAndMagic(t *testing.T) {
	t.Parallel()
	p, numbers := New(), map[sms.Number]bool{}
	for _, r := range append(sms.Reasons(), sms.Refused) {
		if codes[r] == 0 || p.Reasons[r] == "" || !slices.ContainsFunc(p.Magic, func(m sms.Magic) bool { return m.Failure == r }) {
			t.Errorf("%s has no code, name or number", r)
		}
	}
	for _, m := range p.Magic {
		ending := fmt.Sprintf("%02d", codes[m.Failure])
		if !m.Number.Valid() || numbers[m.Number] || m.Failure != "" && !strings.HasSuffix(string(m.Number), ending) {
			t.Errorf("magic number %+v", m)
		}
		numbers[m.Number] = true
	}
}

func TestLadder(t *testing.T) {
	t.Parallel()
	l := New().Retry(nil)
	if fmt.Sprint(l.Delays) != "[2s 4s]" || l.Timeout != 10*time.Second || l.Jitter != 0 {
		t.Errorf("ladder is %+v", l)
	}
	for status, want := range map[int]bool{200: true, 201: false, 204: false, 302: false, 404: false, 500: false} {
		if l.Success(status) != want {
			t.Errorf("success of %d is %v", status, !want)
		}
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		n    sms.Number
		kind phone
	}{
		"+15555550123":      {"+15555550123", domestic},
		"5555550123":        {"+15555550123", domestic},
		"15555550123":       {"+15555550123", domestic},
		" (555) 555-0123 ":  {"+15555550123", domestic},
		"555.555.0123":      {"+15555550123", domestic},
		"+445555550123":     {"+445555550123", foreign},
		"445555550123":      {"+445555550123", badPhone},
		"+1555555012":       {"+1555555012", badPhone},
		"1155550123":        {"+11155550123", badPhone},
		"5551550123":        {"+15551550123", badPhone},
		"+0445555550123":    {"+0445555550123", badPhone},
		"0":                 {"+0", badPhone},
		"":                  {"", noPhone},
		"+":                 {"", noPhone},
		"mail@acme.test":    {"", noPhone},
		"+1 555 call":       {"", noPhone},
		"+４４5555550123":     {"", noPhone},
		"55555501235555550": {"", noPhone},
	} {
		if n, kind := readPhone(text); n != want.n || kind != want.kind {
			t.Errorf("%q is %q, %d; want %q, %d", text, n, kind, want.n, want.kind)
		}
	}
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		d, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		name   string
		repeat repeat
		dates  []string // the first, then those that follow
	}{
		{"never", repeat{Frequency: never}, []string{"2026-01-01 10:00"}},
		{"daily", repeat{Frequency: daily}, []string{"2026-02-28 10:00", "2026-03-01 10:00", "2026-03-02 10:00"}},
		{"weekly", repeat{Frequency: weekly}, []string{"2026-01-01 10:00", "2026-01-08 10:00"}},
		{"weekly, that day alone", repeat{Frequency: weekly, Days: []time.Weekday{time.Thursday}}, []string{"2026-01-01 10:00", "2026-01-08 10:00"}},
		{"biweekly", repeat{Frequency: biweekly}, []string{"2026-01-01 10:00", "2026-01-15 10:00"}},
		{"monthly", repeat{Frequency: monthly}, []string{"2026-01-31 10:00", "2026-02-28 10:00", "2026-03-31 10:00", "2026-04-30 10:00"}},
		{"annually", repeat{Frequency: annually}, []string{"2024-02-29 10:00", "2025-02-28 10:00", "2026-02-28 10:00", "2027-02-28 10:00", "2028-02-29 10:00"}},
		{"custom days", repeat{Frequency: custom, Type: "week", Days: []time.Weekday{time.Monday, time.Friday}}, []string{"2026-01-01 10:00", "2026-01-02 10:00", "2026-01-05 10:00", "2026-01-09 10:00"}},
		{"custom month", repeat{Frequency: custom, Type: "month"}, []string{"2026-01-15 10:00", "2026-02-15 10:00"}},
	} {
		o := order{First: at(c.dates[0]), Date: at(c.dates[0]), Repeat: &c.repeat}
		for _, want := range c.dates[1:] {
			next, ok := o.next()
			if !ok || !next.Equal(at(want)) {
				t.Errorf("%s: after %v comes %v, want %s", c.name, o.Date, next, want)
			}
			o.Date = next
		}
		if _, ok := o.next(); ok == (c.repeat.Frequency == never) {
			t.Errorf("%s: comes again: %v", c.name, ok)
		}
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2022-04-18T05:00:00.000Z":  "2022-04-18T05:00:00.000Z",
		"2022-04-18T05:00:00-05:00": "2022-04-18T10:00:00.000Z",
		"20250306T193000-0000":      "2025-03-06T19:30:00.000Z",
		"20250306T193000Z":          "2025-03-06T19:30:00.000Z",
		"2022-04-18":                "", "": "", "tomorrow": "", "0000-01-01T00:00:00Z": "", "9999-12-31T23:59:59-01:00": "",
	} {
		at, ok := parseInstant(text)
		if ok != (want != "") || ok && instant(at) != want {
			t.Errorf("%q is %v, want %q", text, at, want)
		}
	}
}

// TestErrors holds the whole error table.
func TestErrors(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, code := range []sms.Code{
		sms.BadRequest, sms.TooLarge, sms.Unsupported, sms.NoCredential, sms.BadCredential, sms.DemoCredential, sms.DemoLimit,
		sms.NotFound, sms.AccountNotFound, sms.Invalid, sms.BadCursor, sms.RecipientOut, sms.RecipientOff, sms.NoLine,
		sms.LineNotFound, sms.Links, sms.BadMedia, sms.Taken, sms.RateLimited, sms.Internal, sms.Unavailable, "unheard-of",
	} {
		w := recorder{header: http.Header{}}
		head(w.header, provider.Context{Request: "r-1"})
		refuse(&w, nil, &sms.Error{Code: code, At: time.Date(2026, 3, 4, 15, 6, 7, 0, time.UTC), RetryAfter: 1500 * time.Millisecond})
		fmt.Fprintf(&out, "%s: %d %s\n", code, w.status, w.body)
		if w.header.Get("Retry-After") != "2" || w.header.Get("X-RateLimit-Limit") != "" {
			t.Errorf("%s: headers are %v", code, w.header)
		}
	}
	golden.Check(t, "errors.txt", out.String())
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   string
}

func (w *recorder) Header() http.Header { return w.header }
func (w *recorder) WriteHeader(n int)   { w.status = n }
func (w *recorder) Write(b []byte) (int, error) {
	w.body += string(b)
	return len(b), nil
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for kind, want := range map[sms.Kind]string{
		sms.KindMessage: "80000006", kindRequest: "60000006", sms.KindLine: "9006", kindWebhook: "16",
		sms.KindEvent: "01020304-0506-4708-890a-0b0c0d0e0f10",
	} {
		if got := newID(kind, 5, time.Time{}, [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}); got != want {
			t.Errorf("id of %s is %s, want %s", kind, got, want)
		}
	}
	for text, want := range map[string]string{`7`: "7", `"7"`: "7", `null`: "", `-1`: "!", `1.5`: "!", `"x"`: "!", `""`: "!", `"07"`: "!", `[]`: "!", `1e3`: "!"} {
		id, ok := readRef([]byte(text))
		if !ok {
			id = "!"
		}
		if string(id) != want {
			t.Errorf("%s is read as %q, want %q", text, id, want)
		}
	}
	out, err := json.Marshal([]ref{"7", "", "a-b"})
	if string(out) != `[7,null,"a-b"]` {
		t.Errorf("ids are written as %s, %v", out, err)
	}
	var r ref
	if json.Unmarshal([]byte(`{}`), &r) == nil {
		t.Error("an object was read as an id")
	}
}
