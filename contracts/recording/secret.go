package recording

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// secretHeaders hold credentials, or the address of a client, whatever a
// contract says.
var secretHeaders = map[string]bool{
	"authorization": true, "proxy-authorization": true, "cookie": true, "set-cookie": true, "x-api-key": true,
	"x-forwarded-for": true, "x-real-ip": true, "forwarded": true, "cf-connecting-ip": true, "true-client-ip": true,
}

var (
	secretWords    = []string{"key", "keys", "token", "tokens", "secret", "secrets", "password", "passwords", "passwd", "passphrase", "pwd", "auth", "authorization", "credential", "credentials", "jwt", "hmac", "cookie"}
	secretEndings  = []string{"apikey", "accesskey", "appkey", "authkey", "privatekey", "secretkey", "signingkey", "token", "secret", "password", "signature", "credential"}
	signatureWords = []string{"signature", "signatures", "sig"}
)

// NamesSecret reports whether a field is named like a credential or a signature.
func NamesSecret(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool {
		return slices.Contains(secretWords, w) || slices.Contains(signatureWords, w) ||
			slices.ContainsFunc(secretEndings, func(end string) bool { return strings.HasSuffix(w, end) })
	})
}

// namesSignature reports whether a field is named like a signature.
func namesSignature(name string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool {
		return slices.Contains(signatureWords, w) || strings.HasSuffix(w, "signature")
	})
}

// wordsOf takes a name apart: "apiKey", "api_key" and "X-Api-Key" have the word key.
func wordsOf(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// marked is what stands in place of a secret.
var marked = regexp.MustCompile(`^REDACTED(-[0-9a-f]{8})?$`)

// WithoutCredentials is a text with REDACTED in place of all that looks like a
// credential: keys of well-known makes, what follows "Bearer" or "token=", and
// the name and password within a URL.
func WithoutCredentials(text string) string {
	return fingerprinted.ReplaceAllString(NewRedactor(Options{}).withoutCredentials(text), "REDACTED")
}

var fingerprinted = regexp.MustCompile(`REDACTED-[0-9a-f]{8}`)

// Redacted reports whether a value of a recording stands for one that was taken
// out, in whole or in part: nothing can be concluded from it.
func Redacted(value string) bool { return strings.Contains(value, "REDACTED") }

// standIn finds what stands in place of a secret or an address.
var standIn = regexp.MustCompile(`REDACTED(?:-[0-9a-f]{8})?|person-[0-9a-f]+@example\.com`)

// keyShapes are what keys of well-known makes look like.
var keyShapes = regexp.MustCompile(strings.Join([]string{
	`\b(?:sk|pk|rk)_[A-Za-z0-9_]{8,}`,
	`\bwhsec_[A-Za-z0-9+/=_-]{8,}`,
	`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{3,}(?:\.[A-Za-z0-9_-]*)?`,
	`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`,
	`\bgh[pousr]_[A-Za-z0-9]{20,}`,
	`\bgithub_pat_[A-Za-z0-9_]{20,}`,
	`\bxox[a-z]-[A-Za-z0-9-]{10,}`,
	`\bAIza[0-9A-Za-z_-]{35}`,
	`\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`,
	`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`,
}, "|"))

var (
	// credentials follow the name of their scheme.
	credentials = regexp.MustCompile(`(?i)\b(Basic|Bearer|Token|Digest)(?: |%20|\+)([A-Za-z0-9+/._~=%-]{8,})`)
	// assigned is a name that says secret, and what it is set to: in a query
	// within a text, in JSON within a text, in an attribute, in half a body.
	assigned = regexp.MustCompile(`(?i)([A-Za-z0-9_.-]{0,64}(?:key|token|secret|password|passwd|pwd|signature|credential|authorization|auth|sig)s?)((?:\\?["'])?(?:\]|%5D)?\s*(?:=|:|%3D)\s*(?:\\?["'])?)([^\s"'&,;<>{}\\]{4,})`)
	// userinfo is the name and password within a URL.
	userinfo  = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*:(?://|%2[Ff]%2[Ff]))([^/\s"'<>@?#]+)(@)`)
	addresses = regexp.MustCompile(`([\p{L}0-9._'+-]+)(@|%40)([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})`)
	reserved  = regexp.MustCompile(`(?i)(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost)$`)
	// packed could be text in base64.
	packed = regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}={0,2}`)
)

// unpacked is the text that a word in base64 hides, if it does.
func unpacked(word string) (text string, packing *base64.Encoding, ok bool) {
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		data, err := e.DecodeString(word)
		if err == nil && readable(data) && !strings.ContainsFunc(string(data), unicode.IsControl) {
			return string(data), e, true
		}
	}
	return "", nil, false
}

// readable reports whether a body is text that can be looked through.
func readable(body []byte) bool {
	return utf8.Valid(body) && !strings.ContainsRune(string(body), 0)
}
