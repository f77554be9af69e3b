package mta_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestSendAnswers(t *testing.T) {
	t.Parallel()
	newLab(t).script("send.txt",
		`POST /send {"subscribers":["+15555550123"],"message":"Ready?","longcodeId":9001,"externalId":"req-42","tags":{"crm":"c-9"}}`,
		`POST /send {"subscribers":[5555550123,"555-555-0124","+15555550123"],"message":"Hi","unknown":[1]}`,
		`POST /send {"subscribers":["12","+15555550125","+445555550123","+15005551009","mail@acme.test"],"message":"Hi"}`,
		`POST /send {"subscribers":["mail@acme.test"],"message":"Hi"}`,
		`POST /send {"subscriberIds":[1001,1002,1002],"message":"Hi","header":"Acme:","footer":"Reply STOP"}`,
		`POST /groups {"name":"VIP"}`,
		`POST /send {"groups":[301],"message":"Hi"}`,
		`POST /groups/301/subscribers {"subscriberId":1002}`,
		`POST /send {"groups":[301],"subscriberIds":[1001,1002],"message":"Hi","longcodeId":9002}`,
		`POST /send {"allSubscribers":true,"message":"All"}`,
		`POST /send {"threadId":702,"message":"In the thread"}`,
		`POST /send {"subscribers":["+15555550123"],"image":"https://acme.test/a.png?v=1","rehost":true}`,
		`POST /send {"subscribers":["+15555550123"],"message":"Long and fancy","isMMS":true}`,
		`wait 10s`,
		`GET /deliveries?pageSize=100`,
		`GET /deliveries?filters[status]=undeliverable`,
		`GET /deliveries?status=undelivered&filters[type]=sms&filters[startDate]=2026-01-01&filters[endDate]=2026-01-01`,
		`GET /deliveries?filters[startDate]=2026-01-02`,
		`GET /deliveries?filters[type]=mms`,
		`GET /deliveries?filters[type]=fax`,
		`GET /deliveries?status=odd`,
		`GET /deliveries?filters[endDate]=today`,
		`GET /subscribers?pageSize=1`,
	)
}

// badSends are bodies of /send that are a 400.
var badSends = []string{
	``, `to=1`, `{"subscribers":["+15555550123"],"message":"Hi"`, `{"subscribers":["+15555550123"],"message":"Hi"}{}`,
	"\xef\xbb\xbf" + `{"subscribers":["+15555550123"],"message":"Hi"}`, `[]`, `null`, `"x"`, `7`,
	`{"subscribers":["+15555550123"],"message":"` + "\xff" + `"}`, `{"subscribers":["+15555550123"],"message":"a\u0000"}`,
	`{"subscribers":["+15555550123"],"message":"a\ud800b"}`, `{"subscribers":["+15555550123"],"message":"Hi","x":1e400}`,
	`{"subscribers":["+15555550123"],"message":"a","message":"b"}`,
	`{"subscribers":["+15555550123"],"message":"Hi","x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`,
	`{}`, `{"subscribers":["+15555550123"]}`, `{"message":"Hi"}`, `{"subscribers":["+15555550123"],"message":"  "}`,
	`{"subscribers":[],"message":"Hi"}`, `{"subscribers":["12"],"message":"Hi"}`, `{"subscribers":["abc"],"message":"Hi"}`,
	`{"subscribers":[null],"message":"Hi"}`, `{"subscribers":[[]],"message":"Hi"}`, `{"subscribers":[1.5],"message":"Hi"}`,
	`{"subscribers":"+15555550123","message":"Hi"}`, `{"subscriberIds":[9],"message":"Hi"}`, `{"subscriberIds":["x"],"message":"Hi"}`,
	`{"groups":[9],"message":"Hi"}`, `{"threadId":9,"message":"Hi"}`, `{"allSubscribers":true,"message":"Hi"}`,
	`{"allSubscribers":true,"subscribers":["+15555550123"],"message":"Hi"}`, `{"allSubscribers":"yes","message":"Hi"}`,
	`{"subscribers":["+15555550123"],"message":"Hi","longcodeId":9}`, `{"subscribers":["+15555550123"],"message":"Hi","longcodeId":"x"}`,
	`{"subscribers":["+15555550123"],"message":"Hi","tags":{"a":1}}`, `{"subscribers":["+15555550123"],"message":"Hi","tags":[]}`,
	`{"subscribers":["+15555550123"],"message":"Hi","tags":{"a":null}}`, `{"subscribers":["+15555550123"],"message":"Hi","externalId":7}`,
	`{"subscribers":["+15555550123"],"message":7}`, `{"subscribers":["+15555550123"],"image":"a.png"}`, `{"subscribers":["+15555550123"],"image":"http://"}`,
	`{"subscribers":["+15555550123"],"message":"Hi","scheduledDate":"tomorrow"}`, `{"subscribers":["+15555550123"],"message":"Hi","repeat":{"frequency":1}}`,
	`{"subscribers":["+15555550123"],"message":"Hi","scheduledDate":"2027-01-01T00:00:00Z","repeat":{"frequency":9,"type":"day","monday":1}}`,
	`{"subscribers":["+15555550123"],"message":"Hi","scheduledDate":"2027-01-01T00:00:00Z","repeat":[]}`,
	`{"subscribers":["+15555550123"],"message":"` + strings.Repeat("x", 161) + `"}`,
	`{"subscribers":["+15555550123"],"isMMS":true,"message":"` + strings.Repeat("x", 1551) + `"}`,
	`{"subscribers":["+15555550123"],"message":"` + strings.Repeat("x", 160) + `","footer":"y"}`,
}

