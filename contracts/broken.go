package contracts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/emulator/sms"
)

// breach is one way in which a value breaks a schema.
type breach struct {
	kind    sms.FindingKind
	at      string // JSON pointer into the value
	rule    string
	problem string
	types   []string // of a wrong type: those that would do
	got     string
	told    bool // by the walk that looks for unread fields, which knows where
}

// broken adds what a validation found. prefix is the name of a parameter, to be
// shown in place of a pointer; "" is a body.
func (r *report) broken(err error, place, prefix, rule string) {
	invalid, ok := err.(*jsonschema.ValidationError)
	if !ok {
		r.add(sms.FoundShape, place, prefix, rule, "it cannot be checked: "+err.Error())
		return
	}
	for _, b := range r.breaches(invalid, false) {
		if b.told {
			continue
		}
		pointer, of := b.at, subject(b.at)
		if place != "body" {
			pointer, of = prefix+b.at, quote(prefix+b.at)
		}
		r.add(b.kind, place, pointer, b.rule, of+" "+b.problem)
	}
}

// breaches goes down to the causes of an error. hidden says that what is there
// must not be quoted.
func (r *report) breaches(e *jsonschema.ValidationError, hidden bool) []breach {
	location := ruleOf(e.SchemaURL)
	hidden = hidden || r.contract.sensitive(location)
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.AllOf, *kind.Reference:
		var all []breach
		for _, cause := range e.Causes {
			all = append(all, r.breaches(cause, hidden)...)
		}
		return all
	case *kind.AnyOf:
		return r.alternatives(e, hidden, "anyOf")
	case *kind.OneOf:
		if len(k.Subschemas) > 1 {
			return []breach{one(e, sms.FoundShape, fmt.Sprintf("fits the alternatives %d and %d; the contract says exactly one", k.Subschemas[0]+1, k.Subschemas[1]+1))}
		}
		return r.alternatives(e, hidden, "oneOf")
	case *kind.Required:
		return missing(e, k.Missing, "is missing; the contract requires it")
	case *kind.DependentRequired:
		return missing(e, k.Missing, "is missing; the contract requires it where there is "+quote(k.Prop))
	case *kind.AdditionalProperties:
		return strangers(e, k.Properties, r.strange)
	case *kind.Type:
		b := one(e, sms.FoundType, wrongType(k.Got, k.Want))
		b.types, b.got = k.Want, k.Got
		return []breach{b}
	}
	return []breach{plain(e, hidden)}
}

func one(e *jsonschema.ValidationError, kind sms.FindingKind, problem string) breach {
	return breach{
		kind: kind, at: jsonpointer.Join("", e.InstanceLocation...), problem: problem,
		rule: jsonpointer.Join(ruleOf(e.SchemaURL), e.ErrorKind.KeywordPath()...),
	}
}

func missing(e *jsonschema.ValidationError, names []string, problem string) []breach {
	var all []breach
	for _, name := range names {
		b := one(e, sms.FoundMissing, problem)
		b.at = jsonpointer.Join(b.at, name)
		all = append(all, b)
	}
	return all
}

func strangers(e *jsonschema.ValidationError, names []string, kind sms.FindingKind) []breach {
	var all []breach
	for _, name := range names {
		b := one(e, kind, unnamed)
		b.at = jsonpointer.Join(b.at, name)
		all = append(all, b)
	}
	return all
}

// plain says what is wrong with one value.
func plain(e *jsonschema.ValidationError, hidden bool) breach {
	value := func(got, want string) breach { return one(e, sms.FoundValue, got+"; the contract says "+want) }
	switch k := e.ErrorKind.(type) {
	case *kind.Enum:
		return value("is "+show(k.Got, hidden), oneOf(k.Want))
	case *kind.Const:
		return value("is "+show(k.Got, hidden), show(k.Want, false))
	case *kind.Format:
		return value("is "+show(k.Got, hidden), "a "+k.Want)
	case *kind.Pattern:
		return value("is "+show(k.Got, hidden), "text like "+k.Want)
	case *kind.MinLength:
		return value("has "+count(k.Got, "character"), "at least "+strconv.Itoa(k.Want))
	case *kind.MaxLength:
		return value("has "+count(k.Got, "character"), "at most "+strconv.Itoa(k.Want))
	case *kind.MinItems:
		return value("has "+count(k.Got, "item"), "at least "+strconv.Itoa(k.Want))
	case *kind.MaxItems:
		return value("has "+count(k.Got, "item"), "at most "+strconv.Itoa(k.Want))
	case *kind.MinProperties:
		return value("has "+count(k.Got, "field"), "at least "+strconv.Itoa(k.Want))
	case *kind.MaxProperties:
		return value("has "+count(k.Got, "field"), "at most "+strconv.Itoa(k.Want))
	case *kind.UniqueItems:
		return value(fmt.Sprintf("has equal items %d and %d", k.Duplicates[0], k.Duplicates[1]), "that none comes twice")
	case *kind.PropertyNames:
		b := value(misnamed, "that names are of another form")
		b.told = true // the library's location is that of a sibling, at times
		return b
	case *kind.Minimum:
		return value("is "+decimal(k.Got, hidden), "at least "+decimal(k.Want, false))
	case *kind.Maximum:
		return value("is "+decimal(k.Got, hidden), "at most "+decimal(k.Want, false))
	case *kind.ExclusiveMinimum:
		return value("is "+decimal(k.Got, hidden), "more than "+decimal(k.Want, false))
	case *kind.ExclusiveMaximum:
		return value("is "+decimal(k.Got, hidden), "less than "+decimal(k.Want, false))
	case *kind.MultipleOf:
		return value("is "+decimal(k.Got, hidden), "a multiple of "+decimal(k.Want, false))
	case *kind.Not:
		return one(e, sms.FoundShape, "is what the contract rules out")
	case *kind.FalseSchema:
		return one(e, sms.FoundShape, "is there; the contract says that it must not be")
	}
	return one(e, sms.FoundShape, "does not fit the contract")
}

