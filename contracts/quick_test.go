package contracts

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/switchhook/switchhook/emulator/sms"
)

// TestQuickIsNeverWrong changes every example of every contract in many ways:
// what the quick check lets pass, the library and the walk must find right.
func TestQuickIsNeverWrong(t *testing.T) {
	t.Parallel()
	contracts := []*Contract{pigeon(t)}
	for _, name := range Names() {
		c, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		contracts = append(contracts, c)
	}
	passed, refused := 0, 0
	for _, c := range contracts {
		for _, m := range c.everyMedia() {
			for _, example := range c.examples(m.pointer) {
				variants(example, func(v any) {
					if !m.schema.quick().passes(v) {
						refused++
						return
					}
					passed++
					if found := slowly(c, m, v); len(found) > 0 {
						t.Errorf("%s: %v passes, but %v", m.pointer, v, found)
					}
				})
			}
		}
	}
	if passed == 0 || refused == 0 {
		t.Errorf("%d passed and %d did not; there must be both", passed, refused)
	}
}

// slowly is the check without its shortcut.
func slowly(c *Contract, m media, v any) []sms.Finding {
	r := &report{contract: c, strange: sms.FoundUnread}
	if err := m.schema.compiled().Validate(v); err != nil {
		r.broken(err, "body", "", m.pointer)
	}
	r.unread(m.schema.compiled(), v)
	return r.finish()
}

// everyMedia lists the bodies of a contract that have a schema, each once.
func (c *Contract) everyMedia() []media {
	var all []media
	for _, o := range slices.Concat(c.operations, c.webhooks) {
		if o.body != nil {
			all = append(all, o.body.media...)
		}
		for _, status := range slices.Sorted(maps.Keys(o.answers)) {
			if body := o.answers[status].body; body != nil {
				all = append(all, body.media...)
			}
		}
	}
	all = slices.DeleteFunc(all, func(m media) bool { return m.schema.compiled() == nil })
	slices.SortFunc(all, func(a, b media) int { return cmp.Compare(a.pointer, b.pointer) })
	return slices.CompactFunc(all, func(a, b media) bool { return a.pointer == b.pointer })
}

var odd = []any{
	nil, true, "", "x", "+14155550100", "2026-11-22T10:00:00Z", json.Number("0"), json.Number("-1"), json.Number("1.0"), json.Number("1.5"),
	json.Number("1e300"), json.Number("99999999999999999999"),
	[]any{},
	[]any{nil},
	[]any{map[string]any{"a": "b"}},
	map[string]any{},
	map[string]any{"strange": "x"},
}

// variants gives v, and v with each of its parts replaced, taken away, or with
// a strange field put in.
func variants(v any, do func(any)) {
	do(v)
	for _, other := range odd {
		do(other)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			without := maps.Clone(v)
			delete(without, name)
			do(without)
			variants(v[name], func(inner any) {
				changed := maps.Clone(v)
				changed[name] = inner
				do(changed)
			})
		}
		more := maps.Clone(v)
		more["strange"] = "x"
		do(more)
	case []any:
		for i := range v {
			variants(v[i], func(inner any) {
				changed := slices.Clone(v)
				changed[i] = inner
				do(changed)
			})
		}
	}
}

func TestQuickEndsOnLoops(t *testing.T) {
	t.Parallel()
	const text = `openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/A"}}}}
      responses: {"200": {description: d}}
components:
  schemas:
    A: {anyOf: [{$ref: "#/components/schemas/A"}, {$ref: "#/components/schemas/B"}]}
    B: {allOf: [{$ref: "#/components/schemas/A"}]}
`
	c, err := Parse("loop", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if found := c.CheckRequest(Request{Method: "POST", URL: "/a", Header: jsonHead, Body: []byte(`{"a":1}`)}); len(found) == 0 {
		t.Error("a schema that says nothing but itself lets everything pass")
	}
}
