package exotel_test

import (
	"fmt"
	"testing"
	"time"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	with := func(user, token string) answer {
		r := l.request("GET", "/v1/Accounts/{sid}/Balance.json", nil)
		if user+token != "" {
			r.SetBasicAuth(user, token)
		}
		return l.do(r)
	}
	for _, good := range []string{l.env["key"], l.env["sid"]} {
		if a := with(good, l.env["token"]); a.status != 200 {
			t.Errorf("%s: %d %s", good, a.status, a.body)
		}
	}
	l.wantError(with("", ""), 401, 0)
	l.wantError(with(l.env["key"], ""), 401, 0)
	l.wantError(with(l.env["key"], "wrong"), 401, 34010)
	l.wantError(with("fakekeyother", l.env["token"]), 401, 34010)
	l.wantError(with("switchhook9", l.env["token"]), 401, 34010)
	l.wantError(with("a key!", "b"), 400, 34001)
	if a := with("", ""); a.header.Get("WWW-Authenticate") == "" || a.header.Get("X-Frame-Options") == "" {
		t.Errorf("headers of a 401: %v", a.header)
	}
	l.wantError(l.call("GET", "/v1/Accounts/other/Balance.json", nil), 403, 34009)
	l.set("account", "inactive")
	l.wantError(with(l.env["key"], l.env["token"]), 403, 40002)
}

func TestSandboxesHaveKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	l, again := newLab(t), newLab(t)
	if l.env["key"] != again.env["key"] || l.env["token"] != again.env["token"] || l.env["sid"] != again.env["sid"] {
		t.Error("the default sandbox has other credentials in another run")
	}
	if l.env["url"] == "" || l.env["number"] == l.env["number2"] {
		t.Errorf("placeholders %v", l.env)
	}
}

func TestPathsThatLeadNowhere(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, tt := range []struct {
		method, path string
		status, code int
	}{
		{"POST", "/v1/Accounts/{sid}/Sms/sned.json", 405, 40502},
		{"GET", "/v1/Accounts/{sid}/Sms/send.json", 400, 40500},
		{"GET", "/v1/Accounts/{sid}/Sms.json", 400, 40500},
		{"DELETE", "/v1/Accounts/{sid}/SMS/Messages/1.json", 405, 40502},
		{"POST", "/v3/Accounts/{sid}/Sms/send.json", 400, 0},
		{"GET", "/v1/{sid}/Balance.json", 400, 0},
		{"GET", "/v1/Accounts/{sid}/Calls.json", 404, 0},
	} {
		l.wantError(l.call(tt.method, tt.path, nil), tt.status, tt.code)
	}
}

func TestAccountsThatMayNotSend(t *testing.T) {
	t.Parallel()
	l := newLab(t, "account", "no-kyc")
	l.wantError(l.send(), 403, 340030)
	l.wantError(l.send("From", "-"), 403, 340030) // the account comes before what is sent
	l.set("account", "trial")
	l.wantError(l.send("From", "600100", "SmsType", "promotional"), 403, 40000)
	for range 10 {
		l.message(l.send())
	}
	l.wantError(l.send(), 429, 40404)
	l.set("account", "active", "balance", "0")
	l.wantError(l.send(), 403, 40001)
	l.wantError(l.send("To", "nobody"), 403, 40001) // money comes before recipients
	l.wantError(l.send("EncodingType", "x"), 400, 40209)
}

func TestAccountsThatMaySendFromSomeOnly(t *testing.T) {
	t.Parallel()
	l := newLab(t, "account", "promotional")
	l.wantError(l.send(), 400, 40300)
	l.wantError(l.send("From", "01140000001"), 400, 40300)
	l.message(l.send("From", "600100"))
	l.set("account", "international")
	l.wantError(l.send("From", "600100"), 400, 40301)
	l.message(l.send("From", "01140000001"))
	l.message(l.send())
}

func TestCountriesThatAreNotEnabled(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.message(l.send("To", "+442071838750"))
	l.set("countries", "india")
	l.wantError(l.send("To", "+442071838750"), 403, 40003)
	l.wantError(l.send("To", "9876543210,00442071838750"), 403, 40003)
	l.message(l.send())
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for range 200 {
		if a := l.call("GET", "/v1/Accounts/{sid}/Balance.json", nil); a.status != 200 || a.header.Get("X-RateLimit-Limit") != "" {
			t.Fatalf("%d %v", a.status, a.header)
		}
	}
	l.wantError(l.call("GET", "/v1/Accounts/{sid}/Balance.json", nil), 429, 40403)
	over := l.send()
	l.wantError(over, 429, 40402)
	if over.header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After %q, want 60", over.header.Get("Retry-After"))
	}
	l.advance(time.Minute)
	l.message(l.send())

	l.set("rate_limits", "finer")
	for i := range 50 {
		a := l.call("POST", "/v1/Accounts/{sid}/SMS/bulksend.json", nil)
		if a.status != 400 || a.header.Get("X-RateLimit-Remaining") != fmt.Sprint(49-i) {
			t.Fatalf("%d %v", a.status, a.header)
		}
	}
	l.wantError(l.call("POST", "/v1/Accounts/{sid}/Sms/bulksend.json", nil), 429, 40402)
	l.message(l.send())
	l.set("rate_limits", "off")
	l.wantError(l.call("POST", "/v1/Accounts/{sid}/Sms/bulksend.json", nil), 400, 40201)
}
