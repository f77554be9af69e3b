package contracts

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// Text is the document of a provider as it is built in.
func Text(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("no contract is called %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return documents.ReadFile(path.Join(name, file))
}

// FindWebhook is the webhook that w is: by its type word, or, where the vendor
// has none, the one that it fits best. nil says that its word is not known.
func (c *Contract) FindWebhook(w Webhook) *Operation {
	method := w.method(http.MethodPost)
	word := w.Type
	if word == "" && c.typeAt != "" {
		value, _ := decodeJSON(w.Body)
		word = jsonpointer.Text(value, c.typeAt)
	}
	var best *Operation
	least := 0
	w.Secrets = nil // whose it is does not hang on its signature
	for _, o := range c.webhooks {
		if o.Method != method || word != "" && o.Path != word {
			continue
		}
		if word != "" {
			return o
		}
		// Of two that fit equally well it is the one that says the least besides.
		if far := 1000*distance(c.checkWebhook(o, w)) + o.idle(w.Request); best == nil || far < least {
			best, least = o, far
		}
	}
	return best
}

// idle counts the fields that the contract names and a body does not have.
func (o *Operation) idle(q Request) int {
	r, err := o.ReadRequest(q)
	object, ok := r.Value.(map[string]any)
	if err != nil || !ok {
		return 0
	}
	named := map[string]bool{}
	for _, s := range applicable(object, r.flat[:min(1, len(r.flat))]) {
		for name := range s.Properties {
			if _, there := object[name]; !there {
				named[name] = true
			}
		}
	}
	return min(len(named), 999)
}

// Role is what an extension of o says, as plain values: a map, a list or a
// text; nil if o has none of that name.
func (o *Operation) Role(name string) any {
	found, _ := jsonpointer.At(o.contract.raw, jsonpointer.Join(o.pointer, name))
	return found
}

// Reading is a body as its schema reads it: a form has the shape that JSON of
// the same schema has, and so has XML.
type Reading struct {
	Value any    // as encoding/json reads, numbers as json.Number
	Rule  string // the schema, as a JSON pointer into the contract; "" if there is none
	flat  []*jsonschema.Schema
}

// errBodiless says that there is nothing to read.
var errBodiless = errors.New("there is no body")

// ReadRequest reads the body of a request for o. What the contract does not
// name is read by its Content-Type alone.
func (o *Operation) ReadRequest(q Request) (Reading, error) {
	return readBody(o.body, q.Header, q.Body, q.extra(o))
}

// ReadAnswer reads the body of an answer of o.
func (o *Operation) ReadAnswer(a Answer) (Reading, error) {
	promised, _ := o.answerTo(a.Status)
	return readBody(promised.body, a.Header, a.Body, nil)
}

func readBody(all *content, header http.Header, body []byte, extra []pair) (Reading, error) {
	if len(body) == 0 && len(extra) == 0 {
		return Reading{}, errBodiless
	}
	given := header.Get("Content-Type")
	if given == "" && len(body) == 0 {
		given = formType
	}
	if all == nil {
		all = &content{}
	}
	m, kind, options, ok := all.find(given)
	if !ok || m.schema == nil {
		if kind == "application/json" || strings.HasSuffix(kind, "+json") {
			value, err := decodeJSON(body)
			return Reading{Value: value}, err
		}
		return Reading{}, errOpaque
	}
	value, err := decode(kind, options, body, m.schema, extra)
	return Reading{Value: value, Rule: m.schema.pointer, flat: flatten(nil, m.schema.compiled())}, err
}

// ReadQuery reads the query of a URL: one text per name, the first.
func ReadQuery(address string) map[string]any {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return nil
	}
	pairs, _ := parsePairs(u.RawQuery)
	all := map[string]any{}
	for _, kv := range pairs {
		if _, there := all[kv.key]; !there {
			all[kv.key] = kv.value
		}
	}
	return all
}

// At is the value that a JSON pointer leads to.
func (r Reading) At(pointer string) (any, bool) { return jsonpointer.At(r.Value, pointer) }

// Worded reports whether the contract lists the values that may stand at a
// pointer: they are words of the vendor's, and no content of a message.
func (r Reading) Worded(pointer string) bool {
	flat := r.flat
	for _, token := range jsonpointer.Tokens(pointer) {
		next := property(flat, token)
		if _, err := strconv.Atoi(token); err == nil && next == nil {
			next = item(flat)
		}
		if flat = next; flat == nil {
			return false
		}
	}
	return slices.ContainsFunc(flat, func(s *jsonschema.Schema) bool { return s.Enum != nil || s.Const != nil })
}

// Contract is the one that o is of.
func (o *Operation) Contract() *Contract { return o.contract }

// Signs reports whether the vendor signs its webhooks.
func (c *Contract) Signs() bool { return len(c.signatures) > 0 }
