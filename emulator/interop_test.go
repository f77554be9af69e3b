package emulator_test

import (
	"net/http"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/switchhook/switchhook/emulator/sms"
)

const nextSecret = "whsec_c3VyZ2UtZW11bGF0b3Itcm90YXRlZC1rZXktMzJieXQ="

// verified reports whether the reference library takes a webhook as signed
// with secret.
func verified(t *testing.T, secret string, h hook) bool {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return verifier.Verify([]byte(h.Body), h.Header) == nil
}

// rotate makes secrets the ones that sign from now on.
func (l *lab) rotate(secrets ...string) {
	l.t.Helper()
	at, err := l.box.Endpoint("surge")
	if err != nil {
		l.t.Fatal(err)
	}
	if err := l.box.SetEndpoint(sms.Endpoint{Provider: "surge", URL: at.URL, Secrets: secrets}); err != nil {
		l.t.Fatal(err)
	}
}

// TestReferenceVerifier holds every webhook of a text against the reference
// library of Standard Webhooks before, while and after the secret is changed.
func TestReferenceVerifier(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	old := l.env["secret"]
	for _, tt := range []struct {
		name          string
		secrets       []string
		byOld, byNext bool
	}{
		{"before", []string{old}, true, false},
		{"while", []string{old, nextSecret}, true, true},
		{"while, the new one first", []string{nextSecret, old}, true, true},
		{"after", []string{nextSecret}, false, true},
	} {
		l.rotate(tt.secrets...)
		seen := len(l.app.all())
		l.text(tt.name)
		hooks := l.app.all()[seen:]
		if len(hooks) == 0 {
			t.Fatalf("%s: no webhook came", tt.name)
		}
		for _, h := range hooks {
			if byOld, byNext := verified(t, old, h), verified(t, nextSecret, h); byOld != tt.byOld || byNext != tt.byNext {
				t.Errorf("%s: %s verifies by the old secret: %v, by the new one: %v", tt.name, h.Type, byOld, byNext)
			}
			h.Body += " "
			if verified(t, old, h) || verified(t, nextSecret, h) {
				t.Errorf("%s: %s verifies with another body", tt.name, h.Type)
			}
		}
	}
}

// TestRetryIsSignedAnew holds that a retry keeps its id and body and is signed
// with the secrets of its own time.
func TestRetryIsSignedAnew(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	old := l.env["secret"]
	l.text("first") // the conversation's own webhook is out of the way
	seen := len(l.app.all())
	l.app.answers(func(_ hook, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	l.text("again")
	l.rotate(nextSecret)
	l.app.answers(nil)
	l.advance(time.Minute)
	hooks := l.app.all()[seen:]
	if len(hooks) != 2 {
		t.Fatalf("%d webhooks, want 2", len(hooks))
	}
	first, retry := hooks[0], hooks[1]
	if a, b := first.Header.Get("Webhook-Id"), retry.Header.Get("Webhook-Id"); a != b || a == "" || first.Body != retry.Body {
		t.Errorf("the retry is %q %s, want %q %s", b, retry.Body, a, first.Body)
	}
	if !verified(t, old, first) || !verified(t, nextSecret, retry) || verified(t, old, retry) {
		t.Error("the first attempt must verify by the old secret and the retry only by the new one")
	}
}

// all are the webhooks that came, oldest first.
func (a *app) all() []hook {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]hook(nil), a.seen...)
}
