package learn

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// change makes one change in a text. Each goes by the text as the one before
// left it.
func (l *lesson) change(text []byte, from []int, w *wish) ([]byte, []int, error) {
	e := &editor{text: text, from: from, evidence: []string{"x-evidence: recorded", "x-source: " + word(l.source), "x-date: " + strconv.Quote(w.date)}}
	do := map[string]func(*wish) error{
		"field": e.field, "parameter": e.parameter, "required": e.required, "optional": e.optional,
		"type": e.types, "alternative": e.alternative, "enum": e.enum, "const": e.constant, "limit": e.limit,
		"status": e.status, "media": e.media, "header": e.header, "webhook": e.webhook, "operation": e.operation,
	}[w.kind]
	err := do(w)
	return e.text, e.from, err
}

// editor changes a text step by step.
type editor struct {
	text     []byte
	from     []int // where its lines came from
	evidence []string
}

// do makes one edit.
func (e *editor) do(edit func(d *document) error) error {
	d, err := parse(e.text, e.from)
	if err != nil {
		return err
	}
	if err := edit(d); err != nil {
		return err
	}
	e.text, e.from = d.text()
	return nil
}

func (e *editor) has(pointer string) bool {
	d, err := parse(e.text, e.from)
	if err != nil {
		return false
	}
	_, n := d.find(pointer)
	return n != nil
}

// under puts a member into a mapping that is itself made if it is not there.
func (e *editor) under(pointer, mapping, name string, lines []string) error {
	return e.do(func(d *document) error {
		at := jsonpointer.Join(pointer, mapping)
		if _, n := d.find(at); n != nil {
			return d.member(d.resolve(at), name, lines)
		}
		return d.member(pointer, mapping, block(0, name, lines))
	})
}

// field names a field that no schema names.
func (e *editor) field(w *wish) error {
	if e.has(jsonpointer.Join(w.rule, "properties", w.name)) {
		return errors.New("it is named there, in a schema that does not count here")
	}
	return e.under(w.rule, "properties", w.name, append(infer(w.values).lines(), e.evidence...))
}

// parameter names a parameter of the query.
func (e *editor) parameter(w *wish) error {
	lines := append([]string{"name: " + word(w.name), "in: query"}, e.evidence...)
	lines = append(lines, "schema:", "  type: string")
	return e.do(func(d *document) error {
		at := jsonpointer.Join(w.rule, "parameters")
		if _, n := d.find(at); n != nil {
			return d.item(at, lines)
		}
		return d.member(w.rule, "parameters", append([]string{"- " + lines[0]}, indent(lines[1:])...))
	})
}

// required takes a field out of those that must be there.
func (e *editor) required(w *wish) error {
	err := e.do(func(d *document) error {
		key, list := d.find(w.rule)
		if key == nil || list.Kind != yaml.SequenceNode {
			return errPlace
		}
		var kept []string
		for _, item := range list.Content {
			if item.Value != w.name {
				kept = append(kept, word(item.Value))
			}
		}
		switch {
		case len(kept) == 0:
			return d.swap(w.rule, nil)
		case flow(list):
			return d.swap(w.rule, []string{"required: [" + strings.Join(kept, ", ") + "]"})
		}
		lines := []string{"required:"}
		for _, name := range kept {
			lines = append(lines, "  - "+name)
		}
		return d.swap(w.rule, lines)
	})
	property := jsonpointer.Join(strings.TrimSuffix(w.rule, "/required"), "properties", w.name)
	if err == nil && e.has(property) {
		err = e.mark(property)
	}
	return err
}

// optional says that a parameter may be left out.
func (e *editor) optional(w *wish) error {
	if err := e.do(func(d *document) error {
		return d.swap(jsonpointer.Join(w.rule, "required"), []string{"required: false"})
	}); err != nil {
		return err
	}
	return e.mark(w.rule)
}

