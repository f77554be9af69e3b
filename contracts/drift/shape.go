package drift

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/contracts/recording"
)

// Pair is a body as it was recorded and as it is played.
type Pair struct{ Recorded, Played contracts.Reading }

// Bodies compares the shapes of two bodies: which fields there are, of which
// types, null or not, and the words among those that the contract lists. The
// items of a list are taken together: what one of them has, the list has.
func Bodies(p Pair) []Difference {
	w := walker{worded: func(at string) bool { return p.Recorded.Worded(at) || p.Played.Worded(at) }}
	w.walk("", []any{p.Recorded.Value}, []any{p.Played.Value}, 0)
	return w.found
}

type walker struct {
	worded func(pointer string) bool
	found  []Difference
}

// maxLevels and maxFound bound the work on hostile bodies.
const (
	maxLevels = 64
	maxFound  = 200
)

func (w *walker) add(kind Kind, pointer, recorded, played string) {
	if len(w.found) < maxFound {
		w.found = append(w.found, Difference{Pointer: pointer, Kind: kind, Recorded: recorded, Played: played})
	}
}

// walk compares what stands at a pointer in all that was recorded and played there.
func (w *walker) walk(pointer string, recorded, played []any, level int) {
	recorded, played = known(recorded), known(played)
	if len(recorded) == 0 || len(played) == 0 || level > maxLevels {
		return
	}
	a, b := typesOf(recorded), typesOf(played)
	plainA, plainB := without(a, "null"), without(b, "null")
	switch {
	case len(plainA) > 0 && len(plainB) > 0 && !slices.Equal(plainA, plainB):
		w.add(Type, pointer, strings.Join(a, " or "), strings.Join(b, " or "))
		return
	case slices.Contains(a, "null") != slices.Contains(b, "null"):
		w.add(Null, pointer, strings.Join(a, " or "), strings.Join(b, " or "))
	}
	w.fields(pointer, objects(recorded), objects(played), level)
	w.walk(pointer+"/*", items(recorded), items(played), level+1)
	w.words(pointer, recorded, played)
}

// known are the values that were not taken out of a recording.
func known(values []any) []any {
	return slices.DeleteFunc(slices.Clone(values), func(v any) bool {
		text, ok := v.(string)
		return ok && recording.Redacted(text)
	})
}

// fields compares the names and then the values of objects.
func (w *walker) fields(pointer string, recorded, played []map[string]any, level int) {
	if len(recorded) == 0 || len(played) == 0 {
		return
	}
	a, b := gather(recorded), gather(played)
	from, to, renamed := rename(a, b)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		at := jsonpointer.Join(pointer, name)
		switch _, both := b[name]; {
		case both:
			w.walk(at, a[name], b[name], level+1)
		case renamed && name == from:
			w.add(Renamed, at, strconv.Quote(from), strconv.Quote(to))
			w.walk(at, a[from], b[to], level+1)
		default:
			w.add(Absent, at, strings.Join(typesOf(a[name]), " or "), "nothing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, both := a[name]; !both && !(renamed && name == to) {
			w.add(Extra, jsonpointer.Join(pointer, name), "nothing", strings.Join(typesOf(b[name]), " or "))
		}
	}
}

// rename is the one field of a that b has under another name, if one is missing
// on each side and they are of one type.
func rename(a, b map[string][]any) (from, to string, ok bool) {
	missing := func(in, from map[string][]any) (name string, n int) {
		for k := range in {
			if _, there := from[k]; !there {
				name, n = k, n+1
			}
		}
		return name, n
	}
	from, n := missing(a, b)
	to, m := missing(b, a)
	if n != 1 || m != 1 {
		return "", "", false
	}
	return from, to, slices.Equal(without(typesOf(a[from]), "null"), without(typesOf(b[to]), "null"))
}

// words compares the vendor's words at a place where it lists them.
func (w *walker) words(pointer string, recorded, played []any) {
	a, b := scalars(recorded), scalars(played)
	if len(a) == 0 || len(b) == 0 || slices.Equal(a, b) || !w.worded(strings.ReplaceAll(pointer, "/*", "/0")) {
		return
	}
	w.add(Word, pointer, strings.Join(a, ", "), strings.Join(b, ", "))
}

func typesOf(values []any) []string {
	var all []string
	for _, v := range values {
		if name := contracts.TypeOf(v); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func without(all []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == word })
}

func objects(values []any) []map[string]any {
	var all []map[string]any
	for _, v := range values {
		if object, ok := v.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all
}

func items(values []any) []any {
	var all []any
	for _, v := range values {
		if list, ok := v.([]any); ok {
			all = append(all, list...)
		}
	}
	return all
}

// gather lists the values of each field.
func gather(all []map[string]any) map[string][]any {
	out := map[string][]any{}
	for _, object := range all {
		for name, v := range object {
			out[name] = append(out[name], v)
		}
	}
	return out
}

// scalars are the values that are text, numbers or booleans, each once, sorted.
func scalars(values []any) []string {
	var all []string
	for _, v := range values {
		if text, ok := textOf(v); ok && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return all
}

// textOf writes a text, number or boolean.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
