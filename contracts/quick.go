package contracts

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// quick is a schema made ready to let right values pass without work: nearly
// all messages are right, and what is wrong with the others is for the library
// to say. It errs on one side only: what it lets pass is valid and has no field
// that the schema does not name; what it does not may still be so.
type quick struct {
	may        permits
	never      bool // has a keyword that is not known here: nothing passes
	ref        *quick
	all, any   []*quick
	values     map[string]bool // enum or const, all of them text
	orNull     bool            // null is one of values too
	shortest   int             // of text, an array or an object
	longest    int             // -1: no limit
	pattern    jsonschema.Regexp
	format     *jsonschema.Format
	bounded    bool // there is a least or a most number
	least      int64
	most       int64
	required   []string
	properties map[string]*quick
	others     *quick // for properties that are not named; nil: nothing is said of them
	closed     bool   // properties that are not named must not be there
	open       bool   // any property may be there
	items      *quick // nil: only items without fields pass
}

// quicks are the schemas of a document that were made ready.
type quicks struct {
	known map[*jsonschema.Schema]*quick
	loops map[*quick]int
}

func (all *quicks) make(s *jsonschema.Schema) *quick {
	if all.known == nil {
		all.known, all.loops = map[*jsonschema.Schema]*quick{}, map[*quick]int{}
	}
	before := len(all.known)
	q := quickly(s, all.known)
	if len(all.known) > before {
		for _, q := range all.known {
			q.breakLoops(all.loops) // writes to none that is in use: those are done
		}
	}
	return q
}

// breakLoops lets nothing pass a schema that comes back to itself without
// having gone into the value: asking it would never end.
func (q *quick) breakLoops(state map[*quick]int) {
	const open, done = 1, 2
	switch {
	case q == nil || state[q] == done:
		return
	case state[q] == open:
		q.never = true
		return
	}
	state[q] = open
	q.ref.breakLoops(state)
	for _, sub := range q.all {
		sub.breakLoops(state)
	}
	for _, sub := range q.any {
		sub.breakLoops(state)
	}
	state[q] = done
}

// quickly goes down a schema. known holds those that were made, for schemas
// refer to themselves.
func quickly(s *jsonschema.Schema, known map[*jsonschema.Schema]*quick) *quick {
	if s == nil {
		return nil
	}
	if q, ok := known[s]; ok {
		return q
	}
	q := &quick{longest: -1}
	known[s] = q
	if s.Bool != nil {
		q.never = true
		return q
	}
	q.may = permitted([]*jsonschema.Schema{s})
	q.never = unusual(s)
	q.ref = quickly(s.Ref, known)
	for _, sub := range s.AllOf {
		q.all = append(q.all, quickly(sub, known))
	}
	for _, sub := range s.AnyOf {
		q.any = append(q.any, quickly(sub, known))
	}
	q.readText(s)
	q.readNumber(s)
	q.required = s.Required
	q.readFields(s, known)
	q.items = quickly(s.Items2020, known)
	return q
}

// unusual reports whether a schema has a keyword that quick does not know.
func unusual(s *jsonschema.Schema) bool {
	return s.DynamicRef != nil || s.RecursiveRef != nil || s.Not != nil || len(s.OneOf) > 0 || s.If != nil ||
		s.PropertyNames != nil || len(s.PatternProperties) > 0 ||
		len(s.Dependencies) > 0 || len(s.DependentRequired) > 0 || len(s.DependentSchemas) > 0 || s.UnevaluatedProperties != nil ||
		s.UniqueItems || s.Contains != nil || s.Items != nil || len(s.PrefixItems) > 0 || s.UnevaluatedItems != nil ||
		s.ContentEncoding != nil || s.ContentMediaType != nil || s.ContentSchema != nil ||
		s.ExclusiveMaximum != nil || s.ExclusiveMinimum != nil || s.MultipleOf != nil || len(s.Extensions) > 0
}

func (q *quick) readText(s *jsonschema.Schema) {
	q.pattern, q.format = s.Pattern, s.Format
	var values []any
	if s.Const != nil {
		values = []any{*s.Const}
	}
	if s.Enum != nil {
		q.never = q.never || s.Const != nil
		values = s.Enum.Values
	}
	if values != nil {
		q.values = map[string]bool{}
	}
	for _, v := range values {
		if text, ok := v.(string); ok {
			q.values[text] = true
		}
		q.orNull = q.orNull || v == nil
	}
	for _, limit := range [...]*int{s.MinLength, s.MinItems, s.MinProperties} {
		if limit != nil {
			q.never = q.never || q.shortest > 0
			q.shortest = *limit
		}
	}
	for _, limit := range [...]*int{s.MaxLength, s.MaxItems, s.MaxProperties} {
		if limit != nil {
			q.never = q.never || q.longest >= 0
			q.longest = *limit
		}
	}
}

