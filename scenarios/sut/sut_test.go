package sut_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/sut"
)

const whole = `name: bookings
start: ["node", "server.js"]
env:
  API: "{{acme.url}}"
  PORT: "{{port}}"
ready: http://127.0.0.1:{{port}}/healthz
webhooks: {acme: "http://127.0.0.1:{{port}}/hooks"}
replies:
  - to: "Is 3pm free?"
    expect: 1
  - {to: "Book for {{token}}"}
send:
  request: {method: PUT, path: "/notify/{{ref}}", json: {to: "{{handset}}", deep: ["{{text}}", 1]}}
queue:
  request: {path: /later}
probe:
  pending: {path: /debug, field: work.count}
  status: {path: "/messages/{{message}}", field: status}
opt_out: {confirms: 1}
providers: {acme: {opt_out: {words: [BASTA]}, replies: [{to: HELP, expect: 1}]}}
policy: at-least-once
quiet: 150ms
`

func TestLoad(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sut.yaml")
	if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := sut.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	want := &sut.SUT{
		Name: "bookings", Start: []string{"node", "server.js"},
		Env:      map[string]string{"API": "{{acme.url}}", "PORT": "{{port}}"},
		Ready:    "http://127.0.0.1:{{port}}/healthz",
		Webhooks: map[string]string{"acme": "http://127.0.0.1:{{port}}/hooks"},
		Replies:  []sut.Reply{{To: "Is 3pm free?", Expect: 1}, {To: "Book for {{token}}"}},
		Send: &sut.Send{Request: sut.Request{
			Method: "PUT", Path: "/notify/{{ref}}",
			JSON: map[string]any{"to": "{{handset}}", "deep": []any{"{{text}}", 1}},
		}},
		Queue: &sut.Send{Request: sut.Request{Path: "/later"}},
		Probe: map[string]sut.Probe{
			"pending": {Path: "/debug", Field: "work.count"}, "status": {Path: "/messages/{{message}}", Field: "status"},
		},
		OptOut:    sut.OptOut{Confirms: 1},
		Providers: map[string]sut.Own{"acme": {Replies: []sut.Reply{{To: "HELP", Expect: 1}}, OptOut: &sut.OptOut{Words: []string{"BASTA"}}}},
		Policy:    sut.AtLeastOnce, Quiet: sms.Duration(150 * time.Millisecond),
		Dir: filepath.Dir(file),
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(sut.SUT{})); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestLoadNamesAMissingFile(t *testing.T) {
	t.Parallel()
	if _, err := sut.Load("nowhere/sut.yaml"); err == nil || !strings.Contains(err.Error(), "nowhere/sut.yaml") {
		t.Errorf("Load: %v; want the name of the file", err)
	}
}

func TestParseSaysWhereAndWhat(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want []string // parts of the error
	}{
		"unknown key":           {"name: x\ncolour: red\n", []string{`s.yaml:2:1: unknown key "colour"`}},
		"unknown inner key":     {"opt_out: {confirm: 1}\n", []string{`s.yaml:1:11: unknown key "confirm"`}},
		"two wrong keys":        {"a: 1\nb: 2\n", []string{`s.yaml:1:1: unknown key "a"`, `s.yaml:2:1: unknown key "b"`}},
		"key twice":             {"name: a\nname: b\n", []string{"s.yaml:2:1:", "already defined"}},
		"wrong type":            {"name: [a]\n", []string{"s.yaml:1:7:"}},
		"not YAML":              {"name: [a\n", []string{"s.yaml:"}},
		"duration":              {"quiet: soon\n", []string{"s.yaml:1:8:", "10m"}},
		"negative duration":     {"quiet: -5s\n", []string{"s.yaml:1:8:", "below zero"}},
		"negative count":        {"opt_out: {confirms: -1}\n", []string{"s.yaml:1:21:", "below zero"}},
		"negative expect":       {"replies: [{to: a, expect: -2}]\n", []string{"s.yaml:1:27:", "below zero"}},
		"reply to nothing":      {"replies:\n  - expect: 1\n", []string{"s.yaml:2:5:", "to:"}},
		"placeholder in env":    {"env: {A: \"{{prot}}\"}\n", []string{"s.yaml:1:10:", "{{prot}}", "{{port}}, {{dir}}, {{provider.value}}"}},
		"placeholder in start":  {"start: [a, \"{{handset}}\"]\n", []string{"s.yaml:1:12:", "{{handset}}"}},
		"placeholder in reply":  {"replies: [{to: \"{{name}}\"}]\n", []string{"s.yaml:1:16:", "{{token}}"}},
		"placeholder in send":   {"send: {request: {path: /x, json: {to: [\"{{token}}\"]}}}\n", []string{"s.yaml:1:40:", "{{handset}}, {{text}}, {{ref}}, {{provider}}, {{at}}"}},
		"placeholder in queue":  {"queue: {request: {path: /x, json: {at: \"{{at}}\"}}}\n", []string{"s.yaml:1:40:", "{{at}}"}},
		"placeholder in probe":  {"probe: {status: {path: \"/{{id}}\", field: a}}\n", []string{"s.yaml:1:24:", "{{message}}"}},
		"ready is no URL":       {"ready: 127.0.0.1:80\n", []string{"s.yaml:1:8:", "is not a URL"}},
		"webhook is no URL":     {"webhooks: {acme: /hooks}\n", []string{"s.yaml:1:18:", "is not a URL"}},
		"send without request":  {"send: {}\n", []string{"s.yaml:1:7:", "request:"}},
		"send without path":     {"send: {request: {method: POST}}\n", []string{"s.yaml:1:17:", "path: /notify"}},
		"strange method":        {"queue: {request: {method: SHOUT, path: /x}}\n", []string{"s.yaml:1:27:", "POST, PUT"}},
		"unknown probe":         {"probe: {mood: {path: /mood, field: a}}\n", []string{"s.yaml:1:15:", "status and pending"}},
		"probe without a field": {"probe: {pending: {path: /p}}\n", []string{"s.yaml:1:18:", "field"}},
		"provider not served":   {"providers: {acme: {replies: []}}\n", []string{"s.yaml:1:19:", "no webhooks of \"acme\""}},
		"provider's own key":    {"webhooks: {a: http://x}\nproviders: {a: {policy: at-most-once}}\n", []string{"s.yaml:2:17:", "policy"}},
		"provider's reply":      {"webhooks: {a: http://x}\nproviders: {a: {replies: [{to: \"{{name}}\"}]}}\n", []string{"s.yaml:2:32:", "{{token}}"}},
		"provider's opt-out":    {"webhooks: {a: http://x}\nproviders: {a: {opt_out: {confirms: -1}}}\n", []string{"s.yaml:2:37:", "below zero"}},
		"empty word":            {"opt_out: {words: [NO, \" \"]}\n", []string{"s.yaml:1:23:", "the word is empty"}},
		"unknown policy":        {"policy: maybe\n", []string{"s.yaml:1:9:", "at-least-once or at-most-once"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sut.Parse("s.yaml", []byte(tt.text))
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q; want %q in it", err, part)
				}
			}
		})
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	s, err := sut.Parse("s.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Expand(map[string]string{"port": "8080", "acme.url": "http://emu/acme"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Ready != "http://127.0.0.1:8080/healthz" || got.Webhooks["acme"] != "http://127.0.0.1:8080/hooks" ||
		got.Env["API"] != "http://emu/acme" || got.Env["PORT"] != "8080" {
		t.Errorf("expanded to %+v", got)
	}
	if got.Replies[1].To != "Book for {{token}}" || s.Env["PORT"] != "{{port}}" {
		t.Error("something else was changed")
	}
	if base, err := got.Base(); base != "http://127.0.0.1:8080" || err != nil {
		t.Errorf("Base = %q, %v", base, err)
	}
}

