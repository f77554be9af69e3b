package surge

import (
	"encoding/json"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// message is the REST message. Its fields, like those of every wire struct, are
// in the order of the documents.
type message struct {
	ID           string          `json:"id"`
	BlastID      *string         `json:"blast_id"`
	Body         *string         `json:"body"` // null where there are only attachments
	Attachments  []attachment    `json:"attachments"`
	Conversation conversation    `json:"conversation"`
	Metadata     json.RawMessage `json:"metadata"`
	Status       string          `json:"status,omitempty"`
}

type attachment struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

type conversation struct {
	ID          string  `json:"id"`
	Contact     contact `json:"contact"`
	PhoneNumber *line   `json:"phone_number"`
}

type contact struct {
	ID               string          `json:"id"`
	PhoneNumber      string          `json:"phone_number"`
	FirstName        *string         `json:"first_name"`
	LastName         *string         `json:"last_name"`
	Email            *string         `json:"email"`
	Metadata         json.RawMessage `json:"metadata"`
	OutboundDisabled bool            `json:"outbound_disabled"`
}

// line is a phone number as a REST message shows it; webhooks show more.
type line struct {
	ID     string  `json:"id"`
	Number string  `json:"number"`
	Name   *string `json:"name"`
	Type   string  `json:"type"`
}

func messageView(m sms.Message, book provider.Book, c provider.Context) message {
	who, known := book.Contact(m.Contact)
	if !known {
		who = sms.Contact{ID: m.Contact, Number: m.Handset}
	}
	l, _ := book.Line(m.Account, string(m.Line))
	return messageBetween(m, who, l, c)
}

// messageBetween shows a message of who and l; a line without an ID is gone.
func messageBetween(m sms.Message, who sms.Contact, l sms.Line, c provider.Context) message {
	v := message{
		ID: m.ID, BlastID: optional(m.Batch), Body: optional(m.Body), Attachments: attachmentViews(m.Media, c),
		Conversation: conversation{ID: m.Conversation, Contact: contactView(who)},
		Metadata:     metadataView(m.Metadata), Status: statusView(m.State, c),
	}
	if l.ID != "" {
		v.Conversation.PhoneNumber = &line{l.ID, string(l.Number), optional(l.Name), lineTypes[l.Kind]}
	}
	return v
}

func contactView(c sms.Contact) contact {
	return contact{
		ID: c.ID, PhoneNumber: string(c.Number),
		FirstName: optional(c.FirstName), LastName: optional(c.LastName), Email: optional(c.Email),
		Metadata: metadataView(c.Metadata), OutboundDisabled: c.Disabled,
	}
}

func attachmentViews(media []sms.Media, c provider.Context) []attachment {
	views := make([]attachment, 0, len(media)) // never null
	for _, m := range media {
		views = append(views, attachment{ID: m.ID, Type: m.Kind, URL: c.Base + "/attachments/" + m.ID})
	}
	return views
}

func metadataView(m json.RawMessage) json.RawMessage {
	if len(m) == 0 {
		return json.RawMessage("{}")
	}
	return m
}

var lineTypes = map[sms.LineKind]string{
	sms.LongCode: "local", sms.TollFree: "toll_free", sms.ShortCode: "short_code", sms.DemoLine: "demo",
}

// statusView is empty, and so left out, unless the switch asks for it.
func statusView(s sms.State, c provider.Context) string {
	if setting(c, "message_status") != "on" {
		return ""
	}
	switch s {
	case sms.Sent, sms.Delivered, sms.Failed, sms.Received:
		return string(s)
	}
	return "pending"
}

// optional is null for the empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
