package surge

import (
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/switchhook/switchhook/emulator/webhook"
)

// Vectors that were made with another implementation.
const (
	secretA   = "whsec_c3VyZ2UtZW11bGF0b3ItdGVzdC1zZWNyZXQtMzJieXQ="
	secretB   = "whsec_c3VyZ2UtZW11bGF0b3Itcm90YXRlZC1rZXktMzJieXQ="
	vectorID  = "evt_01m0fv4y18en0vwmw5vp3nf51j"
	vectorAt  = 1787238245
	standardA = "v1,gHgjvTUpepgwG4nT0g+m9IX5c77MMiHCbOWF1Dw3Onk="
	standardB = "v1,comTkpj2VpQbZ3/e4zZUkO35JDlSuwzNGDvrPDLenaI="
	oldA      = "v1=2771ef5cccc59c055694b987cfe0d1e68549e7f9ac57fe8c3df374ec8a9830d9"
	oldB      = "v1=ca229b27b984b5de6334de796fa93613ac518a0fea886ae66f4a658a65fb9a98"

	vectorBody = `{"account_id":"acct_01m0ft9f48frjstvg8ddz5cx9s","data":{"id":"ctc_01m0fteyx8fgwbdhm8s8fn5jqy"},"timestamp":"2026-08-20T15:04:05Z","type":"contact.opted_out"}`
)

func signed(at time.Time, secrets ...string) http.Header {
	r, _ := http.NewRequest("POST", "http://127.0.0.1/hook", nil)
	New().Sign(r, webhook.Signing{ID: vectorID, Time: at, Secrets: secrets, Body: []byte(vectorBody)})
	return r.Header
}

func TestSignVectors(t *testing.T) {
	t.Parallel()
	if len(vectorBody) != 157 {
		t.Fatalf("the body has %d bytes, want 157", len(vectorBody))
	}
	at := time.Unix(vectorAt, 0)
	for _, c := range []struct {
		name          string
		secrets       []string
		standard, old string
	}{
		{"A", []string{secretA}, standardA, "t=1787238245," + oldA},
		{"B", []string{secretB}, standardB, "t=1787238245," + oldB},
		{"rotation", []string{secretA, secretB}, standardA + " " + standardB, "t=1787238245," + oldA + "," + oldB},
	} {
		h := signed(at, c.secrets...)
		for name, want := range map[string]string{
			"webhook-id": vectorID, "webhook-timestamp": "1787238245",
			"webhook-signature": c.standard, "surge-signature": c.old,
		} {
			if lines := h.Values(name); len(lines) != 1 || lines[0] != want {
				t.Errorf("%s: %s is %q, want one line %q", c.name, name, lines, want)
			}
		}
	}
}

// TestSignVerifies asks an independent library. How old a signature may be is
// left out: that is a matter of the wall clock, and of who calls Sign.
func TestSignVerifies(t *testing.T) {
	t.Parallel()
	verify := func(t *testing.T, secret string, h http.Header, body string) error {
		t.Helper()
		wh, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatalf("secret %q: %v", secret, err)
		}
		return wh.VerifyIgnoringTimestamp([]byte(body), h)
	}
	fresh := newSecret([32]byte{1, 2, 3})
	h := signed(epoch, secretA, fresh)
	for _, secret := range []string{secretA, fresh} {
		if err := verify(t, secret, h, vectorBody); err != nil {
			t.Errorf("signed with %s: %v", secret, err)
		}
	}
	if verify(t, secretB, h, vectorBody) == nil {
		t.Error("a secret that did not sign verifies")
	}
	if verify(t, secretA, h, vectorBody+" ") == nil {
		t.Error("a changed body verifies")
	}
	later := h.Clone()
	later.Set("Webhook-Timestamp", "1")
	if verify(t, secretA, later, vectorBody) == nil {
		t.Error("a changed time verifies")
	}
}

func TestSignOddSecrets(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"plain text", "whsec_not base64!", ""} {
		wh, err := standardwebhooks.NewWebhookRaw([]byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		if err := wh.VerifyIgnoringTimestamp([]byte(vectorBody), signed(epoch, secret)); err != nil {
			t.Errorf("%q does not sign with its raw bytes: %v", secret, err)
		}
	}
	if h := signed(epoch); h.Get("Webhook-Signature") != "" || h.Get("Surge-Signature") != "" || h.Get("Webhook-Id") == "" {
		t.Errorf("headers without a secret: %v", h)
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	var entropy [32]byte
	copy(entropy[:], "surge-emulator-test-secret-32byt")
	if got := newSecret(entropy); got != secretA {
		t.Errorf("secret is %s, want %s", got, secretA)
	}
	// The alphabet is the standard one, not that for URLs.
	if got := newSecret([32]byte{255, 255, 255}); !strings.HasPrefix(got, "whsec_////A") {
		t.Errorf("secret is %s", got)
	}
}
