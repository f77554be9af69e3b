package surge

import (
	"cmp"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// importing is the body of a kindImport document: a number that an account
// brings along. No operation of the vendor makes one; a document of this form
// that falls due becomes a number.
type importing struct {
	Number sms.Number   `json:"number"`
	Kind   sms.LineKind `json:"kind,omitempty"` // default: a long code
	Name   string       `json:"name,omitempty"`
	Line   string       `json:"line,omitempty"` // set once it is taken in
}

// importTime is how long a number that was brought in waits for its campaign.
const importTime = time.Minute

// imported takes a number in, and attaches it a while later.
func imported(net provider.Network, d sms.Document) {
	body, ok := read[importing](d)
	account, known := net.Book().Account(d.Account)
	if !ok || !known {
		return
	}
	if body.Line == "" {
		takeIn(net, d, body, account)
		return
	}
	l, has := net.Book().Line(d.Account, body.Line)
	id := activeCampaign(net.Book(), d.Account)
	if !has || id == "" || heldOf(l).Status != attachmentPending {
		return
	}
	l = inCampaign(l, account.ID, id, attached)
	account = replace(account, l)
	_ = net.Do(&account, aboutNumber(attachedToCampaign, account.ID, l))
}

func takeIn(net provider.Network, d sms.Document, body importing, account sms.Account) {
	if _, taken := net.Book().Line("", string(body.Number)); taken || body.Number == poolNumber || !body.Number.Valid() {
		return
	}
	kind := cmp.Or(body.Kind, sms.LongCode)
	if kind != sms.LongCode && kind != sms.TollFree && kind != sms.ShortCode {
		return
	}
	l := sms.Line{ID: mint(net, sms.KindLine, d.ID), Number: body.Number, Kind: kind, Name: body.Name}
	if l.Name == "" {
		l.Name = formatted(l.Number)
	}
	l = inCampaign(l, account.ID, "", "")
	if l.Kind == sms.LongCode {
		l = inCampaign(l, account.ID, newestCampaign(net.Book(), account.ID), attachmentPending)
	}
	body.Line = l.ID
	d = with(d, body)
	d.Due = net.Book().Now().Add(importTime)
	_ = net.Do(append(withLine(account, l), &d, aboutNumber(numberImported, account.ID, l))...)
}
