package sandbox

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// userAgent is what endpoints see; no vendor documents its own.
const userAgent = "Switchhook/1 (webhook)"

// strangeType is a type of event that no vendor has.
const strangeType = "switchhook.unheard_of"

// tolerance is how far off a stamp is made that must be refused: twice what
// the official verifiers allow.
const tolerance = 10 * time.Minute

// sign makes the request of an attempt. The stamp is wall time, for verifiers
// compare it with theirs; a stamp that is off is a fault.
func (w *world) sign(x *exchange) {
	p := w.providers[x.Provider]
	endpoint := w.box.endpoint(x.Endpoint)
	url := endpoint.URL
	if x.payload.URL != "" {
		url = x.payload.URL
	}
	body := x.payload.Body
	if x.has(journal.ExtraFields) {
		body = withField(x.payload.ContentType, body, "switchhook_extra", "1")
	}
	signing := webhook.Signing{
		ID: x.Delivery, Time: w.stamp(x), Secrets: endpoint.Secrets, Body: body, Setting: w.box.settings(x.Provider),
	}
	strange := p.NewSecret(sha256.Sum256([]byte(w.box.root() + "\x00strange\x00" + p.Name)))
	if x.has(journal.Rotated) {
		signing.Secrets = append([]string{strange}, endpoint.Secrets...)
	}
	if x.has(journal.OldSecret) {
		signing.Secrets = []string{strange}
	}
	if x.has(journal.BadSignature) {
		signing.Body = append(bytes.Clone(body), ' ')
	}
	if x.has(journal.BodyChanged) {
		body = withField(x.payload.ContentType, body, "switchhook_changed", "1")
	}
	if x.err = w.mayGo(x.payload, url); x.err != nil {
		return
	}
	x.request, x.err = newRequest(x.payload.Method, url, body)
	if x.err != nil {
		return
	}
	w.dress(x, p, signing)
	x.URL, x.Body, x.Header = w.box.link(x.request.URL), string(body), w.box.headers(x.request.Header)
	x.Limit = sms.Duration(w.limit(x.Attempt))
	x.offences = w.selfCheck(x, p, endpoint.Secrets, body)
	for _, f := range x.faults {
		x.Faults = append(x.Faults, f.Kind)
		if f.Kind.Forges() && f.Kind != journal.ReplayOld {
			x.Forged = f.Kind
		}
	}
	if x.Why == journal.Replay && p.Signed.Time {
		x.Forged = journal.ReplayOld
	}
}

// shows reports whether an endpoint can tell a fault of trust from an honest
// webhook of the vendor. What nobody can tell is not done: whoever believed it
// would be blamed for nothing.
func shows(p provider.Provider, k journal.FaultKind) bool {
	switch k {
	case journal.BadSignature, journal.NoSignature, journal.OldSecret, journal.BodyChanged:
		return p.Signed.Body
	case journal.StaleTime, journal.FutureTime:
		return p.Signed.Time
	case journal.Rotated:
		return p.Signed.Several
	case journal.UnknownType:
		return p.Typed
	}
	return true
}

// mayGo says why no attempt can be made at a URL. That of an endpoint was
// checked when it was set; one that an event brings along is checked here.
func (w *world) mayGo(p webhook.Payload, url string) error {
	if url == "" {
		return errors.New("the endpoint was taken away while the attempt waited")
	}
	if p.URL == "" {
		return nil
	}
	if err := w.box.opts.Guard.CheckURL(p.URL); err != nil {
		return err
	}
	return nil
}

// newRequest is a webhook's request: with GET the fields go in the query.
func newRequest(method, url string, body []byte) (*http.Request, error) {
	if method != http.MethodGet {
		return http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	}
	req, err := http.NewRequest(http.MethodGet, url, http.NoBody)
	if err == nil && len(body) > 0 {
		if req.URL.RawQuery != "" {
			req.URL.RawQuery += "&"
		}
		req.URL.RawQuery += string(body)
	}
	return req, err
}

func (x *exchange) has(kind journal.FaultKind) bool {
	_, ok := x.fault(kind)
	return ok
}

func (w *world) stamp(x *exchange) time.Time {
	now := clock.Wall()
	switch {
	case x.Why == journal.Replay:
		return now.Add(-x.Age.D())
	case x.has(journal.StaleTime):
		return now.Add(-tolerance)
	case x.has(journal.FutureTime):
		return now.Add(tolerance)
	}
	return now
}

// dress puts the headers on a request, the signature last.
func (w *world) dress(x *exchange, p provider.Provider, s webhook.Signing) {
	h := x.request.Header
	for name, values := range x.payload.Header {
		h[name] = slices.Clone(values)
	}
	if x.payload.ContentType != "" {
		h.Set("Content-Type", x.payload.ContentType)
	}
	h.Set("User-Agent", userAgent)
	if !x.has(journal.NoSignature) {
		p.Sign(x.request, s)
	}
	if x.has(journal.WrongContentType) {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
}

func (w *world) limit(a journal.Attempt) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queue.Limit(a)
}

// strange is a payload of a type and id that nobody has seen.
func strange(p webhook.Payload, realID, id string) webhook.Payload {
	body := bytes.ReplaceAll(p.Body, []byte(realID), []byte(id))
	if bytes.Contains(body, []byte(p.Type)) {
		p.Body = bytes.Replace(body, []byte(p.Type), []byte(strangeType), 1)
	} else {
		p.Body = withField(p.ContentType, body, "event", strangeValue(p.ContentType))
	}
	p.Type = strangeType
	return p
}

func strangeValue(contentType string) string {
	if strings.HasPrefix(contentType, "application/json") {
		return `"` + strangeType + `"`
	}
	return strangeType
}

// withField adds a field at the top of a JSON object or the end of a form.
func withField(contentType string, body []byte, name, value string) []byte {
	if strings.HasPrefix(contentType, "application/json") && len(body) > 1 && body[0] == '{' {
		out := []byte(`{"` + name + `":` + value)
		if body[1] != '}' {
			out = append(out, ',')
		}
		return append(out, body[1:]...)
	}
	return append(bytes.Clone(body), "&"+name+"="+value...)
}
