package history

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What calls say is found without knowing any provider's fields: where a
// message was made, the fields of the request that hold just its text, or just
// its reference, are where that provider has them, and so in the calls of the
// same route of which nothing was made.

// places are the fields of a route's requests that hold something. Nil says
// that nothing shows where; an empty list, that no field holds just that.
type places struct{ text, reference []string }

// SameText reports whether two calls ask for the same words. It is not known
// where nothing shows which part of the requests the words are.
func (h *History) SameText(a, b *Call) (same, known bool) {
	if a.Request.Path == b.Request.Path && a.Request.Body == b.Request.Body {
		return true, true
	}
	one, found := h.text(a)
	other, also := h.text(b)
	if found && also {
		return one == other, true
	}
	if len(a.Made) == 1 && len(b.Made) == 1 && a.Made[0].Message.ID != "" && b.Made[0].Message.ID != "" {
		return a.Made[0].Message.Body == b.Made[0].Message.Body, true
	}
	return false, false
}

func (h *History) text(c *Call) (string, bool) { return held(c, h.placesOf(c).text) }

// ReferenceOf is the caller's own id for the message that it asks for; empty
// if it gave none, or nothing shows where it stands.
func (h *History) ReferenceOf(c *Call) string {
	reference, _ := held(c, h.placesOf(c).reference)
	return reference
}

// Key is the idempotency key of a call; empty if it carries none.
func (c *Call) Key() string {
	for _, line := range c.Request.Header {
		name := strings.ToLower(line.Name)
		if strings.Contains(name, "idempotency") || name == "x-request-id" || name == "request-id" {
			return line.Value
		}
	}
	return ""
}

func (h *History) placesOf(c *Call) places { return h.wording[route(c)] }

func route(c *Call) string {
	if c.Request.Route != "" {
		return c.Request.Provider + " " + c.Request.Route
	}
	return c.Request.Provider + " " + c.Request.Method + " " + c.Request.Path
}

// Asking reports whether a call goes where messages are asked for, whatever
// became of it.
func (h *History) Asking(c *Call) bool {
	_, made := h.wording[route(c)]
	return made || c.Sends()
}

// learn finds out from the calls that made one message where their routes have
// its text and its reference: in the fields in which all of them have it.
func (h *History) learn() {
	for _, c := range h.Calls {
		if len(c.Made) != 1 || c.Made[0].Message.ID == "" {
			continue
		}
		m, known := c.Made[0].Message, h.placesOf(c)
		h.wording[route(c)] = places{
			narrow(known.text, c.fields, m.Body), narrow(known.reference, c.fields, m.Reference),
		}
	}
}

// narrow leaves of the places known so far those where fields have a value.
// That a message has none says nothing.
func narrow(known []string, fields map[string]string, value string) []string {
	if value == "" {
		return known
	}
	here := []string{}
	for name, v := range fields {
		if v == value && (known == nil || slices.Contains(known, name)) {
			here = append(here, name)
		}
	}
	slices.Sort(here)
	return here
}

// held is what a call has in the first of some fields that it has.
func held(c *Call, names []string) (string, bool) {
	for _, name := range names {
		if v, ok := c.fields[name]; ok {
			return v, true
		}
	}
	return "", false
}

// fields are the texts in a request's body, JSON or a form, by where they stand.
func fields(body string) map[string]string {
	out := map[string]string{}
	var v any
	if json.Unmarshal([]byte(body), &v) == nil {
		flatten(out, "", v)
	} else if form, err := url.ParseQuery(body); err == nil {
		for name, values := range form {
			out[name] = values[0]
		}
	}
	return out
}

func flatten(into map[string]string, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			flatten(into, at+"/"+name, inner)
		}
	case []any:
		for i, inner := range v {
			flatten(into, at+"/"+strconv.Itoa(i), inner)
		}
	case string:
		into[at] = v
	}
}