func TestForAProvider(t *testing.T) {
	t.Parallel()
	s, err := sut.Parse("s.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	own := s.For("acme")
	if n := len(own.Replies); n != 3 || own.Replies[2].To != "HELP" || own.OptOut.Confirms != 0 || own.OptOut.Words[0] != "BASTA" {
		t.Errorf("for acme: replies %+v, opt-out %+v", own.Replies, own.OptOut)
	}
	if other := s.For("other"); len(other.Replies) != 2 || len(s.Replies) != 2 || other.OptOut.Confirms != 1 {
		t.Errorf("for another: replies %+v, opt-out %+v", other.Replies, other.OptOut)
	}
}

func TestExpandListsThePlaceholders(t *testing.T) {
	t.Parallel()
	s := &sut.SUT{Env: map[string]string{"A": "{{ acme.secrt }}"}}
	_, err := s.Expand(map[string]string{"acme.secret": "x", "port": "1"})
	if err == nil || !strings.Contains(err.Error(), "{{acme.secrt}}") || !strings.Contains(err.Error(), "acme.secret, port") {
		t.Errorf("Expand: %v; want the unknown name and the known ones", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("env: {A: \"{{}}\"}\n---\nname: x"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		s, err := sut.Parse("s.yaml", data)
		if err == nil {
			_, _ = s.Expand(nil)
			_, _ = s.Base()
		}
	})
}
