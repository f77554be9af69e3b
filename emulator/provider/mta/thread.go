package mta

import (
	"net/http"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// marks are what the account did to a thread: the moments up to which its
// messages were read, cleared away, or deleted with the thread.
type marks struct {
	Read    time.Time `json:"read,omitzero"`
	Cleared time.Time `json:"cleared,omitzero"`
	Deleted time.Time `json:"deleted,omitzero"`
}

// thread is a conversation as the vendor sees it, with its newest message.
type thread struct {
	sms.Conversation
	marks record[marks]
	last  *sms.Message // nil if there is none left
	name  string
	who   record[subscriber] // without an id if the number is nobody's
}

func threadKey(id string) string { return "thread " + id }

// threadOf is a conversation with its marks; false if it was deleted and
// nothing was said since.
func threadOf(book provider.Book, c sms.Conversation) (thread, bool) {
	t := thread{Conversation: c, name: string(c.Handset)}
	t.marks, _ = find[marks](book, kindThread, threadKey(c.ID))
	t.who, _ = find[subscriber](book, kindSubscriber, numberKey(c.Handset))
	if name := strings.TrimSpace(t.who.v.FirstName + " " + t.who.v.LastName); name != "" {
		t.name = name
	}
	newest, _ := book.Messages("conversation", c.ID, sms.Page{Limit: 1})
	if len(newest.Items) > 0 && t.shows(newest.Items[0]) {
		t.last = &newest.Items[0]
	}
	deleted := t.marks.v.Deleted
	return t, deleted.IsZero() || t.last != nil
}

// shows reports whether a message of the thread was not cleared away.
func (t thread) shows(m sms.Message) bool {
	return m.Created.After(t.marks.v.Cleared) && m.Created.After(t.marks.v.Deleted)
}

// unread reports whether the newest message is a reply that was not read.
func (t thread) unread() bool {
	return t.last != nil && t.last.Direction == sms.MO && t.last.Created.After(t.marks.v.Read)
}

// threadRow is a thread in a list.
type threadRow struct {
	ID       ref        `json:"id"`
	Name     string     `json:"name"`
	Unread   bool       `json:"unread"`
	Latest   *threadTip `json:"latestMessage"`
	Multiple bool       `json:"multipleRecipients"`
}

type threadTip struct {
	Message   string `json:"message"`
	Timestamp string `json:"timestamp"`
}

func (t thread) row() threadRow {
	v := threadRow{ID: ref(t.ID), Name: t.name, Unread: t.unread()}
	if t.last != nil {
		v.Latest = &threadTip{t.last.Body, instant(t.last.Created)}
	}
	return v
}

// listThreads is GET /threads, the newest first.
func listThreads(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	book := net.Book()
	account, err := accountOf(book)
	if err != nil {
		return err
	}
	return answerList(w, r, source[sms.Conversation]{
		find: func(p sms.Page) (sms.Slice[sms.Conversation], bool) {
			return book.Conversations("account", account.ID, p)
		},
		view: func(c sms.Conversation) any {
			t, ok := threadOf(book, c)
			if !ok {
				return nil
			}
			return t.row()
		},
		sift: true, newest: true,
	})
}

// conversation is the vendor's own conversation with that id.
func conversation(book provider.Book, id string) (sms.Conversation, bool) {
	c, ok := book.Conversation(id)
	return c, ok && c.Provider == "mta"
}

// threadIn is the thread in the path.
func threadIn(net provider.Network, r *http.Request) (thread, *sms.Error) {
	if c, ok := conversation(net.Book(), r.PathValue("id")); ok {
		if t, ok := threadOf(net.Book(), c); ok {
			return t, nil
		}
	}
	return thread{}, missing(net, "thread")
}

// showThread is GET /threads/{id}.
func showThread(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	t, err := threadIn(net, r)
	if err != nil {
		return err
	}
	people := []any{}
	if t.who.doc.ID != "" {
		people = append(people, viewSubscriber(net.Book())(t.who))
	}
	say(w, "", struct {
		ID          ref    `json:"id"`
		Name        string `json:"name"`
		All         bool   `json:"allSubscribers"`
		Groups      []ref  `json:"groups"`
		Subscribers []any  `json:"subscribers"`
	}{ref(t.ID), t.name, false, []ref{}, people})
	return nil
}

// mark changes the marks of the thread in the path.
func mark(net provider.Network, w http.ResponseWriter, r *http.Request, message string, set func(*marks, time.Time)) *sms.Error {
	t, err := threadIn(net, r)
	if err != nil {
		return err
	}
	if t.marks.doc.ID == "" {
		t.marks = draft(kindThread, t.Account, marks{})
	}
	set(&t.marks.v, net.Book().Now())
	if err := net.Do(t.marks.change(threadKey(t.ID))); err != nil {
		return err
	}
	say(w, message, nil)
	return nil
}

// readThread is PATCH /threads/{id}/read.
func readThread(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return mark(net, w, r, "Thread marked as read.", func(m *marks, now time.Time) { m.Read = now })
}

// deleteThread is DELETE /threads/{id}: it comes back with the next message.
func deleteThread(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return mark(net, w, r, "Thread deleted successfully.", func(m *marks, now time.Time) { m.Deleted = now })
}

// deleteItems is DELETE /threads/{id}/items.
func deleteItems(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return mark(net, w, r, "Thread items deleted successfully.", func(m *marks, now time.Time) { m.Cleared = now })
}

// item is a message of a thread.
type item struct {
	ID        ref     `json:"id"`
	Message   string  `json:"message"`
	URL       *string `json:"url"`
	Inbound   bool    `json:"inbound"`
	Timestamp string  `json:"timestamp"`
}

// listItems is GET /threads/{id}/items, the newest first.
func listItems(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	t, err := threadIn(net, r)
	if err != nil {
		return err
	}
	book, c := net.Book(), net.Context()
	return answerList(w, r, source[sms.Message]{
		find: func(p sms.Page) (sms.Slice[sms.Message], bool) { return book.Messages("conversation", t.ID, p) },
		view: func(m sms.Message) any {
			if !t.shows(m) {
				return nil
			}
			v := item{ID: ref(m.ID), Message: m.Body, Inbound: m.Direction == sms.MO, Timestamp: instant(m.Created)}
			if at, ok := mediaURL(m, c).(string); ok {
				v.URL = &at
			}
			return v
		},
		sift: true, newest: true,
	})
}
