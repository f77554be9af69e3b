package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/sms"
)

// sender is a vendor's call that sends one text.
type sender struct {
	name, path, credential, kind string
	good                         string
	own                          string // a number of the account's
	body                         func(to, text string) string
	problem                      []string // path of the words in an error
}

func (f *fort) senders() []sender {
	surge, mta, exotel := f.Sandbox.Providers["surge"], f.Sandbox.Providers["mta"], f.Sandbox.Providers["exotel"]
	all := []sender{
		{
			name: "surge", path: "/surge/accounts/" + surge["account"] + "/messages", credential: "Bearer " + surge["key"],
			kind: "application/json", own: "+18015550100", problem: []string{"error", "message"},
			body: func(to, text string) string { return mustJSON(map[string]string{"to": to, "body": text}) },
		},
		{
			name: "mta", path: strings.TrimPrefix(mta["url"], f.URL) + "/v3/send", credential: "Bearer " + mta["key"],
			kind: "application/json", own: "+18445550101", problem: []string{"message"},
			body: func(to, text string) string {
				return mustJSON(map[string]any{"subscribers": []string{to}, "message": text})
			},
		},
		{
			name: "exotel", path: "/exotel/v1/Accounts/" + exotel["sid"] + "/Sms/send.json",
			credential: "Basic " + base64.StdEncoding.EncodeToString([]byte(exotel["key"]+":"+exotel["token"])),
			kind:       "application/x-www-form-urlencoded", own: "+911140000000", problem: []string{"RestException", "Message"},
			body: func(to, text string) string {
				return url.Values{"From": {"01140000000"}, "To": {to}, "Body": {text}}.Encode()
			},
		},
	}
	for i := range all {
		to := "+18015550142"
		if all[i].name == "exotel" {
			to = "+919876543210"
		}
		all[i].good = all[i].body(to, "hello")
	}
	return all
}

func mustJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// head is the request without Host, and without how long the body is.
func (s sender) head() string {
	return "POST " + s.path + " HTTP/1.1\r\nAuthorization: " + s.credential + "\r\nContent-Type: " + s.kind + "\r\n"
}

func (s sender) call(t *testing.T, f *fort, body string, headers ...string) reply {
	t.Helper()
	f.advance(t, time.Minute) // no rate is used up
	head := s.head() + "Host: $HOST\r\nConnection: close\r\n"
	for _, h := range headers {
		head += h + "\r\n"
	}
	return f.raw(t, fmt.Sprintf("%sContent-Length: %d\r\n\r\n", head, len(body))+body)
}

func (s sender) expectGood(t *testing.T, f *fort) {
	t.Helper()
	if got := s.call(t, f, s.good); got.status/100 != 2 {
		t.Fatalf("%s: a good call answers %d %s", s.name, got.status, got.body)
	}
}

func (f *fort) advance(t *testing.T, by time.Duration) {
	t.Helper()
	if _, err := f.Client.Advance(t.Context(), client.Advance{By: sms.Duration(by)}); err != nil {
		t.Fatal(err)
	}
}

// expectRefused holds an answer to be a 4xx in the vendor's shape.
func (s sender) expectRefused(t *testing.T, name string, got reply) {
	t.Helper()
	if got.status < 400 || got.status >= 500 || got.status == http.StatusTooManyRequests {
		t.Errorf("%s: %s answers %d %.300s", s.name, name, got.status, got.body)
		return
	}
	var body any
	if json.Unmarshal([]byte(got.body), &body) != nil || text(at(body, s.problem...)) == "" {
		t.Errorf("%s: %s answers %d out of shape: %.300s", s.name, name, got.status, got.body)
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	for _, s := range f.senders() {
		s.expectRefused(t, "a body of 1 MB and 1", s.call(t, f, strings.Repeat("x", 1<<20+1)))
		s.expectRefused(t, "gzip", s.call(t, f, "\x1f\x8b\x08", "Content-Encoding: gzip"))
		for _, encoding := range []string{"gzip", "gzip, gzip", "br", "deflate", "x"} {
			if got := s.call(t, f, s.good, "Content-Encoding: "+encoding); got.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s: %s answers %d %s", s.name, encoding, got.status, got.body)
			}
		}
		s.expectGood(t, f)
	}
}

