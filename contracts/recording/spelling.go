package recording

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// spelling is one telephone number in a text, however it is written.
type spelling struct {
	number string // in E.164
	digits []int  // where its digits stand in the text
}

// run is digits that stand together.
type run struct{ start, end int }

func (r run) size() int { return r.end - r.start }

// pluses are how a plus is written in texts that are encoded within others.
var pluses = []string{"+", "%2B", "%2b", "%252B", "%252b", "&#43;", "&#x2B;", "&#x2b;", `\u002B`, `\u002b`}

// shapes are the lengths of the runs of digits that numbers without a plus are
// written in.
var shapes = [][]int{
	{1, 3, 3, 4},
	{3, 3, 4},
	{2, 5, 5},
	{1, 5, 5},
	{1, 3, 7},
	{1, 4, 6},
	{3, 7},
	{5, 5},
	{6, 5},
	{7, 5},
	{1, 10},
	{2, 10},
	{3, 8},
	{4, 7},
	{5, 6},
	{6, 4},
	{2, 2, 4, 4},
}

// spellings finds the numbers in a text. A number without its country is one
// of the given country if it can be. Loose takes any digits that could be a
// number, which is right where nothing but one is expected.
func spellings(text, country string, loose bool) []spelling {
	runs := digitRuns(text)
	var found []spelling
	for i := 0; i < len(runs); {
		n, used := spelledAt(text, runs[i:], country, loose)
		if used == 0 {
			i++
			continue
		}
		s := spelling{number: n}
		for _, r := range runs[i : i+used] {
			for at := r.start; at < r.end; at++ {
				s.digits = append(s.digits, at)
			}
		}
		found = append(found, s)
		i += used
	}
	return found
}

func digitRuns(text string) []run {
	var runs []run
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		start := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		if digits := text[start:i]; digits == "2" || digits == "252" { // of an encoded plus?
			if start > 0 && text[start-1] == '%' && i < len(text) && text[i]|0x20 == 'b' {
				continue
			}
		}
		runs = append(runs, run{start, i})
	}
	return runs
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// spelledAt reads a number that begins with the first run, and says how many
// runs it takes; 0 is none.
func spelledAt(text string, runs []run, country string, loose bool) (string, int) {
	first := runs[0]
	if plusBefore(text[:first.start]) && text[first.start] != '0' {
		return international(text, runs)
	}
	if first.start >= 2 && text[first.start-1] == '.' && isDigit(text[first.start-2]) && !loose {
		return "", 0 // the digits behind a decimal point
	}
	for _, shape := range shapes {
		if !fits(text, runs, shape) {
			continue
		}
		if n, ok := completed(digitsOf(text, runs[:len(shape)]), country, loose); ok {
			return n, len(shape)
		}
	}
	if !loose && lettered(text, first.start, first.end) {
		return "", 0 // part of an id
	}
	if n, ok := completed(text[first.start:first.end], country, loose); ok {
		return n, 1
	}
	return "", 0
}

func plusBefore(text string) bool {
	text = strings.TrimSuffix(text, "(")
	return slices.ContainsFunc(pluses, func(p string) bool { return strings.HasSuffix(text, p) })
}

// lettered reports whether a letter touches text[start:end].
func lettered(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return isLetter(before) || isLetter(after)
}

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' || r > 0x7f && r != utf8.RuneError }

// international reads what follows a plus: as many digits as the country has,
// or all that stand together.
func international(text string, runs []run) (string, int) {
	digits, used := "", 0
	for i, r := range runs {
		if i > 0 && !separates(text[runs[i-1].end:r.start]) || len(digits)+r.size() > 15 {
			break
		}
		digits += text[r.start:r.end]
		used = i + 1
		if whole(digits, i == 0) {
			break
		}
	}
	if len(digits) < 7 {
		return "", 0
	}
	return "+" + digits, used
}

// whole reports whether digits behind a plus are a number that needs no more.
func whole(digits string, first bool) bool {
	switch {
	case isAmerican("+" + digits), strings.HasPrefix(digits, "91") && len(digits) == 12:
		return true
	case digits[0] == '1', strings.HasPrefix(digits, "91"):
		return false
	}
	return first && len(digits) >= 9
}

// fits reports whether the runs have the lengths of a shape, with one kind of
// punctuation after the other between them.
func fits(text string, runs []run, shape []int) bool {
	if len(runs) < len(shape) {
		return false
	}
	for i, size := range shape {
		if runs[i].size() != size || i > 0 && !separates(text[runs[i-1].end:runs[i].start]) {
			return false
		}
	}
	before, _ := utf8.DecodeLastRuneInString(text[:runs[0].start])
	decimal := len(shape) == 2 && text[runs[0].end] == '.'
	return !isLetter(before) && !decimal
}

// separates reports whether text is punctuation that can stand in a number.
func separates(text string) bool {
	if text == "" || utf8.RuneCountInString(text) > 3 {
		return false
	}
	return strings.Trim(text, " .-()\u00a0\u2007\u2010\u2011\u2012\u2013\u2014\u202f") == ""
}

func digitsOf(text string, runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(text[r.start:r.end])
	}
	return b.String()
}

// completed is the E.164 of digits that stand without a plus.
func completed(digits, country string, loose bool) (string, bool) {
	n, zero := len(digits), digits[0] == '0'
	switch {
	case n >= 11 && n <= 17 && strings.HasPrefix(digits, "00") && digits[2] != '0':
		return "+" + digits[2:], true
	case n == 11 && isAmerican("+"+digits):
		return "+" + digits, true
	case n == 12 && strings.HasPrefix(digits, "91") && (loose || digits[2] >= '6'):
		return "+" + digits, true
	case n == 11 && zero && (country == "91" || digits[1] >= '6'):
		return "+91" + digits[1:], true
	case n == 10 && country == "91" && (digits[0] >= '6' || loose && !zero):
		return "+91" + digits, true
	case n == 10 && isAmerican("+1"+digits):
		return "+1" + digits, true
	case n == 10 && digits[0] >= '6':
		return "+91" + digits, true
	case loose && n >= 7 && n <= 15 && !zero:
		return "+" + digits, true
	}
	return "", false
}

// respelled writes number in place of the digits of s: the same spelling, since
// country and length are the same.
func (s spelling) respelled(text []byte, number string) {
	national := strings.TrimPrefix(number, "+"+countryOf(number))
	for i := range min(len(national), len(s.digits)) {
		text[s.digits[len(s.digits)-1-i]] = national[len(national)-1-i]
	}
}
