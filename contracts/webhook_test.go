package contracts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	other  = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

var received = []byte(`{"type":"message.received","data":{"id":"m1","state":"sent"}}`)

// sign signs as the vendor would, by code that shares nothing with the check.
func sign(t *testing.T, body []byte, at time.Time, secret string) http.Header {
	t.Helper()
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	code, err := wh.Sign("msg_1", at, body)
	if err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := http.Header{"Content-Type": {"application/json"}}
	h.Set("webhook-id", "msg_1")
	h.Set("webhook-timestamp", stamp)
	h.Set("webhook-signature", code)
	h.Set("Pigeon-Signature", "t="+stamp+",v1="+hexMAC(secret, stamp+"."+string(body)))
	h.Set("X-Pigeon-Body", hexMAC(secret, string(body)))
	return h
}

func hexMAC(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	change := func(name, value string) func(*Webhook) { return func(w *Webhook) { w.Header.Set(name, value) } }
	const misfit = `: the body was changed, or another secret signed it`
	for _, test := range []struct {
		name   string
		change func(*Webhook)
		want   string
	}{
		{"right", func(*Webhook) {}, ``},
		{"a second secret", func(w *Webhook) { w.Secrets = []string{other, secret} }, ``},
		{"several signatures", func(w *Webhook) {
			w.Header.Set("webhook-signature", "v2,x v1,AAAA "+w.Header.Get("webhook-signature"))
			w.Header.Set("Pigeon-Signature", w.Header.Get("Pigeon-Signature")+", v1=00")
		}, ``},
		{"not checked without a secret", func(w *Webhook) { w.Secrets = nil; w.Header.Set("webhook-signature", "x") }, ``},
		{"age not checked without a time", func(w *Webhook) { w.At = time.Time{} }, ``},
		{"old enough to be believed", func(w *Webhook) { w.At = now.Add(5 * time.Minute) }, ``},
		{"a wider tolerance", func(w *Webhook) { w.At, w.Tolerance = now.Add(time.Hour), time.Hour }, ``},
		{"stale", func(w *Webhook) { w.At = now.Add(5*time.Minute + time.Second) }, "signature signature Pigeon-Signature: the signature was made 5m1s before the webhook came; at most 5m0s is believed\nsignature signature Webhook-Signature: the signature was made 5m1s before the webhook came; at most 5m0s is believed"},
		{"of the future", func(w *Webhook) { w.At = now.Add(-10 * time.Minute) }, "signature signature Pigeon-Signature: the signature is of a time 10m0s after the webhook came; at most 5m0s is believed\nsignature signature Webhook-Signature: the signature is of a time 10m0s after the webhook came; at most 5m0s is believed"},
		{"wrong secret", func(w *Webhook) { w.Secrets = []string{other} }, "signature signature Pigeon-Signature: \"Pigeon-Signature\" fits none of the secrets" + misfit + "\nsignature signature Webhook-Signature: \"Webhook-Signature\" fits none of the secrets" + misfit + "\nsignature signature X-Pigeon-Body: \"X-Pigeon-Body\" fits none of the secrets" + misfit},
		{"changed stamp", change("webhook-timestamp", "1"), `signature signature Webhook-Signature: "Webhook-Signature" fits none of the secrets` + misfit},
		{"changed id", change("webhook-id", "msg_2"), `signature signature Webhook-Signature: "Webhook-Signature" fits none of the secrets` + misfit},
		{"one is missing", func(w *Webhook) { w.Header.Del("Pigeon-Signature") }, `signature signature Pigeon-Signature: "Pigeon-Signature" is missing; the contract says that every webhook is signed with it`},
		{"its id is missing", func(w *Webhook) { w.Header.Del("webhook-id") }, `signature signature Webhook-Signature: "Webhook-Id" is missing; the contract says that every webhook is signed with it`},
		{"missing, no secret", func(w *Webhook) { w.Secrets = nil; w.Header.Del("Pigeon-Signature") }, `missing header Pigeon-Signature: "Pigeon-Signature" is missing; the contract requires it`},
		{"no form", change("webhook-signature", "v2,AAAA"), `signature signature Webhook-Signature: "Webhook-Signature" has no signature of the form v1,BASE64`},
		{"no form, old", change("Pigeon-Signature", "v1=00"), `signature signature Pigeon-Signature: "Pigeon-Signature" is not of the form t=SECONDS,v1=HEX`},
		{"upper case", func(w *Webhook) { w.Header.Set("X-Pigeon-Body", "AB") }, `signature signature X-Pigeon-Body: "X-Pigeon-Body" is not made of lower-case hexadecimal digits`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := Webhook{Request: Request{URL: "http://127.0.0.1:9/hook?token=1", Header: sign(t, received, now, secret), Body: received}, Secrets: []string{secret}, At: now}
			test.change(&w)
			found := c.CheckWebhook(w)
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
			resolves(t, c, found)
		})
	}
}

