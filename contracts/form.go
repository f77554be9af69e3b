package contracts

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// pair is one field of a form or query.
type pair struct{ key, value string }

// parsePairs reads fields in their order. A semicolon is text. What could be
// read is returned with an error.
func parsePairs(text string) ([]pair, error) {
	var pairs []pair
	var bad error
	for field := range strings.SplitSeq(text, "&") {
		if field == "" {
			continue
		}
		key, value, _ := strings.Cut(field, "=")
		key, errKey := url.QueryUnescape(key)
		value, errValue := url.QueryUnescape(value)
		switch {
		case errKey != nil || errValue != nil:
			bad = errors.New("has a bad escape: a % must be followed by two hexadecimal digits")
		case !utf8.ValidString(key) || !utf8.ValidString(value):
			bad = errors.New("is not valid UTF-8")
		default:
			pairs = append(pairs, pair{key, value})
		}
	}
	return pairs, bad
}

func without(pairs []pair, drop func(key string) bool) []pair {
	return slices.DeleteFunc(pairs, func(kv pair) bool { return drop(kv.key) })
}

func decodeForm(body []byte, s *schema, extra []pair) (any, error) {
	pairs, err := parsePairs(string(body))
	if err != nil {
		return nil, err
	}
	return assemble(pairs, extra, s), nil
}

// maxParts bounds a multipart form.
const maxParts = 10_000

func decodeMultipart(body []byte, boundary string, s *schema, extra []pair) (any, error) {
	if boundary == "" {
		return nil, errors.New("is multipart, but the Content-Type names no boundary")
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	var pairs []pair
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return assemble(pairs, extra, s), nil
		} else if err != nil {
			return nil, errors.New("is not valid multipart")
		}
		text, err := io.ReadAll(part) // bounded by the body
		if err != nil || len(pairs) == maxParts {
			return nil, errors.New("is not valid multipart")
		}
		pairs = append(pairs, pair{part.FormName(), string(text)})
	}
}

// assemble makes the object that a form stands for. Fields of extra count only
// where the form has none of that name.
func assemble(pairs, extra []pair, s *schema) map[string]any {
	if len(extra) > 0 {
		given := map[string]bool{}
		for _, kv := range pairs {
			given[kv.key] = true
		}
		pairs = append(pairs, without(extra, func(key string) bool { return given[key] })...)
	}
	flat := flatten(nil, s.compiled())
	root := field{}
	for _, kv := range pairs {
		root.put(way(flat, kv.key), kv.value)
	}
	object := make(map[string]any, len(root.inner))
	for name, f := range root.inner {
		object[name] = f.value(property(flat, name))
	}
	return object
}

// field is what a form says under one name: texts, and what stands in brackets.
type field struct {
	texts []string
	inner map[string]*field
	order []string // of inner, as they came
}

func (f *field) put(path []string, text string) {
	for _, name := range path {
		next := f.inner[name]
		if next == nil {
			if f.inner == nil {
				f.inner = map[string]*field{}
			}
			next = &field{}
			f.inner[name] = next
			f.order = append(f.order, name)
		}
		f = next
	}
	f.texts = append(f.texts, text)
}

// way is where a key of a form leads: K[a][b] into what the schema says of K,
// if that is an array or an object; else the key is a name like any other.
func way(flat []*jsonschema.Schema, key string) []string {
	name, rest, ok := strings.Cut(key, "[")
	if !ok || !strings.HasSuffix(rest, "]") || len(property(flat, key)) > 0 {
		return []string{key}
	}
	inner := strings.Split(strings.TrimSuffix(rest, "]"), "][")
	if may := permitted(property(flat, name)); !may.array && !may.object || len(inner) > 8 {
		return []string{key}
	}
	return append([]string{name}, inner...)
}

// value is the field in the shape that its schema has.
func (f *field) value(flat []*jsonschema.Schema) any {
	may := permitted(flat)
	if len(f.inner) > 0 && may.object && !(may.array && f.numbered()) {
		object := make(map[string]any, len(f.inner))
		for name, inner := range f.inner {
			object[name] = inner.value(property(flat, name))
		}
		return object
	}
	if len(f.inner) == 0 && len(f.texts) == 1 && (!may.array || may.text) {
		return typed(f.texts[0], may)
	}
	return f.list(item(flat))
}

func (f *field) list(flat []*jsonschema.Schema) []any {
	may := permitted(flat)
	list := make([]any, 0, len(f.texts)+len(f.inner))
	for _, text := range f.texts {
		list = append(list, typed(text, may))
	}
	names := slices.Clone(f.order)
	slices.SortStableFunc(names, func(a, b string) int { return comparePointers(a, b) })
	for _, name := range names {
		inner := f.inner[name]
		if name == "" { // K[]=a&K[]=b
			list = append(list, inner.list(flat)...)
			continue
		}
		list = append(list, inner.value(flat))
	}
	return list
}

func (f *field) numbered() bool {
	for name := range f.inner {
		if _, err := strconv.Atoi(name); err != nil && name != "" {
			return false
		}
	}
	return true
}

// typed is the value that text stands for where its schema wants something
// other than text.
func typed(text string, may permits) any {
	switch {
	case may.text || may.any:
		return text
	case may.boolean && (text == "true" || text == "false"):
		return text == "true"
	case may.null && text == "":
		return nil
	case may.integer || may.number:
		if number, ok := plainNumber(text); ok {
			return number
		}
	}
	return text
}

// value is what the texts of a parameter stand for.
func (p *parameter) value(flat []*jsonschema.Schema, texts []string) any {
	may := permitted(flat)
	if may.array && (!may.text || len(texts) > 1) {
		if p.joined {
			texts = strings.Split(strings.Join(texts, ","), ",")
		}
		return (&field{texts: texts}).list(item(flat))
	}
	if len(texts) == 1 {
		return typed(texts[0], may)
	}
	if p.in == "header" {
		return typed(strings.Join(texts, ", "), may)
	}
	return (&field{texts: texts}).list(nil)
}
