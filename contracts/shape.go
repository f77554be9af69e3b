package contracts

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// TypeOf is the JSON type of a plain value: null, boolean, number, string,
// array or object.
func TypeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "number"
}

// Shape says what stands where in a message: its places, as JSON pointers into
// the body and query:NAME, with the type of what stands there, or with the very
// value in JSON where it is one of a few that the contract names.
func (m Message) Shape() map[string]string {
	out := map[string]string{}
	if m.Operation == nil {
		return out
	}
	for name, v := range m.query {
		out["query:"+name] = described(v, m.Operation.parameterSchema(name))
	}
	if m.Value != nil {
		shape(out, "", m.Value, m.flat)
	}
	return out
}

// parameterSchema is what o says of a parameter of the query, flattened; nil if
// it does not name it.
func (o *Operation) parameterSchema(name string) []*jsonschema.Schema {
	for i := range o.parameters {
		if p := &o.parameters[i]; p.in == "query" && p.name == name {
			return flatten(nil, p.schema.compiled())
		}
	}
	return nil
}

func shape(out map[string]string, pointer string, v any, flat []*jsonschema.Schema) {
	out[pointer] = described(v, flat)
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			shape(out, jsonpointer.Join(pointer, name), inner, property(flat, name))
		}
	case []any:
		for i, inner := range v {
			shape(out, jsonpointer.Join(pointer, strconv.Itoa(i)), inner, item(flat))
		}
	}
}

// described is a value by its type, or by itself if it is one of a few.
func described(v any, flat []*jsonschema.Schema) string {
	switch v.(type) {
	case string, bool, json.Number:
		if text, err := json.Marshal(v); err == nil && listed(v, flat) {
			return string(text)
		}
	}
	return TypeOf(v)
}

// listed reports whether a plain value is one of those that a schema lists.
func listed(v any, flat []*jsonschema.Schema) bool {
	return slices.ContainsFunc(flat, func(s *jsonschema.Schema) bool {
		return s.Const != nil && *s.Const == v || s.Enum != nil && slices.Contains(s.Enum.Values, v)
	})
}

// Texts are the texts of a message by their places, as Shape names them.
func (m Message) Texts() map[string]string {
	out := map[string]string{}
	for name, v := range m.query {
		texts(out, "query:"+name, v)
	}
	texts(out, "", m.Value)
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
