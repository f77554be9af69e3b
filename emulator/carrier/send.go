package carrier

import (
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Send decides about an MT. On refusal nothing was drafted; the returned
// message then holds only whom it was for, as far as that is known.
func (c *Carrier) Send(d *Draft, provider string, o sms.Outbound) (sms.Message, *sms.Error) {
	m := sms.Message{
		Provider: provider, Account: o.Account, Direction: sms.MT, Handset: o.Handset, Line: o.Line, Doomed: o.Doomed,
		Automatic: o.Automatic, Batch: o.Batch, Reference: o.Reference, Callback: o.Callback, Extra: o.Extra,
	}
	conv, known, err := c.route(&m, o)
	if err != nil {
		return m, err
	}
	contact, isNew := c.recipient(d, m, o)
	if err := c.mayText(&m, contact); err != nil {
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
		m.State, m.SendAt, m.Doomed = sms.Scheduled, o.SendAt, o.Doomed // consent counts when it is sent
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
	account, ok := c.Account(m.Provider, m.Account)
	if !ok {
		return sms.Conversation{}, false, sms.Fail(sms.AccountNotFound, "no account "+m.Account)
	}
	if m.Line == "" {
		if len(account.Lines) == 0 {
			return sms.Conversation{}, false, sms.Fail(sms.NoLine, "the account has no number to send from")
		}
		m.Line = account.Lines[0].Number
	}
	if _, ok := c.Line(m.Provider, m.Account, string(m.Line)); !ok && !m.Automatic {
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

// mayText says whether m may be sent at all, and dooms it if it may only fail.
func (c *Carrier) mayText(m *sms.Message, contact sms.Contact) *sms.Error {
	if m.Automatic {
		return nil
	}
	rules := c.rules[m.Provider]
	switch out := c.isOut(rules, *m); {
	case out && rules.Keywords.Blocks == sms.BlockRefuse:
		return sms.Fail(sms.RecipientOut, string(m.Handset)+" has opted out")
	case out && rules.Keywords.Blocks == sms.BlockFail:
		m.Doomed = sms.Refused
	case contact.Disabled:
		return sms.Fail(sms.RecipientOff, "sends to "+contact.ID+" are disabled")
	}
	line, _ := c.Line(m.Provider, m.Account, string(m.Line))
	if line.Cap > 0 && c.used[by(m.Account, m.Line)] >= line.Cap {
		return sms.Fail(sms.DemoLimit, "the shared number has sent all that it may")
	}
	return nil
}

// isOut is the consent of a handset. What it said to the whole account counts
// for each line too, unless it opted in to the line since.
func (c *Carrier) isOut(rules Rules, m sms.Message) bool {
	toAll, toLine := pair(m.Account, "", m.Handset), pair(m.Account, m.Line, m.Handset)
	all, ok := c.optOuts.Get(toAll)
	out := ok && all.Out
	if !rules.PerLine() {
		return out
	}
	line, ok := c.optOuts.Get(toLine)
	if !ok {
		return out
	}
	return line.Out || out && c.said[toLine] < c.said[toAll]
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
	m.Next = c.firstStep(d, rules, h)
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
	c.report(d, seq, sms.MessageAccepted, *m, contact)
}

// firstStep is what follows acceptance, and when.
func (c *Carrier) firstStep(d *Draft, rules Rules, h sms.Handset) *sms.Step {
	switch {
	case h.Flagged != "":
		return &sms.Step{State: sms.Sent, At: d.Now}
	case rules.Pace.Sending > 0:
		return &sms.Step{State: sms.Sending, At: d.Now.Add(rules.Pace.Sending.D())}
	}
	return &sms.Step{State: sms.Sent, At: d.Now.Add(orElse(h.Sent, rules.Pace.Sent))}
}

func orElse(d, otherwise sms.Duration) time.Duration {
	if d > 0 {
		return d.D()
	}
	return otherwise.D()
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
	if !slices.Contains(c.rules[m.Provider].Events, t) {
		return
	}
	line, _ := c.Line(m.Provider, m.Account, string(m.Line))
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
	ev := &sms.Event{
		ID: c.mint(d, m.Provider, sms.KindEvent), Type: t, Provider: m.Provider, Account: m.Account,
		Handset: m.Handset, At: d.Now, Message: &m, Conversation: &conv, Contact: &contact, Line: &line,
	}
	if m.Direction == sms.MO {
		ev.Answers, _ = c.messages.Get(c.lastSent[m.Conversation])
	}
	d.Add(journal.Entry{Kind: journal.KindEvent, Cause: cause, Event: ev})
}
