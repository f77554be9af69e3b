package mta

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// form reads the known fields of an object and gathers what is wrong with
// them. Unknown fields are left alone.
type form struct {
	object
	fields     []string            // with a complaint, in the order they were read
	complaints map[string][]string // by field
}

func (f *form) complain(name, complaint string) {
	if f.complaints == nil {
		f.complaints = map[string][]string{}
	}
	if f.complaints[name] == nil {
		f.fields = append(f.fields, name)
		f.complaints[name] = []string{complaint}
	}
}

// err is what was complained about, or nil.
func (f *form) err() *sms.Error {
	if len(f.fields) == 0 {
		return nil
	}
	var all []string
	for _, name := range f.fields {
		all = append(all, name+" "+f.complaints[name][0])
	}
	return &sms.Error{Code: sms.Invalid, Detail: strings.Join(all, "; "), Fields: f.complaints}
}

// given reports whether the field is there and not null.
func (f *form) given(name string) bool {
	v, ok := f.object[name]
	return ok && string(v) != "null"
}

// has reports whether the field is there at all.
func (f *form) has(name string) bool {
	_, ok := f.object[name]
	return ok
}

// read reads the field into v, which stays as it is if the field is missing,
// null or of another type. must says what it has to be.
func (f *form) read(name string, v any, must string) {
	if f.given(name) && json.Unmarshal(f.object[name], v) != nil {
		f.complain(name, must)
	}
}

// text reads a string; "" if there is none.
func (f *form) text(name string) (v string) {
	f.read(name, &v, "must be a string")
	return v
}

// needed reads a string that must be there.
func (f *form) needed(name string) string {
	v := f.text(name)
	if strings.TrimSpace(v) == "" {
		f.complain(name, "is required")
	}
	return v
}

// flag reads a boolean; false if there is none.
func (f *form) flag(name string) (v bool) {
	f.read(name, &v, "must be true or false")
	return v
}

// number reads an integer from least to most; least if there is none.
func (f *form) number(name string, least, most int) int {
	v := least
	f.read(name, &v, "must be an integer")
	if v < least || v > most {
		f.complain(name, "is out of range")
		return least
	}
	return v
}

// id reads the id of something; "" if there is none.
func (f *form) id(name string) ref {
	if !f.given(name) {
		return ""
	}
	id, ok := readRef(f.object[name])
	if !ok {
		f.complain(name, "must be a number")
		return ""
	}
	return id
}

// ids reads a list of ids, each once.
func (f *form) ids(name string) []ref {
	var out []ref
	for _, raw := range f.list(name) {
		id, ok := readRef(raw)
		if !ok || id == "" {
			f.complain(name, "must be an array of numbers")
			return nil
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// list reads an array with its values unread.
func (f *form) list(name string) (v []json.RawMessage) {
	f.read(name, &v, "must be an array")
	return v
}

// strings reads a list of strings.
func (f *form) strings(name string) (v []string) {
	f.read(name, &v, "must be an array of strings")
	return v
}

// tags reads an object of strings, kept as it was sent less its white space;
// nil if there is none.
func (f *form) tags(name string) json.RawMessage {
	if !f.given(name) {
		return nil
	}
	var values map[string]*string
	if json.Unmarshal(f.object[name], &values) != nil || values == nil {
		f.complain(name, "must be an object of strings")
		return nil
	}
	for _, v := range values {
		if v == nil {
			f.complain(name, "must be an object of strings")
			return nil
		}
	}
	return compact(f.object[name])
}

// link reads the URL of something on the web; "" if there is none.
func (f *form) link(name string) string {
	text := f.text(name)
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		f.complain(name, "must be a URL that begins with http:// or https://")
		return ""
	}
	return text
}

// layouts are the forms in which an instant may be given.
var layouts = []string{time.RFC3339, "20060102T150405-0700", "20060102T150405Z"}

// instant reads a point in time; the zero value if there is none.
func (f *form) instant(name string) time.Time {
	text := f.text(name)
	if text == "" {
		return time.Time{}
	}
	at, ok := parseInstant(text)
	if !ok {
		f.complain(name, "must be an ISO 8601 date, like 2022-04-18T05:00:00.000Z")
	}
	return at
}

func parseInstant(text string) (time.Time, bool) {
	for _, layout := range layouts {
		// A year of more than four digits could not be written again.
		if at, err := time.Parse(layout, text); err == nil && at.UTC().Year() > 0 && at.UTC().Year() < 10000 {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
