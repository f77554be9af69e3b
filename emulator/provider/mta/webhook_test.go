package mta_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestWebhookManagement(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.script("webhooks.txt",
		`POST /webhooks {"event":"message-reply","url":"http://127.0.0.1:9/hook","secret":"s"}`,
		`POST /webhooks {"event":"delivery-status","url":"http://127.0.0.1:9/hook","secret":"s","alertEmail":"a@acme.test","sendAlertEmail":true,"skipErrors":true,"skipErrorCodes":["404","410"],"retryOnError":false,"maxThroughputPerMinute":60}`,
		`POST /webhooks {"event":"message-reply","url":"http://127.0.0.1:9/hook","secret":"s"}`,
		`GET /webhooks`,
		`GET /webhooks?page=1&pageSize=2`,
		`PATCH /webhooks/12 {"event":"message-send","skipErrors":false,"alertEmail":null,"skipErrorCodes":null}`,
		`PATCH /webhooks/12 {"secret":""}`,
		`PATCH /webhooks/12 {"url":null}`,
		`PATCH /webhooks/99 {"url":"http://127.0.0.1:9/"}`,
		`DELETE /webhooks/12`,
		`DELETE /webhooks/12`,
		`GET /webhooks/11`,
		`POST /webhooks {}`,
		`POST /webhooks {"event":"message-send-status","url":"x","secret":7,"skipErrorCodes":[404],"maxThroughputPerMinute":0,"retryOnError":"no","alertEmail":1}`,
		`POST /webhooks {"event":"message-reply","url":"http://93.184.216.34/hook","secret":"s","skipErrorCodes":["teapot"]}`,
		`POST /webhooks {"event":"message-reply","url":"http://93.184.216.34/hook","secret":"s"}`,
		`GET /webhooks`,
	)
	_ = l.box.Journal().Each(0, func(e journal.Entry) bool {
		if e.Document != nil && strings.Contains(string(e.Document.Body), "ecret") {
			t.Errorf("a document holds the secret: %s", e.Document.Body)
		}
		return true
	})
}

// TestReplyCarriesWhatWasSent is the tutorial: send, be answered, reply from
// the same number, be answered again.
func TestReplyCarriesWhatWasSent(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.register("message-reply", "/reply", "")
	l.do("POST", "/send", `{"subscribers":["+15555550123","+15555550124"],"message":"Ready?","longcodeId":9001,"externalId":"req-42","tags":{"crm" : "c-9"}}`)
	l.advance(time.Second)
	l.do("POST", "/send", `{"subscribers":["+15555550123"],"message":"From the other","longcodeId":9002,"externalId":"other"}`)
	l.text(ana, line1, "Yes please")
	l.text(ben, line1, "Me too ✅ <&>")
	l.text(ben, line2, "Who is this?")
	l.do("POST", "/send", `{"subscribers":["+15555550123"],"message":"Great","longcodeId":9001,"tags":{"step":"2"}}`)
	l.text(ana, line1, "", sms.Media{Kind: "image", URL: "https://files.test/9f2.jpg"})
	l.text(ana, line1, "With words", sms.Media{Kind: "image", URL: "https://files.test/1.jpg"}, sms.Media{Kind: "image", URL: "https://files.test/2.jpg"})
	for _, h := range l.app.seen {
		mac := hmac.New(sha256.New, []byte("mta-test-secret-01"))
		mac.Write([]byte(h.body))
		if h.signature != hex.EncodeToString(mac.Sum(nil)) {
			t.Errorf("signature of %s is %s", h.body, h.signature)
		}
	}
	bodies := l.hooks()
	var first struct{ URL string }
	if err := json.Unmarshal([]byte(bodies[3]), &first); err != nil {
		t.Fatal(err)
	}
	id := first.URL[strings.LastIndex(first.URL, "/")+1:]
	golden.Check(t, "replies.txt", strings.Join(bodies, "\n")+"\n")
	// The file of a reply is fetched without a key.
	a := l.open("/media/" + id)
	if a.status != 302 || a.header.Get("Location") != "https://files.test/9f2.jpg" {
		t.Errorf("media: %d %v", a.status, a.header)
	}
	if a := l.open("/media/none"); a.status != 404 {
		t.Errorf("unknown media: %d", a.status)
	}
}

func TestShortLinks(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.do("POST", "/shortlinks", `{"url":"https://acme.test/a?b=c"}`)
	if a := l.open("/l/201"); a.status != 302 || a.header.Get("Location") != "https://acme.test/a?b=c" {
		t.Errorf("link: %d %v", a.status, a.header)
	}
	if a := l.open("/l/202"); a.status != 404 {
		t.Errorf("unknown link: %d", a.status)
	}
}

