package sandbox

import (
	"encoding/base64"
	"fmt"

	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Query narrows a list by at most one of its fields, each of which is an
// index, and pages through it, oldest first.
type Query struct {
	Provider, Handset, Conversation, Event string
	After                                  string // the cursor that the page before gave
	Limit                                  int    // 0 means 100
}

// Messages lists messages in the order they were made. next is "" on the last page.
func (s *Sandbox) Messages(q Query) (items []sms.Message, next string, err error) {
	return list(s, q, []string{"provider", "handset", "conversation"}, func(w *world) lister[sms.Message] { return w.carrier.Messages },
		func(m sms.Message) string { return m.ID })
}

// Conversations lists conversations in the order they began.
func (s *Sandbox) Conversations(q Query) (items []sms.Conversation, next string, err error) {
	return list(s, q, []string{"provider", "handset"}, func(w *world) lister[sms.Conversation] { return w.carrier.Conversations },
		func(c sms.Conversation) string { return c.ID })
}

// OptOuts lists who ever opted out, and whether they still are.
func (s *Sandbox) OptOuts(q Query) (items []sms.OptOut, next string, err error) {
	return list(s, q, []string{"provider", "handset"}, func(w *world) lister[sms.OptOut] { return w.carrier.OptOuts }, carrier.OptOutID)
}

// Attempts lists webhook attempts in the order they were made, each as it is now.
func (s *Sandbox) Attempts(q Query) (items []journal.Attempt, next string, err error) {
	return list(s, q, []string{"provider", "handset", "event"}, func(w *world) lister[journal.Attempt] { return w.queue.Attempts },
		func(a journal.Attempt) string { return a.ID })
}

type lister[T any] func(narrow, value string, p sms.Page) (sms.Slice[T], bool)

func list[T any](s *Sandbox, q Query, by []string, of func(*world) lister[T], id func(T) string) ([]T, string, error) {
	narrow, value, err := q.narrow(by)
	if err != nil {
		return nil, "", err
	}
	after, bad := base64.RawURLEncoding.DecodeString(q.After)
	if bad != nil {
		return nil, "", badCursor(q.After)
	}
	limit := q.Limit
	if limit == 0 {
		limit = 100
	}
	w := s.now()
	w.mu.Lock()
	part, ok := of(w)(narrow, value, sms.Page{After: string(after), Limit: limit, Oldest: true})
	w.mu.Unlock()
	if !ok {
		return nil, "", badCursor(q.After)
	}
	next := ""
	if part.Further {
		next = base64.RawURLEncoding.EncodeToString([]byte(id(part.Items[len(part.Items)-1])))
	}
	return part.Items, next, nil
}

func badCursor(after string) error {
	return sms.InvalidField("after", fmt.Sprintf("%q is not a cursor of this list; give the \"next\" of the page before", after))
}

// narrow is the one index that a query uses.
func (q Query) narrow(by []string) (narrow, value string, err error) {
	given := map[string]string{
		"provider": q.Provider, "handset": q.Handset, "conversation": q.Conversation, "event": q.Event,
	}
	if q.Limit < 0 || q.Limit > 1000 {
		return "", "", sms.InvalidField("limit", "must be 1 to 1000")
	}
	for _, name := range by {
		if given[name] == "" {
			continue
		}
		if narrow != "" {
			return "", "", sms.InvalidField(name, "cannot be combined with "+narrow+"; a list is narrowed by one of its indices")
		}
		narrow, value = name, given[name]
		delete(given, name)
	}
	for _, name := range []string{"provider", "handset", "conversation", "event"} {
		if given[name] != "" && name != narrow {
			return "", "", sms.InvalidField(name, fmt.Sprintf("does not narrow this list; it is narrowed by one of %v", by))
		}
	}
	return narrow, value, nil
}
