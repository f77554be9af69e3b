package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// serve starts a server that stands in for an emulator.
func serve(t *testing.T, h http.HandlerFunc) client.Options {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return client.Options{URL: s.URL, HTTP: s.Client()}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	heard := make(chan string, 1)
	o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		heard <- fmt.Sprintf("%s %s %s [%s]", r.Method, r.RequestURI, body, r.Header.Get("Authorization"))
		if len(body) > 0 && r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s has a body of type %q", r.RequestURI, r.Header.Get("Content-Type"))
		}
		_, _ = io.WriteString(w, `{}`)
	})
	o.Token = "s3cret"
	c := client.New(o)
	ctx := t.Context()
	for want, call := range map[string]func() error{
		`GET /sandboxes/default/clock `: func() error { _, err := c.Clock(ctx); return err },
		`GET /sandboxes/a%2Fb/clock `:   func() error { _, err := c.In("a/b").Clock(ctx); return err },
		`POST /sandboxes/default/clock/advance {"by":"10m0s"}`: func() error {
			_, err := c.Advance(ctx, client.Advance{By: 600e9})
			return err
		},
		`POST /sandboxes/default/clock/settle {}`: func() error { _, err := c.Settle(ctx, client.Settle{}); return err },
		`PUT /sandboxes/default/handsets/+18015550142 {"reachable":false,"failure":""}`: func() error {
			_, err := c.SetHandset(ctx, ana, client.Behaviour{Reachable: new(false), Failure: new(sms.Reason(""))})
			return err
		},
		`GET /sandboxes/default/messages?after=m9&handset=%2B18015550142&limit=5 `: func() error {
			_, err := c.Messages(ctx, client.Filter{Handset: ana, After: "m9", Limit: 5})
			return err
		},
		`GET /sandboxes/default/journal?after=7&kind=marker `: func() error {
			_, err := c.Journal(ctx, client.JournalQuery{After: 7, Kind: journal.KindMarker})
			return err
		},
		`POST /sandboxes/default/journal {"kind":"marker","marker":"now"}`: func() error {
			_, err := c.Note(ctx, client.Note{Kind: journal.KindMarker, Marker: "now"})
			return err
		},
		`PUT /sandboxes/default/webhooks/acme {"url":""}`: func() error {
			_, err := c.SetWebhooks(ctx, "acme", client.Webhooks{})
			return err
		},
		`GET /sandboxes/default/webhooks `:     func() error { _, err := c.WebhookEndpoints(ctx); return err },
		`DELETE /sandboxes/default/faults/f1 `: func() error { return c.CancelFault(ctx, "f1") },
		`POST /sandboxes/default/reset `:       func() error { return c.Reset(ctx) },
		`GET /readyz `:                         func() error { return c.Ready(ctx) },
	} {
		if err := call(); err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		method, rest, _ := strings.Cut(want, " ")
		got, want := <-heard, method+" "+client.Prefix+rest+" [Bearer s3cret]"
		if got != want {
			t.Errorf("the emulator heard\n%s, want\n%s", got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	problem, err := json.Marshal(client.Problem{
		Type: "urn:switchhook:invalid", Title: "Bad Request", Status: 400,
		Detail: "body is empty", Fields: map[string][]string{"body": {"is empty"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		status int
		body   string
		want   client.Error
		says   string
	}{
		"problem": {
			400, string(problem),
			client.Error{Status: 400, Slug: "invalid", Title: "Bad Request", Detail: "body is empty"},
			"body is empty (HTTP 400, invalid)",
		},
		"no detail": {
			404, `{"type":"urn:switchhook:not-found","title":"Not Found","status":404}`,
			client.Error{Status: 404, Slug: "not-found", Title: "Not Found"},
			"Not Found (HTTP 404, not-found)",
		},
		"not an emulator": {
			502, "<html>" + strings.Repeat("x", 500),
			client.Error{Status: 502, Title: "Bad Gateway", Detail: "not an answer of an emulator: <html>" + strings.Repeat("x", 194)},
			"not an answer of an emulator: <html>" + strings.Repeat("x", 194) + " (HTTP 502)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			_, err := client.New(o).Clock(t.Context())
			var got *client.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want a *client.Error", err)
			}
			if got.Status != c.want.Status || got.Slug != c.want.Slug || got.Title != c.want.Title || got.Detail != c.want.Detail {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if err.Error() != c.says {
				t.Errorf("says %q, want %q", err, c.says)
			}
		})
	}
}

func TestSandboxJSON(t *testing.T) {
	t.Parallel()
	want := `{"acme":{"key":"k","url":"http://x"},"id":"sb1","seed":7}`
	var s client.Sandbox
	if err := json.Unmarshal([]byte(want), &s); err != nil {
		t.Fatal(err)
	}
	if s.ID != "sb1" || s.Seed != 7 || s.Placeholders()["acme.url"] != "http://x" {
		t.Errorf("read %+v", s)
	}
	got, err := json.Marshal(s)
	if err != nil || string(got) != want {
		t.Errorf("wrote %s (%v), want %s", got, err, want)
	}
	if err := json.Unmarshal([]byte(`{"id":"x","acme":"text"}`), &s); err == nil || !strings.Contains(err.Error(), `"acme"`) {
		t.Errorf("a provider that is no object: %v, want an error that names it", err)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	err := client.New(client.Options{URL: "http://127.0.0.1:1"}).Ready(t.Context())
	if err == nil || !strings.Contains(err.Error(), "reach the emulator") {
		t.Errorf("got %v, want an error about reaching the emulator", err)
	}
	if err := client.New(client.Options{URL: "::"}).Ready(t.Context()); err == nil {
		t.Error("an address that is none was called")
	}
}
