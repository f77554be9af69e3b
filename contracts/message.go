package contracts

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// Message is a request or a webhook as the contract reads it: who it is about,
// and of what shape it is. It may be far from what the contract says.
type Message struct {
	Operation *Operation

	path   func(name string) string // nil for a webhook
	query  []pair
	body   any // nil if there is none that can be read
	schema *schema
}

// ReadRequest reads a call of an application; false if the contract names no
// such operation.
func (c *Contract) ReadRequest(q Request) (Message, bool) {
	o, path, ok := c.Find(q.method(http.MethodGet), q.URL)
	if !ok {
		return Message{}, false
	}
	m := o.read(q)
	m.path = path
	return m, true
}

// ReadWebhook reads a webhook as CheckWebhook does: by its type word, or as the
// one that fits best; false if the contract names none with its method or word.
func (c *Contract) ReadWebhook(w Webhook) (Message, bool) {
	method := w.method(http.MethodPost)
	candidates := slices.DeleteFunc(slices.Clone(c.webhooks), func(o *Operation) bool { return o.Method != method })
	word := w.Type
	if word == "" && c.typeAt != "" {
		value, _ := decodeJSON(w.Body) // what is malformed has no word
		word = jsonpointer.Text(value, c.typeAt)
	}
	w.Secrets = nil // a signature says nothing about what is signed
	var best *Operation
	nearest := 0
	for _, o := range candidates {
		if word != "" && o.Path == word {
			return o.read(w.Request), true
		}
		if word != "" {
			continue
		}
		if far := distance(c.checkWebhook(o, w)); best == nil || far < nearest {
			best, nearest = o, far
		}
	}
	if best == nil {
		return Message{}, false
	}
	return best.read(w.Request), true
}

// read decodes a request to o. What cannot be read is left out.
func (o *Operation) read(q Request) Message {
	m := Message{Operation: o}
	if u, err := url.Parse(q.URL); err == nil {
		m.query, _ = parsePairs(u.RawQuery)
	}
	if o.body == nil {
		return m
	}
	given := formType
	if values := valuesOf(q.Header, "Content-Type"); len(values) > 0 {
		given = values[0]
	}
	found, kind, options, ok := o.body.find(given)
	if !ok {
		return m
	}
	m.schema = found.schema
	m.body, _ = decode(kind, options, q.Body, found.schema, q.extra(o))
	return m
}

// Conversation lists the values that name the conversation or the handset that
// a message is about (x-conversation), best first.
func (m Message) Conversation() []string {
	role, _ := m.role("x-conversation").([]any)
	return m.values(role)
}

// Roles lists the values that a message has under a key of a role, best first:
// x-mt and x-mo have handset, line and text.
func (m Message) Roles(role, key string) []string {
	keys, _ := m.role(role).(map[string]any)
	if one, ok := keys[key].(string); ok {
		return m.values([]any{one})
	}
	list, _ := keys[key].([]any)
	return m.values(list)
}

// RolePointers are where Roles looks.
func (m Message) RolePointers(role, key string) []string {
	keys, _ := m.role(role).(map[string]any)
	var all []string
	for _, v := range append([]any{keys[key]}, listOf(keys[key])...) {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

func listOf(v any) []any {
	list, _ := v.([]any)
	return list
}

func (m Message) role(name string) any {
	if m.Operation == nil {
		return nil
	}
	return m.Operation.contract.node(m.Operation.pointer).object[name]
}

func (m Message) values(pointers []any) []string {
	var all []string
	for _, p := range pointers {
		pointer, _ := p.(string)
		if text := m.at(pointer); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// at is the text at a JSON pointer into the body, or at query:NAME or path:NAME.
func (m Message) jsonpointer.At(pointer string) string {
	if name, ok := strings.CutPrefix(pointer, "path:"); ok {
		return m.Path(name)
	}
	if name, ok := strings.CutPrefix(pointer, "query:"); ok {
		for _, kv := range m.query {
			if kv.key == name {
				return kv.value
			}
		}
		return ""
	}
	found, _ := jsonpointer.At(m.body, pointer)
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

// Shape says what stands where in a message: its places, as JSON pointers into
// the body and query:NAME, with the type of what stands there, or with the very
// value in JSON where it is one of a few that the contract names.
func (m Message) Shape() map[string]string {
	out := map[string]string{}
	if m.Operation == nil {
		return out
	}
	for _, kv := range m.query {
		out["query:"+kv.key] = "string"
		for i := range m.Operation.parameters {
			if p := &m.Operation.parameters[i]; p.in == "query" && p.name == kv.key {
				out["query:"+kv.key] = described(kv.value, flatten(nil, p.schema.compiled()))
			}
		}
	}
	shape(out, "", m.body, flatten(nil, m.schema.compiled()))
	return out
}

func shape(out map[string]string, pointer string, v any, flat []*jsonschema.Schema) {
	switch v := v.(type) {
	case map[string]any:
		out[pointer] = "object"
		for name, inner := range v {
			shape(out, jsonpointer.Join(pointer, name), inner, property(flat, name))
		}
	case []any:
		out[pointer] = "array"
		for i, inner := range v {
			shape(out, jsonpointer.Join(pointer, strconv.Itoa(i)), inner, item(flat))
		}
	case nil:
		if pointer != "" {
			out[pointer] = "null"
		}
	default:
		out[pointer] = described(v, flat)
	}
}

// described is a plain value by its type, or by itself if it is one of a few.
func described(v any, flat []*jsonschema.Schema) string {
	if slices.ContainsFunc(flat, func(s *jsonschema.Schema) bool {
		return s.Const != nil && *s.Const == v || s.Enum != nil && slices.Contains(s.Enum.Values, v)
	}) {
		if text, err := json.Marshal(v); err == nil {
			return string(text)
		}
	}
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	}
	return fmt.Sprintf("%T", v)
}

// Texts are the texts of a message by their places, as Shape names them.
func (m Message) Texts() map[string]string {
	out := map[string]string{}
	for _, kv := range m.query {
		out["query:"+kv.key] = kv.value
	}
	texts(out, "", m.body)
	return out
}

func texts(out map[string]string, pointer string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			texts(out, jsonpointer.Join(pointer, name), inner)
		}
	case []any:
		for i, inner := range v {
			texts(out, jsonpointer.Join(pointer, strconv.Itoa(i)), inner)
		}
	case string:
		out[pointer] = v
	}
}

// Example is an answer of o with a status as the document shows it; false if it
// shows none.
func (o *Operation) Example(status int) (contentType string, body []byte, ok bool) {
	promised, known := o.answerTo(status)
	if !known || promised.body == nil {
		return "", nil, false
	}
	for _, media := range promised.body.media {
		n := o.contract.node(media.pointer)
		value, found := n.object["example"]
		for _, name := range n.under("examples").names() {
			if !found {
				value, found = n.under("examples", name).object["value"]
			}
		}
		if text, isText := value.(string); found && isText {
			return media.name, []byte(text), true
		}
		if text, err := json.Marshal(value); found && err == nil && strings.HasSuffix(media.name, "json") {
			return media.name, text, true
		}
	}
	return "", nil, false
}
