package mta

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// registration is a webhook: one event, one URL. Its secret is in the endpoint
// that stands behind it, and nowhere else.
type registration struct {
	Event         string   `json:"event"`
	URL           string   `json:"url"`
	AlertEmail    *string  `json:"alertEmail"`
	SendAlert     bool     `json:"sendAlertEmail"`
	SkipErrors    bool     `json:"skipErrors"`
	SkipCodes     []string `json:"skipErrorCodes"`
	Retry         bool     `json:"retryOnError"`
	MaxThroughput int      `json:"maxThroughputPerMinute"`
	CreatedAt     string   `json:"createdAt"`
}

// webhookView is a webhook as answers show it.
type webhookView struct {
	ID ref `json:"id"`
	registration
}

func viewWebhook(r record[registration]) any { return webhookView{r.id(), r.v} }

// maxThroughput is the highest cap that is taken; the default is the vendor's.
const (
	defaultThroughput = 600
	maxThroughput     = 1_000_000
)

// createWebhook is POST /webhooks.
func createWebhook(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	fresh := draft(kindWebhook, account.ID, registration{
		SkipCodes: []string{}, Retry: true, MaxThroughput: defaultThroughput, CreatedAt: instant(net.Book().Now()),
	})
	for _, name := range []string{"event", "url", "secret"} {
		f.needed(name)
	}
	fresh.v.read(f)
	if err := f.err(); err != nil {
		return err
	}
	if err := net.Do(fresh.change()); err != nil {
		return err
	}
	if err := net.Do(fresh.v.endpoint(fresh.doc.ID, f.text("secret"))); err != nil {
		_ = net.Do(fresh.gone())
		return err
	}
	say(w, "Webhook "+fresh.doc.ID+" created successfully.", viewWebhook(fresh))
	return nil
}

// listWebhooks is GET /webhooks.
func listWebhooks(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return answerList(w, r, documents(net.Book(), kindWebhook, "", viewWebhook))
}

// changeWebhook is PATCH /webhooks/{id}: what is left out stays, the secret too.
func changeWebhook(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	kept, ok := find[registration](net.Book(), kindWebhook, r.PathValue("id"))
	if !ok {
		return missing(net, "webhook")
	}
	for _, name := range []string{"event", "url", "secret"} {
		if f.has(name) {
			f.needed(name)
		}
	}
	kept.v.read(f)
	if err := f.err(); err != nil {
		return err
	}
	if err := net.Do(kept.change(), kept.v.endpoint(kept.doc.ID, f.text("secret"))); err != nil {
		return err
	}
	say(w, "Webhook "+kept.doc.ID+" updated successfully.", viewWebhook(kept))
	return nil
}

// deleteWebhook is DELETE /webhooks/{id}.
func deleteWebhook(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, ok := find[registration](net.Book(), kindWebhook, r.PathValue("id"))
	if !ok {
		return missing(net, "webhook")
	}
	kept.v.URL = "" // nothing is sent any more
	if err := net.Do(kept.gone(), kept.v.endpoint(kept.doc.ID, "")); err != nil {
		return err
	}
	say(w, "Webhook "+kept.doc.ID+" deleted successfully.", nil)
	return nil
}

// read puts what the form says over v.
func (v *registration) read(f *form) {
	if f.given("event") {
		v.Event = f.text("event")
		if len(eventsNamed(v.Event)) == 0 {
			f.complain("event", "must be message-reply, delivery-status, message-send or number-opt-in")
		}
	}
	if f.given("url") {
		v.URL = f.link("url")
	}
	if f.has("alertEmail") {
		v.AlertEmail = optional(f.text("alertEmail"))
	}
	for name, place := range map[string]*bool{
		"sendAlertEmail": &v.SendAlert, "skipErrors": &v.SkipErrors, "retryOnError": &v.Retry,
	} {
		if f.given(name) {
			*place = f.flag(name)
		}
	}
	if f.given("maxThroughputPerMinute") {
		v.MaxThroughput = f.number("maxThroughputPerMinute", 1, maxThroughput)
	}
	if f.has("skipErrorCodes") {
		v.SkipCodes = append([]string{}, f.strings("skipErrorCodes")...)
		if slices.ContainsFunc(v.SkipCodes, func(s string) bool { return statusCode(s) == 0 }) {
			f.complain("skipErrorCodes", "must be status codes from 100 to 599")
		}
	}
}

// statusCode reads a status of HTTP; 0 if it is none.
func statusCode(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 100 || n > 599 {
		return 0
	}
	return n
}

// eventsNamed are the facts behind a webhook of that name.
func eventsNamed(name string) (all []sms.EventType) {
	for _, t := range events {
		if names[t] == name {
			all = append(all, t)
		}
	}
	return all
}

// endpoint is where the webhook goes. A secret of "" leaves the one that is.
func (v registration) endpoint(id, secret string) *sms.Endpoint {
	e := &sms.Endpoint{
		ID: "mta/" + id, Provider: "mta", URL: v.URL, Events: eventsNamed(v.Event),
		NoRetry: !v.Retry, IgnoreAll: v.SkipErrors, PerMinute: v.MaxThroughput,
	}
	for _, code := range v.SkipCodes {
		e.Ignore = append(e.Ignore, statusCode(code))
	}
	if secret != "" {
		e.Secrets = []string{secret}
	}
	return e
}
