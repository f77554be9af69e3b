package surge

import (
	"encoding/json"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// envelope is the union of all that documents and SDKs show around an event.
type envelope struct {
	ID        string `json:"id"` // also the webhook-id, on every attempt
	Type      string `json:"type"`
	AccountID string `json:"account_id"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

// messageData is data of message.*; one of the four instants is set.
type messageData struct {
	ID            string           `json:"id"`
	BlastID       *string          `json:"blast_id"`
	Body          *string          `json:"body"`
	Metadata      json.RawMessage  `json:"metadata"`
	Attachments   []attachment     `json:"attachments"`
	ReceivedAt    string           `json:"received_at,omitempty"`
	SentAt        string           `json:"sent_at,omitempty"`
	DeliveredAt   string           `json:"delivered_at,omitempty"`
	FailedAt      string           `json:"failed_at,omitempty"`
	FailureReason string           `json:"failure_reason,omitempty"`
	Reason        string           `json:"reason,omitempty"`
	Conversation  conversationData `json:"conversation"`
	Status        string           `json:"status,omitempty"`
}

// conversationData is data of conversation.created, and part of message.*.
type conversationData struct {
	ID          string       `json:"id"`
	Contact     contact      `json:"contact"`
	PhoneNumber *phoneNumber `json:"phone_number"`
}

// contactRef is data of contact.*.
type contactRef struct {
	ID string `json:"id"`
}

// encode writes an event. An event without what its webhook is about has none.
func encode(e sms.Event, c provider.Context) (webhook.Payload, bool) {
	data := dataOf(e, c)
	if data == nil {
		return webhook.Payload{}, false
	}
	return webhook.Payload{
		Type:        string(e.Type), // the neutral words are Surge's own
		ContentType: "application/json",
		Body: provider.EncodeJSON(envelope{
			ID: e.ID, Type: string(e.Type), AccountID: e.Account, Timestamp: instant(e.At), Data: data,
		}),
	}, true
}

func dataOf(e sms.Event, c provider.Context) any {
	if e.Line != nil && e.Line.Kind == poolLine {
		return nil // what is said to the shared number is nobody's business
	}
	if e.Document != nil {
		return documentData(e, c)
	}
	switch e.Type {
	case attachedToCampaign, numberImported:
		if e.Line != nil {
			return numberView(*e.Line)
		}
	case sms.OptedOut, sms.OptedIn:
		if e.Contact != nil {
			return contactRef{e.Contact.ID}
		}
	case sms.ConversationCreated:
		if e.Conversation != nil {
			return conversationOf(e, e.Conversation.ID)
		}
	case sms.MessageReceived, sms.MessageSent, sms.MessageDelivered, sms.MessageFailed:
		if e.Message != nil && !silenced(e, c) {
			return messageOf(e, c)
		}
	}
	return nil
}

// silenced reports whether e is a keyword text that the switch keeps back.
func silenced(e sms.Event, c provider.Context) bool {
	return e.Type == sms.MessageReceived && setting(c, "stop_message_received") == "off" &&
		keywords.Match(e.Message.Body, false) != sms.NoKeyword
}

func messageOf(e sms.Event, c provider.Context) messageData {
	m, at := e.Message, instant(e.At)
	data := messageData{
		ID: m.ID, BlastID: optional(m.Batch), Body: optional(m.Body), Metadata: metadataView(m.Metadata),
		Attachments:  attachmentViews(m.Media, c),
		Conversation: conversationOf(e, m.Conversation), Status: eventStatus(e.Type, c),
	}
	switch e.Type {
	case sms.MessageReceived:
		data.ReceivedAt = at
	case sms.MessageSent:
		data.SentAt = at
	case sms.MessageDelivered:
		data.DeliveredAt = at
	case sms.MessageFailed:
		data.FailedAt, data.FailureReason = at, reasonSlug(m.Reason)
		if setting(c, "reason_copy") == "on" {
			data.Reason = data.FailureReason
		}
	}
	return data
}

// eventStatus is the status that an event announces, whatever has become of
// the message since.
func eventStatus(t sms.EventType, c provider.Context) string {
	states := map[sms.EventType]sms.State{
		sms.MessageReceived: sms.Received, sms.MessageSent: sms.Sent,
		sms.MessageDelivered: sms.Delivered, sms.MessageFailed: sms.Failed,
	}
	return statusView(states[t], c)
}

// reasonSlug keeps a reason that Surge has no word for as it is.
func reasonSlug(r sms.Reason) string {
	if slug, ok := reasons[r]; ok {
		return slug
	}
	return string(r)
}

func conversationOf(e sms.Event, id string) conversationData {
	data := conversationData{ID: id, Contact: contactView(sms.Contact{Number: e.Handset})}
	if e.Contact != nil {
		data.Contact = contactView(*e.Contact)
	}
	if l := e.Line; l != nil && l.ID != "" {
		number := numberView(*l)
		data.PhoneNumber = &number
	}
	return data
}

// instant is ISO 8601 in UTC, in whole seconds.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