// TestStatusOfEveryMagicNumber holds the status codes: each number comes to
// the one that it ends in.
func TestStatusOfEveryMagicNumber(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.register("delivery-status", "/status", "")
	var out strings.Builder
	for _, ending := range []string{"1005", "1006", "1007", "1008", "1009", "1010", "1011", "1012", "1013", "1105", "1106", "1108", "0123"} {
		number := "+1500555" + ending
		l.do("POST", "/send", fmt.Sprintf(`{"subscribers":[%q],"image":"https://acme.test/a.png"}`, number))
		l.advance(5 * time.Second)
		var codes []string
		for _, body := range l.hooks() {
			var status struct {
				Status int
			}
			if err := json.Unmarshal([]byte(body), &status); err != nil {
				t.Fatal(err)
			}
			codes = append(codes, fmt.Sprint(status.Status))
		}
		list := l.do("GET", "/deliveries?pageSize=1", "")
		word := list[strings.Index(list, `"status":"`)+10:]
		fmt.Fprintf(&out, "%s %s %s\n", number, strings.Join(codes, " "), word[:strings.Index(word, `"`)])
	}
	golden.Check(t, "statuses.txt", out.String())
}

// TestOrderOfOneSend holds what is told of a message, and when.
func TestOrderOfOneSend(t *testing.T) {
	t.Parallel()
	l := newLab(t, "status_queued", "on")
	l.register("delivery-status", "/status", "")
	l.register("message-send", "/send", "")
	l.do("POST", "/send", `{"subscribers":["+15555550123"],"message":"Ready?","externalId":"req-42","tags":{"crm":"c-9"}}`)
	l.advance(5 * time.Second)
	golden.Check(t, "order.txt", strings.Join(l.hooks(), "\n")+"\n")
}

// TestRetries holds the ladder, and each way to leave it out.
func TestRetries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		more   string
		status int
		waits  []time.Duration // since the first attempt
	}{
		{``, 200, []time.Duration{0}},
		{``, 201, []time.Duration{0, 2 * time.Second, 6 * time.Second}},
		{``, 204, []time.Duration{0, 2 * time.Second, 6 * time.Second}},
		{``, 302, []time.Duration{0, 2 * time.Second, 6 * time.Second}},
		{``, 500, []time.Duration{0, 2 * time.Second, 6 * time.Second}},
		{`,"retryOnError":false`, 500, []time.Duration{0}},
		{`,"skipErrors":true`, 500, []time.Duration{0}},
		{`,"skipErrorCodes":["500"]`, 500, []time.Duration{0}},
		{`,"skipErrorCodes":["500"]`, 503, []time.Duration{0, 2 * time.Second, 6 * time.Second}},
	} {
		l := newLab(t)
		l.register("message-reply", "/reply", c.more)
		l.app.status = func(int, string) int { return c.status }
		l.text(ana, line1, "Hi")
		l.advance(time.Hour)
		all := l.taken()
		var waits []time.Duration
		for _, h := range all {
			waits = append(waits, h.at.Sub(all[0].at))
			if h.body != all[0].body || h.signature != all[0].signature {
				t.Errorf("%s %d: attempts differ", c.more, c.status)
			}
		}
		if fmt.Sprint(waits) != fmt.Sprint(c.waits) {
			t.Errorf("%s %d: attempts after %v, want %v", c.more, c.status, waits, c.waits)
		}
	}
}

// TestSeveralWebhooks holds that each registration gets its own event, with its
// own secret, and that one which is deleted gets no more.
func TestSeveralWebhooks(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.register("message-reply", "/a", "")
	l.do("POST", "/webhooks", fmt.Sprintf(`{"event":"message-reply","url":%q,"secret":"another"}`, l.app.url+"/b"))
	l.register("message-send", "/c", "")
	l.text(ana, line1, "Hi")
	paths, signatures := map[string]string{}, map[string]bool{}
	for _, h := range l.taken() {
		paths[h.path], signatures[h.signature] = h.body, true
	}
	if len(paths) != 2 || paths["/a"] == "" || paths["/a"] != paths["/b"] || len(signatures) != 2 {
		t.Errorf("took %v, signatures %v", paths, signatures)
	}
	l.do("DELETE", "/webhooks/11", "")
	l.do("PATCH", "/webhooks/12", fmt.Sprintf(`{"url":%q}`, l.app.url+"/d"))
	l.text(ana, line1, "Again")
	all := l.taken()
	mac := hmac.New(sha256.New, []byte("another")) // it stayed
	mac.Write([]byte(all[0].body))
	if len(all) != 1 || all[0].path != "/d" || all[0].signature != hex.EncodeToString(mac.Sum(nil)) {
		t.Errorf("after the change: %+v", all)
	}
	l.do("PATCH", "/webhooks/12", `{"secret":"mta-test-secret-01","event":"delivery-status"}`)
	l.text(ana, line1, "Once more")
	if got := l.hooks(); len(got) != 0 {
		t.Errorf("a webhook for another event got %v", got)
	}
}

func TestThroughputOfAWebhook(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.register("message-reply", "/a", `,"maxThroughputPerMinute":2`)
	for i := range 5 {
		l.text(ana, line1, fmt.Sprint("text ", i))
	}
	counts := []int{len(l.hooks())}
	for range 2 {
		l.advance(time.Minute)
		counts = append(counts, len(l.hooks()))
	}
	if fmt.Sprint(counts) != "[2 2 1]" {
		t.Errorf("webhooks per minute: %v", counts)
	}
}

// open asks for something without a key.
func (l *lab) open(path string) answer {
	l.t.Helper()
	return l.serve(httptest.NewRequest("GET", "/mta"+path, nil))
}
