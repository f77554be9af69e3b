package carrier

import (
	"github.com/switchhook/switchhook/emulator/sms"
)

// Account is the account of a provider with that id.
func (c *Carrier) Account(provider, id string) (sms.Account, bool) {
	a, ok := c.accounts.Get(id)
	if !ok || a.Provider != provider {
		return sms.Account{}, false
	}
	return *a, true
}

// Accounts is a part of a provider's accounts.
func (c *Carrier) Accounts(provider string, p sms.Page) (sms.Slice[sms.Account], bool) {
	return c.accounts.Page(by("provider", provider), p)
}

// Line is a line by id or number, of the account or, with "", of any.
func (c *Carrier) Line(provider, account, idOrNumber string) (sms.Line, bool) {
	if account == "" {
		account = c.lineOwner[by(provider, idOrNumber)]
	}
	if account == "" {
		account = c.lineOwner[by(provider, "id "+idOrNumber)]
	}
	a, _ := c.Account(provider, account)
	return lineOf(a, idOrNumber)
}

// Contact is the contact with that id.
func (c *Carrier) Contact(id string) (sms.Contact, bool) { return deref(c.contacts.Get(id)) }

// ContactOf is the account's contact with that number.
func (c *Carrier) ContactOf(account string, n sms.Number) (sms.Contact, bool) {
	return c.Contact(c.contactOf[by(account, n)])
}

// Conversation is the conversation with that id.
func (c *Carrier) Conversation(id string) (sms.Conversation, bool) {
	return deref(c.conversations.Get(id))
}

// Message is the newest snapshot of the message with that id.
func (c *Carrier) Message(id string) (sms.Message, bool) { return deref(c.messages.Get(id)) }

// Media is the attachment with that id.
func (c *Carrier) Media(id string) (sms.Media, bool) {
	m, ok := c.media[id]
	return m, ok
}

// Event is the event with that id.
func (c *Carrier) Event(id string) (sms.Event, bool) { return deref(c.events.Get(id)) }

// Document is a document by id, or else the oldest under a key; one that is
// gone is not found.
func (c *Carrier) Document(provider string, kind sms.Kind, idOrKey string) (sms.Document, bool) {
	v, ok := c.documents.Get(docKey(provider, kind, "id "+idOrKey))
	if !ok || v.Gone {
		v, ok = c.documents.First(docKey(provider, kind, "key "+idOrKey))
	}
	return deref(v, ok)
}

// Documents is a part of a provider's documents of a kind, under a key or all.
func (c *Carrier) Documents(provider string, kind sms.Kind, key string, p sms.Page) (sms.Slice[sms.Document], bool) {
	list := by(provider, kind)
	if key != "" {
		list = docKey(provider, kind, "key "+key)
	}
	for _, cursor := range []*string{&p.After, &p.Before} {
		if *cursor != "" {
			*cursor = docKey(provider, kind, "id "+*cursor)
		}
	}
	return c.documents.Page(list, p)
}

// OptedOut is the consent of a handset towards an account.
func (c *Carrier) OptedOut(provider, account string, handset, line sms.Number) bool {
	return c.isOut(c.rules[provider], sms.Message{Account: account, Handset: handset, Line: line})
}

func deref[T any](v *T, ok bool) (T, bool) {
	if !ok {
		var zero T
		return zero, false
	}
	return *v, true
}

// Messages is a part of a list of messages; narrow says by what ("account",
// "provider", "handset", "conversation", "batch", "reference"), "" is all.
// False: bad cursor.
func (c *Carrier) Messages(narrow, value string, p sms.Page) (sms.Slice[sms.Message], bool) {
	return c.messages.Page(listKey(narrow, value), p)
}

// Contacts is a part of an account's contacts.
func (c *Carrier) Contacts(account string, p sms.Page) (sms.Slice[sms.Contact], bool) {
	return c.contacts.Page(by("account", account), p)
}

// Conversations is a part of the conversations, of a handset, an account, a provider or all.
func (c *Carrier) Conversations(narrow, value string, p sms.Page) (sms.Slice[sms.Conversation], bool) {
	return c.conversations.Page(listKey(narrow, value), p)
}

// OptOuts is a part of the consents, of a handset, an account, a provider or all.
// OptOutID names one in a cursor.
func (c *Carrier) OptOuts(narrow, value string, p sms.Page) (sms.Slice[sms.OptOut], bool) {
	return c.optOuts.Page(listKey(narrow, value), p)
}

// OptOutID is the id of a consent in a page's cursor.
func OptOutID(o sms.OptOut) string { return pair(o.Account, o.Line, o.Handset) }

func listKey(narrow, value string) string {
	if narrow == "" {
		return ""
	}
	return by(narrow, value)
}
