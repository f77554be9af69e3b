package carrier

import (
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Step takes a message to its next state, if that is what is due now. How the
// handset behaves is looked at when the step is made, not when it was planned.
func (c *Carrier) Step(d *Draft, id string) {
	kept, ok := c.messages.Get(id)
	if !ok || kept.Next == nil || kept.Next.At.After(d.Now) {
		return
	}
	m, next := *kept, *kept.Next
	m.Next = nil
	contact, _ := c.contacts.Get(m.Contact)
	switch next.State {
	case sms.Accepted:
		c.wake(d, m, *contact)
	case sms.Sending:
		c.setOut(d, m, *contact)
	case sms.Sent:
		c.handOver(d, m, *contact)
	case sms.Failed:
		c.fail(d, m, *contact, next.Reason)
	case sms.Delivered:
		c.deliver(d, m, *contact)
	}
}

// Hasten makes the next step of a message due now, unless it has none or waits
// for the time that its sender asked for.
func (c *Carrier) Hasten(d *Draft, id string) (hastened bool) {
	kept, ok := c.messages.Get(id)
	if !ok || kept.Next == nil || kept.State == sms.Scheduled {
		return false
	}
	m, next := *kept, *kept.Next
	next.At = d.Now
	m.Next = &next
	d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
	return true
}

// wake releases a scheduled message, unless consent ended or the account
// blocked sends to the contact while it waited.
func (c *Carrier) wake(d *Draft, m sms.Message, contact sms.Contact) {
	rules := c.rules[m.Provider]
	switch {
	case m.Automatic:
	case rules.Keywords.Blocks != sms.BlockNever && c.isOut(rules, m):
		c.fail(d, m, contact, sms.Refused)
		return
	case contact.Disabled:
		c.fail(d, m, contact, sms.Blocked)
		return
	}
	c.release(d, &m, contact)
}

// setOut puts a message on its way to the carrier.
func (c *Carrier) setOut(d *Draft, m sms.Message, contact sms.Contact) {
	m.State, m.Changed = sms.Sending, d.Now
	m.Next = &sms.Step{State: sms.Sent, At: d.Now.Add(orElse(c.Handset(m.Handset).Sent, c.rules[m.Provider].Pace.Sent))}
	seq := d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
	c.report(d, seq, sms.MessageSending, m, contact)
}

// handOver gives a message to the carrier.
func (c *Carrier) handOver(d *Draft, m sms.Message, contact sms.Contact) {
	h := c.Handset(m.Handset)
	if m.Doomed != "" {
		c.fail(d, m, contact, m.Doomed)
		return
	}
	if r := h.Failure; r.BeforeCarrier() || r == sms.NoMMS && m.Protocol == sms.MMS {
		c.fail(d, m, contact, r)
		return
	}
	m.State, m.Changed = sms.Sent, d.Now
	m.Next = &sms.Step{State: sms.Delivered, At: d.Now.Add(orElse(h.Delivered, c.rules[m.Provider].Pace.Delivered))}
	seq := d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
	c.report(d, seq, sms.MessageSent, m, contact)
}

// deliver ends a message as its handset behaves.
func (c *Carrier) deliver(d *Draft, m sms.Message, contact sms.Contact) {
	h := c.Handset(m.Handset)
	switch {
	case h.Failure != "" && h.Failure != sms.NoMMS:
		c.fail(d, m, contact, h.Failure)
	case !h.Reachable:
		c.fail(d, m, contact, sms.Unreachable)
	case !h.Receipts:
		seq := d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m}) // stays sent, for good
		c.report(d, seq, sms.MessageUnconfirmed, m, contact)
	default:
		m.State, m.Changed = sms.Delivered, d.Now
		seq := d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
		c.report(d, seq, sms.MessageDelivered, m, contact)
		c.flag(d, h, "")
	}
}

func (c *Carrier) fail(d *Draft, m sms.Message, contact sms.Contact, why sms.Reason) {
	m.State, m.Reason, m.Changed = sms.Failed, why, d.Now
	seq := d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
	c.report(d, seq, sms.MessageFailed, m, contact)
	if why.Flags() {
		c.flag(d, c.Handset(m.Handset), why)
	}
}

// report tells of a state, except for the provider's own answers.
func (c *Carrier) report(d *Draft, cause uint64, t sms.EventType, m sms.Message, contact sms.Contact) {
	if m.Automatic {
		return
	}
	c.announce(d, cause, &m, contact)
	c.tell(d, cause, t, m, contact)
}

// flag marks a number as failing for all accounts, or clears the mark.
func (c *Carrier) flag(d *Draft, h sms.Handset, why sms.Reason) {
	if h.Flagged == why {
		return
	}
	h.Flagged = why
	d.Add(journal.Entry{Kind: journal.KindHandset, Handset: &h})
}
