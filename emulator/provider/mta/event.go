package mta

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// optIn is the event behind number-opt-in. It has nothing to do with the
// keyword START, and happens only where somebody makes it happen.
const optIn sms.EventType = "number.opt_in"

// events are the facts that a webhook is sent for.
var events = []sms.EventType{
	sms.MessageReceived, sms.MessageAccepted, sms.MessageSending, sms.MessageSent,
	sms.MessageDelivered, sms.MessageFailed, sms.MessageUnconfirmed, optIn,
}

// names are the vendor's words for the events.
var names = map[sms.EventType]string{
	sms.MessageReceived:    "message-reply",
	sms.MessageAccepted:    "message-send",
	sms.MessageSending:     "delivery-status",
	sms.MessageSent:        "delivery-status",
	sms.MessageDelivered:   "delivery-status",
	sms.MessageFailed:      "delivery-status",
	sms.MessageUnconfirmed: "delivery-status",
	optIn:                  "number-opt-in",
}

// field is one field of a webhook body; a nil value is a field that is missing.
type field struct {
	name  string
	value any
}

// encode writes an event. Version 3 bodies are flat, and do not name it.
func encode(e sms.Event, c provider.Context) (webhook.Payload, bool) {
	fields := fieldsOf(e, c)
	if fields == nil {
		return webhook.Payload{}, false
	}
	name := names[e.Type]
	body := body(nameEvent(fields, name, c), on(c, "null_fields"))
	if on(c, "wrapped") {
		body = provider.EncodeJSON(struct {
			Event string          `json:"event"`
			Data  json.RawMessage `json:"data"`
		}{name, body})
	}
	if setting(c, "body_style") == "spaced" {
		var out bytes.Buffer
		if json.Indent(&out, body, "", "  ") == nil {
			body = out.Bytes()
		}
	}
	return webhook.Payload{Type: name, ContentType: "application/json", Body: body}, true
}

// nameEvent puts the name of the event before the fields of a flat body, if it
// is asked for and not there.
func nameEvent(fields []field, name string, c provider.Context) []field {
	where := setting(c, "event_name")
	has := slices.ContainsFunc(fields, func(f field) bool { return f.name == where })
	if where == "off" || has || on(c, "wrapped") {
		return fields
	}
	return append([]field{{where, name}}, fields...)
}

func fieldsOf(e sms.Event, c provider.Context) []field {
	if e.Type == optIn {
		return optInFields(e)
	}
	if e.Message == nil {
		return nil
	}
	switch e.Type {
	case sms.MessageReceived:
		if keywords.Match(e.Message.Body, false) != sms.NoKeyword && !on(c, "keyword_reply") {
			return nil
		}
		return replyFields(e, c)
	case sms.MessageAccepted:
		if e.Message.Doomed != "" {
			return nil // no carrier is handed it
		}
		return sendFields(e, c)
	case sms.MessageSending:
		switch setting(c, "status_queued") {
		case "on":
			return statusFields(e, c, codeQueued)
		case "sending":
			return statusFields(e, c, codeSending)
		}
		return nil
	case sms.MessageSent:
		return statusFields(e, c, codeSent)
	case sms.MessageDelivered:
		return statusFields(e, c, codeDelivered)
	case sms.MessageUnconfirmed:
		return statusFields(e, c, codeUnconfirmed)
	case sms.MessageFailed:
		if e.Message.Reason == sms.CarrierFault && setting(c, "carrier_fault") == "14" {
			return statusFields(e, c, codeUnnamed)
		}
		return statusFields(e, c, codeOf(e.Message.Reason))
	}
	return nil
}

// replyFields are those of message-reply. externalId and tags are those of the
// message that it answers; messageId is its own id.
func replyFields(e sms.Event, c provider.Context) []field {
	m, answers := e.Message, sms.Message{}
	if e.Answers != nil {
		answers = *e.Answers
	}
	fields := []field{{"fromNumber", m.Handset}, {"toNumber", m.Line}}
	if on(c, "reply_id") {
		fields = append(fields, field{"replyId", idValue(m.ID, c)})
	}
	return append(fields,
		field{"messageId", idValue(m.ID, c)},
		field{"externalId", textValue(answers.Reference)},
		field{"message", textValue(m.Body)},
		field{"url", mediaURL(*m, c)},
		field{"tags", rawValue(answers.Metadata)},
		field{"timestamp", instant(e.At)},
	)
}

// mediaURL is where the first attachment lies; the vendor tells of one.
func mediaURL(m sms.Message, c provider.Context) any {
	if len(m.Media) == 0 {
		return nil
	}
	return c.Base + "/media/" + m.Media[0].ID
}

func sendFields(e sms.Event, c provider.Context) []field {
	m := e.Message
	return []field{
		{"messageId", idValue(requestOf(*m), c)},
		{"externalId", textValue(m.Reference)},
		{"fromNumber", m.Line},
		{"toNumber", m.Handset},
		{"message", textValue(m.Body)},
		{"tags", rawValue(m.Metadata)},
		{"timestamp", instant(e.At)},
	}
}

func statusFields(e sms.Event, c provider.Context, code int) []field {
	m, id := e.Message, requestOf(*e.Message)
	if setting(c, "status_id") == "outbound" {
		id = m.ID
	}
	if on(c, "v1_status") {
		return []field{
			{"destinationNumber", m.Handset},
			{"messageId", ref(id)},
			{"externalId", textValue(m.Reference)},
			{"status", code},
			{"tags", rawValue(m.Metadata)},
			{"type", "delivery-status"},
		}
	}
	return []field{
		{"messageId", idValue(id, c)},
		{"externalId", textValue(m.Reference)},
		{"status", code},
		{"toNumber", m.Handset},
		{"tags", rawValue(m.Metadata)},
		{"timestamp", instant(e.At)},
	}
}

// kindOptIn is an opt-in that a person makes by hand.
const kindOptIn sms.Kind = "opt-in"

// tellOptIn tells of an opt-in.
func tellOptIn(net provider.Network, d sms.Document) *sms.Error {
	var body struct {
		Number sms.Number `json:"number"`
	}
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return sms.InvalidField("body", "is not an object")
	}
	d.Due = time.Time{}
	return net.Do(&d, &sms.Event{Type: optIn, Account: d.Account, Handset: body.Number, Document: &d})
}

// optInFields are those of number-opt-in, of which only their number is known.
func optInFields(e sms.Event) []field {
	var body struct {
		OptInType string `json:"optInType"`
	}
	if e.Document != nil && json.Unmarshal(e.Document.Body, &body) != nil {
		body.OptInType = ""
	}
	return []field{
		{"number", e.Handset},
		{"optInType", textValue(body.OptInType)},
		{"timestamp", instant(e.At)},
	}
}

// requestOf is the messageId under which a message was sent.
func requestOf(m sms.Message) string {
	if m.Batch == "" {
		return m.ID
	}
	return m.Batch
}

func idValue(id string, c provider.Context) any {
	if on(c, "numeric_ids") {
		return ref(id)
	}
	return id
}

func textValue(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func rawValue(raw json.RawMessage) any {
	if len(raw) == 0 {
		return nil
	}
	return raw
}

// body is a JSON object of fields in their order. Missing ones are left out or null.
func body(fields []field, nulls bool) []byte {
	out := []byte{'{'}
	for _, f := range fields {
		if f.value == nil && !nulls {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(out, provider.EncodeJSON(f.name)...), ':')
		out = append(out, provider.EncodeJSON(f.value)...)
	}
	return append(out, '}')
}
