package recording

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// kind is what a field holds, as x-sensitive says.
type kind string

const (
	secretKind kind = "secret"
	numberKind kind = "number"
	emailKind  kind = "email"
	nameKind   kind = "name"
	textKind   kind = "text"
	linkKind   kind = "url"
	unmarked   kind = ""
)

// kinds are in order of what wins where two rules disagree.
var kinds = []kind{unmarked, linkKind, textKind, nameKind, emailKind, numberKind, secretKind}

func stronger(a, b kind) kind {
	if slices.Index(kinds, b) > slices.Index(kinds, a) {
		return b
	}
	return a
}

func kindOf(extensions map[string]any) kind {
	text, _ := extensions["x-sensitive"].(string)
	if k := kind(text); slices.Contains(kinds, k) {
		return k
	}
	return unmarked
}

// guide knows from a contract what the fields of messages hold.
type guide struct {
	routes   []route
	webhooks map[string]*openapi3.PathItem
	typeAt   string          // where a webhook says its type
	signed   map[string]bool // headers that hold signatures, in canonical form
	byName   map[string]kind // what fields of a name hold anywhere, in lower case
	hosts    map[string]bool // the provider's own
	prefixes []string        // paths of the servers
	country  string          // of numbers that do not say theirs
}

type route struct {
	method   string
	segments []string
	item     *openapi3.PathItem
	op       *openapi3.Operation
}

func newGuide(doc *openapi3.T) *guide {
	g := &guide{
		webhooks: map[string]*openapi3.PathItem{}, signed: map[string]bool{}, byName: map[string]kind{},
		hosts: map[string]bool{}, country: "1",
	}
	if doc == nil {
		return g
	}
	if doc.Paths != nil {
		for path, item := range doc.Paths.Map() {
			g.addPath(path, item)
		}
	}
	for name, item := range doc.Webhooks {
		if item != nil {
			g.webhooks[name] = item
		}
	}
	g.addRoot(doc)
	return g
}

func (g *guide) addPath(path string, item *openapi3.PathItem) {
	if item == nil {
		return
	}
	paths := []string{path}
	also, _ := item.Extensions["x-also"].([]any)
	for _, other := range also {
		if text, ok := other.(string); ok {
			paths = append(paths, text)
		}
	}
	for method, op := range item.Operations() {
		for _, p := range paths {
			g.routes = append(g.routes, route{method, segmentsOf(p), item, op})
		}
	}
}

// addRoot reads what the document says of all messages.
func (g *guide) addRoot(doc *openapi3.T) {
	for _, s := range doc.Servers {
		if u, err := url.Parse(s.URL); err == nil {
			g.hosts[u.Host] = true
			if path := strings.TrimRight(u.Path, "/"); path != "" {
				g.prefixes = append(g.prefixes, path)
			}
		}
	}
	g.typeAt, _ = doc.Extensions["x-webhook-type"].(string)
	ways, _ := doc.Extensions["x-signature"].([]any)
	for _, w := range ways {
		way, _ := w.(map[string]any)
		if header, ok := way["header"].(string); ok {
			g.signed[http.CanonicalHeaderKey(header)] = true
		} else {
			g.signed["Webhook-Signature"] = true
		}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return // a document that was loaded can be written
	}
	if strings.Count(string(text), `"+91`) > strings.Count(string(text), `"+1`) {
		g.country = "91"
	}
	var raw any
	if json.Unmarshal(text, &raw) == nil {
		g.collect("", raw)
	}
}

// collect notes what fields are called that hold something anywhere.
func (g *guide) collect(under string, v any) {
	switch v := v.(type) {
	case map[string]any:
		called := under
		if in, ok := v["in"].(string); ok && in != "" {
			called, _ = v["name"].(string) // a parameter
		}
		if k := kindOf(v); k != unmarked && called != "" {
			called = strings.ToLower(called)
			g.byName[called] = stronger(g.byName[called], k)
		}
		for key, child := range v {
			switch key {
			case "schema", "items", "allOf", "anyOf", "oneOf", "additionalProperties":
				g.collect(called, child)
			default:
				g.collect(key, child)
			}
		}
	case []any:
		for _, child := range v {
			g.collect(under, child)
		}
	}
}

func segmentsOf(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// find is the operation of a call, the one with the most literal path; nil if
// there is none.
func (g *guide) find(method, path string) *route {
	paths := [][]string{segmentsOf(path)}
	for _, p := range g.prefixes {
		if rest, ok := strings.CutPrefix(path, p); ok {
			paths = append(paths, segmentsOf(rest))
		}
	}
	var best *route
	literal := -1
	for i := range g.routes {
		r := &g.routes[i]
		for _, p := range paths {
			if n := r.matches(method, p); n > literal {
				best, literal = r, n
			}
		}
	}
	return best
}

// matches counts the segments that a path and r have in common by their very
// words; -1 says that they do not match.
func (r *route) matches(method string, path []string) int {
	if r.method != method || len(path) != len(r.segments) {
		return -1
	}
	literal := 0
	for i, s := range r.segments {
		switch {
		case s == path[i]:
			literal++
		case !strings.HasPrefix(s, "{"):
			return -1
		}
	}
	return literal
}
