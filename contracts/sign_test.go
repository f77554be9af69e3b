package contracts_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/sms"
)

// signing is a contract that asks for every scheme, and for nothing else.
func signing(t *testing.T) *contracts.Contract {
	t.Helper()
	c, err := contracts.Parse("signing", []byte(strings.Join([]string{
		`openapi: 3.1.0`, `info: {title: signing, version: "1"}`, `paths: {}`,
		`webhooks: {news: {post: {responses: {"200": {description: taken}}, requestBody: {content: {application/json: {}}}}}}`,
		`x-signature: [{scheme: standard-webhooks}, {scheme: timestamped, header: X-Stamped}, {scheme: body-hmac, header: X-Body}]`,
	}, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	rightSecret = "whsec_c3dpdGNoaG9vay10ZXN0LXNlY3JldC0wMQ=="
	otherSecret = "whsec_c3dpdGNoaG9vay10ZXN0LXNlY3JldC0wMg=="
)

func signed(c *contracts.Contract, at time.Time, secrets ...string) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	c.Sign(h, []byte(`{"a":1}`), contracts.Signing{ID: "msg_1", At: at, Secrets: secrets})
	return h
}

func refused(c *contracts.Contract, h http.Header, at time.Time, body string) []string {
	var headers []string
	for _, f := range c.CheckWebhook(contracts.Webhook{
		Request: contracts.Request{Header: h, Body: []byte(body)}, Type: "news", Secrets: []string{rightSecret}, At: at,
	}) {
		if f.Kind == sms.FoundSignature {
			headers = append(headers, f.Pointer)
		}
	}
	return headers
}

func TestWhatIsSignedHolds(t *testing.T) {
	t.Parallel()
	c, now := signing(t), time.Unix(1_800_000_000, 0)
	for name, tt := range map[string]struct {
		header  http.Header
		at      time.Time
		body    string
		refused int
	}{
		"right":         {signed(c, now, rightSecret), now, `{"a":1}`, 0},
		"second":        {signed(c, now, otherSecret, rightSecret), now, `{"a":1}`, 1}, // the body's holds one only
		"wrong secret":  {signed(c, now, otherSecret), now, `{"a":1}`, 3},
		"changed":       {signed(c, now, rightSecret), now, `{"a":2}`, 3},
		"old":           {signed(c, now, rightSecret), now.Add(time.Hour), `{"a":1}`, 2}, // the body's has no time
		"not signed":    {http.Header{}, now, `{"a":1}`, 3},
		"by no secrets": {signed(c, now), now, `{"a":1}`, 3},
	} {
		if got := refused(c, tt.header, tt.at, tt.body); len(got) != tt.refused {
			t.Errorf("%s: refused for %v, want %d reasons", name, got, tt.refused)
		}
	}
}

func TestSignKeepsTheID(t *testing.T) {
	t.Parallel()
	c, h := signing(t), http.Header{"Webhook-Id": {"msg_old"}}
	c.Sign(h, nil, contracts.Signing{At: time.Unix(1, 0), Secrets: []string{rightSecret}})
	if h.Get("Webhook-Id") != "msg_old" || h.Get("Webhook-Timestamp") != "1" {
		t.Errorf("signed %v", h)
	}
	if got := strings.Join(c.SignatureHeaders(), " "); got != "Webhook-Id Webhook-Signature Webhook-Timestamp X-Body X-Stamped" {
		t.Errorf("headers %s", got)
	}
}

// Verified by the library that the specification's authors keep.
func TestTheOfficialLibraryBelievesOurSignature(t *testing.T) {
	t.Parallel()
	verifier, err := standardwebhooks.NewWebhook(rightSecret)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.Wall()
	if err := verifier.Verify([]byte(`{"a":1}`), signed(signing(t), now, otherSecret, rightSecret)); err != nil {
		t.Error(err)
	}
	if verifier.Verify([]byte(`{"a":1}`), signed(signing(t), now, otherSecret)) == nil {
		t.Error("another secret's signature was believed")
	}
}
