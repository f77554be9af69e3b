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
// order; at most 100 findings and one that counts the rest. The path and query
// of the endpoint's URL are its own affair, but for what a GET brings along.
func (c *Contract) CheckWebhook(w Webhook) []sms.Finding {
	method := w.method(http.MethodPost)
	candidates := slices.DeleteFunc(slices.Clone(c.webhooks), func(o *Operation) bool { return o.Method != method })
	if len(candidates) == 0 {
		r := c.webhookReport("webhook")
		r.add(sms.FoundMethod, "path", "", "#/webhooks", "the method is "+quote(method)+"; the contract names no webhook with it")
		return r.finish()
	}
	word := w.Type
	if word == "" && c.typeAt != "" {
		value, _ := decodeJSON(w.Body) // what is malformed is told by the check
		word = jsonpointer.Text(value, c.typeAt)
	}
	if word == "" {
		return c.best(candidates, w)
	}
	for _, o := range candidates {
		if o.Path == word {
			return c.checkWebhook(o, w)
		}
	}
	r := c.webhookReport("webhook " + word)
	r.add(sms.FoundRoute, "body", c.typeAt, "#/webhooks", "the contract names no webhook of type "+quote(word))
	r.signatures(w)
	return r.finish()
}

func (c *Contract) webhookReport(operation string) *report {
	return &report{contract: c, operation: operation, strange: sms.FoundUnknown}
}

// best is the check against the webhook that fits best.
func (c *Contract) best(candidates []*Operation, w Webhook) []sms.Finding {
	var best []sms.Finding
	for i, o := range candidates {
		found := c.checkWebhook(o, w)
		if i == 0 || distance(found) < distance(best) {
			best = found
		}
	}
	return best
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