func TestJSONHorrors(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	deep := strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)
	for _, s := range f.senders() {
		if s.kind != "application/json" {
			continue
		}
		text := strings.Replace(s.good, `"hello"`, "%s", 1)
		for name, body := range map[string]string{
			"nothing": "", "space": " ", "null": "null", "a string": `"x"`, "a number": "7", "an array": "[]", "an array of null": "[null]", "an empty object": "{}",
			"depth 10,000": deep, "depth 10,000 of arrays": strings.Repeat("[", 10_000), "depth inside": fmt.Sprintf(text, deep),
			"NaN": fmt.Sprintf(text, "NaN"), "1e400": fmt.Sprintf(text, "1e400"), "huge integer": fmt.Sprintf(text, strings.Repeat("9", 400)),
			"high surrogate": fmt.Sprintf(text, `"\ud800"`), "low surrogate": fmt.Sprintf(text, `"\udc00"`), "bad UTF-8": fmt.Sprintf(text, "\"\xff\""),
			"BOM": "\xef\xbb\xbf" + s.good, "UTF-16": "\xff\xfe{\x00}\x00", "trailing data": s.good + "{}", "trailing comma": strings.TrimSuffix(s.good, "}") + ",}",
			"NUL in a string": fmt.Sprintf(text, `"\u0000"`), "NUL after": s.good + "\x00", "raw control": fmt.Sprintf(text, "\"a\nb\""),
			"text is a number": fmt.Sprintf(text, "7"), "text is an object": fmt.Sprintf(text, "{}"), "text is an array": fmt.Sprintf(text, `["a"]`),
			"text is null": fmt.Sprintf(text, "null"), "text is true": fmt.Sprintf(text, "true"), "text is empty": fmt.Sprintf(text, `""`),
			"same name twice": strings.Replace(s.good, "{", `{"to":"+18015550142","to":"+18015550143",`, 1), "cut": s.good[:len(s.good)-1], "comment": "/**/" + s.good,
			"a megabyte of zeros": strings.Repeat("0", 1<<20), "a megabyte of arrays": "[" + strings.Repeat("[],", 300_000) + "[]]",
		} {
			s.expectRefused(t, name, s.call(t, f, body))
			s.expectGood(t, f)
		}
		for _, to := range []string{"null", "7", "{}", "[]", "[[]]", "true", `[null]`, `[7]`, `[{}]`, `""`, `[""]`, "1e999", "-1"} {
			for _, field := range []string{`"+18015550142"`, `["+18015550142"]`} {
				body := strings.Replace(s.good, field, to, 1)
				if got := s.call(t, f, body); body != s.good && (got.status >= 500 || got.status == 0) {
					t.Errorf("%s: %s answers %d %s", s.name, body, got.status, got.body)
				}
			}
		}
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "", "application/json; charset", "text/json", "multipart/form-data"} {
			other := s
			other.kind = kind
			s.expectRefused(t, "content type "+kind, other.call(t, f, s.good))
		}
		s.expectGood(t, f)
	}
}

func TestFormHorrors(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	s := f.senders()[2]
	million := strings.Repeat("a&", 500_000)
	var distinct strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&distinct, "%x=&", i)
	}
	for name, body := range map[string]string{
		"nothing": "", "no pairs": "&&&&", "%zz": "From=01140000000&To=%zz&Body=x", "cut escape": s.good + "%", "%zz in a name": s.good + "&%zz=1",
		"Latin-1": "From=01140000000&To=%2B919876543210&Body=%E9", "UTF-16": "From=01140000000&To=%2B919876543210&Body=%FF%FEa", "NUL": "From=01140000000&To=%2B919876543210&Body=a%00b",
		"object as Body": "From=01140000000&To=%2B919876543210&Body[a]=x",
		"no Body":        "From=01140000000&To=%2B919876543210", "no To": "From=01140000000&Body=x", "no From": "To=%2B919876543210&Body=x",
		"a million ampersands": strings.Repeat("&", 1_000_000), "many fields": million, "many different fields": distinct.String(),
		"JSON": `{"From":"01140000000"}`,
	} {
		s.expectRefused(t, name, s.call(t, f, body))
		s.expectGood(t, f)
	}
	if got := s.call(t, f, million+s.good); got.status != http.StatusOK {
		t.Errorf("many fields before good ones answer %d %.200s", got.status, got.body)
	}
	// To may be given several times; each is a text of its own.
	got := s.call(t, f, "From=01140000000&To=%2B919876543211&To=%2B919876543212&Body=x")
	var answers []any
	if json.Unmarshal([]byte(got.body), &answers) != nil || len(answers) != 2 || text(at(answers[1], "SMSMessage", "To")) != "09876543212" {
		t.Errorf("a repeated To answers %d %s", got.status, got.body)
	}
	for name, body := range map[string]string{
		"no parts": "", "no end": "--b\r\nContent-Disposition: form-data; name=\"To\"\r\n\r\nx", "no name": "--b\r\n\r\nx\r\n--b--",
		"many parts": strings.Repeat("--b\r\n\r\n\r\n", 100_000) + "--b--", "bad header": "--b\r\n\x00\r\n\r\nx\r\n--b--",
	} {
		for _, kind := range []string{"multipart/form-data; boundary=b", "multipart/form-data", "multipart/form-data; boundary=" + strings.Repeat("b", 1000)} {
			other := s
			other.kind = kind
			s.expectRefused(t, name+" in "+kind[:min(len(kind), 32)], other.call(t, f, body))
		}
	}
	plain := s
	plain.path = strings.TrimSuffix(s.path, ".json")
	refused := plain.call(t, f, "To=%zz")
	var shape struct {
		XMLName       xml.Name `xml:"TwilioResponse"`
		RestException struct{ Message string }
	}
	if err := xml.Unmarshal([]byte(refused.body), &shape); err != nil || refused.status/100 != 4 || shape.RestException.Message == "" {
		t.Errorf("in XML: %d %s", refused.status, refused.body)
	}
	s.expectGood(t, f)
}

