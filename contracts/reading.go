package contracts

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// Reading is a body as its schema reads it: a form has the shape that JSON of
// the same schema has, and so has XML.
type Reading struct {
	Value any    // as encoding/json reads, numbers as json.Number
	Rule  string // the schema, as a JSON pointer into the contract; "" if there is none

	flat []*jsonschema.Schema
}

// errBodiless says that there is nothing to read.
var errBodiless = errors.New("there is no body")

// ReadAnswer reads the body of an answer of o.
func (o *Operation) ReadAnswer(a Answer) (Reading, error) {
	promised, _ := o.answerTo(a.Status)
	return readBody(promised.body, a.Header, a.Body, nil)
}

// ReadBody reads a body by its Content-Type alone. Fields of a form are texts.
func ReadBody(contentType string, body []byte) (any, error) {
	r, err := readBody(nil, http.Header{"Content-Type": {contentType}}, body, nil)
	return r.Value, err
}

// readBody reads a body by the schema of its media type, and one that is not
// named (all may be nil) by its Content-Type alone.
func readBody(all *content, header http.Header, body []byte, extra []pair) (Reading, error) {
	if len(body) == 0 && len(extra) == 0 {
		return Reading{}, errBodiless
	}
	if all == nil {
		all = &content{}
	}
	m, kind, options, _ := all.find(givenType(header, body, extra))
	r := Reading{flat: flatten(nil, m.schema.compiled())}
	if m.schema != nil {
		r.Rule = m.schema.pointer
	}
	var err error
	r.Value, err = decode(kind, options, body, m.schema, extra)
	return r, err
}

// givenType is the Content-Type of a message; where all fields of a form stand
// in the query it need not have one.
func givenType(header http.Header, body []byte, extra []pair) string {
	given := ""
	if values := valuesOf(header, "Content-Type"); len(values) > 0 {
		given = values[0]
	}
	if given == "" && len(body) == 0 && len(extra) > 0 {
		return formType
	}
	return given
}

// ReadQuery reads the query of a URL: one text per name, the first.
func ReadQuery(address string) map[string]any {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return nil
	}
	pairs, _ := parsePairs(u.RawQuery) // what cannot be read is left out
	all := map[string]any{}
	for _, kv := range pairs {
		if _, there := all[kv.key]; !there {
			all[kv.key] = kv.value
		}
	}
	return all
}

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
