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
	Keywords sms.Keywords
	Magic    []sms.Magic
	Pace     sms.Pace
	Events   []sms.EventType // what the provider tells of
	ID       func(kind sms.Kind, n uint64, at time.Time, entropy [16]byte) string
	Render   func(body string, to sms.Contact) string
	MMSOver  func() int  // segments above which a text travels as MMS; 0 is never
	PerLine  func() bool // consent is per line, not per account
}

// Carrier is the state of one sandbox's network.
type Carrier struct {
	seed  string
	rules map[string]Rules // by provider

	accounts      shelf.Shelf[sms.Account]
	lineOwner     map[string]string // provider and number to account
	handsets      map[sms.Number]*sms.Handset
	messages      shelf.Shelf[sms.Message]
	media         map[string]sms.Media
	conversations shelf.Shelf[sms.Conversation]
	contacts      shelf.Shelf[sms.Contact]
	contactOf     map[string]string // account and number to id
	optOuts       shelf.Shelf[sms.OptOut]
	said          map[string]uint64 // consent to the entry of its last word
	documents     shelf.Shelf[sms.Document]
	events        shelf.Shelf[sms.Event]
	announced     map[string]bool   // conversations whose creation was told
	used          map[string]int    // account and line to MTs accepted
	lastSent      map[string]string // conversation to its newest MT
	named         map[string]bool   // every line and endpoint that ever was
	minted        map[string]uint64 // provider and kind to how many there are
}

// New is a network without history. seed makes its ids; rules are by provider name.
func New(seed string, rules map[string]Rules) *Carrier {
	c := &Carrier{
		seed: seed, rules: rules,
		accounts: shelf.New[sms.Account](), lineOwner: map[string]string{}, documents: shelf.New[sms.Document](),
		handsets: map[sms.Number]*sms.Handset{}, media: map[string]sms.Media{},
		messages: shelf.New[sms.Message](), conversations: shelf.New[sms.Conversation](),
		contacts: shelf.New[sms.Contact](), contactOf: map[string]string{},
		optOuts: shelf.New[sms.OptOut](), events: shelf.New[sms.Event](),
		announced: map[string]bool{}, used: map[string]int{}, lastSent: map[string]string{},
		said: map[string]uint64{}, named: map[string]bool{}, minted: map[string]uint64{},
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
	case journal.KindAccount:
		c.applyAccount(e.Account)
	case journal.KindDocument:
		c.applyDocument(e.Document)
	case journal.KindHandset:
		c.handsets[e.Handset.Number] = e.Handset
	case journal.KindContact:
		c.applyContact(e.Contact)
	case journal.KindConversation:
		v := e.Conversation
		if c.conversations.Put(v.ID, v, "", by("handset", v.Handset), by("provider", v.Provider), by("account", v.Account), pair(v.Account, v.Line, v.Handset)) {
			c.minted[idKey(v.Provider, sms.KindConversation)]++
		}
	case journal.KindOptOut:
		o := e.OptOut
		c.said[OptOutID(*o)] = e.Seq
		c.optOuts.Put(OptOutID(*o), o, "", by("handset", o.Handset), by("provider", o.Provider), by("account", o.Account))
	case journal.KindMessage:
		c.applyMessage(e.Message)
	case journal.KindEvent:
		c.minted[idKey(e.Event.Provider, sms.KindEvent)]++
		c.events.Put(e.Event.ID, e.Event)
		if e.Event.Type == sms.ConversationCreated {
			c.announced[e.Event.Conversation.ID] = true
		}
	case journal.KindEndpoint:
		if ep := e.Endpoint; ep.ID != ep.Provider { // that one is not minted
			c.count(ep.Provider, sms.KindEndpoint, ep.ID)
		}
	}
}

func (c *Carrier) applyAccount(a *sms.Account) {
	if old, ok := c.accounts.Get(a.ID); ok {
		for _, l := range old.Lines {
			for _, key := range []string{by(old.Provider, l.Number), by(old.Provider, "id "+l.ID)} {
				if c.lineOwner[key] == a.ID {
					delete(c.lineOwner, key)
				}
			}
		}
	} else {
		c.minted[idKey(a.Provider, sms.KindAccount)]++
	}
	c.accounts.Put(a.ID, a, by("provider", a.Provider))
	for _, l := range a.Lines {
		c.lineOwner[by(a.Provider, l.Number)] = a.ID
		c.lineOwner[by(a.Provider, "id "+l.ID)] = a.ID
		c.count(a.Provider, sms.KindLine, l.ID)
	}
}

// count counts an id the first time that it is seen.
func (c *Carrier) count(provider string, kind sms.Kind, id string) {
	if key := docKey(provider, kind, id); !c.named[key] {
		c.named[key] = true
		c.minted[idKey(provider, kind)]++
	}
}

func (c *Carrier) applyDocument(v *sms.Document) {
	keys := keysOf(v)
	if !v.Gone {
		keys = append(keys, by(v.Provider, v.Kind))
	}
	if c.documents.Put(docID(v), v, keys...) {
		c.minted[idKey(v.Provider, v.Kind)]++
	}
}

func docKey(provider string, kind sms.Kind, key string) string {
	return provider + "\x00" + string(kind) + "\x00" + key
}

func (c *Carrier) applyContact(v *sms.Contact) {
	if old, ok := c.contacts.Get(v.ID); ok && c.contactOf[by(old.Account, old.Number)] == v.ID {
		delete(c.contactOf, by(old.Account, old.Number))
	}
	if c.contacts.Put(v.ID, v, by("account", v.Account)) {
		c.minted[idKey(v.Provider, sms.KindContact)]++
	}
	c.contactOf[by(v.Account, v.Number)] = v.ID
}

func (c *Carrier) applyMessage(m *sms.Message) {
	old, _ := c.messages.Get(m.ID)
	added := c.messages.Put(m.ID, m, "", by("account", m.Account), by("provider", m.Provider),
		by("handset", m.Handset), by("conversation", m.Conversation), optional("batch", m.Batch), optional("reference", m.Reference))
	mine := m.Direction == sms.MT && !m.Automatic
	if released := old == nil || old.State == sms.Scheduled; mine && released && m.State == sms.Accepted {
		c.lastSent[m.Conversation] = m.ID
	}
	if !added {
		return
	}
	c.minted[idKey(m.Provider, sms.KindMessage)]++
	for _, a := range m.Media {
		c.minted[idKey(m.Provider, sms.KindMedia)]++
		c.media[a.ID] = a
	}
	if mine {
		c.used[by(m.Account, m.Line)]++
	}
}

// by and pair make index keys; \x00 cannot stand in an id or a number.
func optional[V ~string](narrow string, value V) string {
	if value == "" {
		return ""
	}
	return by(narrow, value)
}

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

	minted    map[string]uint64
	named     []*string                  // ids minted into the changes of a dialect
	owners    map[string]string          // of contacts' numbers and of lines, as drafted; "" is nobody
	held      map[string][]string        // the reverse of owners
	documents map[string]*sms.Document   // as drafted, by id
	under     map[string][]*sms.Document // key to the documents that were drafted under it
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
		d.minted = map[string]uint64{}
	}
	key := idKey(provider, kind)
	n := c.minted[key] + d.minted[key]
	d.minted[key]++
	return c.rules[provider].ID(kind, n, d.Now, Entropy(c.seed, key, n))
}

func idKey(provider string, kind sms.Kind) string { return by(provider, kind) }

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
