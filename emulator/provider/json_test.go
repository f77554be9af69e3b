package provider_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// texts that ReadJSON refuses, by what it says of them; "" is taken.
var texts = map[string]string{
	`{"a":{"a":[{"a":1},{"a":"b"}]},"b":null}`: "",
	`{"a":"\ud83d\ude00 \\ud800"}`:             "",
	` [1e40, "\u00e9"] `:                       "",
	``:                                         "not valid JSON",
	"\xef\xbb\xbf{}":                           "not valid JSON",
	"{\"a\":\"\xff\"}":                         "not valid JSON",
	`{} {}`:                                    "not valid JSON",
	`{"a":NaN}`:                                "not valid JSON",
	`{"a":1,"a":2}`:                            "repeated name",
	`[{"b":{"a":1,"\u0061":2}}]`:               "repeated name",
	`{"a":"\ud800"}`:                           "half of a surrogate pair",
	`{"a":"\udc00b"}`:                          "half of a surrogate pair",
	`{"a":"\u0000"}`:                           "NUL",
	`{"a":1e400}`:                              "out of range",
	strings.Repeat("[", 65) + strings.Repeat("]", 65): "nested too deep",
	strings.Repeat("[", 64) + strings.Repeat("]", 64): "",
}

func TestReadJSON(t *testing.T) {
	t.Parallel()
	for text, want := range texts {
		r := httptest.NewRequest("POST", "/", strings.NewReader(text))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		body, err := provider.ReadJSON(r)
		switch {
		case want == "" && (err != nil || string(body) != text):
			t.Errorf("%q is read as %q, %v", text, body, err)
		case want != "" && (err == nil || err.Code != sms.BadRequest || !strings.Contains(err.Detail, want)):
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset"} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
		r.Header.Set("Content-Type", kind)
		if _, err := provider.ReadJSON(r); err == nil {
			t.Errorf("content type %q is taken", kind)
		}
	}
}

// FuzzCheckJSON compares with encoding/json: what we take, it takes.
func FuzzCheckJSON(f *testing.F) {
	for text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v any
		if err := json.Unmarshal(body, &v); err != nil && provider.CheckJSON(body) == nil {
			t.Errorf("%q is taken; encoding/json says %v", body, err)
		}
	})
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	all := provider.Switches{{Name: "way", Default: "off"}, {Name: "most", Default: "10"}}
	set := func(name, value string) provider.Settings {
		return func(n string) string {
			if n == name {
				return value
			}
			return ""
		}
	}
	if all.Value(nil, "way") != "off" || all.On(set("most", "3"), "way") || !all.On(set("way", "on"), "way") {
		t.Error("a switch that nobody set has its default")
	}
	for value, want := range map[string]int{"": 10, "3": 3, "1": 10, "x": 10} {
		if got := all.Number(set("most", value), "most", 2); got != want {
			t.Errorf("most=%q, at least 2, is %d; want %d", value, got, want)
		}
	}
	if got := all.Number(nil, "none", 2); got != 2 {
		t.Errorf("a switch that there is none of is %d", got)
	}
}