func TestChangedBody(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	body := append([]byte(" "), received...)
	found := pigeon(t).CheckWebhook(Webhook{Request: Request{Header: sign(t, received, now, secret), Body: body}, Secrets: []string{secret}, At: now})
	if len(found) != 3 {
		t.Errorf("found %v, want all three signatures refused", found)
	}
}

func TestAStampThatIsNoTime(t *testing.T) {
	t.Parallel()
	h := http.Header{"Content-Type": {"application/json"}, "Pigeon-Signature": {"t=soon,v1=" + hexMAC(secret, "soon."+string(received))}}
	w := Webhook{Request: Request{Header: h, Body: received}, Secrets: []string{secret}, At: time.Unix(1, 0)}
	want := `the time of the signature is "soon"; the contract says Unix seconds`
	if found := pigeon(t).CheckWebhook(w); found[0].Problem != want {
		t.Errorf("found %q, want %q", found[0].Problem, want)
	}
}

func TestWebhookShapes(t *testing.T) {
	t.Parallel()
	c := pigeon(t)
	head := http.Header{"Content-Type": {"application/json"}, "Pigeon-Signature": {"x"}}
	for _, test := range []struct {
		name    string
		webhook Webhook
		want    string
		names   string
	}{
		{"right", Webhook{Request: Request{Header: head, Body: received}}, ``, ``},
		{"type given", Webhook{Type: "message.received", Request: Request{Header: head, Body: []byte(`{"type":"letter"}`)}}, "missing body /data: \"data\" is missing; the contract requires it\nvalue body /type: \"type\" is \"letter\"; the contract says \"message.received\"", "webhook message.received"},
		{"unknown type", Webhook{Request: Request{Header: head, Body: []byte(`{"type":"letter"}`)}}, `route body /type: the contract names no webhook of type "letter"`, "webhook letter"},
		{"no type: the best match", Webhook{Request: Request{Header: head, Body: []byte(`{"data":{"id":"m1","state":"sent"}}`)}}, `missing body /type: "type" is missing; the contract requires it`, "webhook message.received"},
		{"unknown field", Webhook{Request: Request{Header: head, Body: []byte(`{"type":"message.received","data":{"id":"m1","state":"sent"},"v":1}`)}}, `unknown body /v: "v" is there; the contract names no such field`, "webhook message.received"},
		{"GET", Webhook{Request: Request{Method: "GET", URL: "/hook?id=m1&state=lost&mine=1"}}, ``, ``},
		{"GET, wrong", Webhook{Request: Request{Method: "GET", URL: "/hook?state=late"}}, "missing query id: \"id\" is missing; the contract requires it\nvalue query state: \"state\" is \"late\"; the contract says one of \"sent\", \"lost\"", "webhook message.status"},
		{"other method", Webhook{Request: Request{Method: "PUT"}}, `method path: the method is "PUT"; the contract names no webhook with it`, "webhook"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := c.CheckWebhook(test.webhook)
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Errorf("want (-), found (+):\n%s", diff)
			}
			for _, f := range found {
				if f.Operation != test.names {
					t.Errorf("it is about %q, want %q", f.Operation, test.names)
				}
			}
			resolves(t, c, found)
		})
	}
}
