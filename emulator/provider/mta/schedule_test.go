package mta_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
)

func TestScheduled(t *testing.T) {
	t.Parallel()
	newLab(t).script("scheduled.txt",
		`POST /send {"subscribers":["+15555550123","+445555550123"],"message":"Later","scheduledDate":"2026-01-01T10:00:00.000Z","longcodeId":9002,"header":"Acme:","tags":{"a":"b"}}`,
		`POST /send {"subscribers":["+15555550123"],"message":"Other form","scheduledDate":"20260102T090000-0100","repeat":{"frequency":2,"type":"week","monday":true,"friday":true}}`,
		`POST /groups {"name":"Nobody yet"}`,
		`POST /send {"groups":[301],"image":"https://acme.test/a.png","scheduledDate":"2026-02-01T00:00:00Z"}`,
		`GET /deliveries`,
		`GET /scheduled`,
		`GET /scheduled/60000001`,
		`GET /scheduled/60000001/recipients`,
		`GET /scheduled/calendar/2026/2`,
		`GET /scheduled/calendar/2026/13`,
		`PATCH /scheduled/60000001 {"message":"Later still","scheduledDate":"2026-01-01T11:00:00Z"}`,
		`PATCH /scheduled/60000001 {"message":""}`,
		`wait 10h`,
		`GET /deliveries`,
		`wait 1h`,
		`GET /deliveries`,
		`GET /scheduled/60000001`,
		`PATCH /scheduled/60000001 {"message":"x"}`,
		`POST /scheduled/60000002 {"skippedAt":"2026-01-02T10:00:00Z"}`,
		`GET /scheduled?query=form`,
		`DELETE /scheduled/number/5555550123`,
		`DELETE /scheduled/number/5555550199`,
		`GET /scheduled`,
		`POST /scheduled/60000003`,
		`GET /scheduled`,
		`POST /send {"subscribers":["+15555550123"],"message":"Past","scheduledDate":"2025-01-01T00:00:00Z"}`,
		`GET /scheduled/60000004`,
	)
}

// TestScheduledSendIsTold holds that what is due goes out by itself, under the
// messageId that the request was answered with.
func TestScheduledSendIsTold(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.register("message-send", "/send", "")
	l.do("POST", "/send", `{"subscribers":["+15555550123"],"message":"Daily","externalId":"d","scheduledDate":"2026-01-01T01:00:00Z","repeat":{"frequency":1}}`)
	l.advance(59 * time.Minute)
	if got := l.hooks(); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	l.advance(50 * time.Hour)
	got := l.hooks()
	if len(got) != 3 {
		t.Fatalf("%d sends in three days: %v", len(got), got)
	}
	for i, body := range got {
		at := fmt.Sprintf(`"timestamp":"2026-01-0%dT01:00:00.000Z"`, i+1)
		if !strings.Contains(body, `"messageId":"60000001","externalId":"d"`) || !strings.Contains(body, at) {
			t.Errorf("send %d is %s", i, body)
		}
	}
	l.do("POST", "/unsubscribes", `{"number":"+15555550123"}`)
	l.advance(24 * time.Hour)
	if got := l.hooks(); len(got) != 0 {
		t.Errorf("sent to who opted out: %v", got)
	}
}

