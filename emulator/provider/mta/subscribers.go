package mta

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// subscriberView is a subscriber as answers show it.
type subscriberView struct {
	ID           ref           `json:"id"`
	FirstName    *string       `json:"firstName"`
	LastName     *string       `json:"lastName"`
	Email        *string       `json:"email"`
	Number       ref           `json:"number"`
	E164Number   string        `json:"e164Number,omitempty"`
	Date         string        `json:"date"`
	CountryID    *int          `json:"countryId"`
	Groups       []memberGroup `json:"groups"`
	FieldData    []fieldValue  `json:"subscriberFieldData"`
	SignupMethod int           `json:"signupMethod"`
	LongNumber   ref           `json:"longNumber"`
	CarrierID    int           `json:"carrierId"`
}

type memberGroup struct {
	ID   ref    `json:"id"`
	Name string `json:"name"`
	At   string `json:"addedToGroupAt"`
}

type fieldValue struct {
	ID      ref    `json:"id"`
	FieldID ref    `json:"subscriberFieldId"`
	Data    string `json:"data"`
}

const (
	signupByAPI = 5
	inAmerica   = 209
)

func viewSubscriber(book provider.Book) func(record[subscriber]) any {
	return func(r record[subscriber]) any {
		s := r.v
		v := subscriberView{
			ID: r.id(), FirstName: optional(s.FirstName), LastName: optional(s.LastName), Email: optional(s.Email),
			Number: national(s.Number), E164Number: string(s.Number), Date: s.Subscribed,
			Groups: []memberGroup{}, FieldData: []fieldValue{}, SignupMethod: signupByAPI, LongNumber: long(s.Number),
		}
		if strings.HasPrefix(string(s.Number), "+1") {
			country := inAmerica
			v.CountryID = &country
		}
		for _, m := range s.Groups {
			if g, ok := find[group](book, kindGroup, string(m.ID)); ok {
				v.Groups = append(v.Groups, memberGroup{m.ID, g.v.Name, m.At})
			}
		}
		for _, id := range slices.Sorted(maps.Keys(s.Fields)) {
			v.FieldData = append(v.FieldData, fieldValue{ref(id), ref(id), s.Fields[id]})
		}
		return v
	}
}

// listSubscribers is GET /subscribers.
func listSubscribers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return answerList(w, r, documents(net.Book(), kindSubscriber, "", viewSubscriber(net.Book())))
}

// createSubscriber is POST /subscribers. Who is known already is changed.
func createSubscriber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	kept, existed, err := upsert(net, account.ID, f)
	if err != nil {
		return err
	}
	verb := "created"
	if existed {
		verb = "updated"
	}
	view := viewSubscriber(net.Book())(kept)
	if v, ok := view.(subscriberView); ok && !existed && on(net.Context(), "raw_create") {
		view = rawSubscriber{v, json.RawMessage(`{"val":"CURRENT_TIMESTAMP"}`), "0"}
	}
	say(w, "Subscriber "+verb+" successfully.", view)
	return nil
}

// rawSubscriber is a new subscriber as the vendor's sample of a create shows
// one: as it goes into a database, and not as it comes out.
type rawSubscriber struct {
	subscriberView
	Date      json.RawMessage `json:"date"`
	CarrierID string          `json:"carrierId"`
}

// upsert makes the subscriber that a form describes, or changes the one that
// has its number or e-mail.
func upsert(net provider.Network, account string, f *form) (kept record[subscriber], existed bool, err *sms.Error) {
	kept = draft(kindSubscriber, account, subscriber{Subscribed: instant(net.Book().Now())})
	kept.v.read(f, net.Book())
	if err := f.err(); err != nil {
		return kept, false, err
	}
	known, existed := kept.v.known(net.Book())
	if !existed {
		err = saveSubscriber(net, &kept)
		if err == nil || err.Code != sms.Taken {
			return kept, false, err
		}
		known = kept // somebody was faster
	}
	return known, true, alter(net, &known, f)
}

// alter changes a subscriber as a form says, if no other one has its number or e-mail.
func alter(net provider.Network, kept *record[subscriber], f *form) *sms.Error {
	kept.v.read(f, net.Book())
	if err := f.err(); err != nil {
		return err
	}
	for _, key := range kept.v.identity() {
		if other, ok := find[subscriber](net.Book(), kindSubscriber, key); ok && other.doc.ID != kept.doc.ID {
			return sms.Fail(sms.Invalid, "Subscriber "+other.doc.ID+" has this number or email")
		}
	}
	return saveSubscriber(net, kept)
}

// showSubscriber is GET /subscribers/{idOrNumberOrEmail}.
func showSubscriber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, ok := findSubscriber(net.Book(), r.PathValue("id"))
	if !ok {
		return missing(net, "subscriber")
	}
	say(w, "Subscriber retrieved successfully.", viewSubscriber(net.Book())(kept))
	return nil
}

// changeSubscriber is PATCH /subscribers/{idOrNumberOrEmail}: what is left out stays.
func changeSubscriber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	kept, ok := findSubscriber(net.Book(), r.PathValue("id"))
	if !ok {
		return missing(net, "subscriber")
	}
	if err := alter(net, &kept, f); err != nil {
		return err
	}
	say(w, "Subscriber updated successfully.", viewSubscriber(net.Book())(kept))
	return nil
}

// deleteSubscriber is DELETE /subscribers/{idOrNumberOrEmail}. An opt-out stays.
func deleteSubscriber(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, ok := findSubscriber(net.Book(), r.PathValue("id"))
	if !ok {
		return missing(net, "subscriber")
	}
	if err := net.Do(kept.gone()); err != nil {
		return err
	}
	say(w, "Subscriber deleted successfully.", nil)
	return nil
}
