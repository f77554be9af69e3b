package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain makes text from outside harmless for a terminal: what is not printable
// (control and escape characters, bidi marks, line ends, bytes that are not
// UTF-8) is shown as Go would write it.
func Plain(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) {
			quoted := strconv.Quote(text[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}

// wrap cuts text into lines of at most width characters, at a space where
// there is one.
func wrap(text string, width int) []string {
	var lines []string
	rest := []rune(text)
	for len(rest) > width {
		cut, next := width, width
		for i := width; i > width/2; i-- {
			if rest[i] == ' ' {
				cut, next = i, i+1
				break
			}
		}
		lines = append(lines, string(rest[:cut]))
		rest = rest[next:]
	}
	return append(lines, string(rest))
}