func TestBadSends(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var out strings.Builder
	for _, body := range badSends {
		a := l.call("POST", "/send", body, "Content-Type", "application/json", "X-Request-Id", "one")
		var p struct {
			Code                           int `json:"httpCode"`
			Message, Timestamp, Type, Name string
			RequestID                      string `json:"requestId"`
		}
		if err := json.Unmarshal([]byte(a.body), &p); err != nil {
			t.Errorf("%.80q: %v", body, err)
		}
		if a.status != 400 || p.Code != 400 || p.Type != "bad_request_error" || p.Name != "MTABadRequestError" ||
			p.RequestID == "" || p.RequestID != a.header.Get("X-Request-Id") || p.Timestamp != "2026-01-01T00:00:00.000Z" {
			t.Errorf("%.80q: %d %s", body, a.status, a.body)
		}
		if len(body) > 150 {
			body = body[:100] + "…"
		}
		fmt.Fprintf(&out, "%q: %s\n", body, p.Message)
	}
	golden.Check(t, "bad-sends.txt", out.String())
	if got := l.do("GET", "/subscribers", ""); !strings.Contains(got, `"total":0`) {
		t.Errorf("a send that was refused made subscribers: %s", got)
	}
	// None of them used the id up.
	l.do("POST", "/send", `{"subscribers":["+15555550123"],"message":"Hi"}`, "X-Request-Id", "one")
}

func TestContentTypeIsNeeded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for kind, want := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "text/plain": 400, "": 400,
		"application/x-www-form-urlencoded": 400,
	} {
		if got := l.call("POST", "/send", `{"subscribers":["+15555550123"],"message":"Hi"}`, "Content-Type", kind); got.status != want {
			t.Errorf("%q: %d, want %d", kind, got.status, want)
		}
	}
}

