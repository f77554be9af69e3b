package recording

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// Entry takes out of one exchange what must not be kept, and corrects what
// says how long it is.
func (r *Redactor) Entry(e *Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entry(e, func(string) {})
}

// entry says at which part it works.
func (r *Redactor) entry(e *Entry, at func(string)) {
	requested, answered := r.messages(e)
	q, a := &e.Request, &e.Response
	at("request/url")
	q.URL = r.url(q.URL, requested)
	q.QueryString, q.Cookies, a.Cookies = queryOf(q.URL), []Pair{}, []Pair{}
	at("request/headers")
	q.Headers = r.headers(q.Headers, requested)
	at("request/postData/text")
	r.requestBody(q, requested, e)
	at("response/headers")
	a.Headers = r.headers(a.Headers, answered)
	a.RedirectURL = r.url(a.RedirectURL, nil)
	a.StatusText = r.scan(a.StatusText, false)
	at("response/content/text")
	r.answerBody(a, answered, e)
	at("comment")
	e.Comment, e.Error = r.scan(e.Comment, false), r.scan(e.Error, false)
}

// messages is what the contract says of both halves of an exchange.
func (r *Redactor) messages(e *Entry) (requested, answered *message) {
	if e.Direction == Call || e.Direction == "" {
		path := ""
		if u, err := url.Parse(e.Request.URL); err == nil {
			path = u.Path
		}
		return r.guide.call(e.Request.Method, path)
	}
	if e.Direction == Trigger {
		return r.guide.message(), r.guide.message()
	}
	if e.Type == "" {
		if body, err := e.Request.Body(); err == nil {
			e.Type = r.guide.typeOf(body)
		}
	}
	return r.guide.webhook(e.Type), r.guide.message()
}

// typeOf is the type word of a webhook, if its body has one that is known.
func (g *guide) typeOf(body []byte) string {
	var value any
	if g.typeAt == "" || json.Unmarshal(body, &value) != nil {
		return ""
	}
	if word := jsonpointer.Text(value, g.typeAt); g.webhooks[word] != nil {
		return word
	}
	return ""
}

func (r *Redactor) requestBody(q *Request, m *message, e *Entry) {
	body, err := q.Body()
	if err != nil || q.PostData == nil {
		q.SetBody("", nil)
		return
	}
	mimeType := q.PostData.MimeType
	kept, ok := r.body(mimeType, body, m)
	if !ok {
		r.leaveOut(e, "request", mimeType, len(body))
	}
	q.SetBody(mimeType, kept)
}

func (r *Redactor) answerBody(a *Response, m *message, e *Entry) {
	body, err := a.Body()
	if err != nil {
		body = nil
	}
	kept, ok := r.body(a.Content.MimeType, body, m)
	if !ok {
		r.leaveOut(e, "response", a.Content.MimeType, len(body))
	}
	a.SetBody(a.Content.MimeType, kept)
}

// leaveOut notes that a body cannot be looked through.
func (r *Redactor) leaveOut(e *Entry, half, mimeType string, size int) {
	r.found("unreadable", mimeType)
	if e.Comment != "" {
		e.Comment += "; "
	}
	e.Comment += fmt.Sprintf("the %s body (%d bytes of %q) cannot be looked through and was left out", half, size, mimeType)
}

// Found is something in a recording that should not be there.
type Found struct {
	Pointer string // where in the file, as "/log/entries/3/request/headers"
	What    string // secret, signature, number, or unreadable (a body that nobody can look through)
	Hint    string // its first characters and its length, never the whole
}

// String says it in one line.
func (f Found) String() string { return fmt.Sprintf("%s: %s %s", f.Pointer, f.What, f.Hint) }

// Secrets finds what looks like a secret or like a real telephone number: all
// that a Redactor without a contract would take out. A recording that has
// passed through one has none.
func Secrets(h *HAR) []Found {
	var all []Found
	r, where := NewRedactor(Options{}), ""
	seen := map[string]bool{}
	r.found = func(what, value string) {
		if what == "email" || what == "name" || seen[where+what+value] {
			return
		}
		seen[where+what+value] = true
		all = append(all, Found{where, what, hint(value)})
	}
	for i, e := range h.Log.Entries {
		e.Request.Headers, e.Response.Headers = slices.Clone(e.Request.Headers), slices.Clone(e.Response.Headers)
		r.entry(&e, func(part string) { where = fmt.Sprintf("/log/entries/%d/%s", i, part) })
		for half, cookies := range map[string][]Pair{"request": h.Log.Entries[i].Request.Cookies, "response": h.Log.Entries[i].Response.Cookies} {
			where = fmt.Sprintf("/log/entries/%d/%s/cookies", i, half)
			for _, c := range cookies {
				r.fingerprint(c.Value)
			}
		}
	}
	where = "/log/comment"
	r.scan(h.Log.Comment, false)
	return all
}

// hint shows too little of a value to use it.
func hint(value string) string {
	runes := []rune(value)
	return fmt.Sprintf("%q… (%d characters)", string(runes[:min(4, len(runes)/3)]), len(runes))
}

// IsWebhook reports whether a request to an application is a webhook of the
// provider's, by the contract: it is signed, or of a known type, or most of its
// fields are those of one. Without a contract everything is.
func (r *Redactor) IsWebhook(q Request) bool {
	if len(r.guide.webhooks) == 0 {
		return true
	}
	for _, h := range q.Headers {
		if r.guide.signed[http.CanonicalHeaderKey(h.Name)] {
			return true
		}
	}
	body, err := q.Body()
	if err != nil {
		return false
	}
	if r.guide.typeOf(body) != "" {
		return true
	}
	var names []string
	var object map[string]any
	if json.Unmarshal(body, &object) == nil {
		names = slices.Collect(maps.Keys(object))
	} else {
		for _, f := range append(fieldsOf(string(body)), fieldsOf(queryText(q.URL))...) {
			names = append(names, f.Name)
		}
	}
	known, m := 0, r.guide.webhook("")
	for _, n := range names {
		if _, is := m.body.child(splitField(n)[0]); is || m.named[place("query", n)] {
			known++
		}
	}
	return known > 0 && 2*known >= len(names)
}
