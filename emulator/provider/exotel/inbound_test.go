package exotel_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

func (l *lab) text(body string) sms.Message {
	l.t.Helper()
	m, err := l.box.Text("exotel", asha, "", body, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	l.advance(0)
	return m
}

func TestInboundText(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	m := l.text("Yes & no")
	h := l.only()
	created := l.box.Now().In(time.FixedZone("IST", 19800)).Format("2006-01-02T15:04:05-07:00")
	want := "SmsSid=" + m.ID + "&From=%2B919876543210&To=%2B911140000000&Body=Yes+%26+no&DateCreated=" +
		url.QueryEscape(created) + "&AccountSid=" + l.env["sid"]
	if h.method != "POST" || h.path != "/inbound" || h.contentType != "application/x-www-form-urlencoded" || h.body != want {
		t.Errorf("%s %s %s\n%s\nwant\n%s", h.method, h.path, h.contentType, h.body, want)
	}
}

func TestInboundTextByGET(t *testing.T) {
	t.Parallel()
	l := newLab(t, "inbound_method", "GET", "url_token", "on")
	l.text("YES")
	h := l.only()
	if h.method != "GET" || h.body != "" || h.fields.Get("Body") != "YES" || h.fields.Get("From") != asha || h.fields.Get("token") != l.env["secret"] {
		t.Errorf("%+v", h)
	}
}

func TestInboundTextInJSON(t *testing.T) {
	t.Parallel()
	l := newLab(t, "inbound_body", "json", "inbound_sid", "prefixed", "inbound_by_api", "on")
	l.text("YES")
	h := l.only()
	var got map[string]string
	if err := json.Unmarshal([]byte(h.body), &got); err != nil || h.contentType != "application/json" || got["Body"] != "YES" {
		t.Fatalf("%s %s", h.contentType, h.body)
	}
	if !strings.HasPrefix(got["SmsSid"], "inb_sms_") {
		t.Errorf("SmsSid %s", got["SmsSid"])
	}
	sid := got["SmsSid"]
	m := l.details(smsMessage{Sid: &sid})
	if m.Body != "YES" || *m.Direction != "incoming" || m.Status != "received" || *m.From != "09876543210" || *m.To != "01140000000" {
		t.Errorf("by the API: %+v", m)
	}
	l.set("inbound_by_api", "off")
	l.wantError(l.call("GET", "/v1/Accounts/{sid}/SMS/Messages/"+sid+".json", nil), 200, 0)
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		ladder string
		waits  []time.Duration
	}{
		{"three-retries", []time.Duration{0, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}},
		{"four-retries", []time.Duration{0, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute}},
		{"two-retries", []time.Duration{0, 5 * time.Minute, 15 * time.Minute}},
	} {
		t.Run(tt.ladder, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, "ladder", tt.ladder)
			l.says = func(int) int { return http.StatusServiceUnavailable }
			l.text("YES")
			l.advance(2 * time.Hour)
			hooks := l.got()
			if len(hooks) != len(tt.waits) {
				t.Fatalf("%d requests, want %d", len(hooks), len(tt.waits))
			}
			at := hooks[0].at
			for i, h := range hooks {
				at = at.Add(tt.waits[i])
				if !h.at.Equal(at) || h.body != hooks[0].body {
					t.Errorf("request %d at %s with %s, want at %s the first one's body", i+1, h.at, h.body, at)
				}
			}
		})
	}
}

func TestCallbackIsRetriedToo(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.says = func(n int) int { return map[bool]int{true: 500, false: 204}[n == 0] }
	l.message(l.send())
	l.advance(time.Hour)
	if hooks := l.got(); len(hooks) != 2 || hooks[0].body != hooks[1].body || hooks[1].path != "/status" {
		t.Errorf("%+v, want the same twice", hooks)
	}
}

func TestWhereCallbacksGo(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.message(l.send("StatusCallback", "-"))
	l.advance(time.Minute)
	if hooks := l.got(); len(hooks) != 0 {
		t.Errorf("told without a callback: %+v", hooks)
	}
	l.set("default_callback", "on")
	l.message(l.send("StatusCallback", "-"))
	l.advance(time.Minute)
	if h := l.only(); h.path != "/inbound" {
		t.Errorf("the default is %s", h.path)
	}
	l.message(l.send("StatusCallback", l.sut.URL+"/mine?a=1", "StatusCallbackContentType", "application/json"))
	l.advance(time.Minute)
	if h := l.only(); h.path != "/mine" || h.fields.Get("a") != "1" || h.contentType != "application/json" || !json.Valid([]byte(h.body)) {
		t.Errorf("%+v", h)
	}
	l.set("https_only", "on")
	l.wantError(l.send(), 400, 40500)
}

func TestEveryChange(t *testing.T) {
	t.Parallel()
	l := newLab(t, "every_change", "on")
	l.message(l.send())
	l.advance(time.Minute)
	var got []string
	for _, h := range l.got() {
		got = append(got, h.fields.Get("Status"))
	}
	if strings.Join(got, " ") != "queued sending submitted sent" {
		t.Errorf("told %v", got)
	}
}
