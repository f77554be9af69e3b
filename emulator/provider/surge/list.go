package surge

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// list is a page of anything.
type list[V any] struct {
	Data       []V `json:"data"`
	Pagination struct {
		Next     *string `json:"next_cursor"`
		Previous *string `json:"previous_cursor"`
	} `json:"pagination"`
}

// listMessages is GET /accounts/{account_id}/messages.
func listMessages(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	book, c := net.Book(), net.Context()
	return answerList(net, w, r,
		func(account string, p sms.Page) (sms.Slice[sms.Message], bool) {
			return book.Messages("account", account, p)
		},
		func(m sms.Message) (string, message) { return m.ID, messageView(m, book, c) })
}

// showMessage is GET /messages/{id}.
func showMessage(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	book := net.Book()
	m, ok := messageByID(net, r.PathValue("id"))
	if !ok {
		return sms.Fail(sms.NotFound, "")
	}
	provider.WriteJSON(w, http.StatusOK, messageView(m, book, net.Context()))
	return nil
}

// listContacts is GET /accounts/{account_id}/contacts.
func listContacts(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return answerList(net, w, r, net.Book().Contacts,
		func(c sms.Contact) (string, contact) { return c.ID, contactView(c) })
}

// answerList writes the page that the request asks for. find is a list of the
// book, view the id and the wire form of an item.
func answerList[T, V any](
	net provider.Network, w http.ResponseWriter, r *http.Request,
	find func(account string, p sms.Page) (sms.Slice[T], bool), view func(T) (string, V),
) *sms.Error {
	account, err := accountOf(net, r)
	if err != nil {
		return err
	}
	in := func(p sms.Page) (sms.Slice[T], bool) { return find(account.ID, p) }
	return answerPage(net, w, r, in, view)
}

// answerPage is answerList for a list that is narrowed already.
func answerPage[T, V any](
	net provider.Network, w http.ResponseWriter, r *http.Request,
	find func(sms.Page) (sms.Slice[T], bool), view func(T) (string, V),
) *sms.Error {
	page, err := pageOf(r.URL.RawQuery)
	page.Limit = count(net.Context(), "page_size", 1)
	items, ok := find(page)
	if (err != nil || !ok) && lenient(net) {
		items, ok = find(sms.Page{Limit: page.Limit})
		err = nil
	}
	if err != nil {
		return err
	}
	if !ok {
		return sms.Fail(sms.BadCursor, "")
	}
	provider.WriteJSON(w, http.StatusOK, listView(items, view))
	return nil
}

func listView[T, V any](items sms.Slice[T], view func(T) (string, V)) list[V] {
	l := list[V]{Data: make([]V, 0, len(items.Items))} // never null
	var ids []string
	for _, item := range items.Items {
		id, v := view(item)
		ids, l.Data = append(ids, id), append(l.Data, v)
	}
	if n := len(ids); n > 0 && items.Further {
		l.Pagination.Next = writeCursor(ids[n-1])
	}
	if len(ids) > 0 && items.Earlier {
		l.Pagination.Previous = writeCursor(ids[0])
	}
	return l
}

// pageOf reads the place in a list from a query; an empty parameter is none.
func pageOf(query string) (sms.Page, *sms.Error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return sms.Page{}, sms.Fail(sms.BadCursor, "")
	}
	var p sms.Page
	for name, place := range map[string]*string{"after": &p.After, "before": &p.Before} {
		if text := values.Get(name); text != "" {
			id, ok := readCursor(text)
			if !ok {
				return sms.Page{}, sms.Fail(sms.BadCursor, "")
			}
			*place = id
		}
	}
	if p.After != "" && p.Before != "" {
		return sms.Page{}, sms.Fail(sms.BadCursor, "Only one of after and before can be given.")
	}
	return p, nil
}

// cursor marks an item of a list. To callers its text is opaque.
type cursor struct {
	ID string `json:"id"`
}

func writeCursor(id string) *string {
	text := base64.URLEncoding.EncodeToString(provider.EncodeJSON(cursor{id}))
	return &text
}

// readCursor takes the text with or without its padding.
func readCursor(text string) (id string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return "", false
	}
	var c cursor
	if json.Unmarshal(raw, &c) != nil {
		return "", false
	}
	return c.ID, c.ID != ""
}
