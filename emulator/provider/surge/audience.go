package surge

import (
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// audience is the body of a kindAudience document.
type audience struct {
	Name string `json:"name"`
}

type audienceInfo struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// member is the body of a kindMember document.
type member struct {
	Contact string `json:"contact"`
}

// createAudience is POST /accounts/{account_id}/audiences.
func createAudience(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := openAccount(net, r)
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	body := audience{f.need("name")}
	if err := f.err(); err != nil {
		return err
	}
	d := document(kindAudience, account.ID, body)
	if err := net.Do(&d); err != nil {
		return err
	}
	provider.WriteJSON(w, http.StatusCreated, audienceInfo{d.ID, body.Name})
	return nil
}

// audienceOf finds an audience by its id, or by the one that it had when
// audiences were segments.
func audienceOf(net provider.Network, id string) (sms.Document, *sms.Error) {
	if rest, ok := strings.CutPrefix(id, segmentPrefix); ok {
		id = prefixes[kindAudience] + rest
	}
	d, _, err := documentOf[audience](net, kindAudience, id)
	return d, err
}

// segmentPrefix began the ids of audiences until 2026-03-11.
const segmentPrefix = "seg_"

// addMember is POST /audiences/{audience_id}/contacts. A contact that is in it
// already stays there, once.
func addMember(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	changing.Lock()
	defer changing.Unlock()
	group, err := audienceOf(net, r.PathValue("audience_id"))
	if err == nil {
		err = notArchived(net.Book(), group.Account)
	}
	if err != nil {
		return err
	}
	in, err := readObject(r)
	if err != nil {
		return err
	}
	f := newForm(in)
	who, known := contactByID(net, group.Account, f.need("id"))
	if !known {
		f.complainOnce("id", noSuch)
	}
	if err := f.err(); err != nil {
		return err
	}
	key := memberKey(group.ID, who.ID)
	if _, in := net.Book().Document(kindMember, key); !in {
		d := document(kindMember, group.Account, member{who.ID}, group.ID, key)
		if err := net.Do(&d); err != nil {
			return err
		}
	}
	return answerContact(w, http.StatusCreated, who, nil)
}

func memberKey(audience, contact string) string { return audience + " " + contact }

// listMembers is GET /audiences/{audience_id}/contacts.
func listMembers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	group, err := audienceOf(net, r.PathValue("audience_id"))
	if err != nil {
		return err
	}
	book := net.Book()
	find := func(p sms.Page) (sms.Slice[sms.Document], bool) { return book.Documents(kindMember, group.ID, p) }
	return answerPage(net, w, r, find, func(d sms.Document) (string, contact) {
		in, _ := read[member](d)
		who, _ := book.Contact(in.Contact)
		return d.ID, contactView(who)
	})
}
