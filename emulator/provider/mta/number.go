package mta

import (
	"encoding/json"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// phone is what a text given as a phone number turned out to be.
type phone int

const (
	noPhone phone = iota // nothing that could be dialled
	badPhone
	foreign  // good, and neither of the US nor of Canada
	domestic // good
)

// readPhone reads a phone number: E.164, or national with or without its 1, in
// any punctuation. A bad number comes back as its digits, for it is still
// told about.
func readPhone(text string) (sms.Number, phone) {
	text = strings.TrimSpace(text)
	plain := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, text)
	if plain == "" || len(plain) > 15 || strings.Trim(text, "+-.() 0123456789") != "" {
		return "", noPhone
	}
	international := strings.HasPrefix(text, "+")
	if !international && len(plain) == 10 {
		plain = "1" + plain
	}
	n := sms.Number("+" + plain)
	switch {
	case plain[0] == '1' && northAmerican(plain):
		return n, domestic
	case international && plain[0] != '1' && n.Valid():
		return n, foreign
	}
	return n, badPhone
}

// northAmerican reports whether a number is 1, an area code and a number, both
// of which begin with 2 to 9.
func northAmerican(plain string) bool {
	return len(plain) == 11 && plain[1] >= '2' && plain[4] >= '2'
}

// phoneText is the text of a value that may be given as a number or a string.
func phoneText(raw json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		return text, true
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil && digits(n.String()) {
		return n.String(), true
	}
	return "", false
}

// phone reads a number that can be texted; "" if the field is not given.
func (f *form) phone(name string) sms.Number {
	if !f.given(name) {
		return ""
	}
	text, ok := phoneText(f.object[name])
	n, kind := readPhone(text)
	if !ok || kind == noPhone || kind == badPhone {
		f.complain(name, "is not a valid phone number")
		return ""
	}
	return n
}

// national is a number without its country code, long the whole of it, both
// as integers. Without a number both are 0.
func national(n sms.Number) ref {
	if rest, ok := strings.CutPrefix(string(n), "+1"); ok {
		return ref(rest)
	}
	return long(n)
}

func long(n sms.Number) ref {
	if n == "" {
		return "0"
	}
	return ref(strings.TrimPrefix(string(n), "+"))
}