func TestBadNumbers(t *testing.T) {
	t.Parallel()
	f := newFort(t, emulator.Options{})
	for _, s := range f.senders() {
		for name, to := range map[string]string{
			"empty": "", "space": " ", "plus": "+", "two pluses": "++18015550142", "zero": "+08015550142", "40 digits": "+" + strings.Repeat("1", 40), "letters": "+1801555ANNA",
			"full-width digits": "+１８０１５５５０１４２", "Arabic digits": "+١٨٠١٥٥٥٠١٤٢", "CR/LF": "+18015550142\r\nX-Injected: 1", "NUL-like": "+1801\u200b5550142",
			"short code": "12345", "100,000 digits": strings.Repeat("9", 100_000), "markup": "<script>", "path": "../../etc", "a mail address": "ana@example.com",
		} {
			got := s.call(t, f, s.body(to, "hello"))
			if got.header.Get("X-Injected") != "" {
				t.Errorf("%s: %s injects a header", s.name, name)
			}
			if got.status/100 != 2 {
				s.expectRefused(t, name, got)
			}
		}
		f.expectNumbers(t, s.name)
		if got := s.call(t, f, s.body(s.own, "hello")); got.status >= 500 || got.status == 0 {
			t.Errorf("%s: own number answers %d %s", s.name, got.status, got.body)
		}
		s.expectGood(t, f)
	}
	f.advance(t, 48*time.Hour)
	for _, number := range []string{"", "+", "%2B", "%2B0", "%2B" + strings.Repeat("1", 40), "%2B1801555ANNA", "%EF%BC%91", "%2B18015550142%0d%0aX-Injected:1"} {
		got := f.raw(t, "GET "+control+"/handsets/"+number+" HTTP/1.1\r\nHost: $HOST\r\nConnection: close\r\n\r\n")
		if got.status/100 != 4 || got.header.Get("X-Injected") != "" {
			t.Errorf("handset %s answers %d %s", number, got.status, got.body)
		}
	}
}

// expectNumbers holds that what was taken was made a number first.
func (f *fort) expectNumbers(t *testing.T, provider string) {
	t.Helper()
	page, err := f.Client.Messages(t.Context(), client.Filter{Provider: provider})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range page.Items {
		if !m.Handset.Valid() {
			t.Errorf("%s: a message went to %q", provider, m.Handset)
		}
	}
}

// TestStopVariants says which texts are STOP: the whole text, in any case,
// with space around it. A vendor that leaves consent to the application sends on.
func TestStopVariants(t *testing.T) {
	t.Parallel()
	for body, stops := range map[string]bool{
		"STOP": true, "stop": true, "sToP": true, " stop\r\n": true, "\tSTOP ": true, "UNSUBSCRIBE": true,
		" Stop. ": false, "please stop": false, "ＳＴＯＰ": false, "STO\u200bP": false, "ST OP": false, "STOP STOP": false, "STOP!": false, "\"STOP\"": false,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			f := newFort(t, emulator.Options{})
			for _, s := range f.senders() {
				handset := sms.Number("+18015550142")
				if s.name == "exotel" {
					handset = "+919876543210"
				}
				s.expectGood(t, f)
				s.texts(t, f, handset, body)
				expectOut(t, f, s.name, stops)
				s.texts(t, f, handset, body) // twice is once
				expectOut(t, f, s.name, stops)
				s.texts(t, f, handset, "START")
				expectOut(t, f, s.name, false)
				s.expectGood(t, f)
			}
		})
	}
}

func (s sender) texts(t *testing.T, f *fort, from sms.Number, body string) {
	t.Helper()
	if _, err := f.Client.Text(t.Context(), from, client.Text{Provider: s.name, To: sms.Number(s.own), Body: body}); err != nil {
		t.Fatal(err)
	}
}

func expectOut(t *testing.T, f *fort, provider string, out bool) {
	t.Helper()
	page, err := f.Client.OptOuts(t.Context(), client.Filter{Provider: provider})
	if now := err == nil && len(page.Items) == 1 && page.Items[0].Out; err != nil || now != out || len(page.Items) > 1 {
		t.Errorf("%s: opt-outs %v (%v), want one: %v", provider, page.Items, err, out)
	}
}
