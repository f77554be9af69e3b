package sut

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// DirPlaceholder is the placeholder of a folder that lasts as long as the
// application's world: what it keeps there survives its processes.
const DirPlaceholder = "dir"

// Expand replaces the placeholders that say where the emulator and the
// application are: "port", "dir" and "provider.value" ("{{port}}"). An unknown one is
// an error that says where it stands, if a file was read, and lists the known.
func (s *SUT) Expand(values map[string]string) (*SUT, error) {
	out, e := *s, expander{values: values, places: s.places}
	out.Start = slices.Clone(s.Start)
	for i := range out.Start {
		out.Start[i] = e.text(out.Start[i])
	}
	out.Env = e.texts(s.Env)
	out.Webhooks = e.texts(s.Webhooks)
	out.Ready = e.text(s.Ready)
	return &out, e.err
}

// expander replaces placeholders; the first unknown one sticks in err.
type expander struct {
	values map[string]string
	places map[string]string // where they stand, if that is known
	asked  map[string]bool   // if set, notes the names that occur
	err    error
}

func (e *expander) text(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		name := placeholder.FindStringSubmatch(m)[1]
		v, ok := e.values[name]
		if e.asked != nil {
			e.asked[name] = true
		}
		if !ok && e.err == nil {
			place := cmp.Or(e.places[name], "the description of the application")
			e.err = fmt.Errorf("%s: unknown placeholder {{%s}}; known are %s", place, name, strings.Join(slices.Sorted(maps.Keys(e.values)), ", "))
		}
		return v
	})
}

func (e *expander) texts(m map[string]string) map[string]string {
	out := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out[k] = e.text(m[k])
	}
	return out
}

// value replaces placeholders in all texts of a JSON value. A field of an
// object that comes out empty is left out: an application that takes it as
// optional need not know what an empty one means.
func (e *expander) value(v any) any {
	switch v := v.(type) {
	case string:
		return e.text(v)
	case map[string]any:
		out := map[string]any{}
		for k, inner := range v {
			if filled := e.value(inner); filled != "" || inner == "" {
				out[k] = filled
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = e.value(inner)
		}
		return out
	}
	return v
}
