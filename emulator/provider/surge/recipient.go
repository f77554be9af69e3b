package surge

import (
	"encoding/json"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// recipient reads whom a send goes to, in any of its shapes, into out, and
// returns the sending number that the request names, "" if none.
func (f form) recipient(net provider.Network, out *sms.Outbound) (from string) {
	toGiven, threadGiven := f.filled("to"), f.filled("conversation")
	switch {
	case toGiven && threadGiven:
		f.complain("conversation", "can't be given together with to")
	case toGiven:
		f.to(net, out)
		return f.text("from")
	case threadGiven:
		if f.filled("from") {
			f.complain("from", "can't be given together with conversation")
		}
		return f.conversation(net, out)
	default:
		f.complain("to", blank)
	}
	return ""
}

// filled reports whether the field holds more than null, "" and [].
func (f form) filled(name string) bool {
	if !f.given(name) {
		return false
	}
	var text *string
	if json.Unmarshal(f.object[name], &text) == nil {
		return *text != ""
	}
	var list []json.RawMessage
	return json.Unmarshal(f.object[name], &list) != nil || len(list) > 0
}

// to reads a number or the id of a contact.
func (f form) to(net provider.Network, out *sms.Outbound) {
	text := f.text("to")
	if strings.HasPrefix(text, prefixes[sms.KindContact]) {
		out.Handset = f.contactNumber("to", text, net, out.Account)
		return
	}
	out.Handset = f.number("to")
}

// contactNumber is the number of a contact of the account.
func (f form) contactNumber(name, id string, net provider.Network, account string) sms.Number {
	c, ok := contactByID(net, account, id)
	if !ok {
		f.complainOnce(name, noSuch)
	}
	return c.Number
}

// conversation reads "cnv_…", {"id": "cnv_…"} or {"contact": {…}, "phone_number": …}.
func (f form) conversation(net provider.Network, out *sms.Outbound) (from string) {
	const name = "conversation"
	if f.object[name][0] == '"' {
		return f.thread(name, net.Book(), out)
	}
	in, ok := f.inner(name)
	switch {
	case !ok:
		return ""
	case in.filled("id"):
		return in.thread("id", net.Book(), out)
	}
	in.contactOf(net, out)
	return in.lineRef()
}

// thread reads the id of a conversation of the account.
func (f form) thread(name string, book provider.Book, out *sms.Outbound) (from string) {
	id := f.text(name)
	t, ok := book.Conversation(id)
	if !ok || t.Account != out.Account {
		f.complainOnce(name, noSuch)
		return ""
	}
	out.Conversation = id
	return string(t.Line)
}

// contactOf reads the contact of a conversation, by id or by number. Its names
// are for a contact that has yet to be made.
func (f form) contactOf(net provider.Network, out *sms.Outbound) {
	in, ok := f.inner("contact")
	switch {
	case !ok:
		f.complainOnce("contact", blank)
		return
	case in.filled("id"):
		out.Handset = in.contactNumber("id", in.text("id"), net, out.Account)
		return
	}
	who := in.contact(sms.Contact{Provider: vendor, Account: out.Account}, net.Context())
	who.Number = in.number("phone_number")
	out.Handset, out.Contact = who.Number, &who
}

// lineRef reads the phone_number of a conversation: an id or a number, as text
// or inside an object.
func (f form) lineRef() string {
	const name = "phone_number"
	if !f.given(name) || f.object[name][0] != '{' {
		return f.text(name)
	}
	in, _ := f.inner(name)
	if id := in.text("id"); id != "" {
		return id
	}
	return in.text("number")
}
