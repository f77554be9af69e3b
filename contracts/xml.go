package contracts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// element is one of an XML text.
type element struct {
	name  string
	attrs []xml.Attr
	text  []byte
	inner []*element
}

// decodeXML reads an XML text in the shape that JSON of the same schema has.
func decodeXML(body []byte, s *schema) (any, error) {
	root, err := parseXML(body)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, errOpaque // only a schema says what its elements are
	}
	flat := flatten(nil, s.compiled())
	for _, sub := range flat {
		if want := s.owner.xmlOf(sub).Name; want != "" && want != root.name {
			return nil, fmt.Errorf("has the root element %s; the contract says %s", quote(root.name), quote(want))
		}
	}
	return s.owner.fromXML(root, flat), nil
}

func parseXML(body []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	top := &element{}
	open := []*element{top}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, errors.New("is not valid XML")
		}
		here := open[len(open)-1]
		switch t := token.(type) {
		case xml.Directive:
			return nil, errors.New("has a document type; entities are not read")
		case xml.StartElement:
			if len(open) > maxDepth {
				return nil, fmt.Errorf("is nested more than %d levels deep", maxDepth)
			}
			next := &element{name: t.Name.Local, attrs: t.Attr}
			here.inner = append(here.inner, next)
			open = append(open, next)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if here == top && len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("has text outside its root element")
			}
			here.text = append(here.text, t...)
		}
	}
	if len(top.inner) != 1 {
		return nil, fmt.Errorf("has %d root elements; XML has one", len(top.inner))
	}
	return top.inner[0], nil
}

// xmlWords are the keywords that OpenAPI has about how a schema looks in XML.
type xmlWords struct {
	Name      string
	Attribute bool
	Wrapped   bool
}

func (c *compiler) xmlOf(s *jsonschema.Schema) xmlWords {
	if known, ok := c.words.Load(s); ok {
		return known.(xmlWords)
	}
	found, _ := jsonpointer.At(c.document, ruleOf(s.Location)+"/xml")
	object, _ := found.(map[string]any)
	var w xmlWords
	w.Name, _ = object["name"].(string)
	w.Attribute, _ = object["attribute"].(bool)
	w.Wrapped, _ = object["wrapped"].(bool)
	c.words.Store(s, w)
	return w
}

// xmlName is the name that a property has in XML, and the name of its items if
// it is an array.
func (c *compiler) xmlName(name string, flat []*jsonschema.Schema) (w xmlWords, items string) {
	w.Name = name
	for _, s := range flat {
		said := c.xmlOf(s)
		if said.Name != "" {
			w.Name = said.Name
			break
		}
	}
	for _, s := range flat {
		said := c.xmlOf(s)
		w.Attribute, w.Wrapped = w.Attribute || said.Attribute, w.Wrapped || said.Wrapped
	}
	items = w.Name
	for _, s := range item(flat) {
		if said := c.xmlOf(s).Name; said != "" {
			return w, said
		}
	}
	return w, items
}

// fromXML is the value that an element stands for.
func (c *compiler) fromXML(e *element, flat []*jsonschema.Schema) any {
	may := permitted(flat)
	attrs := plainAttrs(e)
	if len(e.inner) == 0 && len(attrs) == 0 {
		text := string(e.text)
		blank := strings.TrimSpace(text) == ""
		switch {
		case text == "" && may.null:
			return nil
		case blank && may.object && !may.text:
			return c.object(e, attrs, flat)
		case blank && may.array && !may.text:
			return []any{}
		case may.text || may.any:
			return text
		}
		return typed(strings.TrimSpace(text), may)
	}
	if may.array && !may.object {
		return c.items(e, flat)
	}
	return c.object(e, attrs, flat)
}

func (c *compiler) items(e *element, flat []*jsonschema.Schema) []any {
	list := make([]any, 0, len(e.inner))
	of := item(flat)
	for _, inner := range e.inner {
		list = append(list, c.fromXML(inner, of))
	}
	return list
}

// plainAttrs are the attributes that are data, not about namespaces.
func plainAttrs(e *element) []xml.Attr {
	var found []xml.Attr
	for _, a := range e.attrs {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" && a.Name.Space != "http://www.w3.org/2001/XMLSchema-instance" {
			found = append(found, a)
		}
	}
	return found
}

// target is where an element or attribute of some name goes in an object.
type target struct {
	property string
	flat     []*jsonschema.Schema
	array    bool // each such element is an item
}

func (c *compiler) object(e *element, attrs []xml.Attr, flat []*jsonschema.Schema) map[string]any {
	elements, attributes := map[string]target{}, map[string]target{}
	object := map[string]any{}
	for _, s := range flat {
		for name := range s.Properties {
			of := property(flat, name)
			words, items := c.xmlName(name, of)
			may := permitted(of)
			switch t := (target{name, of, false}); {
			case words.Attribute:
				attributes[words.Name] = t
			case may.array && !words.Wrapped:
				t.flat, t.array = item(of), true
				elements[items] = t
				if !may.null {
					object[name] = []any{} // no element is how XML says so
				}
			default:
				elements[words.Name] = t
			}
		}
	}
	for _, a := range attrs {
		t, ok := attributes[a.Name.Local]
		if !ok {
			t.property = a.Name.Local
		}
		object[t.property] = typed(a.Value, permitted(t.flat))
	}
	for _, inner := range e.inner {
		t, ok := elements[inner.name]
		if !ok {
			t.property = inner.name
		}
		put(object, t, c.fromXML(inner, t.flat))
	}
	if len(e.inner) == 0 && len(bytes.TrimSpace(e.text)) > 0 {
		object["#text"] = string(e.text)
	}
	return object
}

// put adds a value; an element that comes twice where one is meant makes an
// array, which its schema will not let pass.
func put(object map[string]any, t target, value any) {
	old, had := object[t.property]
	if list, isList := old.([]any); isList && (t.array || had) {
		object[t.property] = append(list, value)
		return
	}
	switch {
	case t.array:
		object[t.property] = []any{value}
	case had:
		object[t.property] = []any{old, value}
	default:
		object[t.property] = value
	}
}