// TestRequestIDsCanBeIgnored holds the switch that makes the vendor one without
// idempotency keys.
func TestRequestIDsCanBeIgnored(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.set("idempotency", "off")
	const body = `{"subscribers":["+15555550123"],"message":"Hi"}`
	for range 2 {
		if a := l.call("POST", "/send", body, "X-Request-Id", "one"); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	l.set("idempotency", "on")
	l.do("POST", "/send", body, "X-Request-Id", "one")
	if a := l.call("POST", "/send", body, "X-Request-Id", "one"); a.status != http.StatusConflict {
		t.Errorf("switched on again: %d", a.status)
	}
}

// TestRequestIDIsUsedOnce holds the idempotency key: a repeat is a 409, for
// this endpoint, for a day.
func TestRequestIDIsUsedOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	const body = `{"subscribers":["+15555550123"],"message":"Hi"}`
	l.do("POST", "/send", body, "X-Request-Id", "req 42-a")
	a := l.call("POST", "/send", `{"not":"valid"}`, "X-Request-Id", "req 42-a")
	if a.status != http.StatusConflict || !strings.Contains(a.body, `"type":"conflict_error","name":"MTAConflictError"`) {
		t.Errorf("repeat: %d %s", a.status, a.body)
	}
	l.do("POST", "/send", body, "X-Request-Id", "req42b")
	l.do("POST", "/verify/sms/send-code", `{"to":"+15555550123"}`, "X-Request-Id", "req 42-a")
	l.advance(24*time.Hour - time.Second)
	if a := l.call("POST", "/send", body, "X-Request-Id", "req 42-a"); a.status != http.StatusConflict {
		t.Errorf("within a day: %d", a.status)
	}
	l.advance(time.Second)
	l.do("POST", "/send", body, "X-Request-Id", "req 42-a")
	if got := strings.Count(l.do("GET", "/deliveries", ""), `"outboundId"`); got != 4 {
		t.Errorf("%d messages, want 4", got)
	}
}

