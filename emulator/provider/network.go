package provider

import (
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Network is what a dialect may ask of the engine on behalf of one request, or
// of a document that is due. Whatever it returns is a snapshot that the dialect
// may keep.
type Network interface {
	// Send takes an MT, or says why not.
	Send(sms.Outbound) (sms.Message, *sms.Error)
	// Do makes changes, all or none, or says why not. New ids are minted into
	// them; on Taken, a contact or document becomes the one that stands there.
	Do(...sms.Change) *sms.Error
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
	Rate     Used   // of the limit that the request counts against
	// Draw is chance from the sandbox's seed: the same for the same words.
	Draw func(words string) [16]byte
}

// Used is how much of a rate is used up. Limit 0 means that none applies.
type Used struct {
	Limit     int
	Remaining int
	Reset     time.Duration // until the oldest counted call leaves the window
}

// Book is a view of the provider's part of a world. Every lookup is by index.
// Lists are named by what narrows them ("account", "handset", "conversation",
// "batch", "reference") and its value; "" and "" is all. A list's second
// result is false if the page's cursor names nothing in it.
type Book interface {
	Now() time.Time
	Account(id string) (sms.Account, bool)
	Accounts(sms.Page) (sms.Slice[sms.Account], bool)
	// Line finds a line by id or number, of the account or, with "", of any.
	Line(account, idOrNumber string) (sms.Line, bool)
	Contact(id string) (sms.Contact, bool)
	ContactOf(account string, n sms.Number) (sms.Contact, bool)
	Contacts(account string, p sms.Page) (sms.Slice[sms.Contact], bool)
	Conversation(id string) (sms.Conversation, bool)
	Conversations(narrow, value string, p sms.Page) (sms.Slice[sms.Conversation], bool)
	Message(id string) (sms.Message, bool)
	Messages(narrow, value string, p sms.Page) (sms.Slice[sms.Message], bool)
	Media(id string) (sms.Media, bool)
	// OptedOut is the consent of a handset towards an account; line matters
	// only where consent is per line.
	OptedOut(account string, handset, line sms.Number) bool
	OptOuts(narrow, value string, p sms.Page) (sms.Slice[sms.OptOut], bool)
	// Document finds a document by id, or else the oldest under a key.
	Document(kind sms.Kind, idOrKey string) (sms.Document, bool)
	// Documents lists documents of a kind, under a key or, with "", all.
	Documents(kind sms.Kind, key string, p sms.Page) (sms.Slice[sms.Document], bool)
	// Endpoint is a webhook endpoint, secrets left out.
	Endpoint(id string) (sms.Endpoint, bool)
}
