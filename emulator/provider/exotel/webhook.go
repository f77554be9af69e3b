package exotel

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// inboundPrefix begins the sid of an inbound message where the switch asks for
// the form of the two-way guide.
const inboundPrefix = "inb_sms_"

// encode writes an event. Exotel tells of inbound texts and of final states;
// it has no word for consent or conversations.
func encode(e sms.Event, c provider.Context) (webhook.Payload, bool) {
	if e.Message == nil {
		return webhook.Payload{}, false
	}
	if e.Type == sms.MessageReceived {
		return inbound(e, c.Settings), true
	}
	at, known := told[e.Type]
	m := *e.Message
	if parked(m) && at == queued {
		at = onOperator
	} else if parked(m) && !at.final() {
		return webhook.Payload{}, false // it was there already
	}
	switch {
	case !known || m.Automatic:
		return webhook.Payload{}, false
	case !at.final() && setting(c.Settings, "every_change") != "on":
		return webhook.Payload{}, false
	case m.Callback == "" && setting(c.Settings, "default_callback") != "on":
		return webhook.Payload{}, false
	}
	return callback(e, at, c.Settings), true
}

// told is where an event says that a message stands, whatever has become of it
// since.
var told = map[sms.EventType]standing{
	sms.MessageAccepted:  queued,
	sms.MessageSending:   toOperator,
	sms.MessageSent:      onOperator,
	sms.MessageDelivered: deliveredToHandset,
	sms.MessageFailed:    ended,

	sms.MessageUnconfirmed: deliveredToOperator,
}

// pair is one field of a form. A form is in the order of the documents.
type pair struct{ name, value string }

func encodeForm(pairs []pair) []byte {
	var all []string
	for _, p := range pairs {
		all = append(all, url.QueryEscape(p.name)+"="+url.QueryEscape(p.value))
	}
	return []byte(strings.Join(all, "&"))
}

// received is an inbound message in JSON, which one sample can read.
type received struct {
	SmsSid      string `json:"SmsSid"`
	From        string `json:"From"`
	To          string `json:"To"`
	Body        string `json:"Body"`
	DateCreated string `json:"DateCreated"`
	AccountSid  string `json:"AccountSid"`
}

// inbound is the webhook of an inbound text.
func inbound(e sms.Event, s provider.Settings) webhook.Payload {
	m := e.Message
	v := received{m.ID, string(m.Handset), string(m.Line), m.Body, isoStamp(m.Created), m.Account}
	if setting(s, "inbound_sid") == "prefixed" {
		v.SmsSid = inboundPrefix + m.ID
	}
	p := webhook.Payload{Type: "incoming", Method: http.MethodPost, ContentType: formType}
	if e.Line != nil && setting(s, "inbound_url") == "exophone" {
		p.URL = urlsOf(*e.Line).SMSURL
	}
	if setting(s, "inbound_method") == "GET" {
		p.Method, p.ContentType = http.MethodGet, "" // the form goes in the query
	} else if setting(s, "inbound_body") == "json" {
		p.ContentType, p.Body = jsonType, provider.EncodeJSON(v)
		return p
	}
	p.Body = encodeForm([]pair{
		{"SmsSid", v.SmsSid},
		{"From", v.From},
		{"To", v.To},
		{"Body", v.Body},
		{"DateCreated", v.DateCreated},
		{"AccountSid", v.AccountSid},
	})
	return p
}

// statusCallback is a status callback in JSON.
type statusCallback struct {
	SmsSid             string  `json:"SmsSid"`
	To                 string  `json:"To"`
	Status             string  `json:"Status"`
	SmsUnits           *int    `json:"SmsUnits"`
	DetailedStatus     string  `json:"DetailedStatus"`
	DetailedStatusCode any     `json:"DetailedStatusCode"`
	DateSent           *string `json:"DateSent"`
	CustomField        string  `json:"CustomField,omitempty"`
}

// callback is the status callback of a message.
func callback(e sms.Event, at standing, s provider.Settings) webhook.Payload {
	m := *e.Message
	x := extraOf(m)
	said := at.say(m.Reason, x.Guide)
	v := statusCallback{
		SmsSid: m.ID, To: numberView(m.Handset, s), Status: callbackStatus(said.status, s),
		DetailedStatus: said.detailed, DetailedStatusCode: codeView(said.code, s), CustomField: m.Reference,
	}
	if at.final() {
		v.SmsUnits, v.DateSent = &m.Segments, sentAt(m.State, m.Changed)
	}
	p := webhook.Payload{Type: v.Status, URL: m.Callback, Method: http.MethodPost, ContentType: formType}
	switch {
	case x.Guide:
		p.Body = encodeForm(v.guideFields(e, said.code, numberView(m.Line, s)+"/"+x.Sender))
	case x.JSON:
		p.ContentType, p.Body = jsonType, provider.EncodeJSON(v)
	default:
		p.Body = encodeForm(v.fields(said.code))
	}
	return p
}

// fields are those of a form; what is not set yet is shown as XML shows it.
func (v statusCallback) fields(code int) []pair {
	units, sent := "", never
	if v.SmsUnits != nil {
		units = strconv.Itoa(*v.SmsUnits)
	}
	if v.DateSent != nil {
		sent = *v.DateSent
	}
	all := []pair{
		{"SmsSid", v.SmsSid},
		{"To", v.To},
		{"Status", v.Status},
		{"SmsUnits", units},
		{"DetailedStatus", v.DetailedStatus},
		{"DetailedStatusCode", strconv.Itoa(code)},
		{"DateSent", sent},
	}
	if v.CustomField != "" {
		all = append(all, pair{"CustomField", v.CustomField})
	}
	return all
}

// guideFields are those of the sms-webhooks guide.
func (v statusCallback) guideFields(e sms.Event, code int, from string) []pair {
	m := e.Message
	all := []pair{
		{"SmsSid", m.ID},
		{"AccountSid", m.Account},
		{"From", from},
		{"To", v.To},
		{"Status", v.Status},
		{"DetailedStatus", v.DetailedStatus},
		{"DetailedStatusCode", strconv.Itoa(code)},
		{"SentAt", isoStamp(m.Created)},
		{"UpdatedAt", isoStamp(e.At)},
	}
	if v.CustomField != "" {
		all = append(all, pair{"ExternalRef", v.CustomField})
	}
	return all
}

// callbackStatus is how callbacks spell a status: not with a hyphen, as REST does.
func callbackStatus(status string, s provider.Settings) string {
	if status == failedDND && setting(s, "dnd_spelling") != "hyphen" {
		return "failed_dnd"
	}
	return status
}
