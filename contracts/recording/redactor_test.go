package recording

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/sms"
)

func contract(t interface {
	Helper()
	Fatal(...any)
},
) *openapi3.T {
	t.Helper()
	text, err := os.ReadFile("testdata/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Texts, and what they become: a regular expression.
func TestText(t *testing.T) {
	t.Parallel()
	const mark = `REDACTED-[0-9a-f]{8}`
	for text, want := range map[string]string{
		"nothing to hide":                        `nothing to hide`,
		"key sk_live_4242424242abcdef here":      `key ` + mark + ` here`,
		"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD": mark,
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c": mark,
		"Authorization: Bearer abcdef0123456789":                                           `Authorization: Bearer ` + mark,
		"Basic dXNlcjpwYXNzd29yZA==":                                                       `Basic ` + mark,
		"a Basic subscription":                                                             `a Basic subscription`,
		"https://key:token@api.test/x":                                                     `https://REDACTED@api\.test/x`,
		"see http://x.test/?api_key=hunter22&n=1":                                          `see http://x\.test/\?api_key=` + mark + `&n=1`,
		`{"password": "hunter22`:                                                           `\{"password": "` + mark,
		`{\"token\":\"hunter22\"}`:                                                         `\{\\"token\\":\\"` + mark + `\\"\}`,
		"signature=abcdef":                                                                 `signature=REDACTED`,
		"keyword: pizza":                                                                   `keyword: pizza`,
		"write to Ana.Lima@corp.io today":                                                  `write to person-[0-9a-f]{4}@example\.com today`,
		"bob@example.com stays":                                                            `bob@example\.com stays`,
		"call +1 (801) 234-9876 now":                                                       `call \+1 \(801\) 555-01\d\d now`,
		"801-234-9876":                                                                     `801-555-01\d\d`,
		"801.234.9876 x12":                                                                 `801\.555\.01\d\d x12`,
		"8012349876":                                                                       `80155501\d\d`,
		"18012349876":                                                                      `180155501\d\d`,
		"tel:+1-801-234-9876;ext=3":                                                        `tel:\+1-801-555-01\d\d;ext=3`,
		"https://x.test/?to=%2B18012349876":                                                `https://x\.test/\?to=%2B180155501\d\d`,
		"%252B18012349876":                                                                 `%252B180155501\d\d`,
		"&#43;447911123456":                                                                `&#43;4400\d{8}`,
		"+91 98765 43210":                                                                  `\+91 6570\d \d{5}`,
		"+91-98765-43210":                                                                  `\+91-6570\d-\d{5}`,
		"09876543210":                                                                      `06570\d{6}`,
		"919876543210":                                                                     `916570\d{6}`,
		"00919876543210":                                                                   `00916570\d{6}`,
		"9810123456":                                                                       `6570\d{6}`,
		"+911140012345":                                                                    `\+91110\d{7}`,
		"+44 20 7183 8750":                                                                 `\+44 00 \d{4} \d{4}`,
		"+442071838750":                                                                    `\+4400\d{8}`,
		"user_8012349876":                                                                  `user_80155501\d\d`,
		"+18015550142 and +18445550100":                                                    `\+18015550142 and \+18445550100`,
		"+911140000000":                                                                    `\+911140000000`,
		"2025-01-15 10:30:00":                                                              `2025-01-15 10:30:00`,
		"2025-01-15T10:30:00+05:30":                                                        `2025-01-15T10:30:00\+05:30`,
		"1787238245 1787238245123":                                                         `1787238245 1787238245123`,
		"5d1c0e7be1b54b1f9a0c2f6d3a7e4410":                                                 `5d1c0e7be1b54b1f9a0c2f6d3a7e4410`,
		"msg_01jabc8012349876def":                                                          `msg_01jabc8012349876def`,
		"192.168.100.200 127.0.0.1:37767":                                                  `192\.168\.100\.200 127\.0\.0\.1:37767`,
		"0.8012349876":                                                                     `0\.8012349876`,
		"Your code is 123456. Reply STOP to opt out":                                       `Your code is 123456\. Reply STOP to opt out`,
		base64.StdEncoding.EncodeToString([]byte("to=+18012349876")): `dG89KzE4MDE1NTUw\S+`,
	} {
		r := NewRedactor(Options{})
		got := r.Text(text)
		if !regexp.MustCompile(`^` + want + `$`).MatchString(got) {
			t.Errorf("%q becomes %q, want %s", text, got, want)
		}
		if again := NewRedactor(Options{}).Text(got); again != got {
			t.Errorf("%q becomes %q, and that %q", text, got, again)
		}
	}
}

// Whatever a canary is planted in, nothing of it is written.
func TestCanaries(t *testing.T) {
	t.Parallel()
	const key, token, local, digits = "CANARYkey0123456789", "s3cr3tCANARYtoken", "canary.person", "8012349876"
	for _, texts := range []bool{false, true} {
		h := &HAR{Log: Log{Entries: planted(key, token, local+"@corp.io", digits)}}
		if found := Secrets(h); len(found) < 20 {
			t.Errorf("only %d secrets are found in the raw recording: %v", len(found), found)
		}
		NewRedactor(Options{Document: contract(t), Texts: texts}).HAR(h)
		text, err := json.MarshalIndent(h, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		loose := regexp.MustCompile(`[^0-9]`).ReplaceAllString(string(text), "")
		for _, canary := range []string{"CANARY", "canary", "Ana", "Lima", "hidden-proof", "PIN9", "internal.corp"} {
			if at := strings.Index(string(text), canary); at >= 0 {
				t.Errorf("texts %t: %q is written: …%s…", texts, canary, text[max(0, at-200):at+40])
			}
		}
		if strings.Contains(loose, digits) {
			t.Errorf("texts %t: the number is written:\n%s", texts, text)
		}
		for _, e := range h.Log.Entries {
			for _, body := range []func() ([]byte, error){e.Request.Body, e.Response.Body} {
				raw, err := body()
				if err != nil || strings.Contains(strings.ToUpper(string(raw)), "CANARY") || strings.Contains(string(raw), digits) {
					t.Errorf("texts %t: a body says %q (%v)", texts, raw, err)
				}
			}
		}
		if found := Secrets(h); len(found) > 0 {
			t.Errorf("texts %t: %v is found in what was redacted:\n%s", texts, found, text)
		}
	}
}

func planted(key, token, address, digits string) []Entry {
	basic := base64.StdEncoding.EncodeToString([]byte(key + ":" + token))
	call := func(mimeType, body, answerType, answer string) Entry {
		e := Entry{Direction: Call, Request: Request{
			Method: "POST", URL: "https://" + key + ":" + token + "@api.vendor.test/v1/messages/+1" + digits + "/send?pass=PIN9&api_key=" + key + "&to=%2B1" + digits,
			Headers: []Pair{
				{"Authorization", "Basic " + basic},
				{"X-Account-Pin", "PIN9"},
				{"Cookie", "s=" + token},
				{"X-Whatever-Token", token},
				{"Referer", "https://x.test/?token=" + token + "#access_token=" + token},
				{"Content-Length", "1"},
				{"X-Note", "for +1" + digits},
			},
			Cookies: []Pair{{"s", token}},
		}, Response: Response{Status: 200, Headers: []Pair{{"Set-Cookie", "s=" + token}}, Cookies: []Pair{{"s", token}}, RedirectURL: "https://x.test/?secret=" + token}}
		e.Request.SetBody(mimeType, []byte(body))
		e.Response.SetBody(answerType, []byte(answer))
		return e
	}
	json := `{"to":"+1` + digits + `","apiKey":"` + key + `","body":"Hi, my number is (801) 234-9876, mail ` + address + ` token=` + token + `",` +
		`"contact":{"name":"Ana Lima","email":"` + address + `","passcode":"PIN9"},"recipients":[{"to":` + digits + `},{"to":"\u002b1` + digits + `"}],` +
		`"callback":"https://u:` + token + `@internal.corp.io/hook?x=` + key + `","auth":{"deep":["` + token + `"]},"packed":"` + basic + `"}`
	webhook := Entry{Direction: Webhook, Request: Request{
		Method: "POST", URL: "http://127.0.0.1:3000/hook", Headers: []Pair{{"Vendor-Proof", "t=1,v1=hidden-proof"}, {"Webhook-Signature", "v1,hidden-proof"}},
	}}
	webhook.Request.SetBody("application/json", []byte(`{"type":"message.received","data":`+json+`}`))
	xml := `<?xml version="1.0"?><R><message id="` + digits + `" token="` + token + `"><to>0` + digits + `</to><body>at ` + address + `</body><name>Ana Lima</name><!-- ` + token + ` --></message></R>`
	form := "to=%2B1" + digits + "&contact[name]=Ana+Lima&contact[passcode]=PIN9&body=" + token + "+says+hi&secret=" + token
	multi := "--b0\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + token + "\r\n--b0\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n+1" + digits +
		"\r\n--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\xff\xfe" + token + "\r\n--b0--\r\n"
	return []Entry{
		call("application/json", json, "application/json", json),
		call("application/json; charset=utf-8", json[:len(json)/2], "text/plain", "a page for "+address+" with key "+key+" of +1 "+digits),
		call("application/x-www-form-urlencoded", form, "application/xml", xml),
		call("multipart/form-data; boundary=b0", multi, "text/html", "<p>"+token+" "+digits+"</p>"),
		call("image/png", "\xff\xfe"+key+digits, "application/octet-stream", "\x00"+key+digits),
		call("", "[["+json+"]]", "application/problem+json", `{"detail":"`+digits+` is bad","key":"`+key+`"}`),
		webhook,
		{Direction: Trigger, Request: Request{Method: "GET", URL: "http://127.0.0.1/ask?to=1" + digits + "&password=" + token}},
	}
}

// The message that a text comes to keeps its fields, its spelling and its order.
func TestEntryKeepsTheRest(t *testing.T) {
	t.Parallel()
	e := Entry{Direction: Call, Request: Request{Method: "POST", URL: "http://127.0.0.1:7767/vendor/v1/SMS/+18015550142/send?dry=1", Headers: []Pair{{"Content-Length", "9"}}}}
	body := "{ \"to\" : \"+18015550142\",\n  \"list\": {\"name\": \"Spring sale\"}, \"n\": 1.50, \"x\": null, \"page_size\": 10, \"body\": \"caf\\u00e9 <b>\" }"
	e.Request.SetBody("application/json", []byte(body))
	NewRedactor(Options{Document: contract(t)}).Entry(&e)
	got, err := e.Request.Body()
	if err != nil || string(got) != body || e.Request.URL != "http://127.0.0.1:7767/vendor/v1/SMS/+18015550142/send?dry=1" {
		t.Errorf("it became %s and %s (%v)", e.Request.URL, got, err)
	}
	if said := e.Request.Header("content-length"); said != strconv.Itoa(len(body)) || e.Request.BodySize != len(body) {
		t.Errorf("the length is %s and %d, want %d", said, e.Request.BodySize, len(body))
	}
}

// Equal secrets and numbers stay equal over a recording, in every spelling;
// another Redactor gives others.
func TestStable(t *testing.T) {
	t.Parallel()
	r := NewRedactor(Options{})
	national := func(text string) string {
		digits := regexp.MustCompile(`[^0-9]`).ReplaceAllString(r.Text(text), "")
		return digits[len(digits)-10:]
	}
	for _, other := range []string{"18012349876", "801-234-9876", "+1 (801) 234-9876", "%2B18012349876", "0018012349876"} {
		if national(other) != national("+18012349876") {
			t.Errorf("%s becomes %s, want %s", other, r.Text(other), national("+18012349876"))
		}
	}
	one, two := r.Text("token=abcdef123456"), NewRedactor(Options{}).Text("token=abcdef123456")
	if one != r.Text("token=abcdef123456") || one == two {
		t.Errorf("it becomes %s, and with another key %s", one, two)
	}
}

// Different numbers stay different, those of one area as well, and keep
// country and length.
func TestNumbersAreInjective(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := NewRedactor(Options{})
		became := map[string]string{}
		for _, n := range rapid.SliceOfNDistinct(rapid.StringMatching(`\+(1801[2-9][0-9]{6}|1[2-9][0-9]{2}55501[0-9]{2}|91[1-9][0-9]{9}|916570[0-9]{6}|44[0-9]{10}|3900[0-9]{8})`), 1, 300, rapid.ID).Draw(t, "numbers") {
			got, ok := r.numbers.fictional(n)
			again, _ := r.numbers.fictional(n)
			if !ok || got != again || !isFictional(got) || len(got) != len(n) || countryOf(got) != countryOf(n) || !sms.Number(got).Valid() {
				t.Fatalf("%s becomes %s and %s (%t)", n, got, again, ok)
			}
			if before, taken := became[got]; taken {
				t.Fatalf("%s and %s both become %s", before, n, got)
			}
			became[got] = n
		}
	})
}

// A text keeps its alphabet, its number of segments and its keywords.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	r := NewRedactor(Options{Texts: true})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([A-Za-z0-9 .,!?éàÖ€{}бв漢👍]{0,12} (STOP|help)?){0,30}`)).Draw(t, "text")
		got := r.placeholder(text, nil)
		encoding, parts := sms.Segments(text)
		if e, p := sms.Segments(got); e != encoding || p != parts {
			t.Fatalf("%q of %s in %d becomes %q of %s in %d", text, encoding, parts, got, e, p)
		}
		stops := func(s string) int { return len(regexp.MustCompile(`(^| )(STOP|help)($| )`).FindAllString(s, -1)) }
		if stops(got) < stops(text) {
			t.Fatalf("%q becomes %q", text, got)
		}
		if got != r.placeholder(text, nil) {
			t.Fatalf("%q becomes two things", text)
		}
	})
	if got := r.said("please STOP texting me, Bob, at +18015550142!"); strings.Contains(got, "Bob") || !strings.Contains(got, " STOP ") || !strings.HasSuffix(got, "+18015550142!") {
		t.Errorf("it becomes %q", got)
	}
	if one, two := r.said("Grüße an Zoë"), r.said("Zoë!"); !strings.HasSuffix(one, strings.TrimSuffix(two, "!")) {
		t.Errorf("a word becomes two: %q, %q", one, two)
	}
}

// No word stands for itself, however short: "me" has 70 others to become.
func TestNoWordStandsForItself(t *testing.T) {
	t.Parallel()
	for range 200 {
		if got := NewRedactor(Options{Texts: true}).placeholder("Me me", nil); strings.Contains(strings.ToLower(got), "me") {
			t.Fatalf("it becomes %q", got)
		}
	}
}

// Numbers that are kept, and secrets that are known, need no shape.
func TestOptions(t *testing.T) {
	t.Parallel()
	r := NewRedactor(Options{Secrets: []string{"tulip"}, Keep: []string{"+18012349876"}})
	if got := r.Text("the tulip of 801-234-9876"); !regexp.MustCompile(`^the REDACTED-[0-9a-f]{8} of 801-234-9876$`).MatchString(got) {
		t.Errorf("it becomes %q", got)
	}
}
