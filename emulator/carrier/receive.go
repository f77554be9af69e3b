package carrier

import (
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Receive decides about an MO: consent words, conversation, events in order.
// A line of "" is the provider's default number.
func (c *Carrier) Receive(d *Draft, provider string, from, to sms.Number, body string, media []sms.Media) (sms.Message, *sms.Error) {
	rules, ok := c.rules[provider]
	if !ok {
		return sms.Message{}, sms.InvalidField("provider", fmt.Sprintf("%q is not served here", provider))
	}
	if !from.Valid() {
		return sms.Message{}, sms.InvalidField("number", fmt.Sprintf("%q is not E.164; write it like +18015550142", from))
	}
	account, err := c.accountTexted(provider, &to)
	if err != nil {
		return sms.Message{}, err
	}
	if body == "" && len(media) == 0 {
		return sms.Message{}, sms.InvalidField("body", "can't be blank")
	}
	if err := checkMedia(media); err != nil {
		return sms.Message{}, err
	}
	m := sms.Message{
		Provider: provider, Account: account.ID, Direction: sms.MO, Handset: from, Line: to,
		Body: body, State: sms.Received, Created: d.Now, Changed: d.Now,
	}
	contact, isNew := c.recipient(d, m, sms.Outbound{})
	if isNew {
		d.Add(journal.Entry{Kind: journal.KindContact, Contact: &contact})
	}
	conv, known := c.between(m.Account, m.Line, m.Handset)
	if !known {
		conv = c.open(d, m, contact)
	}
	m.Conversation, m.Contact = conv.ID, contact.ID
	m.Media = c.attach(d, provider, media)
	c.arrive(d, rules, m, contact)
	return d.lastMessage(), nil
}

// accountTexted is whose number is texted; "" becomes the default number of the
// provider's first account.
func (c *Carrier) accountTexted(provider string, to *sms.Number) (sms.Account, *sms.Error) {
	first, _ := c.accounts.First(by("provider", provider))
	if *to == "" && first != nil && len(first.Lines) > 0 {
		*to = first.Lines[0].Number
	}
	if owner, ok := c.accounts.Get(c.lineOwner[by(provider, *to)]); ok {
		return *owner, nil
	}
	var numbers []string
	if first != nil {
		for _, l := range first.Lines {
			numbers = append(numbers, string(l.Number))
		}
	}
	return sms.Account{}, sms.InvalidField("to", fmt.Sprintf("%q is not a number of the account; its numbers are %s", *to, strings.Join(numbers, ", ")))
}

// arrive drafts the MO itself and all that follows from its words.
func (c *Carrier) arrive(d *Draft, rules Rules, m sms.Message, contact sms.Contact) {
	m.ID = c.mint(d, m.Provider, sms.KindMessage)
	m.Protocol = sms.SMS
	m.Encoding, m.Segments = sms.Segments(m.Body)
	if len(m.Media) > 0 {
		m.Protocol, m.Segments = sms.MMS, 1
	}
	seq := d.Add(journal.Entry{Kind: journal.KindMessage, Message: &m})
	c.announce(d, seq, &m, contact)
	word := rules.Keywords.Match(m.Body, c.isOut(rules, m))
	c.consent(d, seq, rules, word, m, contact)
	c.tell(d, seq, sms.MessageReceived, m, contact)
	if word != sms.NoKeyword {
		c.answer(d, seq, rules, word, m)
	}
}

func (d *Draft) lastMessage() sms.Message {
	var m sms.Message
	for _, e := range d.Entries {
		if e.Kind == journal.KindMessage && e.Message.Direction == sms.MO {
			m = *e.Message
		}
	}
	return m
}

// consent changes the opt-out of the pair, if the word changes it: one event a change.
func (c *Carrier) consent(d *Draft, cause uint64, rules Rules, word sms.Keyword, m sms.Message, contact sms.Contact) {
	out := word == sms.Stop
	if word != sms.Stop && word != sms.Start || c.isOut(rules, m) == out {
		return
	}
	o := sms.OptOut{
		Provider: m.Provider, Account: m.Account, Handset: m.Handset, Contact: contact.ID,
		Out: out, Keyword: m.Body, At: d.Now,
	}
	if rules.PerLine() {
		o.Line = m.Line
	}
	seq := d.Add(journal.Entry{Kind: journal.KindOptOut, Cause: cause, OptOut: &o})
	if out {
		c.tell(d, seq, sms.OptedOut, m, contact)
	} else {
		c.tell(d, seq, sms.OptedIn, m, contact)
	}
}

// answer drafts the provider's own reply to a keyword. It is a message, but
// not one of the application's: no events, not blocked by the opt-out.
func (c *Carrier) answer(d *Draft, cause uint64, rules Rules, word sms.Keyword, to sms.Message) {
	if rules.Keywords.Reply == nil {
		return
	}
	account, _ := c.Account(to.Provider, to.Account)
	text := rules.Keywords.Reply(word, account.Name)
	if text == "" {
		return
	}
	m := to
	m.ID = c.mint(d, m.Provider, sms.KindMessage)
	m.Direction, m.Automatic, m.Body, m.Media, m.State = sms.MT, true, text, nil, sms.Accepted
	m.Next = c.firstStep(d, rules, c.Handset(m.Handset))
	m.Protocol = sms.SMS
	m.Encoding, m.Segments = sms.Segments(text)
	d.Add(journal.Entry{Kind: journal.KindMessage, Cause: cause, Message: &m})
}

// Repeat drafts an event about the same message again under a new event id, as
// a provider does that lost track of its own queue.
func (c *Carrier) Repeat(d *Draft, eventID string, cause uint64) bool {
	old, ok := c.events.Get(eventID)
	if !ok {
		return false
	}
	again := *old
	again.ID = c.mint(d, old.Provider, sms.KindEvent)
	d.Add(journal.Entry{Kind: journal.KindEvent, Cause: cause, Event: &again})
	return true
}

// RepeatMessage drafts the same words again as a new MO, as a carrier does
// that delivers an SMS twice.
func (c *Carrier) RepeatMessage(d *Draft, eventID string, cause uint64) bool {
	old, ok := c.events.Get(eventID)
	if !ok || old.Message == nil || old.Message.Direction != sms.MO {
		return false
	}
	outer := d.Cause
	d.Cause = cause
	m := *old.Message
	m.Created, m.Changed = d.Now, d.Now
	c.arrive(d, c.rules[m.Provider], m, *old.Contact)
	d.Cause = outer
	return true
}

// StrangerID makes an event id for an event that the provider never had, and
// that goes ahead of an attempt. No two attempts have the same stranger.
func (c *Carrier) StrangerID(d *Draft, provider, attempt string) string {
	entropy := Entropy(c.seed, "stranger\x00"+attempt, 0)
	const far = 1 << 40 // from the numbers of real events
	n := far + uint64(binary.BigEndian.Uint32(entropy[:4]))
	return c.rules[provider].ID(sms.KindEvent, n, d.Now, entropy)
}

// mediaKinds are what an attachment can be.
var mediaKinds = []string{"image", "video", "file", "contact", "link"}

func checkMedia(media []sms.Media) *sms.Error {
	for _, m := range media {
		if !slices.Contains(mediaKinds, m.Kind) {
			return sms.InvalidField("media.kind", fmt.Sprintf("%q is not one; write one of %s", m.Kind, strings.Join(mediaKinds, ", ")))
		}
		if u, err := url.Parse(m.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return sms.InvalidField("media.url", fmt.Sprintf("%q is not where a file lies; write it like https://example.com/photo.png", m.URL))
		}
	}
	return nil
}
