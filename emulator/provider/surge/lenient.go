package surge

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// lenient reports whether what the vendor's SDKs do in their own tests is
// taken. They use fixed ids, which are made here on first touch and outlive
// their account; cursors that mean nothing; and messages that say nothing.
func lenient(net provider.Network) bool { return setting(net.Context(), "lenient_ids") == "on" }

// ours reports whether what owner has may be named where account is meant.
func ours(net provider.Network, account, owner string) bool { return account == owner || lenient(net) }

// documentOf finds a document by its id, or makes it if ids are taken lightly.
func documentOf[T any](net provider.Network, kind sms.Kind, id string) (sms.Document, T, *sms.Error) {
	d, body, ok := lookup[T](net.Book(), kind, id)
	if ok {
		return d, body, nil
	}
	made, known := touched[kind]
	if !known || !lenient(net) || !strings.HasPrefix(id, prefixes[kind]) {
		return d, body, sms.Fail(sms.NotFound, "")
	}
	d = document(kind, firstAccount(net), made(net))
	d.ID = id
	if err := net.Do(&d); err != nil {
		return d, body, err
	}
	body, _ = read[T](d)
	return d, body, nil
}

// touched are the bodies of documents that are made on first touch.
var touched = map[sms.Kind]func(provider.Network) any{
	kindCampaign: func(provider.Network) any {
		return external(campaign{Status: created, Includes: []string{}}, "unknown")
	},
	kindAudience: func(provider.Network) any { return audience{"Audience"} },
	kindUser:     func(provider.Network) any { return user{FirstName: "Sam", Metadata: json.RawMessage("{}")} },
	kindVerification: func(net provider.Network) any {
		return verification{Number: stranger, Status: pending, Code: touchedCode, Until: net.Book().Now().Add(codeLife), Touched: true}
	},
	kindRecording: func(net provider.Network) any {
		account, _ := net.Book().Account(firstAccount(net))
		c, _ := call{Handset: stranger, Duration: 1}.complete(account, net.Book().Now())
		if who, err := contactFor(net, account.ID, stranger); err == nil {
			c.Contact = who.ID
		}
		return recording{Call: mint(net, kindCall, "of a recording"), Duration: 1, Of: &c}
	},
	kindFile: func(provider.Network) any { return struct{}{} },
}

// touchedCode is what the vendor's SDKs give in their own tests.
const touchedCode = "123456"

// stranger is a number that is made up for somebody who has only an id.
const stranger = sms.Number("+15005550100")

func firstAccount(net provider.Network) string {
	for a := range allAccounts(net.Book()) {
		return a.ID
	}
	return ""
}

// touchAccount makes an account with all that it needs.
func touchAccount(net provider.Network, id string) (sms.Account, *sms.Error) {
	if !lenient(net) || !strings.HasPrefix(id, prefixes[sms.KindAccount]) {
		return sms.Account{}, sms.Fail(sms.AccountNotFound, "")
	}
	account := newAccount(net, id, profile{Name: "Account"})
	return account, net.Do(&account)
}

// touchLine makes a line, by its id, of the first account.
func touchLine(net provider.Network, id string) (sms.Account, sms.Line, *sms.Error) {
	account, _ := net.Book().Account(firstAccount(net))
	if !strings.HasPrefix(id, prefixes[sms.KindLine]) {
		return account, sms.Line{}, sms.Fail(sms.NotFound, "")
	}
	l, err := touchLineOf(net, account, id)
	if err != nil {
		return account, l, sms.Fail(sms.NotFound, "")
	}
	account, _ = net.Book().Account(account.ID)
	return account, l, nil
}

// touchLineOf makes a line by its id or its number, as a body may name it.
func touchLineOf(net provider.Network, account sms.Account, idOrNumber string) (sms.Line, *sms.Error) {
	l := sms.Line{ID: idOrNumber, Kind: sms.LongCode}
	if n := sms.Number(idOrNumber); n.Valid() {
		l.ID, l.Number = mint(net, sms.KindLine, idOrNumber), n
	} else if free := freeNumbers(net.Book(), areasOf(local, "US"), firstForSale, lastForSale, 1); len(free) > 0 {
		l.Number = free[0]
	}
	if !lenient(net) || l.Number == "" || !strings.HasPrefix(l.ID, prefixes[sms.KindLine]) {
		return l, sms.Fail(sms.LineNotFound, "")
	}
	l.Name = formatted(l.Number)
	return l, net.Do(withLine(account, inCampaign(l, account.ID, "", ""))...)
}

// contactByID finds a contact of an account, or of any with "".
func contactByID(net provider.Network, account, id string) (sms.Contact, bool) {
	who, ok := net.Book().Contact(id)
	if ok {
		return who, account == "" || ours(net, account, who.Account)
	}
	if !lenient(net) || !strings.HasPrefix(id, prefixes[sms.KindContact]) {
		return who, false
	}
	drawn := net.Context().Draw("contact " + id)
	who = sms.Contact{
		ID: id, Provider: vendor, Account: orElse(account, firstAccount(net)),
		Number: sms.Number(fmt.Sprintf("+1500%07d", 5_560_000+binary.BigEndian.Uint64(drawn[:8])%1_000_000)),
	}
	return who, net.Do(&who) == nil
}

// messageByID finds a message. One that is not there cannot be made, because
// nobody sent it, but it can be shown.
func messageByID(net provider.Network, id string) (sms.Message, bool) {
	m, ok := net.Book().Message(id)
	if ok || !lenient(net) || !strings.HasPrefix(id, prefixes[sms.KindMessage]) {
		return m, ok
	}
	draw := func(kind sms.Kind) string {
		return newID(kind, 0, time.UnixMilli(0), net.Context().Draw(string(kind)+" of "+id))
	}
	m = sms.Message{
		ID: id, Provider: vendor, Account: firstAccount(net), Body: "Hi", Handset: stranger, State: sms.Delivered,
		Conversation: draw(sms.KindConversation), Contact: draw(sms.KindContact),
	}
	if account, _ := net.Book().Account(m.Account); len(account.Lines) > 0 {
		m.Line = account.Lines[0].Number
	}
	return m, true
}
