package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// secretHeaders hold credentials; they never reach the record.
var secretHeaders = map[string]bool{
	"Authorization": true, "Proxy-Authorization": true, "Cookie": true, "Set-Cookie": true, "X-Api-Key": true,
}

// fingerprint stands for a secret in the record: equal secrets of a sandbox
// have equal fingerprints, and a fingerprint does not give the secret away.
func (s *Sandbox) fingerprint(secret string) string {
	mac := hmac.New(sha256.New, []byte(s.root()+"\x00fingerprint"))
	mac.Write([]byte(secret))
	return "redacted:" + hex.EncodeToString(mac.Sum(nil)[:4])
}

// headers lists header lines in a fixed order, credentials replaced.
func (s *Sandbox) headers(h http.Header) []journal.Header {
	var out []journal.Header
	for name, values := range h {
		for _, v := range values {
			out = append(out, journal.Header{Name: name, Value: s.redact(name, v)})
		}
	}
	slices.SortStableFunc(out, func(a, b journal.Header) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (s *Sandbox) redact(header, value string) string {
	if !secretHeaders[header] {
		return value
	}
	scheme, rest, ok := strings.Cut(value, " ")
	if ok && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Basic")) {
		return scheme + " " + s.fingerprint(rest)
	}
	return s.fingerprint(value)
}

// path is a request's path and query, the values of credentials in it replaced.
func (s *Sandbox) path(u *url.URL) string {
	return s.secretless(u.RequestURI())
}

// link is where an attempt goes, credentials replaced: some vendors put them
// in the query.
func (s *Sandbox) link(u *url.URL) string { return s.secretless(u.String()) }

func (s *Sandbox) secretless(uri string) string {
	before, query, ok := strings.Cut(uri, "?")
	if !ok {
		return before
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		if name, value, _ := strings.Cut(part, "="); secretName(name) {
			parts[i] = name + "=" + s.fingerprint(value)
		}
	}
	return before + "?" + strings.Join(parts, "&")
}

// secretName reports whether a query parameter is named like a credential.
func secretName(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"key", "token", "secret", "password", "auth"}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

// redacted is an endpoint as the record may hold it.
func (s *Sandbox) redacted(e sms.Endpoint) *sms.Endpoint {
	secrets := make([]string, len(e.Secrets))
	for i, secret := range e.Secrets {
		secrets[i] = s.fingerprint(secret)
	}
	e.Secrets = secrets
	return &e
}
