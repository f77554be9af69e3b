package mta

import (
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// heard is called after a reply reached the vendor: a word may be answered, or
// be the keyword of groups. Words that manage consent do neither.
func heard(net provider.Network, m sms.Message) {
	if keywords.Match(m.Body, false) != sms.NoKeyword || net.Book().OptedOut(m.Account, m.Handset, m.Line) {
		return
	}
	word := strings.TrimSpace(m.Body)
	s := documents(net.Book(), kindSmartReply, "", func(record[smartReply]) any { return nil })
	each(s.find, true, func(d sms.Document) bool {
		r := load[smartReply](d)
		if !strings.EqualFold(r.v.Word, word) {
			return true
		}
		answerWith(net, m, r.v.Message)
		return false
	})
	joinByKeyword(net, m, word)
}

// joinByKeyword puts the sender of a word into the groups whose keyword it is.
func joinByKeyword(net provider.Network, m sms.Message, word string) {
	s := documents(net.Book(), kindGroup, "", viewGroup)
	each(s.find, true, func(d sms.Document) bool {
		g := load[group](d)
		if g.v.Keyword == nil || !strings.EqualFold(strings.TrimSpace(*g.v.Keyword), word) {
			return true
		}
		who, err := ensure(net, m.Account, subscriber{Number: m.Handset})
		if err != nil || !who.v.join(g.id(), instant(net.Book().Now())) || saveSubscriber(net, &who) != nil {
			return true
		}
		if g.v.Welcome != nil {
			answerWith(net, m, *g.v.Welcome)
		}
		return true
	})
}

// answerWith texts the sender back from the number that was texted. It is the
// vendor's own text, of which no webhook tells.
func answerWith(net provider.Network, m sms.Message, body string) {
	// There is no caller to tell of an error.
	_, _ = net.Send(sms.Outbound{Account: m.Account, Conversation: m.Conversation, Body: body, Automatic: true})
}
