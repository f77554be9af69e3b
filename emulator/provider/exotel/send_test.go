package exotel_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/sandbox"
)

func TestTextRunsThroughItsLife(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	m := l.message(l.send("CustomField", "order-4411"))
	if m.Status != "queued" || m.DetailedStatusCode != 21010 || *m.From != "01140000000/EMUSMS" || *m.To != "09876543210" || m.Price != nil {
		t.Errorf("taken as %+v", m)
	}
	for _, step := range []struct {
		after  time.Duration
		status string
		code   int
	}{
		{100 * time.Millisecond, "sending", 21015},
		{500 * time.Millisecond, "submitted", 21020},
		{2400 * time.Millisecond, "sent", 20005},
	} {
		if hooks := l.got(); len(hooks) != 0 {
			t.Errorf("told before the end: %+v", hooks)
		}
		l.advance(step.after)
		if now := l.details(m); now.Status != step.status || now.DetailedStatusCode != step.code {
			t.Errorf("after %s it is %s %d, want %s %d", step.after, now.Status, now.DetailedStatusCode, step.status, step.code)
		}
	}
	final := l.details(m)
	if final.Price == nil || *final.Price != 0.18 || final.SmsUnits == nil || *final.SmsUnits != 1 || final.DateSent == nil {
		t.Errorf("at the end %+v", final)
	}
	h := l.only()
	want := fmt.Sprintf("SmsSid=%s&To=09876543210&Status=sent&SmsUnits=1&DetailedStatus=DELIVERED_TO_HANDSET&DetailedStatusCode=20005"+
		"&DateSent=%s&CustomField=order-4411", *m.Sid, url.QueryEscape(*final.DateSent))
	if h.method != "POST" || h.path != "/status" || h.body != want {
		t.Errorf("told %s %s %s\nwant %s", h.method, h.path, h.body, want)
	}
}

