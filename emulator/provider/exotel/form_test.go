package exotel

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

func formRequest(query, contentType, body string) *http.Request {
	r := httptest.NewRequest("POST", "/v1/Accounts/a/Sms/send?"+query, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return r
}

func TestFieldsOfQueryAndBody(t *testing.T) {
	t.Parallel()
	const multipartBody = "--b\r\nContent-Disposition: form-data; name=\"Body\"\r\n\r\nHi & bye; 5%\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"To\"\r\n\r\n+919999900001\r\n--b--\r\n"
	for _, tt := range []struct {
		name, query, contentType, body string
		want                           fields
	}{
		{"body", "", formType, "From=A&Body=a+b%26c", fields{"From": {"A"}, "Body": {"a b&c"}}},
		{"query", "From=A&To=1", formType, "", fields{"From": {"A"}, "To": {"1"}}},
		{"body wins", "From=A&To=1", formType, "From=B", fields{"From": {"B"}, "To": {"1"}}},
		{"no content type", "", "", "From=A", fields{"From": {"A"}}},
		{"semicolon", "", formType, "Body=a;b", fields{"Body": {"a;b"}}},
		{"repeated", "", formType, "To=1&To=2", fields{"To": {"1", "2"}}},
		{"multipart", "", "multipart/form-data; boundary=b", multipartBody, fields{"Body": {"Hi & bye; 5%"}, "To": {"+919999900001"}}},
		{"JSON is not read", "", "application/json", `{"From":"A"}`, fields{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := readFields(formRequest(tt.query, tt.contentType, tt.body))
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("readFields = %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestBadForms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, contentType, body, code string
	}{
		{"bad escape", formType, "Body=100%", "40500"},
		{"not UTF-8", formType, "Body=%ff", "40202"},
		{"NUL", formType, "Body=a%00b", "40202"},
		{"torn multipart", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"Body\"\r\n\r\nHi", "40500"},
		{"multipart without boundary", "multipart/form-data", "x", "40500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := readFields(formRequest("", tt.contentType, tt.body))
			if err == nil || err.Fields[codeField][0] != tt.code {
				t.Errorf("readFields: %v, want code %s", err, tt.code)
			}
		})
	}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		form   string
		want   []string
		plural bool
	}{
		{"To=1", []string{"1"}, false},
		{"To=", nil, false},
		{"", nil, false},
		{"To=1,2", []string{"1", "2"}, true},
		{"To=1&To=2", []string{"1", "2"}, true},
		{"To[]=1", []string{"1"}, true},
		{"To%5B%5D=1&To%5B%5D=2", []string{"1", "2"}, true},
		{"To[1]=b&To[0]=a&To[10]=c", []string{"a", "b", "c"}, true},
		{"To[x]=1", nil, false},
		{"To[9999999]=1", nil, false},
	} {
		f, err := parseForm(tt.form)
		if err != nil {
			t.Fatal(err)
		}
		got, plural := f.recipients()
		if !reflect.DeepEqual(got, tt.want) || plural != tt.plural {
			t.Errorf("recipients of %q = %q, %t, want %q, %t", tt.form, got, plural, tt.want, tt.plural)
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	for _, form := range []string{
		"Messages[0][To]=1&Messages[0][Body]=a&Messages[7][To]=2&Messages[7][Body]=b&Messages[7][Strange]=x",
		"Message[3][Body]=b&Message[3][To]=2&Message[0][To]=1&Message[0][Body]=a",
	} {
		f, _ := parseForm(form)
		got, err := f.entries()
		if want := []entry{{to: "1", body: "a"}, {to: "2", body: "b"}}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("entries of %q = %+v, %v, want %+v", form, got, err, want)
		}
	}
	for form, code := range map[string]string{
		"":                             "40201",
		"From=A":                       "40201",
		"Messages=x":                   "40208",
		"Messages[0]=x":                "40208",
		"Messages[][To]=1":             "40208",
		"Messages[-1][To]=1":           "40208",
		"Messages[9999999999][To]=1":   "40208",
		"Messages[0][To][]=1":          "40207",
		manyEntries(101):               "40400",
		"Messages[0][To]=1&Messages=x": "40208",
	} {
		f, _ := parseForm(form)
		if _, err := f.entries(); err == nil || err.Fields[codeField][0] != code {
			t.Errorf("entries of %.40q: %v, want code %s", form, err, code)
		}
	}
}

func manyEntries(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("Messages[%d][To]=1", i))
	}
	return strings.Join(all, "&")
}

func FuzzForm(f *testing.F) {
	f.Add("From=A&To[]=1&To[2]=2&Body=x", "Messages[0][To]=1&Messages[0][Body]=a")
	f.Add("%", "Messages[0")
	f.Add("To=,&&=&[]=", "Message[1][Body][]=")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, text := range []string{a, b, a + "&" + b} {
			fields, err := parseForm(text)
			if err != nil {
				continue
			}
			fields.recipients()
			_, _, _ = fields.text("From")
			if entries, err := fields.entries(); err == nil && (len(entries) == 0 || len(entries) > most) {
				t.Fatalf("%q has %d entries", text, len(entries))
			}
		}
		for _, contentType := range []string{formType, "multipart/form-data; boundary=b", a} {
			_, _ = readBody(formRequest("", contentType, b))
		}
	})
}
