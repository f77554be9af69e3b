package learn

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
)

// shape is what a schema would have to say of the values that were seen.
type shape struct {
	types      map[string]bool
	properties map[string]*shape
	items      *shape
	sensitive  string
	instants   bool // all texts so far are
	texts      int
}

// What bounds what a hostile recording makes us write.
const (
	maxLevels = 8
	maxFields = 100
)

// infer is the shape of values.
func infer(values []any) *shape {
	s := &shape{}
	for _, v := range values {
		s.add(v, 0)
	}
	return s
}

func (s *shape) add(v any, level int) {
	if s.types == nil {
		s.types, s.properties = map[string]bool{}, map[string]*shape{}
	}
	s.types[typeOf(v)] = true
	if level == maxLevels {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if s.properties[name] == nil {
				if len(s.properties) == maxFields {
					return
				}
				s.properties[name] = &shape{}
			}
			s.properties[name].add(v[name], level+1)
		}
	case []any:
		if s.items == nil {
			s.items = &shape{}
		}
		for _, item := range v {
			s.items.add(item, level+1)
		}
	case string:
		_, err := time.Parse(time.RFC3339, v)
		s.instants = err == nil && (s.instants || s.texts == 0)
		s.texts++
		if kind := sensitive(v); kind != "" {
			s.sensitive = kind
		}
	}
}

var (
	number  = regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)
	address = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[a-z]+$`)
)

// sensitive is what x-sensitive should say of a value, as far as it shows.
func sensitive(text string) string {
	switch {
	case number.MatchString(text):
		return "number"
	case address.MatchString(text):
		return "email"
	case recording.Redacted(text):
		return "secret"
	}
	return ""
}

// typeOf is the type that a schema would name.
func typeOf(v any) string {
	if number, ok := v.(json.Number); ok {
		if _, err := strconv.ParseInt(number.String(), 10, 64); err == nil {
			return "integer"
		}
	}
	return contracts.TypeOf(v)
}

// lines writes the schema as block YAML without indentation.
func (s *shape) lines() []string {
	types := slices.Sorted(maps.Keys(s.types))
	if s.types["number"] {
		types = slices.DeleteFunc(types, func(t string) bool { return t == "integer" })
	}
	if i := slices.Index(types, "null"); i >= 0 && len(types) > 1 { // null stands last
		types = append(slices.Delete(types, i, i+1), "null")
	}
	var out []string
	switch len(types) {
	case 0:
	case 1:
		out = append(out, "type: "+word(types[0]))
	default:
		quoted := make([]string, len(types))
		for i, t := range types {
			quoted[i] = word(t)
		}
		out = append(out, "type: ["+strings.Join(quoted, ", ")+"]")
	}
	if s.types["string"] && s.instants {
		out = append(out, "format: date-time")
	}
	if s.sensitive != "" {
		out = append(out, "x-sensitive: "+s.sensitive)
	}
	if s.items != nil && len(s.items.types) > 0 {
		out = append(out, "items:")
		out = append(out, indent(s.items.lines())...)
	}
	if len(s.properties) > 0 {
		out = append(out, "properties:")
		for _, name := range slices.Sorted(maps.Keys(s.properties)) {
			out = append(out, "  "+word(name)+":")
			out = append(out, indent(indent(s.properties[name].lines()))...)
		}
	} else if s.types["object"] {
		out = append(out, "additionalProperties: true")
	}
	return out
}

func indent(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		if l != "" {
			out[i] = "  " + l
		}
	}
	return out
}

var bare = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*( ?[A-Za-z0-9_./:#-]*[A-Za-z0-9_./-])?$`)

// route is a path with parameters.
var route = regexp.MustCompile(`^/[A-Za-z][A-Za-z0-9_./{}-]{0,200}$`)

// word writes text as a YAML scalar that is read as that text and nothing else.
func word(text string) string {
	switch strings.ToLower(text) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(text)
	}
	if route.MatchString(text) {
		return text
	}
	if bare.MatchString(text) && len(text) < 100 && !strings.Contains(text, ": ") && !strings.Contains(text, " #") && !strings.HasSuffix(text, ":") {
		return text
	}
	return strconv.QuoteToASCII(text)
}

// scalar writes a value for an enum.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	case string:
		return word(v), true
	}
	return "", false
}