func TestPastSchedule(t *testing.T) {
	t.Parallel()
	l := newLab(t, "past_schedule", "refuse")
	a := l.call("POST", "/send", `{"subscribers":["+15555550123"],"message":"Past","scheduledDate":"2025-01-01T00:00:00Z"}`)
	if a.status != 400 {
		t.Errorf("a date in the past: %d %s", a.status, a.body)
	}
	l.set("past_schedule", "send")
	l.do("POST", "/send", `{"subscribers":["+15555550123"],"message":"Soon","scheduledDate":"2026-03-01T00:00:00Z"}`)
	l.do("PATCH", "/scheduled/60000001", `{"scheduledDate":"2025-01-01T00:00:00Z"}`)
	l.advance(time.Millisecond)
	if got := l.do("GET", "/deliveries", ""); !strings.Contains(got, `"total":1`) {
		t.Errorf("a scheduled message moved into the past: %s", got)
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.do("POST", "/subscribers", `{"number":"5555550123","firstName":"Ana","lastName":"Ruiz"}`)
	l.do("POST", "/send", `{"subscribers":["+15555550123","+15555550124"],"message":"Hi"}`)
	l.advance(time.Second)
	l.text(ana, line1, "Hello")
	l.script("threads.txt",
		`GET /threads`,
		`GET /threads/701`,
		`GET /threads/701/items`,
		`PATCH /threads/701/read {}`,
		`GET /threads`,
		`POST /send {"threadId":701,"message":"Hi again"}`,
		`DELETE /threads/702`,
		`GET /threads/702`,
		`GET /threads?query=ruiz`,
		`DELETE /threads/701/items`,
		`GET /threads/701/items`,
		`GET /threads`,
		`wait 1s`,
		`POST /send {"subscribers":["+15555550124"],"message":"New"}`,
		`GET /threads/702`,
		`GET /threads/702/items`,
		`GET /threads/703`,
	)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	body := l.do("POST", "/verify/sms/send-code", `{"to":"+15555550123","serviceName":"Acme","timeoutSeconds":60,"codeLength":8,"externalId":"v-1","tags":{"a":"b"},"longcodeId":9002}`, "X-Request-Id", "one")
	id := between(body, `"verificationId":"`, `"`)
	sent := l.messages()[0]
	code := between(sent.Body, "code is ", ".")
	if len(code) != 8 || sent.Line != line2 || sent.Reference != "v-1" || !strings.HasPrefix(sent.Body, "Your Acme verification") {
		t.Errorf("sent %+v", sent)
	}
	if a := l.call("POST", "/verify/sms/send-code", `{"to":"+15555550123"}`, "X-Request-Id", "one"); a.status != 409 {
		t.Errorf("repeat: %d %s", a.status, a.body)
	}
	check := func(body, want string) {
		t.Helper()
		if got := l.do("POST", "/verify/sms/check-code", body); !strings.Contains(got, `"status":"`+want+`"`) {
			t.Errorf("check of %s: %s, want %s", body, got, want)
		}
	}
	check(fmt.Sprintf(`{"verificationId":%q,"code":"00"}`, id), "PENDING")
	check(fmt.Sprintf(`{"verificationId":%q,"code":%q}`, id, code), "APPROVED")
	check(`{"to":"+15555550123","code":"1"}`, "APPROVED")
	l.do("POST", "/verify/sms/send-code", `{"to":"+15555550123"}`)
	l.advance(300 * time.Second)
	check(`{"to":"+15555550123","code":1}`, "EXPIRED")
	golden.Check(t, "verify.txt", strings.Join([]string{
		strings.ReplaceAll(body, id, "ID"),
		l.do("GET", "/verify/"+id, "")[:40],
		fmt.Sprint(strings.Count(l.do("GET", "/verify", ""), `"verificationId"`)),
		l.do("POST", "/verify/number", `{"to":"5555550123"}`),
		l.do("POST", "/verify/number", `{"number":"12"}`),
		l.plainly("POST", "/verify/number", `{}`),
		l.plainly("GET", "/verify/none", ``),
		l.plainly("POST", "/verify/sms/check-code", `{"to":"5555550199","code":"1"}`),
		l.plainly("POST", "/verify/sms/check-code", `{}`),
		l.plainly("POST", "/verify/sms/send-code", `{"to":"12","codeLength":99,"timeoutSeconds":0,"longcodeId":9,"tags":7}`),
	}, "\n")+"\n")
}

// plainly is an error's status and message.
func (l *lab) plainly(method, path, body string) string {
	a := l.call(method, path, body)
	return fmt.Sprint(a.status, " ", between(a.body, `"message":"`, `","timestamp"`))
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}
