package sandbox

import (
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Send lets the carrier decide about an MT, under the faults that strike it.
func (c *caller) Send(o sms.Outbound) (sms.Message, *sms.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.call.ID == "" || o.Automatic { // not the application's own send
		return c.sendQuietly(o)
	}
	done := &journal.Call{ID: c.call.ID, Provider: c.provider.Name}
	d := c.draft(c.seq)
	d.Cause = d.Add(journal.Entry{Kind: journal.KindAccepted, Call: done})
	m, err := c.carrier.Send(d, c.provider.Name, o)
	done.Handset, done.Line = m.Handset, m.Line
	c.handset = m.Handset
	strikes, err := c.struck(done, err)
	if err != nil {
		d.Entries, d.Cause = d.Entries[:1], c.seq
		d.Entries[0].Kind = journal.KindRefused
	} else {
		done.Message, c.message = m.ID, m.ID
	}
	c.strike(strikes, d.Add)
	c.decided = true
	if broken := c.commit(d); broken != nil {
		return sms.Message{}, sms.Fail(sms.Internal, broken.Error())
	}
	return m, err
}

// struck is which faults strike a send, and what the send is told under them.
func (c *caller) struck(done *journal.Call, err *sms.Error) ([]journal.Fault, *sms.Error) {
	refuse := func(why *sms.Error) { err, done.Code, done.Detail = why, why.Code, why.Detail }
	if err != nil {
		refuse(err)
	}
	strikes := c.world.faults.OnCall(*done)
	if why := before(strikes); why != nil {
		refuse(why)
		strikes = c.world.faults.OnCall(*done) // without those that need an accepted send
	}
	return strikes, err
}

// sendQuietly sends what no call of the application asks for at this moment: a
// provider's own text, or what was left with it for later.
func (c *caller) sendQuietly(o sms.Outbound) (sms.Message, *sms.Error) {
	d := c.draft(c.seq)
	m, err := c.carrier.Send(d, c.provider.Name, o)
	if err != nil {
		return m, err
	}
	if broken := c.commit(d); broken != nil {
		return sms.Message{}, sms.Fail(sms.Internal, broken.Error())
	}
	return m, nil
}

// Do lets the carrier decide about changes, all or none.
func (c *caller) Do(changes ...sms.Change) *sms.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.draft(c.seq)
	if err := c.carrier.Do(d, c.provider.Name, changes...); err != nil {
		return err
	}
	kept, err := c.box.checkEndpoints(c.provider, d.Entries)
	if err != nil {
		d.Unname()
		return err
	}
	if broken := c.commit(d); broken != nil {
		d.Unname()
		return sms.Fail(sms.Internal, broken.Error())
	}
	c.box.keepEndpoints(c.world, kept)
	c.decided = true
	return nil
}

// checkEndpoints takes the endpoints out of a decision, secrets in full, and
// leaves what the record may hold of them.
func (s *Sandbox) checkEndpoints(p provider.Provider, entries []journal.Entry) (kept []sms.Endpoint, err *sms.Error) {
	for i, entry := range entries {
		if entry.Kind != journal.KindEndpoint {
			continue
		}
		e, old := *entry.Endpoint, s.endpoint(entry.Endpoint.ID)
		if old.ID != "" && old.Provider != p.Name {
			return nil, sms.Fail(sms.Taken, "endpoint "+e.ID+" belongs to another provider")
		}
		if e.Secrets == nil || len(e.Secrets) == 0 && e.ID == p.Name { // the control API's always has one
			e.Secrets = old.Secrets
		}
		e.Secrets, e.Events = slices.Clone(e.Secrets), slices.Clone(e.Events)
		if bad := s.checkEndpoint(p, e); bad != nil {
			return nil, bad
		}
		kept = append(kept, e)
		entries[i].Endpoint = s.redacted(e)
	}
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

func (b book) Accounts(p sms.Page) (sms.Slice[sms.Account], bool) {
	return look(b, func() (sms.Slice[sms.Account], bool) { return b.carrier.Accounts(b.name, p) })
}

func (b book) Line(account, idOrNumber string) (sms.Line, bool) {
	return look(b, func() (sms.Line, bool) { return b.carrier.Line(b.name, account, idOrNumber) })
}

func (b book) Contact(id string) (sms.Contact, bool) {
	return look(b, func() (sms.Contact, bool) {
		v, ok := b.carrier.Contact(id)
		return v, ok && v.Provider == b.name
	})
}

func (b book) ContactOf(account string, n sms.Number) (sms.Contact, bool) {
	return look(b, func() (sms.Contact, bool) { return b.carrier.ContactOf(account, n) })
}

func (b book) Contacts(account string, p sms.Page) (sms.Slice[sms.Contact], bool) {
	return look(b, func() (sms.Slice[sms.Contact], bool) { return b.carrier.Contacts(account, p) })
}

func (b book) Conversation(id string) (sms.Conversation, bool) {
	return look(b, func() (sms.Conversation, bool) {
		v, ok := b.carrier.Conversation(id)
		return v, ok && v.Provider == b.name
	})
}

func (b book) Conversations(narrow, value string, p sms.Page) (sms.Slice[sms.Conversation], bool) {
	narrow, value = b.own(narrow, value)
	return look(b, func() (sms.Slice[sms.Conversation], bool) { return b.carrier.Conversations(narrow, value, p) })
}

func (b book) Message(id string) (sms.Message, bool) {
	return look(b, func() (sms.Message, bool) {
		v, ok := b.carrier.Message(id)
		return v, ok && v.Provider == b.name
	})
}

func (b book) Messages(narrow, value string, p sms.Page) (sms.Slice[sms.Message], bool) {
	narrow, value = b.own(narrow, value)
	return look(b, func() (sms.Slice[sms.Message], bool) { return b.carrier.Messages(narrow, value, p) })
}

func (b book) Media(id string) (sms.Media, bool) {
	return look(b, func() (sms.Media, bool) { return b.carrier.Media(id) })
}

func (b book) OptedOut(account string, handset, line sms.Number) bool {
	_, out := look(b, func() (struct{}, bool) { return struct{}{}, b.carrier.OptedOut(b.name, account, handset, line) })
	return out
}

func (b book) OptOuts(narrow, value string, p sms.Page) (sms.Slice[sms.OptOut], bool) {
	narrow, value = b.own(narrow, value)
	return look(b, func() (sms.Slice[sms.OptOut], bool) { return b.carrier.OptOuts(narrow, value, p) })
}

func (b book) Document(kind sms.Kind, idOrKey string) (sms.Document, bool) {
	return look(b, func() (sms.Document, bool) { return b.carrier.Document(b.name, kind, idOrKey) })
}

func (b book) Documents(kind sms.Kind, key string, p sms.Page) (sms.Slice[sms.Document], bool) {
	return look(b, func() (sms.Slice[sms.Document], bool) { return b.carrier.Documents(b.name, kind, key, p) })
}

func (b book) Endpoint(id string) (sms.Endpoint, bool) {
	return look(b, func() (sms.Endpoint, bool) {
		v, ok := b.queue.Endpoint(id)
		v.Secrets = nil
		return v, ok && v.Provider == b.name
	})
}

// own narrows the list of everything to what is the provider's.
func (b book) own(narrow, value string) (string, string) {
	if narrow == "" {
		return "provider", b.name
	}
	return narrow, value
}
