package exotel_test

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/sms"
)

const exophonesPath = "/v2_beta/Accounts/{sid}/IncomingPhoneNumbers"

// phone is what the API shows of an ExoPhone.
type phone struct {
	Sid          string `json:"sid"`
	PhoneNumber  string `json:"phone_number"`
	FriendlyName string `json:"friendly_name"`
	Region       string `json:"region"`
	SMSURL       string `json:"sms_url"`
	VoiceURL     string `json:"voice_url"`
	RentalPrice  string `json:"rental_price"`
}

func read[T any](t *testing.T, a answer, status int) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); a.status != status || err != nil {
		t.Fatalf("%d %s, want %d: %v", a.status, a.body, status, err)
	}
	return v
}

type phoneList struct {
	Page    int     `json:"page"`
	Next    *string `json:"next_page_uri"`
	Numbers []phone `json:"incoming_phone_numbers"`
}

func TestExophones(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	all := read[phoneList](t, l.call("GET", exophonesPath, nil), 200)
	if len(all.Numbers) != 2 || all.Numbers[0].PhoneNumber != "+911140000000" || all.Numbers[0].FriendlyName != "01140000000" || all.Next != nil {
		t.Fatalf("%+v", all)
	}
	first := read[phoneList](t, l.call("GET", exophonesPath+"?Page=0&PageSize=1", nil), 200)
	if len(first.Numbers) != 1 || first.Next == nil || !strings.HasSuffix(*first.Next, "IncomingPhoneNumbers?Page=1&PageSize=1") {
		t.Errorf("first page %+v", first)
	}

	bought := read[phone](t, l.call("POST", exophonesPath, values("PhoneNumber", "+918040000009", "FriendlyName", "Support", "SMSUrl", l.sut.URL+"/flow")), 200)
	if bought.Sid == "" || bought.FriendlyName != "Support" || bought.RentalPrice == "" || bought.Region != "KA" {
		t.Fatalf("bought %+v", bought)
	}
	one := read[phone](t, l.call("GET", exophonesPath+"/"+bought.Sid, nil), 200)
	if one.SMSURL != l.sut.URL+"/flow" || one.PhoneNumber != "+918040000009" {
		t.Errorf("got %+v", one)
	}
	if m := l.message(l.send("From", "08040000009")); *m.From != "08040000009/EMUSMS" {
		t.Errorf("sent from %s", *m.From)
	}
	l.set("inbound_url", "exophone")
	if _, err := l.box.Text("exotel", asha, sms.Number(bought.PhoneNumber), "hello", nil); err != nil {
		t.Fatal(err)
	}
	l.advance(0)
	if h := l.only(); h.path != "/flow" || h.fields.Get("To") != "+918040000009" {
		t.Errorf("inbound to the new number: %+v", h)
	}

	put := read[phone](t, l.call("PUT", exophonesPath+"/"+bought.Sid, values("VoiceUrl", "http://my.exotel.com/a/exoml/start_voice/1", "FriendlyName", "Sales")), 200)
	if put.VoiceURL == "" || put.SMSURL == "" || put.FriendlyName != "Sales" {
		t.Errorf("changed to %+v", put)
	}
	if a := l.call("DELETE", exophonesPath+"/"+bought.Sid, nil); a.status != 202 || a.body != `{"Status":202,"Message":"Accepted"}` {
		t.Errorf("released: %d %s", a.status, a.body)
	}
	l.wantError(l.call("GET", exophonesPath+"/"+bought.Sid, nil), 404, 0)
	l.wantError(l.send("From", "08040000009"), 400, 40206)
}

func TestBadExophoneCalls(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.wantError(l.call("POST", exophonesPath, nil), 400, 40500)
	l.wantError(l.call("POST", exophonesPath, values("PhoneNumber", "+442071838750")), 400, 40500)
	l.wantError(l.call("POST", exophonesPath, values("PhoneNumber", l.env["number"])), 400, 40500)
	l.wantError(l.call("POST", exophonesPath, values("PhoneNumber", "08040000009", "SMSUrl", "x")), 400, 40500)
	for _, query := range []string{"Page=-1", "PageSize=0", "Page=x", "Page=99999999999999999999"} {
		l.wantError(l.call("GET", exophonesPath+"?"+query, nil), 400, 40501)
	}
	if far := read[phoneList](t, l.call("GET", exophonesPath+"?Page=1000000&PageSize=1000000", nil), 200); len(far.Numbers) != 0 {
		t.Errorf("far beyond the end: %+v", far)
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		l.wantError(l.call(method, exophonesPath+"/nobody", nil), 404, 0)
	}
}

// The last number gone, nothing can be sent.
func TestAccountWithoutNumbers(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, p := range read[phoneList](t, l.call("GET", exophonesPath, nil), 200).Numbers {
		l.call("DELETE", exophonesPath+"/"+p.Sid, nil)
	}
	l.wantError(l.send(), 400, 40206)
}

