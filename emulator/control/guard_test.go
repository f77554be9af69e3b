package control_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/control"
)

// fill puts something into the parameters of a route's pattern.
func fill(pattern string) string {
	return strings.NewReplacer(
		"{sandbox}", client.Default, "{number}", string(ana), "{provider}", "any", "{event}", "any", "{fault}", "any",
	).Replace(pattern)
}

// Every route, streams included, is behind every guard, and what is refused
// changes nothing.
func TestEveryRouteIsGuarded(t *testing.T) {
	t.Parallel()
	em := network(t)
	const token = "s3cret"
	h := control.New(control.Options{Network: em, Token: token})
	last := em.Default().Journal().Last()
	// What slips through ends at once, instead of hanging in a stream.
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, c := range map[string]struct {
		spoil  func(*http.Request)
		status int
		health bool // health routes are held to it too
	}{
		"strange host":          {func(r *http.Request) { r.Host = "evil.example" }, 403, true},
		"longer host":           {func(r *http.Request) { r.Host = "localhost.evil" }, 403, true},
		"host with final dot":   {func(r *http.Request) { r.Host = "localhost." }, 403, true},
		"host with other port":  {func(r *http.Request) { r.Host = "evil.example:7767" }, 403, true},
		"no host":               {func(r *http.Request) { r.Host = "" }, 403, true},
		"other origin":          {header("Origin", "https://evil.example"), 403, true},
		"opaque origin":         {header("Origin", "null"), 403, true},
		"other port":            {header("Origin", "http://localhost:9999"), 403, true},
		"cross-site":            {header("Sec-Fetch-Site", "cross-site"), 403, true},
		"same-site":             {header("Sec-Fetch-Site", "same-site"), 403, true},
		"no token":              {func(r *http.Request) { r.Header.Del("Authorization") }, 401, false},
		"wrong token":           {header("Authorization", "Bearer other"), 401, false},
		"token of other scheme": {header("Authorization", "Basic "+token), 401, false},
		"token in query": {func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery = "token=" + token
		}, 401, false},
		"text body":       {body("text/plain", `{"mode":"auto"}`), 415, true},
		"form body":       {body("application/x-www-form-urlencoded", `a=b`), 415, true},
		"untyped body":    {body("", `{}`), 415, true},
		"compressed body": {func(r *http.Request) { body("application/json", "x")(r); header("Content-Encoding", "gzip")(r) }, 415, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, m := range control.Mounts(fill) {
				if m.Health && !c.health {
					continue
				}
				r := httptest.NewRequestWithContext(gone, m.Method, m.Path, nil)
				r.Host = "localhost:7767"
				r.Header.Set("Authorization", "Bearer "+token)
				c.spoil(r)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != c.status || w.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("%s %s answers %d %s, want %d", m.Method, m.Path, w.Code, w.Body, c.status)
				}
				if strings.Contains(w.Body.String(), token) {
					t.Errorf("%s %s tells the token: %s", m.Method, m.Path, w.Body)
				}
				expectNoCORS(t, w.Header())
			}
		})
	}
	t.Cleanup(func() {
		if now := em.Default().Journal().Last(); now != last || len(em.Sandboxes()) != 1 {
			t.Errorf("refused calls changed the world: entry %d then, %d now, %d sandboxes", last, now, len(em.Sandboxes()))
		}
	})
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func body(kind, text string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
	}
}

func expectNoCORS(t *testing.T, h http.Header) {
	t.Helper()
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("the answer has the header %s", name)
		}
	}
}

// What is allowed gets through every guard.
func TestGuardsLetThrough(t *testing.T) {
	t.Parallel()
	h := control.New(control.Options{Network: network(t), Token: "s3cret", Hosts: []string{"phones.test"}})
	for name, allow := range map[string]func(*http.Request){
		"localhost":            func(r *http.Request) { r.Host = "localhost:7767" },
		"localhost, louder":    func(r *http.Request) { r.Host = "LOCALHOST" },
		"IPv4":                 func(r *http.Request) { r.Host = "127.0.0.1:7767" },
		"IPv6":                 func(r *http.Request) { r.Host = "[::1]:7767" },
		"IPv6 without port":    func(r *http.Request) { r.Host = "[::1]" },
		"configured":           func(r *http.Request) { r.Host = "phones.test:80" },
		"own page":             header("Origin", "http://localhost"),
		"own fetch":            header("Sec-Fetch-Site", "same-origin"),
		"typed address":        header("Sec-Fetch-Site", "none"),
		"scheme in lower case": header("Authorization", "bearer s3cret"),
		"JSON with charset": func(r *http.Request) {
			r.Method = "PUT"
			body("application/json; charset=utf-8", `{"mode":"manual"}`)(r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), "GET", client.Prefix+"/clock", nil)
			r.Host = "localhost"
			r.Header.Set("Authorization", "Bearer s3cret")
			allow(r)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				t.Errorf("answers %d %s", w.Code, w.Body)
			}
			expectNoCORS(t, w.Header())
		})
	}
}

// Probes of health need no token; nothing else does without.
func TestHealthNeedsNoToken(t *testing.T) {
	t.Parallel()
	h := control.New(control.Options{Network: network(t), Token: "s3cret"})
	for _, m := range control.Mounts(fill) {
		if !m.Health {
			continue
		}
		r := httptest.NewRequestWithContext(t.Context(), m.Method, m.Path, nil)
		r.Host = "localhost"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Errorf("%s answers %d %s", m.Path, w.Code, w.Body)
		}
	}
}
