package exotel_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

func TestMagicNumbers(t *testing.T) {
	t.Parallel()
	l := newLab(t, "rate_limits", "off")
	for _, tt := range []struct {
		code   int
		status string
		price  float64
	}{
		{20005, "sent", 0.18},
		{20006, "sent", 0.18},
		{23010, "failed", 0},
		{23035, "failed", 0.18},
		{23040, "failed", 0},
		{23050, "failed", 0.18},
		{23182, "failed", 0},
		{24990, "failed", 0.18},
	} {
		m := l.message(l.send("To", fmt.Sprintf("+9199999%05d", tt.code)))
		l.advance(time.Minute)
		h := l.only()
		if h.fields.Get("DetailedStatusCode") != fmt.Sprint(tt.code) || h.fields.Get("Status") != tt.status {
			t.Errorf("%d is told as %s", tt.code, h.body)
		}
		if now := l.details(m); now.DetailedStatusCode != tt.code || now.Status != tt.status || now.Price == nil || *now.Price != tt.price {
			t.Errorf("%d ends as %+v", tt.code, now)
		}
	}
}

func TestLandlinesGetNoTexts(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for to, code := range map[string]string{
		"01141234567": "23010", "+9118001234567": "23010", "6000000001": "20005", "+442071838750": "20005",
	} {
		l.message(l.send("To", to))
		l.advance(time.Minute)
		if h := l.only(); h.fields.Get("DetailedStatusCode") != code {
			t.Errorf("to %s: %s, want %s", to, h.body, code)
		}
	}
}

func TestDNDBlocksPromotionalTextsOnly(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, tt := range []struct {
		fields []string
		code   string
	}{
		{[]string{"SmsType", "transactional"}, "20005"},
		{[]string{"SmsType", "transactional_opt_in"}, "20005"},
		{nil, "20005"}, // the text of a service template
		{[]string{"Body", "Big sale!"}, "23005"},
		{[]string{"SmsType", "promotional", "From", "600100"}, "23005"},
	} {
		l.message(l.send(append([]string{"To", "+919999923005"}, tt.fields...)...))
		l.advance(time.Minute)
		if h := l.only(); h.fields.Get("DetailedStatusCode") != tt.code {
			t.Errorf("%v: %s, want %s", tt.fields, h.body, tt.code)
		}
	}
	a := l.call("GET", "/v1/Accounts/{sid}/Numbers/09999923005.json", nil)
	if !strings.Contains(a.body, `"DND":"Yes"`) {
		t.Errorf("metadata %s", a.body)
	}
}

func TestDLT(t *testing.T) {
	t.Parallel()
	l := newLab(t, "dlt", "on")
	for _, tt := range []struct {
		fields []string
		code   string
	}{
		{[]string{"DltEntityId", l.env["dlt_entity"], "DltTemplateId", l.env["dlt_template"]}, "20005"},
		{nil, "23081"},
		{[]string{"DltEntityId", "1"}, "23281"},
		{[]string{"DltEntityId", l.env["dlt_entity"], "DltTemplateId", "1"}, "23182"},
		{[]string{"DltEntityId", l.env["dlt_entity"], "DltTemplateId", l.env["dlt_template"], "Body", "Hi"}, "23185"},
		{[]string{"To", "+442071838750"}, "20005"}, // India's rules hold for India
		{[]string{"Body", strings.Repeat("x", 2001)}, "23186"},
	} {
		l.message(l.send(tt.fields...))
		l.advance(time.Minute)
		if h := l.only(); h.fields.Get("DetailedStatusCode") != tt.code {
			t.Errorf("%.60v: %s, want %s", tt.fields, h.body, tt.code)
		}
	}
}

func TestLongTextIsTakenAndFails(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	long := strings.Repeat("x", 2001)
	l.message(l.send("Body", long))
	l.advance(time.Minute)
	if h := l.only(); h.fields.Get("DetailedStatusCode") != "23070" {
		t.Errorf("told %s, want 23070", h.body)
	}
	l.set("long_body", "refuse")
	l.wantError(l.send("Body", long), 400, 40202)
}

func TestPromotionalTextWaitsForItsHour(t *testing.T) {
	t.Parallel()
	l := newLab(t, "promo_window", "9-21")
	ist := time.FixedZone("IST", 19800)
	if err := l.box.SetClock("manual", 0, time.Date(2026, 1, 15, 22, 0, 0, 0, ist)); err != nil {
		t.Fatal(err)
	}
	m := l.message(l.send("Body", "Big sale!"))
	if m.Status != "submitted" || m.DetailedStatusCode != 21020 {
		t.Errorf("parked as %s %d", m.Status, m.DetailedStatusCode)
	}
	if m := l.message(l.send("Body", "Big sale!", "To", "+442071838750", "StatusCallback", "-")); m.Status != "queued" {
		t.Errorf("abroad it is %s", m.Status)
	}
	l.advance(11*time.Hour - time.Second)
	if hooks := l.got(); len(hooks) != 0 {
		t.Errorf("told at night: %+v", hooks)
	}
	l.advance(time.Minute)
	if h := l.only(); h.fields.Get("Status") != "sent" || h.fields.Get("DateSent") != "2026-01-16 09:00:03" {
		t.Errorf("in the morning: %s", h.body)
	}
	l.set("every_change", "on", "promo_window", "10-21")
	m = l.message(l.send("Body", "Big sale!"))
	l.advance(59*time.Minute + time.Second + 100*time.Millisecond) // it is 10 o'clock, and on its way
	if now := l.details(m); now.Status != "submitted" {
		t.Errorf("once submitted, it is %s", now.Status)
	}
	l.advance(time.Minute)
	if hooks := l.got(); len(hooks) != 2 || hooks[0].fields.Get("DetailedStatusCode") != "21020" || hooks[1].fields.Get("DetailedStatusCode") != "20005" {
		t.Errorf("told of a text that was parked: %+v", hooks)
	}
}

func TestBlacklist(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	text := func(body string) {
		t.Helper()
		if _, err := l.box.Text("exotel", asha, "", body, nil); err != nil {
			t.Fatal(err)
		}
		l.advance(0)
	}
	final := func() string {
		t.Helper()
		l.got()
		l.message(l.send())
		l.advance(time.Minute)
		return l.only().fields.Get("DetailedStatusCode")
	}
	text("STOP")
	if hooks := l.got(); len(hooks) != 1 || hooks[0].fields.Get("Body") != "STOP" {
		t.Errorf("STOP is told as %+v, want the text and nothing else", hooks)
	}
	if got := final(); got != "20005" {
		t.Errorf("without blacklist: %s; consent is the application's business", got)
	}
	l.set("blacklist", "on")
	if got := final(); got != "23020" {
		t.Errorf("after STOP: %s", got)
	}
	text("Yes ")
	if got := final(); got != "20005" {
		t.Errorf("after YES: %s", got)
	}
	text("no")
	if got := final(); got != "23020" {
		t.Errorf("after NO: %s", got)
	}
	if _, thread := l.box.Handset(sms.Number(asha)); len(thread) != 7 {
		t.Errorf("%d messages in the thread, want 7: Exotel itself answers nothing", len(thread))
	}
}
