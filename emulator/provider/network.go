package provider

import (
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Network is what a dialect may ask of the engine on behalf of one request.
// Whatever it returns is a snapshot that the dialect may keep.
type Network interface {
	// Send takes an MT, or says why not.
	Send(sms.Outbound) (sms.Message, *sms.Error)
	// Save makes (no ID) or replaces a contact, or says why not.
	Save(sms.Contact) (sms.Contact, *sms.Error)
	// Book reads what the network knows.
	Book() Book
	// Context says where the request runs.
	Context() Context
}

// Context is what an answer or a webhook may depend on besides the book.
type Context struct {
	Provider string
	Base     string // the vendor's base URL as the caller reaches it, without a final slash
	Trial    bool   // the caller used the trial key
	Settings Settings
	Request  string // id of this request; "" in a webhook
}

// Book is a consistent view of one account's world. Every lookup is by index.
type Book interface {
	Now() time.Time
	Account(id string) (sms.Account, bool)
	// Line finds a line of the account by id or number.
	Line(account, idOrNumber string) (sms.Line, bool)
	Contact(id string) (sms.Contact, bool)
	ContactOf(account string, n sms.Number) (sms.Contact, bool)
	Conversation(id string) (sms.Conversation, bool)
	Message(id string) (sms.Message, bool)
	Media(id string) (sms.Media, bool)
	Messages(account string, p sms.Page) (sms.Slice[sms.Message], bool)
	Contacts(account string, p sms.Page) (sms.Slice[sms.Contact], bool)
}
