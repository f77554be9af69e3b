package recording

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// fields is what the contract says of the fields at one place of a message:
// the schemas that apply there. No schema at all is a place unknown to it.
type fields []*openapi3.SchemaRef

// maxSchemas bounds how many alternatives are looked at in one place.
const maxSchemas = 256

// all are the schemas of f with their alternatives; a list is looked through.
func (f fields) all() fields {
	seen := map[*openapi3.Schema]bool{}
	var out fields
	var visit func(refs ...*openapi3.SchemaRef)
	visit = func(refs ...*openapi3.SchemaRef) {
		for _, ref := range refs {
			if ref == nil || ref.Value == nil || len(out) >= maxSchemas {
				continue
			}
			if seen[ref.Value] {
				out = append(out, &openapi3.SchemaRef{Extensions: ref.Extensions, Value: &openapi3.Schema{}})
				continue // what stands beside a reference may differ
			}
			seen[ref.Value] = true
			out = append(out, ref)
			s := ref.Value
			for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf, s.PrefixItems, {s.Items, s.If, s.Then, s.Else}} {
				visit(list...)
			}
		}
	}
	visit(f...)
	return out
}

// child is what applies to a field of that name; known says that the contract
// names it.
func (f fields) child(name string) (child fields, known bool) {
	for _, ref := range f.all() {
		s := ref.Value
		if p, ok := s.Properties[name]; ok {
			child = append(child, p)
			continue
		}
		for key, p := range s.Properties {
			if p != nil && p.Value != nil && (p.Value.XML != nil && p.Value.XML.Name == name || key == name) {
				child = append(child, p)
			}
		}
		for _, p := range s.PatternProperties {
			child = append(child, p)
		}
		if s.AdditionalProperties.Schema != nil && len(child) == 0 {
			child = append(child, s.AdditionalProperties.Schema)
		}
	}
	return child, len(child) > 0
}

// kind is the strongest that the schemas say.
func (f fields) kind() kind {
	strongest := unmarked
	for _, ref := range f.all() {
		strongest = stronger(strongest, stronger(kindOf(ref.Extensions), kindOf(ref.Value.Extensions)))
	}
	return strongest
}

// message is what the contract says of one request or answer.
type message struct {
	guide      *guide
	path       []string        // the pattern's segments; of a call
	parameters map[string]kind // by place and name: "query to", "header X-Api-Key"
	named      map[string]bool // parameters that the contract names
	body       fields
}

func (g *guide) message(items ...*openapi3.PathItem) *message {
	m := &message{guide: g, parameters: map[string]kind{}, named: map[string]bool{}}
	for _, item := range items {
		m.addParameters(item.Parameters)
	}
	return m
}

func (m *message) addParameters(refs openapi3.Parameters) {
	for _, ref := range refs {
		if ref == nil || ref.Value == nil {
			continue
		}
		k := stronger(kindOf(ref.Value.Extensions), kindOf(ref.Extensions))
		if ref.Value.Schema != nil {
			k = stronger(k, fields{ref.Value.Schema}.kind())
		}
		at := place(ref.Value.In, ref.Value.Name)
		m.parameters[at], m.named[at] = stronger(m.parameters[at], k), true
	}
}

func place(in, name string) string {
	if in == "header" {
		name = strings.ToLower(name)
	}
	return in + " " + name
}

func (m *message) addBody(content openapi3.Content) {
	for _, media := range content {
		if media != nil && media.Schema != nil {
			m.body = append(m.body, media.Schema)
		}
	}
}

func (m *message) addOperation(op *openapi3.Operation) {
	m.addParameters(op.Parameters)
	if op.RequestBody != nil && op.RequestBody.Value != nil {
		m.addBody(op.RequestBody.Value.Content)
	}
}

// call is what a request says and what its answers say. Any status counts: an
// answer that breaks the contract is no reason to keep a secret.
func (g *guide) call(method, path string) (request, answer *message) {
	r := g.find(method, path)
	if r == nil {
		return g.message(), g.message()
	}
	request, answer = g.message(r.item), g.message()
	request.path = r.segments
	request.addOperation(r.op)
	answer.addAnswers(r.op)
	return request, answer
}

func (m *message) addAnswers(op *openapi3.Operation) {
	if op.Responses == nil {
		return
	}
	for _, ref := range op.Responses.Map() {
		if ref == nil || ref.Value == nil {
			continue
		}
		m.addBody(ref.Value.Content)
		for name, h := range ref.Value.Headers {
			if h != nil && h.Value != nil {
				at := place("header", name)
				m.parameters[at], m.named[at] = stronger(m.parameters[at], kindOf(h.Value.Extensions)), true
			}
		}
	}
}

// webhook is what a webhook of a type says; of any type if that one is unknown.
func (g *guide) webhook(word string) *message {
	items := []*openapi3.PathItem{g.webhooks[word]}
	if items[0] == nil {
		items = items[:0]
		for _, item := range g.webhooks {
			items = append(items, item)
		}
	}
	m := g.message(items...)
	for _, item := range items {
		for _, op := range item.Operations() {
			m.addOperation(op)
		}
	}
	return m
}

// parameter is what a parameter holds. One that the contract does not name is
// judged as a field of the body is: forms may come in the query.
func (m *message) parameter(in, name string) kind {
	at := place(in, name)
	if m.named[at] {
		return m.parameters[at]
	}
	if in == "header" {
		return m.guide.byName[strings.ToLower(name)]
	}
	return m.field(splitField(name))
}

// field is what stands at the end of a path of names in the body.
func (m *message) field(path []string) kind {
	at := m.body
	for i, name := range path {
		child, known := at.child(name)
		if !known && i < len(path)-1 {
			continue // an XML wrapper, a root element
		}
		if !known {
			return m.guide.byName[strings.ToLower(name)]
		}
		at = child
	}
	if len(path) == 0 {
		return unmarked
	}
	return at.kind()
}

// splitField takes the name of a form field apart: "Messages[0][To]" is To of
// Messages.
func splitField(name string) []string {
	first, rest, _ := strings.Cut(name, "[")
	path := []string{first}
	for part := range strings.SplitSeq(rest, "[") {
		part = strings.TrimSuffix(part, "]")
		if part != "" && strings.Trim(part, "0123456789") != "" {
			path = append(path, part)
		}
	}
	return path
}
