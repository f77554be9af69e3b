package carrier

import (
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Save decides about a contact that an account makes (no ID) or changes.
func (c *Carrier) Save(d *Draft, provider string, v sms.Contact) (sms.Contact, *sms.Error) {
	if owner, taken := c.contactOf[by(v.Account, v.Number)]; taken && owner != v.ID {
		kept, _ := c.contacts.Get(owner)
		return *kept, sms.Fail(sms.Taken, "contact "+owner+" has this number")
	}
	if v.ID == "" {
		v.ID = c.mint(d, provider, sms.KindContact)
	}
	v.Provider = provider
	d.Add(journal.Entry{Kind: journal.KindContact, Contact: &v})
	return v, nil
}

// Account is the account with that id.
func (c *Carrier) Account(provider, id string) (sms.Account, bool) {
	a := c.rules[provider].Account
	return a, a.ID == id
}

// Line is a line of a provider's account, by id or number.
func (c *Carrier) Line(provider, idOrNumber string) (sms.Line, bool) {
	return lineOf(c.rules[provider].Account, idOrNumber)
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

func deref[T any](v *T, ok bool) (T, bool) {
	if !ok {
		var zero T
		return zero, false
	}
	return *v, true
}

// Messages is a part of a list of messages; by narrows it ("account",
// "provider", "handset" or "conversation"), "" is all. False: bad cursor.
func (c *Carrier) Messages(narrow, value string, p sms.Page) (sms.Slice[sms.Message], bool) {
	return c.messages.Page(listKey(narrow, value), p)
}

// Contacts is a part of an account's contacts.
func (c *Carrier) Contacts(account string, p sms.Page) (sms.Slice[sms.Contact], bool) {
	return c.contacts.Page(by("account", account), p)
}

// Conversations is a part of the conversations, of a handset or a provider or all.
func (c *Carrier) Conversations(narrow, value string, p sms.Page) (sms.Slice[sms.Conversation], bool) {
	return c.conversations.Page(listKey(narrow, value), p)
}

// OptOuts is a part of the consents, of a handset or a provider or all.
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
