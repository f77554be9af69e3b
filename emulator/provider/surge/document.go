package surge

import (
	"encoding/json"
	"iter"
	"net/http"
	"sync"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// vendor is the name of this dialect.
const vendor = "surge"

// Kinds of documents. Each stands under its account as a key, besides those
// that are named here.
const (
	kindProfile      sms.Kind = "profile" // what Surge knows of an account
	kindImport       sms.Kind = "import"  // a number that is brought in
	kindCampaign     sms.Kind = "campaign"
	kindBlast        sms.Kind = "blast"
	kindAudience     sms.Kind = "audience"
	kindMember       sms.Kind = "member" // keys: the audience, and memberKey
	kindUser         sms.Kind = "user"
	kindVerification sms.Kind = "verification"
	kindLink         sms.Kind = "link"  // key: its code
	kindClick        sms.Kind = "click" // only key: the link
	kindCall         sms.Kind = "call"
	kindRecording    sms.Kind = "recording"
	kindVoicemail    sms.Kind = "voicemail"
	kindFile         sms.Kind = "file" // stands for an attachment made on first touch

	kindSigner sms.Kind = "signer" // has ids, but no documents
)

// changing is held by a request from where it reads an account or a document
// to where it has changed it, so that two requests do not undo each other.
var changing sync.Mutex

// document is a new document of an account, found under further keys too.
func document(kind sms.Kind, account string, body any, keys ...string) sms.Document {
	return sms.Document{
		Provider: vendor, Account: account, Kind: kind, Keys: append([]string{account}, keys...), Body: provider.EncodeJSON(body),
	}
}

// lookup finds a document by its id, and never by a key.
func lookup[T any](book provider.Book, kind sms.Kind, id string) (d sms.Document, body T, ok bool) {
	d, ok = book.Document(kind, id)
	if !ok || d.ID != id {
		return sms.Document{}, body, false
	}
	body, ok = read[T](d)
	return d, body, ok
}

// read is the body of a document; !ok if it is of another form.
func read[T any](d sms.Document) (body T, ok bool) {
	return body, json.Unmarshal(d.Body, &body) == nil
}

// with is the document with another body and no longer due.
func with(d sms.Document, body any) sms.Document {
	d.Body, d.Due = provider.EncodeJSON(body), time.Time{}
	return d
}

// documentsOf walks the documents of a kind under a key, newest first.
func documentsOf(book provider.Book, kind sms.Kind, key string) iter.Seq[sms.Document] {
	return func(yield func(sms.Document) bool) {
		p := sms.Page{Limit: 200}
		for {
			slice, ok := book.Documents(kind, key, p)
			for _, d := range slice.Items {
				if !yield(d) {
					return
				}
				p.After = d.ID
			}
			if !ok || !slice.Further {
				return
			}
		}
	}
}

// listDocuments answers with the account's documents of a kind.
func listDocuments[T, V any](kind sms.Kind, view func(sms.Document, T, provider.Book) V) serve {
	return func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		book := net.Book()
		find := func(account string, p sms.Page) (sms.Slice[sms.Document], bool) {
			return book.Documents(kind, account, p)
		}
		return answerList(net, w, r, find, func(d sms.Document) (string, V) {
			body, _ := read[T](d)
			return d.ID, view(d, body, book)
		})
	}
}

// showDocument answers with one document.
func showDocument[T, V any](kind sms.Kind, view func(sms.Document, T, provider.Book) V) serve {
	return func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		d, body, err := documentOf[T](net, kind, r.PathValue("id"))
		if err != nil {
			return err
		}
		provider.WriteJSON(w, http.StatusOK, view(d, body, net.Book()))
		return nil
	}
}

// dropDocument deletes a document and answers with it.
func dropDocument[T, V any](kind sms.Kind, view func(sms.Document, T, provider.Book) V) serve {
	return func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		changing.Lock()
		defer changing.Unlock()
		d, body, err := documentOf[T](net, kind, r.PathValue("id"))
		if err == nil {
			err = notArchived(net.Book(), d.Account)
		}
		if err != nil {
			return err
		}
		shown := view(d, body, net.Book())
		d.Gone, d.Due = true, time.Time{}
		if err := net.Do(&d); err != nil {
			return err
		}
		provider.WriteJSON(w, http.StatusOK, shown)
		return nil
	}
}

// serve answers one operation.
type serve = func(provider.Network, http.ResponseWriter, *http.Request) *sms.Error

// vendorEvent is one that only Surge has, about a document.
// The document must not be changed after the event is told.
func vendorEvent(t sms.EventType, d *sms.Document) *sms.Event {
	return &sms.Event{Type: t, Provider: vendor, Account: d.Account, Document: d}
}

// mint makes an id from words that no other id of the kind is made from.
func mint(net provider.Network, kind sms.Kind, words string) string {
	return newID(kind, 0, net.Book().Now(), net.Context().Draw(string(kind)+" "+words))
}
