package sut_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/scenarios/sut"
)

// serve is an application that answers everything in one way, and its description.
func serve(t *testing.T, status int, body string, heard func(*http.Request, string)) *sut.SUT {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		if heard != nil {
			heard(r, string(got))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return &sut.SUT{Webhooks: map[string]string{"acme": server.URL + "/hooks"}}
}

func TestAskFillsTheRequest(t *testing.T) {
	t.Parallel()
	var method, path, header, body string
	s := serve(t, 202, "", func(r *http.Request, b string) {
		method, path, header, body = r.Method, r.RequestURI, r.Header.Get("X-Ref"), b
	})
	how := sut.Request{
		Path: "/notify/{{ref}}?to={{handset}}", Header: map[string]string{"X-Ref": "r {{ref}}"},
		JSON: map[string]any{"to": "{{handset}}", "deep": []any{map[string]any{"text": "say {{text}}"}, 7}},
	}
	if err := s.Ask(t.Context(), how, sut.Text{Handset: "+18015550142", Body: `"hi" {{ref}}`, Ref: "a b/c"}); err != nil {
		t.Fatal(err)
	}
	if method != "POST" || path != "/notify/a%20b%2Fc?to=%2B18015550142" || header != "r a b/c" {
		t.Errorf("asked %s %s with X-Ref %q", method, path, header)
	}
	if want := `{"deep":[{"text":"say \"hi\" {{ref}}"},7],"to":"+18015550142"}`; body != want {
		t.Errorf("body %s, want %s", body, want)
	}
}

// A text that leaves at once has no time, so the field for it is left out.
func TestAskSaysWhenTheTextIsToLeave(t *testing.T) {
	t.Parallel()
	var body string
	s := serve(t, 202, "", func(_ *http.Request, b string) { body = b })
	how := sut.Request{Path: "/notify", JSON: map[string]any{"to": "{{handset}}", "at": "{{at}}", "note": ""}}
	tomorrow := time.Date(2026, 1, 2, 1, 0, 0, 0, time.FixedZone("east", 3600))
	for want, at := range map[string]time.Time{
		`{"note":"","to":"+18015550142"}`:                             {},
		`{"at":"2026-01-02T00:00:00Z","note":"","to":"+18015550142"}`: tomorrow,
	} {
		if err := s.Ask(t.Context(), how, sut.Text{Handset: "+18015550142", At: at}); err != nil {
			t.Fatal(err)
		}
		if body != want {
			t.Errorf("body %s, want %s", body, want)
		}
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		how  sut.Request
		want bool
	}{
		"path":   {sut.Request{Path: "/x?at={{at}}"}, true},
		"header": {sut.Request{Path: "/x", Header: map[string]string{"When": "{{ at }}"}}, true},
		"json":   {sut.Request{Path: "/x", JSON: map[string]any{"deep": []any{map[string]any{"when": "on {{at}}"}}}}, true},
		"none":   {sut.Request{Path: "/at", JSON: map[string]any{"at": "{{text}}"}}, false},
	} {
		if got := tt.how.Uses(sut.AtPlaceholder); got != tt.want {
			t.Errorf("%s: Uses = %v, want %v", name, got, tt.want)
		}
	}
}

func TestAskTakesARefusalAndNotAFailure(t *testing.T) {
	t.Parallel()
	for status, ok := range map[int]bool{200: true, 202: true, 404: true, 422: true, 500: false, 503: false} {
		err := serve(t, status, "", nil).Ask(t.Context(), sut.Request{Path: "/notify"}, sut.Text{})
		if (err == nil) != ok {
			t.Errorf("answered %d: %v", status, err)
		}
	}
	if err := (&sut.SUT{}).Ask(t.Context(), sut.Request{Path: "/notify"}, sut.Text{}); err == nil || !strings.Contains(err.Error(), "ready:") {
		t.Errorf("without an address: %v; want the key to add", err)
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		field  string
		value  string
		fails  string
	}{
		"number":   {200, `{"count":0}`, "count", "0", ""},
		"big":      {200, `{"count":12345678901234567890}`, "count", "12345678901234567890", ""},
		"text":     {200, `{"a":{"b":"sent"}}`, "a.b", "sent", ""},
		"missing":  {200, `{"a":1}`, "a.b", "", `no field "a.b"`},
		"no JSON":  {200, `ok`, "a", "", "not JSON"},
		"an error": {404, `{"count":0}`, "count", "", "answered 404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var path string
			s := serve(t, tt.status, tt.body, func(r *http.Request, _ string) { path = r.URL.Path })
			s.Probe = map[string]sut.Probe{"status": {Path: "/messages/{{message}}", Field: tt.field}}
			got, err := s.Look(t.Context(), "status", "msg_1")
			if (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("Look: %v, want %q", err, tt.fails)
			}
			if path != "/messages/msg_1" || got.Value != tt.value || got.Status != tt.status {
				t.Errorf("asked %s and got %+v", path, got)
			}
		})
	}
}
