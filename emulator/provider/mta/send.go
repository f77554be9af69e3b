package mta

import (
	"fmt"
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// sent is data of the answer to a send.
type sent struct {
	MessageID   string `json:"messageId"`
	Total       int    `json:"totalSent"`
	Foreign     int    `json:"totalFailedInternationalRecipients"`
	OutboundIDs []ref  `json:"outboundIds"`
}

// sendMessage is POST /send.
func sendMessage(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return takeOrder(net, w, r, (*order).read)
}

// sendTemplate is POST /send/controlled-template: an older send of a template alone.
func sendTemplate(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return takeOrder(net, w, r, func(o *order, f *form, net provider.Network) *sms.Error {
		if f.id("templateId") == "" {
			f.complain("templateId", "is required")
		}
		return o.read(f, net)
	})
}

func takeOrder(
	net provider.Network, w http.ResponseWriter, r *http.Request, read func(*order, *form, provider.Network) *sms.Error,
) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	once, err := claim(net, r, account.ID)
	if err != nil {
		return err
	}
	o := order{Made: net.Book().Now()}
	if err := read(&o, f, net); err != nil {
		return err
	}
	if on(net.Context(), "unverified") && !f.given("templateId") {
		return sms.Fail(sms.DemoLimit, "Unverified accounts can send templates only")
	}
	if o.Date.IsZero() && o.empty(net.Book()) {
		return sms.Fail(sms.Invalid, "There is nobody to send to")
	}
	if err := o.resolve(net, account.ID); err != nil {
		return err
	}
	request, err := o.accept(net, account.ID, once)
	if err != nil {
		return err
	}
	if !o.Date.IsZero() {
		all, abroad := o.targets(net.Book())
		say(w, "Message scheduled for "+recipients(len(all))+".", sent{request.ID, len(all), abroad, []ref{}})
		return nil
	}
	done, err := o.deliver(net, account.ID, request.ID)
	if err != nil {
		o.withdraw(net, done, request, once)
		return err
	}
	say(w, "Message sent to "+recipients(done.Total)+".", done)
	return nil
}

func recipients(n int) string {
	if n == 1 {
		return "1 recipient"
	}
	return fmt.Sprintf("%d recipients", n)
}

// resolve finds the subscribers given by number or e-mail, or makes them.
func (o *order) resolve(net provider.Network, account string) *sms.Error {
	for _, p := range o.people {
		known, err := ensure(net, account, p)
		if err != nil {
			return err
		}
		o.Subscribers = append(o.Subscribers, known.id())
	}
	o.people = nil
	return nil
}

// accept makes the request that all messages of the order belong to, and keeps
// the caller's id of it, in one step. A scheduled order waits in the request.
func (o order) accept(net provider.Network, account string, once *sms.Document) (*sms.Document, *sms.Error) {
	request := &sms.Document{Provider: "mta", Account: account, Kind: kindRequest}
	if !o.Date.IsZero() {
		request.Keys, request.Body, request.Due = []string{scheduledKey}, provider.EncodeJSON(o), o.Date
	}
	changes := []sms.Change{request}
	if once != nil {
		changes = append(changes, once)
	}
	if err := net.Do(changes...); err != nil {
		if err.Code == sms.Taken {
			return nil, repeated
		}
		return nil, err
	}
	return request, nil
}

// withdraw takes an order back of which nothing was sent, so that its caller
// may try again under the same id.
func (o order) withdraw(net provider.Network, done sent, request, once *sms.Document) {
	if len(done.OutboundIDs) > 0 {
		return
	}
	request.Gone = true
	changes := []sms.Change{request}
	if once != nil {
		once.Gone, once.New = true, false
		changes = append(changes, once)
	}
	// There is an error to tell already.
	_ = net.Do(changes...)
}

// target is somebody to be texted.
type target struct {
	number       sms.Number
	conversation string
	contact      *sms.Contact
	doomed       sms.Reason
}

// targets are all that an order reaches, each number once, and how many it
// leaves out for they are abroad. Who has no number is not texted.
func (o order) targets(book provider.Book) (all []target, abroad int) {
	seen := map[sms.Number]bool{}
	add := func(t target) {
		if t.number == "" || seen[t.number] {
			return
		}
		seen[t.number] = true
		if _, kind := readPhone(string(t.number)); kind == foreign {
			abroad++
			return
		}
		all = append(all, t)
	}
	person := func(s subscriber) { add(target{number: s.Number, contact: s.contact()}) }
	if conv, ok := conversation(book, string(o.Thread)); ok {
		add(target{number: conv.Handset, conversation: conv.ID})
	}
	for _, s := range o.people {
		person(s)
	}
	for _, id := range o.Subscribers {
		if s, ok := find[subscriber](book, kindSubscriber, string(id)); ok {
			person(s.v)
		}
	}
	for _, key := range o.memberKeys() {
		s := documents(book, kindSubscriber, key, viewSubscriber(book))
		each(s.find, true, func(d sms.Document) bool {
			person(load[subscriber](d).v)
			return true
		})
	}
	for _, n := range o.Bad {
		add(target{number: n, doomed: sms.InvalidNumber})
	}
	return all, abroad
}

// memberKeys are the keys under which the members of the order's groups are
// listed; "" lists all subscribers.
func (o order) memberKeys() (keys []string) {
	if o.All {
		return []string{""}
	}
	for _, id := range o.Groups {
		keys = append(keys, groupKey(id))
	}
	return keys
}

// empty reports whether an order names nobody, not even by e-mail.
func (o order) empty(book provider.Book) bool {
	if len(o.people)+len(o.Subscribers)+len(o.Bad)+len(o.Thread) > 0 {
		return false
	}
	for _, key := range o.memberKeys() {
		if members, _ := book.Documents(kindSubscriber, key, sms.Page{Limit: 1}); members.Total > 0 {
			return false
		}
	}
	return true
}

// deliver sends the order to everybody it reaches. Who has opted out is not
// counted, nor is a number that is none: those messages fail.
func (o order) deliver(net provider.Network, account, batch string) (sent, *sms.Error) {
	book := net.Book()
	done := sent{MessageID: batch, OutboundIDs: []ref{}}
	line, _ := book.Line(account, string(o.Line))
	skipsOut := setting(net.Context(), "opted_out") == "skip"
	all, abroad := o.targets(book)
	done.Foreign = abroad
	for _, t := range all {
		out := sms.Outbound{
			Account: account, Handset: t.number, Line: line.Number, Contact: t.contact,
			Body: o.text(), Media: o.media(), Metadata: o.Tags, Doomed: t.doomed, Batch: batch, Reference: o.External,
		}
		if t.conversation != "" {
			out.Handset, out.Line, out.Conversation = "", "", t.conversation
		}
		if o.isMMS() {
			out.Extra = sentAsMMS
		}
		isOut := book.OptedOut(account, t.number, line.Number)
		if isOut && skipsOut {
			continue
		}
		m, err := net.Send(out)
		if err != nil && (err.Code == sms.RecipientOut || err.Code == sms.RecipientOff) {
			continue // the vendor has no error for one recipient
		}
		if err != nil {
			return done, err
		}
		done.OutboundIDs = append(done.OutboundIDs, ref(m.ID))
		if !isOut && t.doomed == "" {
			done.Total++
		}
	}
	return done, nil
}