// TestRacingRequests sends under one id at once: one wins, and one message is made.
func TestRacingRequests(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var wg sync.WaitGroup
	statuses := make([]int, 16)
	for i := range statuses {
		wg.Go(func() {
			statuses[i] = l.call("POST", "/send", `{"subscribers":["+15555550123"],"message":"Hi"}`, "X-Request-Id", "one").status
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 200 || statuses[1] != 409 || statuses[15] != 409 {
		t.Errorf("statuses are %v", statuses)
	}
	for path, want := range map[string]int{"/deliveries": 1, "/subscribers": 1} {
		if got := l.do("GET", path, ""); !strings.Contains(got, fmt.Sprintf(`"total":%d`, want)) {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// TestFailedSendGivesItsIDBack holds that an error before anything was sent
// does not use the caller's id up, and that one after it does.
func TestFailedSendGivesItsIDBack(t *testing.T) {
	t.Parallel()
	const body = `{"subscribers":["+15555550123"],"message":"Hi"}`
	for _, c := range []struct {
		kind  journal.FaultKind
		again int
	}{{journal.ErrorBefore, 200}, {journal.ErrorAfter, 409}} {
		l := newLab(t)
		if _, err := l.box.Plan(journal.Fault{Kind: c.kind, Match: journal.FaultMatch{Provider: "mta"}}); err != nil {
			t.Fatal(err)
		}
		if a := l.call("POST", "/send", body, "X-Request-Id", "one"); a.status != http.StatusInternalServerError ||
			!strings.Contains(a.body, `"name":"MTAInternalServerError"`) {
			t.Errorf("%s: %d %s", c.kind, a.status, a.body)
		}
		if a := l.call("POST", "/send", body, "X-Request-Id", "one"); a.status != c.again {
			t.Errorf("after %s: %d %s, want %d", c.kind, a.status, a.body, c.again)
		}
	}
}

func TestOptedOutRecipientsLeftOut(t *testing.T) {
	t.Parallel()
	l := newLab(t, "opted_out", "skip")
	l.register("delivery-status", "/status", "")
	l.do("POST", "/unsubscribes", `{"number":"5555550123"}`)
	l.script("opted-out-skipped.txt",
		`POST /send {"subscribers":["+15555550123"],"message":"Hi"}`,
		`POST /send {"subscribers":["+15555550123","+15555550124"],"message":"Hi"}`,
		`wait 5s`,
		`GET /deliveries`,
	)
	if got := strings.Join(l.hooks(), "\n"); strings.Contains(got, "0123") || strings.Count(got, "0124") != 2 {
		t.Errorf("told:\n%s", got)
	}
}

// TestUnverifiedAccount is refused all but templates, after the fields were
// checked, and what was refused may be asked again.
func TestUnverifiedAccount(t *testing.T) {
	t.Parallel()
	l := newLab(t, "unverified", "on")
	l.script("unverified.txt",
		`POST /send {"subscribers":["+15555550123"]}`,
		`POST /send {"subscribers":["+15555550123"],"message":"Hi"}`,
		`GET /subscribers`,
		`POST /templates {"message":"Kept"}`,
		`POST /send {"subscribers":["+15555550123"],"templateId":501}`,
		`POST /send/controlled-template {"subscribers":["+15555550123"],"templateId":501}`,
	)
	body := `{"subscribers":["+15555550123"],"message":"Hi"}`
	first, again := l.call("POST", "/send", body, "X-Request-Id", "one"), answer{}
	l.set("unverified", "off")
	if again = l.call("POST", "/send", body, "X-Request-Id", "one"); first.status != 403 || again.status != 200 {
		t.Errorf("answers are %d, then %d", first.status, again.status)
	}
}

func TestOptedOutRecipients(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.register("delivery-status", "/status", "")
	l.register("message-send", "/send", "")
	l.register("message-reply", "/reply", "")
	l.do("POST", "/send", `{"subscribers":["+15555550123"],"message":"Hi","externalId":"a"}`)
	l.advance(5 * time.Second)
	l.text(ana, line2, " Stop ")
	l.hooks()
	l.script("opted-out.txt",
		`GET /unsubscribes/5555550123`,
		`POST /send {"subscribers":["+15555550123"],"message":"Hi","externalId":"b"}`,
		`POST /send {"subscribers":["+15555550123","+15555550124","+15555"],"message":"Hi","externalId":"c"}`,
		`wait 5s`,
		`GET /deliveries`,
	)
	golden.Check(t, "opted-out-hooks.txt", strings.Join(sorted(l.hooks()), "\n")+"\n")
	l.text(ana, line1, "yes")
	if got := l.do("GET", "/unsubscribes/+15555550123", ""); got != `{"data":{"unsubscribed":false}}` {
		t.Errorf("after YES: %s", got)
	}
	if got := l.hooks(); len(got) != 1 || !strings.Contains(got[0], `"message":"yes"`) {
		t.Errorf("YES gave %v", got)
	}
}

func sorted(all []string) []string {
	slices.Sort(all)
	return all
}

// TestKeywords holds what each word does to consent and how often somebody is
// told; the vendor's own text has no webhook.
func TestKeywords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words string
		out   bool
		texts int // of the vendor's own
	}{
		{"STOP", true, 1},
		{"stopall", true, 1},
		{"Unsubscribe", true, 1},
		{"CANCEL", true, 1},
		{"end", true, 1},
		{"quit", true, 1},
		{"please stop", false, 0},
		{"yes", false, 0},
		{"HELP", false, 1},
		{"info", false, 1},
		{"STOP,START", false, 2},
		{"STOP,unstop", false, 2},
		{"STOP,YES", false, 2},
		{"STOP,RESUME", true, 1},
	} {
		l := newLab(t)
		l.register("message-reply", "/reply", "")
		words := strings.Split(c.words, ",")
		for _, w := range words {
			l.text(ana, line1, w)
		}
		l.advance(5 * time.Second)
		if got := len(l.hooks()); got != len(words) {
			t.Errorf("%s: %d webhooks", c.words, got)
		}
		if got := l.do("GET", "/unsubscribes/5555550123", ""); got != fmt.Sprintf(`{"data":{"unsubscribed":%v}}`, c.out) {
			t.Errorf("%s: %s", c.words, got)
		}
		all := l.messages()
		own := slices.DeleteFunc(all, func(m sms.Message) bool { return !m.Automatic })
		if len(own) != c.texts {
			t.Errorf("%s: %d texts of the vendor's own", c.words, len(own))
		}
		if got := l.do("GET", "/deliveries", ""); !strings.Contains(got, `"total":0`) {
			t.Errorf("%s: %s", c.words, got)
		}
	}
	l := newLab(t, "keyword_reply", "off")
	l.register("message-reply", "/reply", "")
	l.text(ana, line1, "HELP")
	l.text(ana, line1, "HELP me")
	if got := l.hooks(); len(got) != 1 {
		t.Errorf("keyword_reply off: %v", got)
	}
}

// messages are all of the world, oldest first.
func (l *lab) messages() (all []sms.Message) {
	_ = l.box.Journal().Each(0, func(e journal.Entry) bool {
		if e.Kind == journal.KindMessage {
			i := slices.IndexFunc(all, func(m sms.Message) bool { return m.ID == e.Message.ID })
			if i < 0 {
				all = append(all, *e.Message)
			} else {
				all[i] = *e.Message
			}
		}
		return true
	})
	return all
}

func TestSmartRepliesAndKeywordGroups(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.do("POST", "/smart-replies", `{"word":"Hours","message":"9 to 5"}`)
	l.do("POST", "/groups", `{"name":"VIP","keyword":"vip","welcomeMessage":"Welcome!"}`)
	for _, text := range []string{"hours", "what are your hours", "VIP ", "vip", "STOP", "hours"} {
		l.text(ana, line2, text)
	}
	var own []string
	for _, m := range l.messages() {
		if m.Automatic && m.Line == line2 && m.Handset == ana {
			own = append(own, m.Body)
		}
	}
	if len(own) != 3 || own[0] != "9 to 5" || own[1] != "Welcome!" {
		t.Errorf("the vendor sent %q", own)
	}
	if got := l.do("GET", "/groups/301/member-count", ""); !strings.Contains(got, `"memberCount":1`) {
		t.Errorf("group: %s", got)
	}
}

// TestRateLimits holds the published limits on the virtual clock.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call   string
		limit  int
		window time.Duration
	}{
		{`POST /send {"subscribers":["+15555550123"],"message":"Hi"}`, 25, 15 * time.Second},
		{`GET /subscribers`, 15, 15 * time.Second},
		{`POST /subscribers/bulk [{"number":"+15555550123"}]`, 15, 15 * time.Second},
		{`POST /groups/301/subscribers/bulk-create {"subscriberIds":[1]}`, 5, 15 * time.Second},
		{`GET /account-variables`, 15, 15 * time.Second},
		{`GET /custom-fields`, 15, 15 * time.Second},
		{`GET /webhooks`, 30, time.Minute},
		{`GET /nowhere`, 30, time.Minute},
	} {
		l := newLab(t, "rate_limits", "on")
		part := strings.SplitN(c.call+"  ", " ", 3)
		call := func() answer { return l.call(part[0], part[1], strings.TrimSpace(part[2])) }
		for i := range c.limit {
			a := call()
			want := fmt.Sprint(c.limit - i - 1)
			if a.status == 429 || a.header.Get("RateLimit-Limit") != fmt.Sprint(c.limit) ||
				a.header.Get("RateLimit-Remaining") != want || a.header.Get("X-RateLimit-Remaining") != want {
				t.Fatalf("%s, call %d: %d %v", c.call, i, a.status, a.header)
			}
		}
		l.advance(time.Second)
		a := call()
		left := c.window - time.Second
		if a.status != 429 || !strings.Contains(a.body, `"type":"rate_limit_error","name":"MTARateLimitError"`) ||
			a.header.Get("Retry-After") != fmt.Sprint(int(left.Seconds())) || a.header.Get("X-RateLimit-Reset") != fmt.Sprint(left.Milliseconds()) {
			t.Errorf("%s: over the limit: %d %s %v", c.call, a.status, a.body, a.header)
		}
		l.advance(left)
		if a := call(); a.status == 429 {
			t.Errorf("%s: the window is open again: %d", c.call, a.status)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for key, want := range map[string]int{"Bearer " + l.key: 200, "bearer " + l.key: 200, "": 401, "Bearer nobody": 401, l.key: 401, "Basic " + l.key: 401} {
		a := l.call("GET", "/auth/verify-api-key", "", "Authorization", key)
		if a.status != want || want == 401 && !strings.Contains(a.body, `"type":"unauthorized_error","name":"MTAUnauthorizedError"`) {
			t.Errorf("%q: %d %s", key, a.status, a.body)
		}
	}
	other, err := l.emu.Make(client.SandboxOptions{ID: "other"})
	if err != nil {
		t.Fatal(err)
	}
	env := other.Placeholders()["mta"]
	if env["key"] == l.key || env["number"] != string(line1) || env["longcode2"] != "9002" {
		t.Errorf("another sandbox has %v", env)
	}
}