func TestXMLByDefaultAndEitherCasing(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	form := values("From", "EMUSMS", "To", asha, "Body", "Hi")
	for _, path := range []string{"Sms/send", "SMS/send", "sms/send"} {
		a := l.call("POST", "/v1/Accounts/{sid}/"+path, form)
		if a.status != 200 || a.header.Get("Content-Type") != "application/xml" ||
			!strings.HasPrefix(a.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TwilioResponse><SMSMessage><Sid>") {
			t.Errorf("%s: %d %s %s", path, a.status, a.header.Get("Content-Type"), a.body)
		}
		if a.header.Get("X-Frame-Options") != "SAMEORIGIN" {
			t.Errorf("%s: headers %v", path, a.header)
		}
	}
	m := l.message(l.send())
	for _, path := range []string{"Sms/Messages/", "SMS/Messages/"} {
		a := l.call("GET", "/v1/Accounts/{sid}/"+path+*m.Sid, nil)
		if a.status != 200 || !strings.Contains(a.body, "<Sid>"+*m.Sid+"</Sid>") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

func TestEveryFormOfManyRecipients(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	two := []string{"+919876543210", "9876543211"}
	for name, form := range map[string]url.Values{
		"brackets": {"To[]": two},
		"indices":  {"To[0]": two[:1], "To[1]": two[1:]},
		"repeated": {"To": two},
		"commas":   {"To": {strings.Join(two, ",")}},
	} {
		form.Set("From", "EMUSMS")
		form.Set("Body", "Your order 1 has shipped")
		form.Set("StatusCallback", l.sut.URL+"/status")
		got := l.messages(l.call("POST", sendPath, form), 200)
		if len(got) != 2 || *got[0].To != "09876543210" || *got[1].To != "09876543211" || *got[0].Sid == *got[1].Sid {
			t.Errorf("%s: %+v", name, got)
		}
		l.advance(time.Minute)
		if hooks := l.got(); len(hooks) != 2 {
			t.Errorf("%s: %d callbacks, want 2", name, len(hooks))
		}
	}
	batches := map[string]int{}
	kept, _, err := l.box.Messages(sandbox.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range kept {
		batches[m.Batch]++
	}
	if len(kept) != 8 || len(batches) != 4 || batches[""] != 0 {
		t.Errorf("%d messages in batches %v, want two in each of four", len(kept), batches)
	}
	if got := l.messages(l.send("To", "-", "To[]", asha), 200); len(got) != 1 {
		t.Errorf("To[] with one number: %+v, want an array of one", got)
	}
}

func TestSomeRecipientsAreBad(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	got := l.messages(l.send("To", "+919876543210,nobody"), http.StatusMultiStatus)
	if len(got) != 2 || got[0].Sid == nil || got[1].Sid != nil || got[1].To != nil || got[1].Status != "failed" || got[1].DetailedStatusCode != 23010 {
		t.Errorf("%+v", got)
	}
	l.wantError(l.send("To", "nobody,12"), 400, 40203)
	l.wantError(l.send("To", strings.TrimSuffix(strings.Repeat("9876543210,", 101), ",")), 400, 40406)
	if got := l.messages(l.send("To", strings.TrimSuffix(strings.Repeat("9876543210,", 100), ",")), 200); len(got) != 100 {
		t.Errorf("%d of 100 taken", len(got))
	}
}

func TestDynamicBulk(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	bulk := func(pairs ...string) answer {
		return l.call("POST", "/v1/Accounts/{sid}/Sms/bulksend.json", values(pairs...))
	}
	got := l.messages(bulk("From", "EMUSMS", "CustomField", "c", "StatusCallback", l.sut.URL,
		"Messages[0][To]", "9876543210", "Messages[0][Body]", "one",
		"Messages[2][To]", "9876543211", "Messages[2][Body]", "two", "Messages[2][From]", "OTHERS"), 200)
	if len(got) != 2 || got[0].Body != "one" || *got[1].From != "01140000000/OTHERS" {
		t.Errorf("%+v", got)
	}
	l.advance(time.Minute)
	for _, h := range l.got() {
		if h.fields.Get("CustomField") != "c" {
			t.Errorf("callback %s without CustomField", h.body)
		}
	}
	got = l.messages(bulk("From", "EMUSMS",
		"Messages[0][To]", "9876543210", "Messages[0][Body]", "one",
		"Messages[1][To]", "9876543211", "Messages[1][Body]", "",
		"Messages[2][To]", "nobody", "Messages[2][Body]", "three"), http.StatusMultiStatus)
	if got[1].DetailedStatusCode != 23000 || got[1].To == nil || *got[1].To != "09876543211" || got[2].DetailedStatusCode != 23010 || got[2].To != nil {
		t.Errorf("%+v", got)
	}
	l.wantError(bulk("From", "EMUSMS"), 400, 40201)
	l.wantError(bulk("From[]", "EMUSMS", "Messages[0][To]", asha, "Messages[0][Body]", "x"), 400, 40207)
	l.wantError(bulk("From", "EMUSMS", "EncodingType", "x", "Messages[0][To]", asha, "Messages[0][Body]", "x"), 400, 40209)
	l.wantError(bulk("From", "EMUSMS", "Messages", "x"), 400, 40208)
	l.wantError(bulk("Messages[0][To]", asha, "Messages[0][Body]", "x"), 400, 40210)
	l.wantError(bulk("From", "", "Messages[0][To]", asha, "Messages[0][Body]", "x"), 400, 40205)
	l.wantError(bulk("From", "EMUSMS", "Messages[0][To]", "x", "Messages[0][Body]", "x"), 400, 40203)
	l.wantError(bulk("From", "EMUSMS", "Messages[0][To]", asha), 400, 40202)
	l.wantError(bulk("From", "EMUSMS", "Messages[0][To]", asha, "Messages[0][Body]", "x", "Messages[0][SmsType]", "y"), 400, 40204)
}

func TestBadSends(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, tt := range []struct {
		name   string
		fields []string
		code   int
	}{
		{"no From", []string{"From", "-"}, 40210},
		{"empty From", []string{"From", " "}, 40205},
		{"From is an array", []string{"From", "-", "From[]", "EMUSMS"}, 40207},
		{"a number of someone else", []string{"From", "01149999999"}, 40206},
		{"a sender that is none", []string{"From", "!!"}, 40206},
		{"no To", []string{"To", "-"}, 40203},
		{"empty To", []string{"To", ""}, 40203},
		{"To is no number", []string{"To", "12"}, 40203},
		{"no Body", []string{"Body", "-"}, 40200},
		{"empty Body", []string{"Body", ""}, 40200},
		{"Body is an array", []string{"Body", "-", "Body[0]", "x"}, 40207},
		{"SmsType", []string{"SmsType", "loud"}, 40204},
		{"SmsType is an array", []string{"SmsType[]", "transactional"}, 40207},
		{"StatusCallback is an array", []string{"StatusCallback[0]", "http://127.0.0.1/"}, 40207},
		{"a promotional text from letters", []string{"SmsType", "promotional"}, 40206},
		{"a transactional text from digits", []string{"From", "600100", "SmsType", "transactional"}, 40206},
		{"EncodingType", []string{"EncodingType", "utf-8"}, 40209},
		{"StatusCallback", []string{"StatusCallback", "ftp://x"}, 40500},
		{"StatusCallback without host", []string{"StatusCallback", "http://"}, 40500},
		{"TimeToExpiry", []string{"ShortenUrlParams[TimeToExpiry]", "0"}, 40500},
		{"the first fault answers", []string{"From", "-", "Body", "-"}, 40210},
	} {
		t.Run(tt.name, func(t *testing.T) { l.wantError(l.send(tt.fields...), 400, tt.code) })
	}
	l.advance(time.Hour)
	if hooks := l.got(); len(hooks) != 0 {
		t.Errorf("refused sends were told of: %+v", hooks)
	}
}

func TestSenders(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for from, want := range map[string]string{
		"EMUSMS":       "01140000000/EMUSMS",
		"600100":       "01140000000/600100",
		"01140000001":  "01140000001/EMUSMS",
		"911140000001": "01140000001/EMUSMS",
	} {
		if m := l.message(l.send("From", from)); *m.From != want {
			t.Errorf("from %s: shown as %s, want %s", from, *m.From, want)
		}
	}
	l.message(l.send("From", "01140000001", "SmsType", "promotional"))
	l.message(l.send("From", "01140000001", "SmsType", "transactional"))
	l.set("from_form", "sender")
	if m := l.message(l.send("From", "600100")); *m.From != "600100" {
		t.Errorf("shown as %s, want the sender id alone", *m.From)
	}
}

func TestShortLinks(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	body := "Sale: https://shop.example.com/winter?utm=sms and http://b.example/x"
	got := l.messages(l.send("To", "9876543210,9876543211", "Body", body, "ShortenUrl", "true"), 200)
	for _, m := range got {
		if strings.Contains(m.Body, "example") || strings.Count(m.Body, "https://exo.tl/") != 2 {
			t.Errorf("text %q", m.Body)
		}
	}
	if got[0].Body == got[1].Body {
		t.Error("two recipients have the same links")
	}
	if m := l.message(l.send("Body", body)); m.Body != body {
		t.Errorf("without ShortenUrl: %q", m.Body)
	}
	if m := l.message(l.send("Body", body, "ShortenUrl", "true", "ShortenUrlParams[CustomDomain]", "ex.am")); strings.Count(m.Body, "https://ex.am/") != 2 {
		t.Errorf("with a domain: %q", m.Body)
	}
}

func TestProfileOfTheGuides(t *testing.T) {
	t.Parallel()
	l := newLab(t, "profile", "guide", "every_change", "on")
	m := l.message(l.send("CustomField", "x"))
	l.set("profile", "canonical") // a message keeps its own
	l.advance(time.Minute)
	var codes []string
	for _, h := range l.got() {
		codes = append(codes, h.fields.Get("Status")+" "+h.fields.Get("DetailedStatusCode"))
		if h.fields.Get("ExternalRef") != "x" || h.fields.Get("UpdatedAt") == "" || h.fields.Has("SmsUnits") {
			t.Errorf("fields %s", h.body)
		}
	}
	if got := strings.Join(codes, ", "); got != "queued 21010, queued 21015, sent 20002, delivered 20000" {
		t.Errorf("told %s", got)
	}
	if now := l.details(m); now.Status != "delivered" {
		t.Errorf("shown as %s", now.Status)
	}
}

// A request of any shape is answered with the vendor's own error or a success,
// never with a 500.
func FuzzSend(f *testing.F) {
	f.Add("From=EMUSMS&To=9876543210&Body=Hi", "", "application/x-www-form-urlencoded", true)
	f.Add("Messages[0][To]=9876543210&Messages[0][Body]=a&From=600100&SmsType=promotional", "To[]=1", "", false)
	f.Add("From=01140000000&To=0,1,,2&Body=%F0%9F%98%80&ShortenUrl=true", "%", "multipart/form-data; boundary=x", true)
	l := newLab(f, "rate_limits", "off", "dlt", "on", "blacklist", "on", "promo_window", "10-21")
	f.Fuzz(func(t *testing.T, body, query, contentType string, static bool) {
		path := "/exotel/v1/Accounts/" + l.env["sid"] + "/Sms/bulksend.json"
		if static {
			path = "/exotel/v1/Accounts/" + l.env["sid"] + "/Sms/send"
		}
		r := httptest.NewRequest("POST", path, strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", contentType)
		r.SetBasicAuth(l.env["key"], l.env["token"])
		if a := l.do(r); a.status >= 500 || a.status < 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	})
}
