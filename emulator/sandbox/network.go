package sandbox

import (
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Send lets the carrier decide about an MT, under the faults that strike it.
func (c *caller) Send(o sms.Outbound) (sms.Message, *sms.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := &journal.Call{ID: c.call.ID, Provider: c.provider.Name}
	d := c.draft(c.seq)
	d.Cause = d.Add(journal.Entry{Kind: journal.KindAccepted, Call: done})
	m, err := c.carrier.Send(d, c.provider.Name, o)
	done.Handset, done.Line = m.Handset, m.Line
	strikes := c.world.faults.OnCall(*done)
	if struck := before(strikes); struck != nil {
		err = struck
	}
	kind := journal.KindAccepted
	if err != nil {
		kind = journal.KindRefused
		d.Entries, d.Cause = d.Entries[:1], c.seq
		done.Code, done.Detail = err.Code, err.Detail
	} else {
		done.Message, c.message = m.ID, m.ID
	}
	d.Entries[0].Kind = kind
	c.strike(strikes, d.Add)
	c.decided = true
	if broken := c.commit(d); broken != nil {
		return sms.Message{}, sms.Fail(sms.Internal, broken.Error())
	}
	return m, err
}

// Save lets the carrier decide about a contact.
func (c *caller) Save(v sms.Contact) (sms.Contact, *sms.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.draft(c.seq)
	kept, err := c.carrier.Save(d, c.provider.Name, v)
	if err != nil {
		return kept, err
	}
	if broken := c.commit(d); broken != nil {
		return sms.Contact{}, sms.Fail(sms.Internal, broken.Error())
	}
	c.decided = true
	return kept, nil
}

// Context says where the request runs.
func (c *caller) Context() provider.Context { return c.context }

// Book reads what the network knows; each look is short and by index.
func (c *caller) Book() provider.Book { return book{c.world, c.provider.Name} }

type book struct {
	*world
	name string
}

// look reads the state under the lock.
func look[T any](b book, read func() (T, bool)) (T, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return read()
}

func (b book) Now() time.Time { return b.clock.Now() }

func (b book) Account(id string) (sms.Account, bool) {
	return look(b, func() (sms.Account, bool) { return b.carrier.Account(b.name, id) })
}

func (b book) Line(_, idOrNumber string) (sms.Line, bool) {
	return look(b, func() (sms.Line, bool) { return b.carrier.Line(b.name, idOrNumber) })
}

func (b book) Contact(id string) (sms.Contact, bool) {
	return look(b, func() (sms.Contact, bool) { return b.carrier.Contact(id) })
}

func (b book) ContactOf(account string, n sms.Number) (sms.Contact, bool) {
	return look(b, func() (sms.Contact, bool) { return b.carrier.ContactOf(account, n) })
}

func (b book) Conversation(id string) (sms.Conversation, bool) {
	return look(b, func() (sms.Conversation, bool) { return b.carrier.Conversation(id) })
}

func (b book) Message(id string) (sms.Message, bool) {
	return look(b, func() (sms.Message, bool) { return b.carrier.Message(id) })
}

func (b book) Media(id string) (sms.Media, bool) {
	return look(b, func() (sms.Media, bool) { return b.carrier.Media(id) })
}

func (b book) Messages(account string, p sms.Page) (sms.Slice[sms.Message], bool) {
	return look(b, func() (sms.Slice[sms.Message], bool) { return b.carrier.Messages("account", account, p) })
}

func (b book) Contacts(account string, p sms.Page) (sms.Slice[sms.Contact], bool) {
	return look(b, func() (sms.Slice[sms.Contact], bool) { return b.carrier.Contacts(account, p) })
}
