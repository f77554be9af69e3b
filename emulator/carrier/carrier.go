package carrier

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/shelf"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Rules is what the engine must know of one provider.
type Rules struct {
	Account  sms.Account
	Keywords sms.Keywords
	Magic    []sms.Magic
	ID       func(kind sms.Kind, at time.Time, entropy [16]byte) string
	Render   func(body string, to sms.Contact) string
	MMSOver  func() int  // segments above which a text travels as MMS; 0 is never
	PerLine  func() bool // consent is per line, not per account
}

// Carrier is the state of one sandbox's network.
type Carrier struct {
	seed  string
	rules map[string]Rules // by provider

	handsets      map[sms.Number]*sms.Handset
	messages      shelf.Shelf[sms.Message]
	media         map[string]sms.Media
	conversations shelf.Shelf[sms.Conversation]
	contacts      shelf.Shelf[sms.Contact]
	contactOf     map[string]string // account and number to id
	optOuts       shelf.Shelf[sms.OptOut]
	events        shelf.Shelf[sms.Event]
	announced     map[string]bool // conversations whose creation was told
	used          map[string]int  // account and line to MTs accepted
	minted        map[sms.Kind]uint64
}

// New is a network without history. seed makes its ids; rules are by provider name.
func New(seed string, rules map[string]Rules) *Carrier {
	c := &Carrier{
		seed: seed, rules: rules,
		handsets: map[sms.Number]*sms.Handset{}, media: map[string]sms.Media{},
		messages: shelf.New[sms.Message](), conversations: shelf.New[sms.Conversation](),
		contacts: shelf.New[sms.Contact](), contactOf: map[string]string{},
		optOuts: shelf.New[sms.OptOut](), events: shelf.New[sms.Event](),
		announced: map[string]bool{}, used: map[string]int{}, minted: map[sms.Kind]uint64{},
	}
	for _, r := range rules {
		for _, m := range r.Magic {
			h := m.Handset()
			c.handsets[m.Number] = &h
		}
	}
	return c
}

// Apply folds one ordered entry into the state. It is the only way in.
func (c *Carrier) Apply(e journal.Entry) {
	switch e.Kind {
	case journal.KindHandset:
		c.handsets[e.Handset.Number] = e.Handset
	case journal.KindContact:
		c.applyContact(e.Contact)
	case journal.KindConversation:
		v := e.Conversation
		if c.conversations.Put(v.ID, v, "", by("handset", v.Handset), by("provider", v.Provider), pair(v.Account, v.Line, v.Handset)) {
			c.minted[sms.KindConversation]++
		}
	case journal.KindOptOut:
		o := e.OptOut
		c.optOuts.Put(pair(o.Account, o.Line, o.Handset), o, "", by("handset", o.Handset), by("provider", o.Provider))
	case journal.KindMessage:
		c.applyMessage(e.Message)
	case journal.KindEvent:
		c.minted[sms.KindEvent]++
		c.events.Put(e.Event.ID, e.Event)
		if e.Event.Type == sms.ConversationCreated {
			c.announced[e.Event.Conversation.ID] = true
		}
	}
}

func (c *Carrier) applyContact(v *sms.Contact) {
	if old, ok := c.contacts.Get(v.ID); ok {
		delete(c.contactOf, by(old.Account, old.Number))
	}
	if c.contacts.Put(v.ID, v, by("account", v.Account)) {
		c.minted[sms.KindContact]++
	}
	c.contactOf[by(v.Account, v.Number)] = v.ID
}

func (c *Carrier) applyMessage(m *sms.Message) {
	added := c.messages.Put(m.ID, m, "", by("account", m.Account), by("provider", m.Provider),
		by("handset", m.Handset), by("conversation", m.Conversation))
	if !added {
		return
	}
	c.minted[sms.KindMessage]++
	for _, a := range m.Media {
		c.minted[sms.KindMedia]++
		c.media[a.ID] = a
	}
	if m.Direction == sms.MT && !m.Automatic {
		c.used[by(m.Account, m.Line)]++
	}
}

// by and pair make index keys; \x00 cannot stand in an id or a number.
func by[A, B ~string](a A, b B) string { return string(a) + "\x00" + string(b) }

func pair(account string, line, handset sms.Number) string {
	return account + "\x00" + string(line) + "\x00" + string(handset)
}

// Draft collects the entries of one decision. First is the seq that its first
// entry will have.
type Draft struct {
	Now     time.Time
	First   uint64
	Cause   uint64 // of entries that have no nearer one
	Entries []journal.Entry

	minted map[sms.Kind]uint64
}

// Add puts an entry at the end and returns the seq it will have.
func (d *Draft) Add(e journal.Entry) uint64 {
	if e.Cause == 0 {
		e.Cause = d.Cause
	}
	d.Entries = append(d.Entries, e)
	return d.First + uint64(len(d.Entries)) - 1
}

// mint makes the next id of a kind. Ids come from the seed and a count alone,
// so the same script makes the same ids.
func (c *Carrier) mint(d *Draft, provider string, kind sms.Kind) string {
	if d.minted == nil {
		d.minted = map[sms.Kind]uint64{}
	}
	n := c.minted[kind] + d.minted[kind]
	d.minted[kind]++
	return c.rules[provider].ID(kind, d.Now, Entropy(c.seed, string(kind), n))
}

// Entropy is 16 bytes that depend on nothing but its arguments.
func Entropy(seed, kind string, n uint64) [16]byte {
	h := sha256.New()
	h.Write([]byte(seed + "\x00" + kind + "\x00"))
	_ = binary.Write(h, binary.BigEndian, n)
	return [16]byte(h.Sum(nil))
}

// Handset is the handset with number n; a number nobody described works.
func (c *Carrier) Handset(n sms.Number) sms.Handset {
	if h, ok := c.handsets[n]; ok {
		return *h
	}
	return sms.NewHandset(n)
}
