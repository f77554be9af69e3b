package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Error says what is wrong with a page, where, and what to write instead.
type Error struct {
	File   string
	Line   int // from 1
	Column int // from 1, in characters
	Says   string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Says)
}

// token is a word, or a text in double quotes, and its column.
type token struct {
	text   string
	quoted bool
	column int
}

// line takes the tokens of one line from left to right. The first failure
// sticks: what is taken afterwards is empty, and err tells of the first only.
type line struct {
	file   string
	number int
	tokens []token
	end    int // the column after the last token
	err    error
}

func newLine(file string, number int, text string) *line {
	l := &line{file: file, number: number}
	for at := 0; at < len(text) && l.err == nil; {
		column := utf8.RuneCountInString(text[:at]) + 1
		switch rest := text[at:]; rest[0] {
		case ' ', '\t':
			at++
		case '"':
			at += l.quoted(rest, column)
		default:
			size := strings.IndexAny(rest, " \t\"")
			if size < 0 {
				size = len(rest)
			}
			l.tokens = append(l.tokens, token{text: rest[:size], column: column})
			at += size
		}
	}
	l.end = utf8.RuneCountInString(text) + 1
	return l
}

// quoted takes a text in double quotes and returns its length in bytes.
func (l *line) quoted(rest string, column int) int {
	raw, err := strconv.QuotedPrefix(rest)
	if err != nil {
		l.fail(column, `the text has no closing quote or a wrong escape; write it like "Is 3pm free?"`)
		return 0
	}
	text, err := strconv.Unquote(raw)
	if err != nil || !utf8.ValidString(text) {
		l.fail(column, `the text is not valid UTF-8; write it like "Is 3pm free?"`)
		return 0
	}
	l.tokens = append(l.tokens, token{text: text, quoted: true, column: column})
	return len(raw)
}

func (l *line) fail(column int, format string, args ...any) {
	if l.err == nil {
		l.err = &Error{File: l.file, Line: l.number, Column: column, Says: fmt.Sprintf(format, args...)}
	}
}

// peek is the next token if it is a word, else "".
func (l *line) peek() string {
	if l.err != nil || len(l.tokens) == 0 || l.tokens[0].quoted {
		return ""
	}
	return l.tokens[0].text
}

// next takes a token; want says what should stand there.
func (l *line) next(want string) token {
	if l.err != nil {
		return token{}
	}
	if len(l.tokens) == 0 {
		l.fail(l.end, "the line ends too early; write %s", want)
		return token{}
	}
	t := l.tokens[0]
	l.tokens = l.tokens[1:]
	return t
}

// word takes a token that is not in quotes.
func (l *line) word(want string) token {
	t := l.next(want)
	if t.quoted {
		l.fail(t.column, "%q stands in quotes; write %s", t.text, want)
		return token{}
	}
	return t
}

// text takes a token in quotes.
func (l *line) text(want string) string {
	t := l.next(want)
	if l.err == nil && !t.quoted {
		l.fail(t.column, "%q is not in double quotes; write %s", t.text, want)
	}
	return t.text
}

// took takes the next token if it is exactly word.
func (l *line) took(word string) bool {
	if l.peek() != word {
		return false
	}
	l.tokens = l.tokens[1:]
	return true
}

// oneOf takes a word that is in the list.
func (l *line) oneOf(words []string) string {
	list := strings.Join(words, ", ")
	t := l.word("one of " + list)
	for _, w := range words {
		if t.text == w {
			return w
		}
	}
	l.fail(t.column, "%q is not known here; write one of %s", t.text, list)
	return ""
}

// each takes the rest of the line as words of a list, none twice. Do takes what
// follows each of them; it is told the column of the word.
func (l *line) each(known []string, do func(key string, column int)) {
	seen := map[string]bool{}
	for l.err == nil && len(l.tokens) > 0 {
		column := l.tokens[0].column
		key := l.oneOf(known)
		if seen[key] {
			l.fail(column, "%q stands here twice; keep one", key)
		}
		seen[key] = true
		do(key, column)
	}
}

// name takes the name of a handset.
func (l *line) name() string {
	const want = "the name of a handset, like ana"
	t := l.word(want)
	if l.err == nil && !isName(t.text) {
		l.fail(t.column, "%q is not a name; write %s", t.text, want)
	}
	return t.text
}

// count takes a whole number from least to 10000.
func (l *line) count(least int) int {
	t := l.word("a whole number")
	n, err := strconv.Atoi(t.text)
	if err != nil || n < least || n > 10000 || strconv.Itoa(n) != t.text {
		l.fail(t.column, "%q is not a number from %d to 10000; write one like %d", t.text, least, least+1)
	}
	return n
}

// longest is how far ahead a page may look.
const longest = 100 * 365 * 24 * time.Hour

// duration takes a length of time above zero.
func (l *line) duration() time.Duration {
	const want = `a length of time, like 500ms, 10m or 25h`
	t := l.word(want)
	d, err := time.ParseDuration(t.text)
	if err != nil || d <= 0 || d > longest {
		l.fail(t.column, "%q is not a length of time above zero; write %s", t.text, want)
	}
	return d
}

// ahead takes a time from now: a plus and a length of time.
func (l *line) ahead() time.Duration {
	if t := l.peek(); t != "" && !strings.HasPrefix(t, "+") {
		l.fail(l.tokens[0].column, "%q is not a time from now; write one like +24h", t)
	}
	return l.duration()
}

// done makes sure that nothing is left.
func (l *line) done() error {
	if l.err == nil && len(l.tokens) > 0 {
		t := l.tokens[0]
		l.fail(t.column, "%q is too much here; remove it or put it on a line of its own", t.text)
	}
	return l.err
}

// isName reports whether s is lower-case letters, digits and hyphens, beginning with a letter.
func isName(s string) bool {
	for i, r := range s {
		lower, digit := r >= 'a' && r <= 'z', r >= '0' && r <= '9' || r == '-'
		if !lower && (i == 0 || !digit) {
			return false
		}
	}
	return s != ""
}
