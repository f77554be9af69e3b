package contracts

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Request is one call of an application, or one of a provider to an endpoint.
type Request struct {
	Method string // "" is POST for a webhook, GET else
	// URL is a path with its query, or a whole URL: the host does not count,
	// and a path prefix of one of the contract's servers is cut off.
	URL    string
	Header http.Header
	Body   []byte
}

// Answer is what a provider said to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// CheckRequest says where a request departs from the contract, in a stable
// order; at most 100 findings and one that counts the rest. Findings whose
// Unread is true are notes: what they name is read by no provider.
func (c *Contract) CheckRequest(q Request) []sms.Finding {
	method := q.method(http.MethodGet)
	r := &report{contract: c, operation: method + " " + q.URL, strange: sms.FoundUnread}
	u, err := url.Parse(q.URL)
	if err != nil {
		r.operation = method
		r.add(sms.FoundMalformed, "path", "", "#/paths", "the URL cannot be read")
		return r.finish()
	}
	r.operation = method + " " + u.Path
	m := c.find(method, u)
	if m.operation == nil {
		r.nowhere(c, u, method)
		return r.finish()
	}
	o := m.operation
	r.operation = o.String()
	query := r.query(u.RawQuery, o)
	r.path(o, m.request)
	r.queryParameters(o, query, true)
	r.headers(o.parameters, q.Header, nil)
	r.strangeHeaders(o, q.Header)
	r.credentials(o, q.Header, query)
	r.requestBody(o, q)
	return r.finish()
}

func (q Request) method(otherwise string) string {
	if q.Method == "" {
		return otherwise
	}
	return q.Method
}

func (r *report) nowhere(c *Contract, u *url.URL, method string) {
	if known := c.methods(u); len(known) > 0 {
		r.add(sms.FoundMethod, "path", "", "#/paths",
			"the method "+quote(method)+" is not known here; the contract says "+strings.Join(known, ", "))
		return
	}
	r.add(sms.FoundRoute, "path", "", "#/paths", "the contract names no path like "+quote(u.Path))
}

func (r *report) query(raw string, o *Operation) []pair {
	if raw == "" {
		return nil
	}
	pairs, err := parsePairs(raw)
	if err != nil {
		r.add(sms.FoundMalformed, "query", "", o.pointer, "the query "+err.Error())
	}
	return pairs
}

func (r *report) path(o *Operation, request *http.Request) {
	for i := range o.parameters {
		if p := &o.parameters[i]; p.in == "path" {
			r.parameter(p, "path", []string{request.PathValue(p.name)})
		}
	}
}

// queryParameters checks those of an operation. strict also notes the others.
func (r *report) queryParameters(o *Operation, query []pair, strict bool) {
	for i := range o.parameters {
		p := &o.parameters[i]
		if p.in != "query" {
			continue
		}
		var values []string
		for _, kv := range query {
			if p.takes(kv.key) {
				values = append(values, kv.value)
			}
		}
		r.parameter(p, "query", values)
	}
	if !strict {
		return
	}
	for _, kv := range query {
		if !o.reads(kv.key) {
			r.add(r.strange, "query", kv.key, o.pointer, quote(kv.key)+" is in the query; the contract names no such parameter")
		}
	}
}

// takes reports whether a key of a query is the parameter: name, name[] or name[0].
func (p *parameter) takes(key string) bool {
	if key == p.name {
		return true
	}
	rest, ok := strings.CutPrefix(key, p.name)
	if !ok || !strings.HasPrefix(rest, "[") || !strings.HasSuffix(rest, "]") {
		return false
	}
	may := permitted(flatten(nil, p.schema.compiled()))
	return may.array || may.object
}

// reads reports whether o has a query parameter, or takes a key there.
func (o *Operation) reads(key string) bool {
	for i := range o.parameters {
		if p := &o.parameters[i]; p.in == "query" && p.takes(key) {
			return true
		}
	}
	for _, way := range o.security {
		for _, k := range way {
			if k.in == "query" && k.name == key {
				return true
			}
		}
	}
	return o.inQuery
}

// parameter checks the values of one parameter; none is an absent one.
func (r *report) parameter(p *parameter, place string, values []string) {
	if len(values) == 0 || place == "path" && values[0] == "" {
		if p.required {
			r.add(sms.FoundMissing, place, p.name, p.pointer, quote(p.name)+" is missing; the contract requires it")
		}
		return
	}
	s := p.schema.compiled()
	if s == nil {
		return
	}
	value := p.value(flatten(nil, s), values)
	if err := s.Validate(value); err != nil {
		r.broken(err, place, p.name, p.pointer)
	}
}