// mark says of a schema that it rests on the recording; what it rested on
// before stays to be read.
func (e *editor) mark(pointer string) error {
	for i, line := range e.evidence {
		key, value, _ := strings.Cut(line, ": ")
		err := e.do(func(d *document) error {
			_, old := d.find(jsonpointer.Join(pointer, key))
			if old == nil {
				return d.member(pointer, key, []string{"= " + value})
			}
			if i == 1 && old.Value != "" && !strings.Contains(old.Value, strings.Trim(value, `"`)) {
				value = strconv.QuoteToASCII(strings.Trim(value, `"`) + "; before: " + strings.TrimSpace(old.Value))
			}
			return d.swap(jsonpointer.Join(pointer, key), []string{key + ": " + value})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// types lets another JSON type in. Where a schema is shared it is only the one
// place that refers to it that changes.
func (e *editor) types(w *wish) error {
	owner := strings.TrimSuffix(w.rule, "/type")
	if done, err := e.beside(w, owner); done {
		return err
	}
	err := e.do(func(d *document) error {
		key, n := d.find(w.rule)
		if key == nil {
			return errPlace
		}
		types := []string{n.Value}
		if n.Kind == yaml.SequenceNode {
			types = nil
			for _, item := range n.Content {
				types = append(types, item.Value)
			}
		}
		for _, t := range slices.Sorted(maps.Keys(infer(w.values).types)) {
			if !slices.Contains(types, t) && !(t == "integer" && slices.Contains(types, "number")) {
				types = append(types, t)
			}
		}
		for i := range types {
			types[i] = word(types[i])
		}
		return inPlace(d, w.rule, "type", "["+strings.Join(types, ", ")+"]")
	})
	if err != nil {
		return err
	}
	if err := e.nullable(owner, w); err != nil {
		return err
	}
	return e.mark(owner)
}

// nullable adds null to the values that a schema lists, where null came.
func (e *editor) nullable(owner string, w *wish) error {
	if !slices.Contains(w.values, nil) || !e.has(owner+"/enum") {
		return nil
	}
	return e.do(func(d *document) error { return d.item(owner+"/enum", []string{"null"}) })
}

// inPlace replaces the value of a key, in brackets as well.
func inPlace(d *document, pointer, name, value string) error {
	key, old := d.find(pointer)
	if err := d.swap(pointer, []string{name + ": " + value}); err == nil {
		return nil
	}
	if key == nil || key.Line != old.Line || lastLine(old) != old.Line {
		return errPlace
	}
	line := d.lines[key.Line-1]
	start, stop := column(line, old.Column), 0
	if old.Kind == yaml.SequenceNode {
		stop = matching(line, start) + 1
	} else if at := strings.IndexAny(line[start:], ",}"); at > 0 {
		stop = start + at
	}
	if stop <= start {
		return errPlace
	}
	d.put(key.Line-1, key.Line, []string{line[:start] + value + line[stop:]})
	return nil
}

// alternative adds one more to several.
func (e *editor) alternative(w *wish) error {
	lines := append(infer(w.values).lines(), e.evidence...)
	return e.do(func(d *document) error { return d.item(w.rule, lines) })
}

// beside adds an alternative at the place that refers to a shared schema; done
// is false if there is no such place.
func (e *editor) beside(w *wish, owner string) (done bool, err error) {
	r, ok := w.x.Read(w.of)
	if !ok || r.Rule == "" || !strings.HasPrefix(owner, "#/components/schemas/") {
		return false, nil
	}
	d, err := parse(e.text, e.from)
	if err != nil {
		return true, err
	}
	for _, place := range d.places(r.Rule, jsonpointer.Tokens(w.at)) {
		key, ref := d.find(place + "/$ref")
		if key == nil || d.resolve(place) != owner {
			continue
		}
		lines := []string{"anyOf:", "  - $ref: " + strconv.Quote(ref.Value)}
		added := append(infer(w.values).lines(), e.evidence...)
		lines = append(lines, "  - "+added[0])
		lines = append(lines, indent(indent(added[1:]))...)
		if d.swap(place+"/$ref", lines) != nil {
			continue
		}
		e.text, e.from = d.text()
		return true, nil
	}
	return false, nil
}

// places are the schemas that speak of what stands at a path, as they are
// written where they stand: references are not followed at its end.
func (d *document) places(root string, path []string) []string {
	here := []string{root}
	for _, token := range path {
		var next []string
		for _, s := range d.spread(here) {
			if _, n := d.find(jsonpointer.Join(s, "properties", token)); n != nil {
				next = append(next, jsonpointer.Join(s, "properties", token))
			} else if _, err := strconv.Atoi(token); err == nil {
				if _, n := d.find(s + "/items"); n != nil {
					next = append(next, s+"/items")
				}
			}
		}
		here = next
	}
	return here
}

// spread follows references and alternatives.
func (d *document) spread(all []string) []string {
	const most = 200
	for i := 0; i < len(all) && len(all) < most; i++ {
		_, n := d.find(all[i])
		if n == nil {
			continue
		}
		if to := d.resolve(all[i]); to != all[i] && !slices.Contains(all, to) {
			all = append(all, to)
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
			if _, list := jsonpointer.Node(n, keyword); list != nil {
				for j := range list.Content {
					all = append(all, jsonpointer.Join(all[i], keyword, strconv.Itoa(j)))
				}
			}
		}
	}
	return all
}

// enum adds a value to those that are listed.
func (e *editor) enum(w *wish) error {
	text, ok := scalar(w.values[0])
	if !ok {
		return errNotLearned
	}
	if err := e.do(func(d *document) error { return d.item(w.rule, []string{text}) }); err != nil {
		return err
	}
	return e.mark(strings.TrimSuffix(w.rule, "/enum"))
}

// constant makes a list of the one value and the new.
func (e *editor) constant(w *wish) error {
	text, ok := scalar(w.values[0])
	if !ok {
		return errNotLearned
	}
	err := e.do(func(d *document) error {
		key, old := d.find(w.rule)
		if key == nil || old.Kind != yaml.ScalarNode {
			return errPlace
		}
		was := word(old.Value)
		if old.ShortTag() != "!!str" {
			was = old.Value
		}
		return d.swap(w.rule, []string{"enum: [" + was + ", " + text + "]"})
	})
	if err != nil {
		return err
	}
	return e.mark(strings.TrimSuffix(w.rule, "/const"))
}

// limit takes away a limit that does not hold.
func (e *editor) limit(w *wish) error {
	owner := strings.TrimSuffix(w.rule, "/"+w.name)
	if err := e.mark(owner); err != nil { // first: there must be something left
		return err
	}
	return e.do(func(d *document) error { return d.swap(w.rule, nil) })
}
