package mta

import (
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// unsubscribed is one record that a bulk call added.
type unsubscribed struct {
	Number sms.Number `json:"number"`
}

// unsubscribedView is a row of the list.
type unsubscribedView struct {
	ID     ref        `json:"id"` // the number's own digits: the list is keyed by number
	Name   *string    `json:"name"`
	Number sms.Number `json:"number"`
	Email  *string    `json:"email"`
	Date   string     `json:"date"`
}

// unsubscribe is POST /unsubscribes: as if the phone had texted STOP, but
// nobody is told.
func unsubscribe(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	n, err := optOut(net, account.ID, f)
	if err != nil {
		return err
	}
	say(w, "Unsubscribed "+string(n)+".", null)
	return nil
}

// optOut opts the number of a form out.
func optOut(net provider.Network, account string, f *form) (sms.Number, *sms.Error) {
	n := f.phone("number")
	if n == "" {
		f.complain("number", "is required")
	}
	if err := f.err(); err != nil {
		return "", err
	}
	book := net.Book()
	if book.OptedOut(account, n, "") {
		return n, nil
	}
	o := &sms.OptOut{Provider: "mta", Account: account, Handset: n, Out: true, At: book.Now()}
	if c, ok := book.ContactOf(account, n); ok {
		o.Contact = c.ID
	}
	return n, net.Do(o)
}

// listUnsubscribes is GET /unsubscribes.
func listUnsubscribes(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	book := net.Book()
	account, err := accountOf(book)
	if err != nil {
		return err
	}
	return answerList(w, r, source[sms.OptOut]{
		find: func(p sms.Page) (sms.Slice[sms.OptOut], bool) { return book.OptOuts("account", account.ID, p) },
		view: func(o sms.OptOut) any { return viewUnsubscribed(o, book) },
		sift: true, // who opted in again is in the book too
	})
}

func viewUnsubscribed(o sms.OptOut, book provider.Book) any {
	if !o.Out {
		return nil
	}
	v := unsubscribedView{ID: long(o.Handset), Number: o.Handset, Date: instant(o.At)}
	if s, ok := find[subscriber](book, kindSubscriber, numberKey(o.Handset)); ok {
		v.Name = optional(strings.TrimSpace(s.v.FirstName + " " + s.v.LastName))
		v.Email = optional(s.v.Email)
	}
	return v
}

// showUnsubscribe is GET /unsubscribes/{number}.
func showUnsubscribe(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	n, kind := readPhone(r.PathValue("number"))
	if kind != domestic && kind != foreign {
		return sms.InvalidField("number", "is not a valid phone number")
	}
	say(w, "", struct {
		Unsubscribed bool `json:"unsubscribed"`
	}{net.Book().OptedOut(account.ID, n, "")})
	return nil
}
