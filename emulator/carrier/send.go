package carrier

import (
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Send decides about an MT. On refusal nothing was drafted; the returned
// message then holds only whom it was for, as far as that is known.
func (c *Carrier) Send(d *Draft, provider string, o sms.Outbound) (sms.Message, *sms.Error) {
	m := sms.Message{Provider: provider, Account: o.Account, Direction: sms.MT, Handset: o.Handset, Line: o.Line}
	conv, known, err := c.route(&m, o)
	if err != nil {
		return m, err
	}
	contact, isNew := c.recipient(d, m, o)
	if err := c.mayText(m, contact); err != nil {
		return m, err
	}
	if isNew {
		d.Add(journal.Entry{Kind: journal.KindContact, Contact: &contact})
	}
	if !known {
		conv = c.open(d, m, contact)
	}
	m.ID = c.mint(d, provider, sms.KindMessage)
	m.Conversation, m.Contact = conv.ID, contact.ID
	m.Body, m.Metadata = o.Body, o.Metadata
	m.Media = c.attach(d, provider, o.Media)
	m.Created, m.Changed = d.Now, d.Now
	if o.SendAt.After(d.Now) {
		m.State, m.SendAt = sms.Scheduled, o.SendAt
		m.Next = &sms.Step{State: sms.Accepted, At: o.SendAt}
		c.measure(&m)
		d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
		return m, nil
	}
	c.release(d, &m, contact)
	return m, nil
}

// route fills in handset and line, and finds the conversation if there is one.
func (c *Carrier) route(m *sms.Message, o sms.Outbound) (sms.Conversation, bool, *sms.Error) {
	if o.Conversation != "" {
		conv, ok := c.conversations.Get(o.Conversation)
		if !ok || conv.Account != o.Account {
			return sms.Conversation{}, false, sms.Fail(sms.NotFound, "no conversation "+o.Conversation)
		}
		m.Handset, m.Line = conv.Handset, conv.Line
		return *conv, true, nil
	}
	account := c.rules[m.Provider].Account
	if m.Line == "" {
		if len(account.Lines) == 0 {
			return sms.Conversation{}, false, sms.Fail(sms.NoLine, "the account has no number to send from")
		}
		m.Line = account.Lines[0].Number
	}
	if _, ok := lineOf(account, string(m.Line)); !ok {
		return sms.Conversation{}, false, sms.Fail(sms.LineNotFound, "the account has no number "+string(m.Line))
	}
	conv, ok := c.between(m.Account, m.Line, m.Handset)
	return conv, ok, nil
}

func (c *Carrier) between(account string, line, handset sms.Number) (sms.Conversation, bool) {
	return deref(c.conversations.First(pair(account, line, handset)))
}

func lineOf(a sms.Account, idOrNumber string) (sms.Line, bool) {
	for _, l := range a.Lines {
		if l.ID == idOrNumber || string(l.Number) == idOrNumber {
			return l, true
		}
	}
	return sms.Line{}, false
}

// recipient finds the contact of a message, or makes one. What is given for a
// contact that exists already does not change it.
func (c *Carrier) recipient(d *Draft, m sms.Message, o sms.Outbound) (contact sms.Contact, isNew bool) {
	if id, ok := c.contactOf[by(m.Account, m.Handset)]; ok {
		v, _ := c.contacts.Get(id)
		return *v, false
	}
	if o.Contact != nil {
		contact = *o.Contact
	}
	contact.ID = c.mint(d, m.Provider, sms.KindContact)
	contact.Provider, contact.Account, contact.Number = m.Provider, m.Account, m.Handset
	return contact, true
}

func (c *Carrier) mayText(m sms.Message, contact sms.Contact) *sms.Error {
	rules := c.rules[m.Provider]
	if rules.Keywords.Blocks && c.isOut(rules, m) {
		return sms.Fail(sms.RecipientOut, string(m.Handset)+" has opted out")
	}
	if contact.Disabled {
		return sms.Fail(sms.RecipientOff, "sends to "+contact.ID+" are disabled")
	}
	line, _ := lineOf(rules.Account, string(m.Line))
	if line.Cap > 0 && c.used[by(m.Account, m.Line)] >= line.Cap {
		return sms.Fail(sms.DemoLimit, "the shared number has sent all that it may")
	}
	return nil
}

func (c *Carrier) isOut(rules Rules, m sms.Message) bool {
	o, ok := c.optOuts.Get(c.consentKey(rules, m))
	return ok && o.Out
}

func (c *Carrier) consentKey(rules Rules, m sms.Message) string {
	if rules.PerLine() {
		return pair(m.Account, m.Line, m.Handset)
	}
	return pair(m.Account, "", m.Handset)
}

// open begins the conversation of m.
func (c *Carrier) open(d *Draft, m sms.Message, contact sms.Contact) sms.Conversation {
	conv := sms.Conversation{
		ID: c.mint(d, m.Provider, sms.KindConversation), Provider: m.Provider, Account: m.Account,
		Handset: m.Handset, Line: m.Line, Contact: contact.ID, Created: d.Now,
	}
	d.Add(journal.Entry{Kind: journal.KindConversation, Conversation: &conv})
	return conv
}

func (c *Carrier) attach(d *Draft, provider string, media []sms.Media) []sms.Media {
	var out []sms.Media
	for _, a := range media {
		a.ID = c.mint(d, provider, sms.KindMedia)
		out = append(out, a)
	}
	return out
}

// release puts a message on its way: final text, protocol, first step.
func (c *Carrier) release(d *Draft, m *sms.Message, contact sms.Contact) {
	rules := c.rules[m.Provider]
	m.Body = rules.Render(m.Body, contact)
	m.State, m.Changed = sms.Accepted, d.Now
	h := c.Handset(m.Handset)
	m.Next = &sms.Step{State: sms.Sent, At: d.Now.Add(h.Sent.D())}
	if h.Flagged != "" {
		m.Next.At = d.Now
	}
	c.measure(m)
	if m.Protocol == sms.MMS && !h.MMS {
		if m.Body != "" {
			m.Protocol = sms.SMS
			m.Encoding, m.Segments = sms.Segments(m.Body)
		} else {
			m.Next = &sms.Step{State: sms.Failed, Reason: sms.NoMMS, At: m.Next.At}
		}
	}
	kept := *m
	seq := d.Add(journal.Entry{Kind: journal.KindMessage, Message: &kept})
	c.announce(d, seq, m, contact)
}

// measure sets encoding, segments and protocol from the text and media.
func (c *Carrier) measure(m *sms.Message) {
	m.Protocol = sms.SMS
	m.Encoding, m.Segments = sms.Segments(m.Body)
	over := c.rules[m.Provider].MMSOver()
	if len(m.Media) > 0 || over > 0 && m.Segments > over {
		m.Protocol, m.Segments = sms.MMS, 1
	}
}

// announce tells of a conversation once, before anything else in it is told.
func (c *Carrier) announce(d *Draft, cause uint64, m *sms.Message, contact sms.Contact) {
	if c.announced[m.Conversation] {
		return
	}
	c.tell(d, cause, sms.ConversationCreated, *m, contact)
}

// tell drafts an event with the snapshot that its webhook needs.
func (c *Carrier) tell(d *Draft, cause uint64, t sms.EventType, m sms.Message, contact sms.Contact) {
	line, _ := lineOf(c.rules[m.Provider].Account, string(m.Line))
	conv := sms.Conversation{
		ID: m.Conversation, Provider: m.Provider, Account: m.Account,
		Handset: m.Handset, Line: m.Line, Contact: contact.ID,
	}
	if known, ok := c.conversations.Get(m.Conversation); ok {
		conv = *known
	} else {
		conv.Created = d.Now
	}
	m.Next = nil
	d.Add(journal.Entry{Kind: journal.KindEvent, Cause: cause, Event: &sms.Event{
		ID: c.mint(d, m.Provider, sms.KindEvent), Type: t, Provider: m.Provider, Account: m.Account,
		Handset: m.Handset, At: d.Now, Message: &m, Conversation: &conv, Contact: &contact, Line: &line,
	}})
}
