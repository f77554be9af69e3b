package providertest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

func (l *Lab) secret() string {
	l.T.Helper()
	e, err := l.Box.Endpoint(l.dialect.Provider.Name)
	if err != nil || len(e.Secrets) != 1 {
		l.T.Fatalf("the endpoint has secrets %v (%v); want one", e.Secrets, err)
	}
	return e.Secrets[0]
}

// resecret gives the endpoint other secrets.
func (l *Lab) resecret(secrets ...string) {
	l.T.Helper()
	e, err := l.Box.Endpoint(l.dialect.Provider.Name)
	if err != nil {
		l.T.Fatal(err)
	}
	e.Secrets = secrets
	if err := l.Box.SetEndpoint(e); err != nil {
		l.T.Fatal(err)
	}
}

// hear texts once and returns the webhook about it.
func (l *Lab) hear() Hook {
	l.T.Helper()
	l.text(l.Handset(0), "", "Is it you?")
	hooks := l.App.taken()
	if len(hooks) == 0 {
		l.T.Fatal("a text brought no webhook")
	}
	return hooks[len(hooks)-1]
}

// stranger is a secret of the vendor's form that is nobody's.
func (d Dialect) stranger() string { return d.Provider.NewSecret([32]byte{7}) }

// signature: every attempt is signed with the secret of the moment, over all
// of the body. Where the vendor signs nothing, nothing looks like a signature.
func signature(t *testing.T, d Dialect) {
	l := known(t, d)
	if d.Verify == nil {
		for name := range l.hear().Header {
			if strings.Contains(strings.ToLower(name), "sign") {
				t.Errorf("the vendor signs nothing, and a webhook has the header %s", name)
			}
		}
		return
	}
	secret := l.secret()
	l.App.always(http.StatusInternalServerError)
	l.text(l.Handset(0), "", "Is it you?")
	for _, wait := range l.ladder().Delays {
		l.advance(2 * wait)
	}
	hooks := l.App.taken()
	if len(hooks) != len(l.ladder().Delays)+1 {
		t.Fatalf("%d attempts", len(hooks))
	}
	for n, h := range hooks {
		if err := d.Verify(h, secret); err != nil {
			t.Errorf("attempt %d is not signed rightly: %v", n+1, err)
		}
		if d.Verify(h, d.stranger()) == nil {
			t.Errorf("attempt %d is signed for anybody", n+1)
		}
		h.Body = append([]byte(" "), h.Body...)
		if d.Verify(h, secret) == nil {
			t.Errorf("the signature of attempt %d does not cover the body", n+1)
		}
	}
	l.App.always(http.StatusOK)
	l.resecret(d.stranger())
	if h := l.hear(); d.Verify(h, d.stranger()) != nil || d.Verify(h, secret) == nil {
		t.Error("a new secret has no effect")
	}
}

// struck is the webhook of a text under a fault, and what the record says of it.
func struck(t *testing.T, d Dialect, kinds ...journal.FaultKind) (*Lab, Hook, journal.Attempt) {
	t.Helper()
	l := known(t, d)
	for _, kind := range kinds {
		if _, err := l.Box.Plan(journal.Fault{Kind: kind, Match: journal.FaultMatch{Event: sms.MessageReceived}}); err != nil {
			t.Fatal(err)
		}
	}
	h := l.hear()
	started := l.entries(journal.KindAttemptStarted)
	return l, h, *started[len(started)-1].Attempt
}

// forging are the kinds of fault that leave no signature to believe.
var forging = []journal.FaultKind{journal.BadSignature, journal.NoSignature, journal.OldSecret, journal.BodyChanged}

// forges holds that an attempt cannot be verified whatever else befalls it.
func (d Dialect) forges(t *testing.T, kind journal.FaultKind, others ...journal.FaultKind) {
	t.Helper()
	for _, other := range others {
		if l, h, a := struck(t, d, kind, other); d.Verify(h, l.secret()) == nil || a.Forged == "" {
			t.Errorf("an attempt with %s and %s is recorded as %q and can be verified: %v", kind, other, a.Forged, d.Verify(h, l.secret()) == nil)
		}
	}
}

// forgery: an attempt that is recorded as forged cannot be verified.
func forgery(t *testing.T, d Dialect) {
	for i, kind := range forging {
		d.forges(t, kind, append([]journal.FaultKind{journal.ExtraFields, journal.WrongContentType}, forging[i+1:]...)...)
		l, h, a := struck(t, d, kind)
		if d.Verify(h, l.secret()) == nil || a.Forged != kind {
			t.Errorf("an attempt with %s is recorded as %q and can be verified: %v", kind, a.Forged, d.Verify(h, l.secret()) == nil)
		}
	}
	for _, kind := range []journal.FaultKind{journal.ExtraFields, journal.WrongContentType, journal.UnknownType} {
		l, h, a := struck(t, d, kind)
		if err := d.Verify(h, l.secret()); err != nil || a.Forged != "" {
			t.Errorf("an attempt with %s is recorded as %q: %v", kind, a.Forged, err)
		}
	}
}

// stamp: a signature is for a moment; one of another moment cannot be verified.
func stamp(t *testing.T, d Dialect) {
	for _, kind := range []journal.FaultKind{journal.StaleTime, journal.FutureTime} {
		l, h, a := struck(t, d, kind)
		if d.Verify(h, l.secret()) == nil || a.Forged != kind {
			t.Errorf("an attempt with %s is recorded as %q and can be verified: %v", kind, a.Forged, d.Verify(h, l.secret()) == nil)
		}
	}
	l, _, _ := struck(t, d, journal.ReplayOld)
	l.advance(time.Hour) // replays come sooner
	hooks := l.App.taken()
	if len(hooks) != 1 || d.Verify(hooks[0], l.secret()) == nil {
		t.Errorf("%d replays; want one that cannot be verified", len(hooks))
	}
}

// rotation: while a secret changes, both can verify.
func rotation(t *testing.T, d Dialect) {
	l, h, a := struck(t, d, journal.Rotated)
	if err := d.Verify(h, l.secret()); err != nil || a.Forged != "" {
		t.Errorf("an attempt with %s is recorded as %q: %v", journal.Rotated, a.Forged, err)
	}
	for _, kind := range forging {
		d.forges(t, kind, journal.Rotated)
	}
	old := l.secret()
	l.resecret(d.stranger(), old)
	h = l.hear()
	for _, secret := range []string{old, d.stranger()} {
		if err := d.Verify(h, secret); err != nil {
			t.Errorf("with two secrets, %q cannot verify: %v", secret, err)
		}
	}
	l.resecret(d.stranger())
	if d.Verify(l.hear(), old) == nil {
		t.Error("the old secret can verify after the change")
	}
}
