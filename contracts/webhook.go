package contracts

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Webhook is one webhook as an endpoint received it.
type Webhook struct {
	Request
	Type string // the vendor's word; "" looks it up in the body
	// Secrets are those that may have signed it; none leaves the signature unchecked.
	Secrets []string
	At      time.Time // when it was received; zero leaves the age of the signature unchecked
	// Tolerance is how far a signature's time may be off; 0 is five minutes.
	Tolerance time.Duration
}

// CheckWebhook says where a webhook departs from the contract, in a stable
// order; at most 100 findings and one that counts the rest. It goes by the one
// that FindWebhook finds. The path and query of the endpoint's URL are its own
// affair, but for what a GET brings along.
func (c *Contract) CheckWebhook(w Webhook) []sms.Finding {
	if o := c.FindWebhook(w); o != nil {
		return c.checkWebhook(o, w)
	}
	method := w.method(http.MethodPost)
	if !slices.ContainsFunc(c.webhooks, func(o *Operation) bool { return o.Method == method }) {
		r := c.webhookReport("webhook")
		r.add(sms.FoundMethod, "path", "", "#/webhooks", "the method is "+quote(method)+"; the contract names no webhook with it")
		return r.finish()
	}
	word := c.typeWord(w)
	r := c.webhookReport("webhook " + word)
	r.add(sms.FoundRoute, "body", c.typeAt, "#/webhooks", "the contract names no webhook of type "+quote(word))
	r.signatures(w)
	return r.finish()
}

// FindWebhook is the webhook that w is: by its type word, or, where the vendor
// has none, the one that it fits best; of several that fit equally well it is
// the one that says the least besides. nil says that its word or method is not
// known.
func (c *Contract) FindWebhook(w Webhook) *Operation {
	method, word := w.method(http.MethodPost), c.typeWord(w)
	var candidates []*Operation
	for _, o := range c.webhooks {
		if o.Method == method && (word == "" || o.Path == word) {
			candidates = append(candidates, o)
		}
	}
	switch len(candidates) {
	case 0:
		return nil
	case 1:
		return candidates[0]
	}
	return c.nearest(candidates, w)
}

// typeWord is the vendor's word for the type of a webhook; "" if none is said.
func (c *Contract) typeWord(w Webhook) string {
	if w.Type != "" || c.typeAt == "" {
		return w.Type
	}
	value, _ := decodeJSON(w.Body) // what is malformed has no word, and is told by the check
	return jsonpointer.Text(value, c.typeAt)
}

// nearest is the candidate that a webhook fits best.
func (c *Contract) nearest(candidates []*Operation, w Webhook) *Operation {
	w.Secrets = nil // whose it is does not hang on its signature
	best, nearest := candidates[0], distance(c.checkWebhook(candidates[0], w))
	for _, o := range candidates[1:] {
		far := distance(c.checkWebhook(o, w))
		if far < nearest || far == nearest && o.idle(w.Request) < best.idle(w.Request) {
			best, nearest = o, far
		}
	}
	return best
}

// idle counts the fields that the contract names and a body does not have.
func (o *Operation) idle(q Request) int {
	m, err := o.ReadRequest(q)
	object, ok := m.Value.(map[string]any)
	if err != nil || !ok {
		return 0
	}
	named := map[string]bool{}
	for _, s := range applicable(object, m.flat[:min(1, len(m.flat))]) {
		for name := range s.Properties {
			if _, there := object[name]; !there {
				named[name] = true
			}
		}
	}
	return len(named)
}

func (c *Contract) webhookReport(operation string) *report {
	return &report{contract: c, operation: operation, strange: sms.FoundUnknown}
}

// distance is how far off a message is: one that fits no alternative at all is
// farther than one with a few wrong fields.
func distance(found []sms.Finding) int {
	const misfit = 5
	sum := len(found)
	for _, f := range found {
		if f.Kind == sms.FoundShape {
			sum += misfit
		}
	}
	return sum
}

func (c *Contract) checkWebhook(o *Operation, w Webhook) []sms.Finding {
	r := c.webhookReport(o.String())
	var signed []string
	if len(w.Secrets) > 0 {
		signed = c.signatureHeaders() // the signature itself is checked
	}
	r.headers(o.parameters, w.Header, signed)
	if u, err := url.Parse(w.URL); err == nil {
		r.queryParameters(o, r.query(u.RawQuery, o), false)
	}
	r.requestBody(o, w.Request)
	r.signatures(w)
	return r.finish()
}