func (q *quick) readNumber(s *jsonschema.Schema) {
	q.least, q.most = math.MinInt64, math.MaxInt64
	q.bounded = s.Minimum != nil || s.Maximum != nil
	if s.Minimum != nil {
		q.never = q.never || !s.Minimum.IsInt() || !s.Minimum.Num().IsInt64()
		q.least = s.Minimum.Num().Int64()
	}
	if s.Maximum != nil {
		q.never = q.never || !s.Maximum.IsInt() || !s.Maximum.Num().IsInt64()
		q.most = s.Maximum.Num().Int64()
	}
}

func (q *quick) readFields(s *jsonschema.Schema, known map[*jsonschema.Schema]*quick) {
	if len(s.Properties) > 0 {
		q.properties = make(map[string]*quick, len(s.Properties))
	}
	for name, p := range s.Properties {
		q.properties[name] = quickly(p, known)
	}
	switch more := s.AdditionalProperties.(type) {
	case bool:
		q.open, q.closed = more, !more
	case *jsonschema.Schema:
		q.others = quickly(more, known)
	}
}

// passes reports whether v surely is right and all its fields are named.
func (q *quick) passes(v any) bool {
	if !q.valid(v) {
		return false
	}
	object, ok := v.(map[string]any)
	if !ok || !q.particular() {
		return true
	}
	for name := range object {
		if !q.names(name, v) {
			return false
		}
	}
	return true
}

// valid reports whether v surely is right. Fields that this schema does not name
// may be named by another that speaks of the same value.
func (q *quick) valid(v any) bool {
	if q.never || q.ref != nil && !q.ref.valid(v) {
		return false
	}
	for _, sub := range q.all {
		if !sub.valid(v) {
			return false
		}
	}
	return q.anyValid(v) && q.selfValid(v)
}

func (q *quick) anyValid(v any) bool {
	return len(q.any) == 0 || slices.ContainsFunc(q.any, func(sub *quick) bool { return sub.valid(v) })
}

// particular reports whether anything is said of the names of fields; if not,
// any will do.
func (q *quick) particular() bool {
	return q.never || len(q.properties) > 0 || q.closed || q.ref != nil && q.ref.particular() ||
		slices.ContainsFunc(q.all, (*quick).particular) || slices.ContainsFunc(q.any, (*quick).particular)
}

// names reports whether a field of v is named, or may have any name. Of
// alternatives only those that hold have a say.
func (q *quick) names(field string, v any) bool {
	if q.properties[field] != nil || q.others != nil || q.open {
		return true
	}
	says := func(sub *quick) bool { return sub.names(field, v) }
	return q.ref != nil && says(q.ref) || slices.ContainsFunc(q.all, says) ||
		slices.ContainsFunc(q.any, func(sub *quick) bool { return sub.names(field, v) && sub.valid(v) })
}

func (q *quick) selfValid(v any) bool {
	if q.values != nil {
		text, ok := v.(string)
		if !(ok && q.values[text] || v == nil && q.orNull) {
			return false
		}
	}
	if q.format != nil && q.format.Validate(v) != nil {
		return false
	}
	switch v := v.(type) {
	case nil:
		return q.may.any || q.may.null
	case bool:
		return q.may.any || q.may.boolean
	case string:
		return (q.may.any || q.may.text) && q.text(v)
	case json.Number:
		return q.number(string(v))
	case []any:
		return (q.may.any || q.may.array) && q.array(v)
	case map[string]any:
		return (q.may.any || q.may.object) && q.object(v)
	}
	return false
}

// long reports whether a length is within the limits.
func (q *quick) long(n int) bool { return n >= q.shortest && (q.longest < 0 || n <= q.longest) }

func (q *quick) text(v string) bool {
	if (q.shortest > 0 || q.longest >= 0) && !q.long(utf8.RuneCountInString(v)) {
		return false
	}
	return q.pattern == nil || q.pattern.MatchString(v)
}

func (q *quick) number(v string) bool {
	if !q.may.any && !q.may.number && !q.may.integer {
		return false
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return (q.may.any || q.may.number) && !q.bounded
	}
	return q.least <= n && n <= q.most
}

func (q *quick) array(v []any) bool {
	if !q.long(len(v)) {
		return false
	}
	for _, one := range v {
		if q.items != nil && !q.items.passes(one) || q.items == nil && hasFields(one) {
			return false
		}
	}
	return true
}

func (q *quick) object(v map[string]any) bool {
	if !q.long(len(v)) {
		return false
	}
	for _, name := range q.required {
		if _, ok := v[name]; !ok {
			return false
		}
	}
	for name, one := range v {
		p := q.properties[name]
		if p == nil {
			p = q.others
		}
		if p == nil && q.closed || p != nil && !p.passes(one) {
			return false
		}
	}
	return true
}
