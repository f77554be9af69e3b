package surge

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
)

// TestUsers follows a user.
func TestUsers(t *testing.T) {
	t.Parallel()
	s := newStory(t, "page_size", "1")
	s.call("ada", "POST", "/accounts/{account}/users", `{"first_name":"Ada","last_name":"Vega","metadata":{"role":"owner"},"photo_url":"https://acme.com/ada.png"}`)
	s.call("bo", "POST", "/accounts/{account}/users", `{"first_name":"Bo"}`)
	s.call("", "GET", "/accounts/{account}/users", "")
	s.call("", "PATCH", "/users/{ada}", `{"last_name":null,"metadata":{"role":"none"}}`)
	s.call("", "GET", "/users/{ada}", "")
	s.call("", "DELETE", "/users/{ada}", "")
	for _, c := range [][3]string{
		{"GET", "/users/{ada}"},
		{"DELETE", "/users/{ada}"},
		{"PATCH", "/users/{ada}", `{"first_name":"Eve"}`},
		{"POST", "/users/{ada}/tokens", `{}`},
		{"GET", "/users/{account}"},
		{"POST", "/accounts/{account}/users", `{}`},
		{"POST", "/accounts/{account}/users", `{"first_name":1,"last_name":2,"metadata":3,"photo_url":4}`},
		{"PATCH", "/users/{bo}", `{"first_name":""}`},
		{"POST", "/users/{bo}/tokens", `{"duration_seconds":14}`},
		{"POST", "/users/{bo}/tokens", `{"duration_seconds":3601}`},
		{"POST", "/users/{bo}/tokens", `{"duration_seconds":60.5}`},
		{"POST", "/users/{bo}/tokens", `{"duration_seconds":-1e300}`},
		{"POST", "/users/{bo}/tokens", `{"duration_seconds":"60"}`},
	} {
		if got := s.call("", c[0], c[1], c[2]); got.status < 400 || got.status >= 500 {
			t.Errorf("%s: %d", c, got.status)
		}
	}
	s.call("", "GET", "/accounts/{account}/users", "")
	s.end("users.txt")
}

// TestTokens checks tokens as a reader of JSON Web Tokens does.
func TestTokens(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.call("ada", "POST", "/accounts/{account}/users", `{"first_name":"Ada"}`)
	var key ed25519.PublicKey
	s.w.inside(t, func(net provider.Network) {
		first, second := net.Context().Draw("token key 1"), net.Context().Draw("token key 2")
		key = ed25519.NewKeyFromSeed(bytes.Join([][]byte{first[:], second[:]}, nil)).Public().(ed25519.PublicKey)
	})
	for body, life := range map[string]time.Duration{
		`{}`: 900 * time.Second, `{"duration_seconds":null}`: 900 * time.Second,
		`{"duration_seconds":15}`: 15 * time.Second, `{"duration_seconds":3600}`: time.Hour,
	} {
		var v struct{ Token string }
		got := s.call("", "POST", "/users/{ada}/tokens", body)
		if err := json.Unmarshal([]byte(got.body), &v); err != nil || got.status != 201 {
			t.Fatalf("%s: %d %s", body, got.status, got.body)
		}
		head, claims := readToken(t, v.Token, key)
		if head["alg"] != "EdDSA" || !regexp.MustCompile(`^sgn_[0-7][0-9a-z]{25}$`).MatchString(head["kid"].(string)) {
			t.Errorf("header is %v", head)
		}
		if claims["sub"] != s.names["ada"] || claims["exp"] != float64(epoch.Add(life).Unix()) || len(claims) != 2 {
			t.Errorf("%s: claims are %v", body, claims)
		}
	}
}

func readToken(t *testing.T, token string, key ed25519.PublicKey) (head, claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no token", token)
	}
	var raw [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			t.Fatal(err)
		}
		raw[i] = b
	}
	if !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), raw[2]) {
		t.Error("the signature is not good")
	}
	if json.Unmarshal(raw[0], &head) != nil || json.Unmarshal(raw[1], &claims) != nil {
		t.Fatalf("%q is no token", token)
	}
	return head, claims
}
