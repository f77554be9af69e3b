package stage

import (
	"fmt"
	"strings"
)

// likeness is a secret that looks like another, for a vendor that this package
// does not know: the prefix up to the first underscore, all signs and the last
// characters (where a code may be particular) stay, the rest is new.
func likeness(secret string, seed int64, page int) string {
	keep := strings.Index(secret, "_") + 1
	end := max(keep, len(strings.TrimRight(secret, "="))-2)
	out := []byte(secret)
	for i := keep; i < end; i++ {
		out[i] = alike(out[i], hash(seed, fmt.Sprintf("secret %d %d", page, i)))
	}
	return string(out)
}

// alike is a character of the same class: a digit for a digit, and so on.
func alike(c byte, chance uint64) byte {
	switch {
	case c >= '0' && c <= '9':
		return '0' + byte(chance%10)
	case c >= 'a' && c <= 'f':
		return 'a' + byte(chance%6) // may be hexadecimal
	case c >= 'g' && c <= 'z':
		return 'g' + byte(chance%20)
	case c >= 'A' && c <= 'F':
		return 'A' + byte(chance%6)
	case c >= 'G' && c <= 'Z':
		return 'G' + byte(chance%20)
	}
	return c
}
