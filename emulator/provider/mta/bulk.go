package mta

import (
	"encoding/json"
	"maps"
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// maxRecords is how many records a bulk call takes.
const maxRecords = 1000

// bulk is data of a bulk call.
type bulk struct {
	Total   int      `json:"totalRecordCount"`
	Created int      `json:"createdRecordCount"`
	Updated int      `json:"updatedRecordCount"`
	Errors  int      `json:"errorRecordCount"`
	Made    []any    `json:"createdRecords"`
	Changed []any    `json:"updatedRecords"`
	Failed  []object `json:"errorRecords"`
}

func newBulk(total int) bulk {
	return bulk{Total: total, Made: []any{}, Changed: []any{}, Failed: []object{}} // never null
}

// count adds what became of one record.
func (b *bulk) count(f *form, view any, existed bool, err *sms.Error) {
	switch {
	case err != nil:
		b.Errors++
		b.Failed = append(b.Failed, withError(f.object, err))
	case existed:
		b.Updated++
		b.Changed = append(b.Changed, view)
	default:
		b.Created++
		b.Made = append(b.Made, view)
	}
}

// eachRecord reads the records of a bulk call and lets do handle each.
func eachRecord(
	net provider.Network, w http.ResponseWriter, r *http.Request, message string,
	do func(account string, f *form) (view any, existed bool, err *sms.Error),
) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	forms, err := readForms(r, maxRecords)
	if err != nil {
		return err
	}
	b := newBulk(len(forms))
	for _, f := range forms {
		view, existed, err := do(account.ID, f)
		b.count(f, view, existed, err)
	}
	say(w, message, b)
	return nil
}

// bulkCreateSubscribers is POST /subscribers/bulk. With createOnly who is known
// already is an error; otherwise it is changed.
func bulkCreateSubscribers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	createOnly := r.URL.Query().Get("createOnly") == "true"
	return eachRecord(net, w, r, "Subscribers processed.", func(account string, f *form) (any, bool, *sms.Error) {
		if createOnly {
			var s subscriber
			s.read(&form{object: f.object}, net.Book())
			if _, known := s.known(net.Book()); known {
				return nil, false, sms.Fail(sms.Taken, "Subscriber already exists")
			}
		}
		kept, existed, err := upsert(net, account, f)
		return viewSubscriber(net.Book())(kept), existed, err
	})
}

// bulkChangeSubscribers is PATCH /subscribers/bulk. A record names its
// subscriber by id, number or e-mail.
func bulkChangeSubscribers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return eachRecord(net, w, r, "Subscribers processed.", func(_ string, f *form) (any, bool, *sms.Error) {
		kept, ok := named(net.Book(), f)
		if !ok {
			return nil, false, sms.Fail(sms.NotFound, "Subscriber does not exist")
		}
		err := alter(net, &kept, f)
		return viewSubscriber(net.Book())(kept), true, err
	})
}

// named is the subscriber that a record of a bulk change is about.
func named(book provider.Book, f *form) (record[subscriber], bool) {
	if id := f.id("id"); id != "" {
		return find[subscriber](book, kindSubscriber, string(id))
	}
	var s subscriber
	s.read(&form{object: f.object}, book)
	return s.known(book)
}

// bulkUnsubscribe is POST /unsubscribes/bulk.
func bulkUnsubscribe(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return eachRecord(net, w, r, "Unsubscribes processed.", func(account string, f *form) (any, bool, *sms.Error) {
		n, err := optOut(net, account, f)
		return unsubscribed{Number: n}, false, err
	})
}

// withError is a record of a bulk call as its answer gives it back.
func withError(o object, err *sms.Error) object {
	out := maps.Clone(o)
	if out == nil {
		out = object{}
	}
	out["error"] = json.RawMessage(provider.EncodeJSON(err.Detail))
	return out
}