func TestAvailableExophones(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	const path = "/v2_beta/Accounts/{sid}/AvailablePhoneNumbers/"
	all := read[[]phone](t, l.call("GET", path+"IN/Landline?InRegion=KA", nil), 200)
	if len(all) != 10 {
		t.Fatalf("%d numbers, want 10", len(all))
	}
	for _, kind := range []string{"Landline", "Mobile", "TollFree"} {
		for _, p := range read[[]phone](t, l.call("GET", path+"IN/"+kind, nil), 200)[:3] {
			if !sms.Number(p.PhoneNumber).Valid() {
				t.Errorf("%s is not a number", p.PhoneNumber)
			}
			read[phone](t, l.call("POST", exophonesPath, values("PhoneNumber", p.PhoneNumber)), 200)
		}
	}
	bought := all[0].PhoneNumber
	read[phone](t, l.call("POST", exophonesPath, values("PhoneNumber", bought)), 200)
	again := read[[]phone](t, l.call("GET", path+"IN/Landline?InRegion=KA", nil), 200)
	if len(again) != 9 || again[0].PhoneNumber == bought {
		t.Errorf("a number that was bought is still for sale: %+v", again)
	}
	tail := again[1].PhoneNumber[len(again[1].PhoneNumber)-5:]
	if got := read[[]phone](t, l.call("GET", path+"IN/Landline?InRegion=KA&Contains="+tail, nil), 200); len(got) != 1 {
		t.Errorf("%d numbers have %s", len(got), tail)
	}
	if got := read[[]phone](t, l.call("GET", path+"SG/Mobile", nil), 200); got == nil || len(got) != 0 {
		t.Errorf("in Singapore: %v, want an empty array", got)
	}
	l.wantError(l.call("GET", path+"IN/Pager", nil), 400, 40501)
}

func TestBalance(t *testing.T) {
	t.Parallel()
	l := newLab(t, "balance", "42")
	a := l.call("GET", "/v1/Accounts/{sid}/Balance.json", nil)
	if !strings.HasPrefix(a.body, `{"Account":{"AccountSid":"`+l.env["sid"]+`","BalanceData":{"Balance":"42.00","Currency":"INR","PricingPlan":"Pay As You Go","DateUpdated":"`) {
		t.Errorf("%s", a.body)
	}
	if a := l.call("GET", "/v1/Accounts/{sid}/Balance", nil); !strings.Contains(a.body, "<BalanceData><Balance>42.00</Balance>") {
		t.Errorf("%s", a.body)
	}
}

func TestNumberMetadata(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.call("GET", "/v1/Accounts/{sid}/Numbers/"+url.PathEscape(asha)+".json", nil)
	const want = `{"Numbers":{"PhoneNumber":"09876543210","Circle":"KA","CircleName":"Karnataka Telecom Circle","Type":"Mobile",` +
		`"Operator":"SW","OperatorName":"Switchhook","DND":"No"}}`
	if a.body != want {
		t.Errorf("%s\nwant %s", a.body, want)
	}
	if a := l.call("GET", "/v1/Accounts/{sid}/Numbers/01140000000", nil); !strings.Contains(a.body, "<Type>Landline</Type>") {
		t.Errorf("%s", a.body)
	}
	l.wantError(l.call("GET", "/v1/Accounts/{sid}/Numbers/12.json", nil), 400, 40501)
}

func TestLinks(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	const path = "/v2/accounts/{sid}/links"
	made := l.call("POST", path, values("long_url", "https://example.com/a?b=c&d", "expire_in", "60", "tracking", "true", "custom_field", "x"))
	type link struct {
		Sid       string `json:"sid"`
		ShortURL  string `json:"short_url"`
		ShortCode string `json:"short_code"`
		LongURL   string `json:"long_url"`
		Tracking  bool   `json:"tracking"`
		ExpiresAt string `json:"expires_at"`
		Created   string `json:"created_time"`
	}
	v := read[link](t, made, 200)
	if v.Sid == "" || v.ShortURL != "https://exo.tl/"+v.ShortCode || v.LongURL != "https://example.com/a?b=c&d" || !v.Tracking || v.ExpiresAt <= v.Created {
		t.Errorf("made %s", made.body)
	}
	if got := l.call("GET", path+"/"+v.Sid, nil); got.body != made.body {
		t.Errorf("got %s\nwant %s", got.body, made.body)
	}
	r := l.request("POST", path, nil)
	r.Header.Set("Content-Type", "application/json")
	r.Body = io.NopCloser(strings.NewReader(`{"long_url":"https://example.com/","expire_in":3600,"tracking":false}`))
	r.SetBasicAuth(l.env["key"], l.env["token"])
	if v := read[link](t, l.do(r), 200); v.LongURL != "https://example.com/" || v.Tracking {
		t.Errorf("from JSON: %+v", v)
	}
	l.wantError(l.call("POST", path, values("long_url", "nothing")), 400, 40500)
	l.wantError(l.call("POST", path, values("long_url", "https://a.b", "expire_in", "59")), 400, 40500)
	l.wantError(l.call("GET", path+"/nobody", nil), 404, 0)
	for _, text := range []string{"", "[]", `{"long_url":`, `{"long_url":"https://a.b","custom_field":"\u0000"}`} {
		r := l.request("POST", path, nil)
		r.Header.Set("Content-Type", "application/json")
		r.Body = io.NopCloser(strings.NewReader(text))
		r.SetBasicAuth(l.env["key"], l.env["token"])
		if a := l.do(r); a.status != 400 {
			t.Errorf("%q: %d %s", text, a.status, a.body)
		}
	}
}
