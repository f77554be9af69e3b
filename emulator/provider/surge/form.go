package surge

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// What Surge complains about a field.
const (
	blank     = "can't be blank"
	wrong     = "is invalid"
	noNumber  = "is not a valid E.164 phone number"
	noSuch    = "does not exist"
	takenText = "has already been taken"
)

// form reads the known fields of an object and gathers every complaint, so that
// one answer names them all. Unknown fields are left alone.
type form struct {
	object
	path       string              // of the object in the request, with a final dot
	complaints map[string][]string // shared with the forms of inner objects
}

func newForm(o object) form { return form{object: o, complaints: map[string][]string{}} }

func (f form) complain(name, complaint string) {
	f.complaints[f.path+name] = append(f.complaints[f.path+name], complaint)
}

// complainOnce complains about a field that nothing was said about yet.
func (f form) complainOnce(name, complaint string) {
	if f.complaints[f.path+name] == nil {
		f.complain(name, complaint)
	}
}

// err is what was complained about, or nil.
func (f form) err() *sms.Error {
	if len(f.complaints) == 0 {
		return nil
	}
	var details []string
	for _, name := range slices.Sorted(maps.Keys(f.complaints)) {
		details = append(details, name+" "+strings.Join(f.complaints[name], ", "))
	}
	return &sms.Error{Code: sms.Invalid, Detail: strings.Join(details, "; "), Fields: f.complaints}
}

// given reports whether the field is there and not null.
func (f form) given(name string) bool {
	v, ok := f.object[name]
	return ok && string(v) != "null"
}

// has reports whether the field is there at all.
func (f form) has(name string) bool {
	_, ok := f.object[name]
	return ok
}

// text reads a string; "" if it is missing, null or something else.
func (f form) text(name string) string { return field[string](f, name) }

// flag reads a boolean; false if it is missing, null or something else.
func (f form) flag(name string) bool { return field[bool](f, name) }

// real reads a number; nil if it is missing, null or something else.
func (f form) real(name string) *float64 {
	if !f.given(name) {
		return nil
	}
	v := field[float64](f, name)
	return &v
}

// texts reads a list of strings; nil if it is missing, null or something else.
func (f form) texts(name string) []string { return field[[]string](f, name) }

// need reads a string that must be there.
func (f form) need(name string) string {
	text := f.text(name)
	if strings.TrimSpace(text) == "" {
		f.complainOnce(name, blank)
	}
	return text
}

// keep puts a string over place if the field is there; null and "" clear it.
func (f form) keep(name string, place **string) {
	if f.has(name) {
		*place = optional(f.text(name))
	}
}

// choice is keep for a string that must be one of a list.
func (f form) choice(name string, allowed []string, place **string) {
	f.keep(name, place)
	if f.filled(name) && *place != nil && !slices.Contains(allowed, **place) {
		f.complainOnce(name, wrong)
	}
}

// choices reads a list whose items must be of another list.
func (f form) choices(name string, allowed []string) []string {
	items := f.texts(name)
	for _, item := range items {
		if !slices.Contains(allowed, item) {
			f.complainOnce(name, wrong)
		}
	}
	return items
}

func field[T string | bool | float64 | []string](f form, name string) (v T) {
	if f.given(name) && json.Unmarshal(f.object[name], &v) != nil {
		f.complainOnce(name, wrong)
	}
	return v
}

// inner reads an object in the field; ok is false if there is none.
func (f form) inner(name string) (in form, ok bool) {
	in = form{path: f.path + name + ".", complaints: f.complaints}
	if !f.given(name) {
		return in, false
	}
	if json.Unmarshal(f.object[name], &in.object) != nil {
		f.complain(name, wrong)
		return in, false
	}
	return in, true
}

// number reads an E.164 number that must be there.
func (f form) number(name string) sms.Number {
	n := sms.Number(f.text(name))
	switch {
	case n == "":
		f.complainOnce(name, blank) // unless it is not even a string
	case !n.Valid():
		f.complain(name, noNumber)
	}
	return n
}

// metadata reads an object that is kept as it was sent, less its white space;
// nil if there is none.
func (f form) metadata(onlyStrings bool) json.RawMessage {
	const name = "metadata"
	values, ok := f.inner(name)
	if !ok || len(values.object) == 0 {
		return nil
	}
	for _, value := range values.object {
		if onlyStrings && value[0] != '"' {
			f.complain(name, "must have strings as values")
			break
		}
	}
	var compact bytes.Buffer
	if json.Compact(&compact, f.object[name]) != nil {
		f.complain(name, wrong)
	}
	return compact.Bytes()
}
