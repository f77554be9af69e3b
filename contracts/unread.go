package contracts

import (
	"maps"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	unnamed  = "is there; the contract names no such field"
	misnamed = "has a name that the contract does not allow"
)

// unread adds every field of a value that no schema names: of a request it is
// one that no provider reads, of an answer one that was never promised.
func (r *report) unread(s *jsonschema.Schema, value any) {
	w := walk{report: r}
	w.value(value, []*jsonschema.Schema{s})
}

// walk goes through a value beside the schemas that apply to it.
type walk struct {
	report *report
	at     []string
}

// value looks into objects and arrays; nothing else has fields.
func (w *walk) value(v any, schemas []*jsonschema.Schema) {
	switch v := v.(type) {
	case map[string]any:
		w.object(v, applicable(v, schemas))
	case []any:
		w.array(v, applicable(v, schemas))
	}
}

func (w *walk) object(object map[string]any, schemas []*jsonschema.Schema) {
	w.names(object, schemas)
	if free(schemas) {
		return
	}
	var strange []string
	var buffer [8]*jsonschema.Schema
	for name, v := range object {
		of, known := about(name, schemas, buffer[:0])
		if !known {
			strange = append(strange, name)
			continue
		}
		if len(of) > 0 && hasFields(v) {
			w.under(name, v, of)
		}
	}
	slices.Sort(strange)
	for _, name := range strange {
		pointer := jsonpointer.Join(jsonpointer.Join("", w.at...), name)
		w.report.add(w.report.strange, "body", pointer, ruleOf(namer(schemas).Location), subject(pointer)+" "+unnamed)
	}
}

// names checks what fields are called.
func (w *walk) names(object map[string]any, schemas []*jsonschema.Schema) {
	for _, s := range schemas {
		if s.PropertyNames == nil {
			continue
		}
		for name := range object {
			if s.PropertyNames.Validate(name) != nil {
				pointer := jsonpointer.Join(jsonpointer.Join("", w.at...), name)
				w.report.add(sms.FoundValue, "body", pointer, ruleOf(s.PropertyNames.Location), subject(pointer)+" "+misnamed)
			}
		}
	}
}

func (w *walk) array(list []any, schemas []*jsonschema.Schema) {
	for i, v := range list {
		if !hasFields(v) {
			continue
		}
		var of []*jsonschema.Schema
		for _, s := range schemas {
			switch {
			case i < len(s.PrefixItems):
				of = append(of, s.PrefixItems[i])
			case s.Items2020 != nil:
				of = append(of, s.Items2020)
			}
			if s.Contains != nil && s.Contains.Validate(v) == nil {
				of = append(of, s.Contains)
			}
		}
		if len(of) > 0 {
			w.under(strconv.Itoa(i), v, of)
		}
	}
}

func (w *walk) under(token string, v any, schemas []*jsonschema.Schema) {
	w.at = append(w.at, token)
	w.value(v, schemas)
	w.at = w.at[:len(w.at)-1]
}

func hasFields(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

// free reports whether nothing is said of names: any object will do.
func free(schemas []*jsonschema.Schema) bool {
	return !slices.ContainsFunc(schemas, func(s *jsonschema.Schema) bool {
		return len(s.Properties) > 0 || len(s.PatternProperties) > 0 || s.AdditionalProperties == false
	})
}

// namer is the schema that would have to name a field.
func namer(schemas []*jsonschema.Schema) *jsonschema.Schema {
	for _, s := range schemas {
		if len(s.Properties) > 0 || len(s.PatternProperties) > 0 || s.AdditionalProperties == false {
			return s
		}
	}
	return schemas[0]
}

// about adds to of what schemas say of a property, and reports whether any
// permits it.
func about(name string, schemas, of []*jsonschema.Schema) ([]*jsonschema.Schema, bool) {
	known := false
	for _, s := range schemas {
		named := false
		if p, ok := s.Properties[name]; ok {
			of, named = append(of, p), true
		}
		for pattern, p := range s.PatternProperties {
			if pattern.MatchString(name) {
				of, named = append(of, p), true
			}
		}
		if !named {
			switch more := s.AdditionalProperties.(type) {
			case bool:
				named = more
			case *jsonschema.Schema:
				of, named = append(of, more), true
			}
		}
		if s.UnevaluatedProperties != nil && (s.UnevaluatedProperties.Bool == nil || *s.UnevaluatedProperties.Bool) {
			of, named = append(of, s.UnevaluatedProperties), true
		}
		known = known || named
	}
	return of, known
}

// applicable lists the schemas that speak of an object or array: those given,
// what they refer to, and of alternatives those that fit. If none fits, all
// count, for what is wrong was told already.
func applicable(v any, schemas []*jsonschema.Schema) []*jsonschema.Schema {
	list := make([]*jsonschema.Schema, 0, 8)
	for _, s := range schemas {
		list = apply(list, v, s)
	}
	return list
}

func apply(list []*jsonschema.Schema, v any, s *jsonschema.Schema) []*jsonschema.Schema {
	if s == nil || s.Bool != nil || slices.Contains(list, s) {
		return list
	}
	list = append(list, s)
	list = apply(list, v, s.Ref)
	for _, sub := range s.AllOf {
		list = apply(list, v, sub)
	}
	list = applyFitting(list, v, s.AnyOf)
	list = applyFitting(list, v, s.OneOf)
	if s.If != nil {
		if s.If.Validate(v) == nil {
			list = apply(apply(list, v, s.If), v, s.Then)
		} else {
			list = apply(list, v, s.Else)
		}
	}
	if object, ok := v.(map[string]any); ok && len(s.DependentSchemas) > 0 {
		for _, name := range slices.Sorted(maps.Keys(s.DependentSchemas)) {
			if _, there := object[name]; there {
				list = apply(list, v, s.DependentSchemas[name])
			}
		}
	}
	return list
}

func applyFitting(list []*jsonschema.Schema, v any, alternatives []*jsonschema.Schema) []*jsonschema.Schema {
	fitted := false
	for _, sub := range alternatives {
		if len(alternatives) == 1 || sub.Validate(v) == nil {
			list, fitted = apply(list, v, sub), true
		}
	}
	if fitted {
		return list
	}
	for _, sub := range alternatives {
		list = apply(list, v, sub)
	}
	return list
}
