package contracts

import (
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// home is where the schemas of a document live while they are compiled. Nothing
// is ever fetched from it.
const home = "https://contract.invalid/openapi.yaml"

// compiler compiles the schemas of one document, each once.
type compiler struct {
	document any
	mu       sync.Mutex // the library's compiler is for one at a time
	compiler *jsonschema.Compiler
	quicks   quicks
	schemas  map[string]*schema // by pointer; filled while a contract is read
	words    sync.Map           // *jsonschema.Schema → xmlWords
}

func newCompiler(document any) (*compiler, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(nowhere{})
	if err := c.AddResource(home, document); err != nil {
		return nil, err
	}
	return &compiler{document: document, compiler: c, schemas: map[string]*schema{}}, nil
}

// nowhere refuses to load: a contract stands alone.
type nowhere struct{}

func (nowhere) Load(ref string) (any, error) {
	return nil, fmt.Errorf("%s lies outside the document; put it under components", ref)
}

func (c *compiler) compile(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(pointer, "#"), "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return c.compiler.Compile(home + "#" + strings.Join(parts, "/"))
}

func (c *compiler) quick(s *jsonschema.Schema) *quick {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quicks.make(s)
}

// schema is a place in a document where a schema stands. It is compiled when it
// is first needed.
type schema struct {
	owner   *compiler
	pointer string
	get     func() (*jsonschema.Schema, error)
	quick   func() *quick // nil if the schema cannot be compiled
}

func (c *compiler) schema(pointer string) *schema {
	if known := c.schemas[pointer]; known != nil {
		return known
	}
	s := &schema{owner: c, pointer: pointer}
	s.get = sync.OnceValues(func() (*jsonschema.Schema, error) { return c.compile(pointer) })
	s.quick = sync.OnceValue(func() *quick { return c.quick(s.compiled()) })
	c.schemas[pointer] = s
	return s
}

// compiled is the schema; nil if it cannot be compiled, which Parse refuses and
// a test rules out for the documents that are built in.
func (s *schema) compiled() *jsonschema.Schema {
	if s == nil {
		return nil
	}
	compiled, err := s.get()
	if err != nil {
		return nil
	}
	return compiled
}

// ruleOf is the JSON pointer into the document of a compiled schema's location.
func ruleOf(location string) string {
	_, fragment, _ := strings.Cut(location, "#")
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	return "#" + fragment
}

// flatten lists a schema and all that it says by reference or alternative
// about the same value. Which alternative holds is not asked.
func flatten(list []*jsonschema.Schema, s *jsonschema.Schema) []*jsonschema.Schema {
	if s == nil || s.Bool != nil {
		return list
	}
	for _, known := range list {
		if known == s {
			return list
		}
	}
	list = append(list, s)
	list = flatten(list, s.Ref)
	for _, group := range [...][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf, {s.Then, s.Else}} {
		for _, sub := range group {
			list = flatten(list, sub)
		}
	}
	return list
}

// permits tells which types of value a flattened schema lets in.
type permits struct{ any, null, boolean, number, integer, text, array, object bool }

func permitted(flat []*jsonschema.Schema) permits {
	var p permits
	for _, s := range flat {
		if s.Types == nil {
			continue
		}
		for _, name := range s.Types.ToStrings() {
			p.add(name)
		}
	}
	p.any = p == permits{}
	return p
}

func (p *permits) add(name string) {
	switch name {
	case "null":
		p.null = true
	case "boolean":
		p.boolean = true
	case "number":
		p.number = true
	case "integer":
		p.integer = true
	case "string":
		p.text = true
	case "array":
		p.array = true
	case "object":
		p.object = true
	}
}

// property is what a flattened schema says of a property, flattened too; nil if
// it does not name it.
func property(flat []*jsonschema.Schema, name string) []*jsonschema.Schema {
	var found []*jsonschema.Schema
	for _, s := range flat {
		if p, ok := s.Properties[name]; ok {
			found = flatten(found, p)
		}
	}
	return found
}

// item is what a flattened schema says of every item of an array.
func item(flat []*jsonschema.Schema) []*jsonschema.Schema {
	var found []*jsonschema.Schema
	for _, s := range flat {
		found = flatten(found, s.Items2020)
		for _, p := range s.PrefixItems {
			found = flatten(found, p)
		}
	}
	return found
}
