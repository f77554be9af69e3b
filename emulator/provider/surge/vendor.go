package surge

import (
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// campaignData is data of campaign.approved.
type campaignData struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// linkData is data of link.followed.
type linkData struct {
	ID        string   `json:"id"`
	URL       string   `json:"url"`
	Message   *message `json:"message"`
	MessageID *string  `json:"message_id"` // deprecated
}

// documentData is data of an event that is about a document; nil if the
// document is of another form.
func documentData(e sms.Event, c provider.Context) any {
	d, l, who := *e.Document, fresh(e.Line), fresh(e.Contact)
	switch e.Type {
	case campaignApproved:
		if body, ok := read[campaign](d); ok {
			return campaignData{d.ID, body.Status}
		}
	case linkFollowed:
		if body, ok := read[shortLink](d); ok {
			return followed(e, body, *who, *l, c)
		}
	case callEnded:
		if body, ok := read[call](d); ok {
			return callWebhook(d.ID, body, *who, *l)
		}
	case recordingCompleted, voicemailReceived:
		if body, ok := read[recording](d); ok && body.Of != nil {
			return recordingData{d.ID, body.Duration, body.Recording, callWebhook(body.Call, *body.Of, *who, *l)}
		}
	}
	return nil
}

func followed(e sms.Event, l shortLink, who sms.Contact, on sms.Line, c provider.Context) linkData {
	data := linkData{ID: e.Document.ID, URL: l.URL, MessageID: optional(l.Message)}
	if e.Message != nil {
		m := messageBetween(*e.Message, who, on, c)
		data.Message = &m
	}
	return data
}

// fresh is a copy of what old points to, or an empty one.
func fresh[T any](old *T) *T {
	var v T
	if old != nil {
		v = *old
	}
	return &v
}
