package carrier

import (
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Do decides about the changes of a dialect, each on top of those before it,
// all or none. Ids are minted into them; on Taken the one that is in the way
// becomes the one that stands there.
func (c *Carrier) Do(d *Draft, provider string, changes ...sms.Change) *sms.Error {
	for _, change := range changes {
		if err := c.do(d, provider, change); err != nil {
			d.Unname()
			return err
		}
	}
	return nil
}

// Unname takes back the ids that were minted into changes, for others will
// have them.
func (d *Draft) Unname() {
	for _, id := range d.named {
		*id = ""
	}
	d.named = nil
}

func (c *Carrier) do(d *Draft, provider string, change sms.Change) *sms.Error {
	switch v := change.(type) {
	case *sms.Account:
		return c.doAccount(d, provider, v)
	case *sms.Contact:
		return c.doContact(d, provider, v)
	case *sms.Document:
		return c.doDocument(d, provider, v)
	case *sms.OptOut:
		v.Provider, v.At = provider, d.Now
		kept := *v
		d.Add(journal.Entry{Kind: journal.KindOptOut, OptOut: &kept})
	case *sms.Event:
		v.ID, v.Provider, v.At = c.mint(d, provider, sms.KindEvent), provider, d.Now
		kept := *v
		d.Add(journal.Entry{Kind: journal.KindEvent, Event: &kept})
	case *sms.Endpoint:
		v.Provider = provider
		c.name(d, &v.ID, provider+"/", provider, sms.KindEndpoint)
		kept := *v
		d.Add(journal.Entry{Kind: journal.KindEndpoint, Endpoint: &kept})
	}
	return nil
}

// name mints an id where there is none.
func (c *Carrier) name(d *Draft, id *string, prefix, provider string, kind sms.Kind) {
	if *id == "" {
		*id = prefix + c.mint(d, provider, kind)
		d.named = append(d.named, id)
	}
}

func (c *Carrier) doAccount(d *Draft, provider string, v *sms.Account) *sms.Error {
	old, known := c.accounts.Get(v.ID)
	if known && old.Provider != provider {
		return sms.Fail(sms.Taken, "account "+v.ID+" belongs to another provider")
	}
	if known {
		for _, l := range old.Lines {
			d.free(lineKey(provider, l.Number), v.ID, c.lineOwner[by(provider, l.Number)])
		}
	}
	v.Provider = provider
	c.name(d, &v.ID, "", provider, sms.KindAccount)
	d.freeDrafted("account", v.ID)
	for i, l := range v.Lines {
		key := lineKey(provider, l.Number)
		if owner := d.owner(key, c.lineOwner[by(provider, l.Number)]); owner != "" && owner != v.ID && l.Kind != sms.DemoLine {
			return sms.Fail(sms.Taken, string(l.Number)+" belongs to another account")
		}
		d.hold("account", v.ID, key)
		c.name(d, &v.Lines[i].ID, "", provider, sms.KindLine)
	}
	kept := *v
	kept.Lines = slices.Clone(v.Lines)
	d.Add(journal.Entry{Kind: journal.KindAccount, Account: &kept})
	return nil
}

func lineKey(provider string, n sms.Number) string { return "line " + by(provider, n) }

// own says who has a number from now on; "" is nobody.
func (d *Draft) own(key, id string) {
	if d.owners == nil {
		d.owners = map[string]string{}
	}
	d.owners[key] = id
}

// free leaves what id has under key to whoever comes next.
func (d *Draft) free(key, id, was string) {
	if d.owner(key, was) == id {
		d.own(key, "")
	}
}

// freeDrafted does so with all that this decision gave an account or a contact.
func (d *Draft) freeDrafted(kind, id string) {
	for _, key := range d.held[kind+id] {
		d.free(key, id, "")
	}
	delete(d.held, kind+id)
}

// hold is own, to be undone by freeDrafted.
func (d *Draft) hold(kind, id, key string) {
	if d.held == nil {
		d.held = map[string][]string{}
	}
	d.held[kind+id] = append(d.held[kind+id], key)
	d.own(key, id)
}

// owner is who has a number, as drafted or else as it was.
func (d *Draft) owner(key, was string) string {
	if id, ok := d.owners[key]; ok {
		return id
	}
	return was
}

func (c *Carrier) doContact(d *Draft, provider string, v *sms.Contact) *sms.Error {
	old, known := c.contacts.Get(v.ID)
	if known && old.Provider != provider {
		return sms.Fail(sms.Taken, "contact "+v.ID+" belongs to another provider")
	}
	key := contactKey(v.Account, v.Number)
	if owner := d.owner(key, c.contactOf[by(v.Account, v.Number)]); owner != "" && owner != v.ID {
		if kept, ok := c.contacts.Get(owner); ok {
			*v = *kept
		}
		return sms.Fail(sms.Taken, "contact "+owner+" has this number")
	}
	c.name(d, &v.ID, "", provider, sms.KindContact)
	if known {
		d.free(contactKey(old.Account, old.Number), v.ID, c.contactOf[by(old.Account, old.Number)])
	}
	d.freeDrafted("contact", v.ID)
	d.hold("contact", v.ID, key)
	v.Provider = provider
	kept := *v
	d.Add(journal.Entry{Kind: journal.KindContact, Contact: &kept})
	return nil
}

func contactKey(account string, n sms.Number) string { return "contact " + by(account, n) }

func (c *Carrier) doDocument(d *Draft, provider string, v *sms.Document) *sms.Error {
	v.Provider = provider
	for _, k := range v.Keys {
		if !v.New {
			break
		}
		if other := c.rival(d, docKey(provider, v.Kind, "key "+k), v); other != nil {
			if d.documents[docID(other)] == nil {
				*v = *other
			}
			return sms.Fail(sms.Taken, "there is a "+string(other.Kind)+" under that name already")
		}
	}
	c.name(d, &v.ID, "", provider, v.Kind)
	kept := *v
	kept.Keys = slices.Clone(v.Keys)
	d.file(&kept)
	d.Add(journal.Entry{Kind: journal.KindDocument, Document: &kept})
	return nil
}

// file remembers a drafted document for the changes that follow.
func (d *Draft) file(v *sms.Document) {
	if d.documents == nil {
		d.documents, d.under = map[string]*sms.Document{}, map[string][]*sms.Document{}
	}
	d.documents[docID(v)] = v
	for _, k := range keysOf(v) {
		d.under[k] = append(d.under[k], v)
	}
}

// rival is another document than v under key, as things stand once d is kept.
func (c *Carrier) rival(d *Draft, key string, v *sms.Document) *sms.Document {
	stays := func(other *sms.Document) bool {
		drafted := d.documents[docID(other)]
		return other.ID != v.ID && (drafted == nil || slices.Contains(keysOf(drafted), key))
	}
	for other := range c.documents.Under(key) {
		if stays(other) {
			return other
		}
	}
	if i := slices.IndexFunc(d.under[key], stays); i >= 0 {
		return d.under[key][i]
	}
	return nil
}

func docID(v *sms.Document) string { return docKey(v.Provider, v.Kind, "id "+v.ID) }

// keysOf are what a document is found under besides its id: none once it is gone.
func keysOf(v *sms.Document) []string {
	var out []string
	for _, k := range v.Keys {
		if !v.Gone {
			out = append(out, docKey(v.Provider, v.Kind, "key "+k))
		}
	}
	return out
}
