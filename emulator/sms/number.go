package sms

import "regexp"

// Number is a telephone number in E.164 ("+18015550142").
type Number string

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Valid reports whether n is E.164: a plus, then 7 to 15 digits that do not begin with 0.
func (n Number) Valid() bool { return e164.MatchString(string(n)) }

// ParseNumber reads E.164 exactly; nothing is guessed or repaired.
func ParseNumber(s string) (Number, error) {
	if n := Number(s); n.Valid() {
		return n, nil
	}
	return "", InvalidField("number", "is not a valid E.164 phone number")
}
