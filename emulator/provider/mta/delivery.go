package mta

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// sentAsMMS marks a message that was asked to be an MMS, whatever it holds.
var sentAsMMS = json.RawMessage(`{"isMMS":true}`)

// delivery is a row of GET /deliveries: a message to one recipient.
type delivery struct {
	MessageID  string     `json:"messageId"`
	ExternalID *string    `json:"externalId"`
	Status     string     `json:"status"`
	Date       string     `json:"date"`
	Carrier    *string    `json:"carrier"`
	To         sms.Number `json:"to"`
	Message    string     `json:"message"`
	Type       string     `json:"type"`
	OutboundID ref        `json:"outboundId"`
}

// deliveryFilter is which messages a list of deliveries shows.
type deliveryFilter struct {
	from, to     time.Time // zero: open
	kind, status string
}

// The words of the two filters.
var (
	deliveryKinds    = []string{"sms", "mms", "tts"}
	deliveryStatuses = []string{"sent", "delivered", "undelivered", "undeliverable", "unknown", "rejected"}
)

// readDeliveryFilter reads filters[…]; status may also stand alone.
func readDeliveryFilter(values url.Values) (d deliveryFilter, err *sms.Error) {
	for name, place := range map[string]*time.Time{"startDate": &d.from, "endDate": &d.to} {
		text := values.Get("filters[" + name + "]")
		if text == "" {
			continue
		}
		at, bad := time.Parse(time.DateOnly, text)
		if bad != nil {
			return d, sms.InvalidField(name, "must be a date like 2026-03-04")
		}
		*place = at
	}
	d.kind, d.status = values.Get("filters[type]"), values.Get("filters[status]")
	if d.status == "" {
		d.status = values.Get("status")
	}
	if d.kind != "" && !slices.Contains(deliveryKinds, d.kind) {
		return d, sms.InvalidField("type", "must be sms, mms or tts")
	}
	if d.status != "" && !slices.Contains(deliveryStatuses, d.status) {
		return d, sms.InvalidField("status", "is not a status of deliveries")
	}
	return d, nil
}

func (d deliveryFilter) takes(v delivery, created time.Time) bool {
	return (d.kind == "" || d.kind == v.Type) && (d.status == "" || d.status == v.Status) &&
		!created.Before(d.from) && (d.to.IsZero() || created.Before(d.to.AddDate(0, 0, 1)))
}

// listDeliveries is GET /deliveries: what became of each message, newest first.
func listDeliveries(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	book := net.Book()
	account, err := accountOf(book)
	if err != nil {
		return err
	}
	filter, err := readDeliveryFilter(r.URL.Query())
	if err != nil {
		return err
	}
	return answerList(w, r, source[sms.Message]{
		find: func(p sms.Page) (sms.Slice[sms.Message], bool) { return book.Messages("account", account.ID, p) },
		view: func(m sms.Message) any {
			if m.Direction != sms.MT || m.Automatic {
				return nil
			}
			if v := viewDelivery(m); filter.takes(v, m.Created) {
				return v
			}
			return nil
		},
		sift: true, newest: true,
	})
}

func viewDelivery(m sms.Message) delivery {
	v := delivery{
		MessageID: requestOf(m), ExternalID: optional(m.Reference), Status: deliveryWord(m), Date: instant(m.Changed),
		To: m.Handset, Message: m.Body, Type: "sms", OutboundID: ref(m.ID),
	}
	if m.Protocol == sms.MMS || string(m.Extra) == string(sentAsMMS) {
		v.Type = "mms"
	}
	return v
}

func deliveryWord(m sms.Message) string {
	switch m.State {
	case sms.Sent:
		if m.Next == nil { // no receipt will come
			return statuses[codeUnconfirmed].word
		}
	case sms.Delivered:
		return statuses[codeDelivered].word
	case sms.Failed:
		return statuses[codeOf(m.Reason)].word
	}
	return statuses[codeSent].word
}