// alternatives tells of the alternative that fits best: not of another type
// altogether, wrong only deep inside, wrong in few places. If several fit
// equally badly, all are named.
func (r *report) alternatives(e *jsonschema.ValidationError, hidden bool, keyword string) []breach {
	all := make([][]breach, 0, len(e.Causes))
	for _, cause := range e.Causes {
		all = append(all, r.breaches(cause, hidden))
	}
	here := jsonpointer.Join("", e.InstanceLocation...)
	slices.SortStableFunc(all, func(a, b []breach) int { return compareFit(a, b, here) })
	rule := jsonpointer.Join(ruleOf(e.SchemaURL), keyword)
	switch {
	case len(all) == 0:
		return []breach{{kind: sms.FoundShape, at: here, rule: rule, problem: "fits no alternative of the contract"}}
	case allOfType(all, here):
		return []breach{mergeTypes(all, here, rule)}
	case len(all) == 1 || compareFit(all[0], all[1], here) < 0:
		return all[0]
	}
	var says []string
	for _, alternative := range all {
		if compareFit(all[0], alternative, here) == 0 && len(says) < 4 {
			b := alternative[0]
			if b.at != here {
				b.problem = subject(b.at) + " " + b.problem
			}
			says = append(says, b.problem)
		}
	}
	return []breach{{
		kind: sms.FoundShape, at: here, rule: rule,
		problem: "fits none of " + strconv.Itoa(len(all)) + " alternatives: " + strings.Join(says, "; or "),
	}}
}

func compareFit(a, b []breach, here string) int {
	return cmp.Or(
		cmp.Compare(boolean(wrongAltogether(a, here)), boolean(wrongAltogether(b, here))),
		cmp.Compare(shallowest(b), shallowest(a)),
		cmp.Compare(len(a), len(b)),
	)
}

func wrongAltogether(a []breach, here string) bool {
	return slices.ContainsFunc(a, func(b breach) bool { return b.kind == sms.FoundType && b.at == here })
}

func allOfType(all [][]breach, here string) bool {
	return !slices.ContainsFunc(all, func(a []breach) bool { return !wrongAltogether(a, here) })
}

// mergeTypes makes one breach of alternatives that all want other types.
func mergeTypes(all [][]breach, here, rule string) breach {
	var types []string
	got := ""
	for _, alternative := range all {
		for _, b := range alternative {
			if b.kind == sms.FoundType && b.at == here {
				types, got = append(types, b.types...), b.got
			}
		}
	}
	slices.Sort(types)
	types = slices.Compact(types)
	return breach{kind: sms.FoundType, at: here, rule: rule, problem: wrongType(got, types), types: types, got: got}
}

func shallowest(all []breach) int {
	depth := 1 << 20
	for _, b := range all {
		here := strings.Count(b.at, "/")
		if b.kind == sms.FoundMissing {
			here-- // it is its object that does not fit
		}
		depth = min(depth, here)
	}
	return depth
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func wrongType(got string, want []string) string {
	return "is " + article(got) + "; the contract says " + strings.Join(want, " or ")
}

func article(jsonType string) string {
	switch jsonType {
	case "null":
		return "null"
	case "array", "object", "integer":
		return "an " + jsonType
	}
	return "a " + jsonType
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// show writes a value for people; of one that is hidden only what kind it is.
func show(v any, hidden bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case string:
		if hidden {
			return "text of " + count(len([]rune(v)), "character")
		}
		return quote(v)
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	case json.Number:
		if hidden {
			return "a number"
		}
		return v.String()
	}
	return fmt.Sprint(v)
}

func oneOf(values []any) string {
	const most = 20
	var b strings.Builder
	for i, v := range values {
		if i == most {
			fmt.Fprintf(&b, ", and %d more", len(values)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(show(v, false))
	}
	if len(values) == 1 {
		return b.String()
	}
	return "one of " + b.String()
}

func decimal(n *big.Rat, hidden bool) string {
	if hidden || n == nil {
		return "a number"
	}
	if n.IsInt() {
		return n.Num().String()
	}
	f, _ := n.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}
