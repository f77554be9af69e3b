package contracts

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// Message is a request or a webhook as the contract reads it: who it is about,
// and of what shape it is. It may be far from what the contract says.
type Message struct {
	Operation *Operation
	Reading   // of the body; empty if there is none that can be read

	path  func(name string) string // nil if only its operation was asked
	query map[string]any
}

// ReadRequest reads a call of an application; false if the contract names no
// such operation. A body that cannot be read is left out.
func (c *Contract) ReadRequest(q Request) (Message, bool) {
	o, path, ok := c.Find(q.method(http.MethodGet), q.URL)
	if !ok {
		return Message{}, false
	}
	m, _ := o.ReadRequest(q)
	m.path = path
	return m, true
}

// ReadWebhook reads a webhook as the one that FindWebhook finds; false if it
// finds none. A body that cannot be read is left out.
func (c *Contract) ReadWebhook(w Webhook) (Message, bool) {
	o := c.FindWebhook(w)
	if o == nil {
		return Message{}, false
	}
	m, _ := o.ReadRequest(w.Request)
	return m, true
}

// ReadRequest reads a request for o, or a webhook of its kind. The error is
// about the body; all else is read nevertheless.
func (o *Operation) ReadRequest(q Request) (Message, error) {
	body, err := readBody(o.body, q.Header, q.Body, q.extra(o))
	return Message{Operation: o, Reading: body, query: ReadQuery(q.URL)}, err
}

// Conversation lists the values that name the conversation or the handset that
// a message is about (x-conversation), best first.
func (m Message) Conversation() []string {
	return m.values(pointersOf(m.role("x-conversation")))
}

// Roles lists the values that a message has under a key of a role, best first:
// x-mt and x-mo have handset, line and text, x-status has message and state.
func (m Message) Roles(role, key string) []string { return m.values(m.RolePointers(role, key)) }

// Role is the first of Roles; "" if there is none.
func (m Message) Role(role, key string) string {
	if all := m.Roles(role, key); len(all) > 0 {
		return all[0]
	}
	return ""
}

// RolePointers are where Roles looks.
func (m Message) RolePointers(role, key string) []string {
	keys, _ := m.role(role).(map[string]any)
	return pointersOf(keys[key])
}

// pointersOf are those that a role names: one, or a list.
func pointersOf(role any) []string {
	if one, ok := role.(string); ok {
		return []string{one}
	}
	list, _ := role.([]any)
	var all []string
	for _, v := range list {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

func (m Message) role(name string) any {
	if m.Operation == nil {
		return nil
	}
	return m.Operation.contract.node(m.Operation.pointer).object[name]
}

func (m Message) values(pointers []string) []string {
	var all []string
	for _, p := range pointers {
		if text := m.text(p); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// text is what stands at a JSON pointer into the body, or at query:NAME or
// path:NAME; numbers are written as text.
func (m Message) text(pointer string) string {
	if name, ok := strings.CutPrefix(pointer, "path:"); ok {
		return m.Path(name)
	}
	found, _ := jsonpointer.At(m.Value, pointer)
	if name, ok := strings.CutPrefix(pointer, "query:"); ok {
		found = m.query[name]
	}
	switch v := found.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// Path is the value of a parameter of the path; "" if it has none.
func (m Message) Path(name string) string {
	if m.path == nil {
		return ""
	}
	return m.path(name)
}
