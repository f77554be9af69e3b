package recording

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/switchhook/switchhook/emulator/sms"
)

// keywords mean something to providers and applications, so they stay.
var keywords = []string{
	"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "OPT", "OUT", "REVOKE", "REMOVE",
	"START", "UNSTOP", "SUBSCRIBE", "OPTIN", "IN", "YES", "Y", "NO", "N", "HELP", "INFO", "ALL", "ARRET", "AIDE",
}

// Letters of the same cost: within GSM-7, and outside of it.
var (
	consonants = []rune("bdfgklmnprstvz")
	vowels     = []rune("aeiou")
	accented   = []rune("èéùìòäöñüà") // one septet each, as ÄÖÑÜÉ are
	capitals   = []rune("ÄÖÑÜÉÅ")
	others     = []rune("бвгджзклмнпрст") // one UTF-16 unit each, none in GSM-7
)

// placeholder is text with its words replaced, the same by the same. Letters
// cost what they did and stand where they did, so the alphabet and the number
// of segments stay; so do punctuation, keywords and what was redacted before.
// Digits become 0 and 1 after three of 0, which make no telephone number, after a
// plus or 00 neither.
func (r *Redactor) placeholder(text string, stays []span) string {
	var b strings.Builder
	for at := 0; at < len(text); {
		if i := slices.IndexFunc(stays, func(s span) bool { return s.start == at }); i >= 0 && stays[i].end > at {
			b.WriteString(text[at:stays[i].end])
			at = stays[i].end
			continue
		}
		size := strings.IndexFunc(text[at:], func(c rune) bool { return !isWordy(c) })
		if size < 0 {
			size = len(text) - at
		}
		for _, s := range stays {
			if s.start > at {
				size = min(size, s.start-at)
			}
		}
		if size == 0 { // one that is no part of a word
			_, size = utf8.DecodeRuneInString(text[at:])
			b.WriteString(text[at : at+size])
		} else {
			b.WriteString(r.word(text[at : at+size]))
		}
		at += size
	}
	return b.String()
}

// span is a part of a text, in bytes.
type span struct{ start, end int }

func isWordy(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) }

func (r *Redactor) word(w string) string {
	if slices.Contains(keywords, strings.ToUpper(w)) {
		return w
	}
	seed := r.hash("word " + strings.ToLower(w))
	out := []rune(w)
	for range 16 { // a short word might become itself
		for i, c := range []rune(w) {
			out[i] = alike(c, seed, i)
			seed = seed*6364136223846793005 + 1442695040888963407
		}
		if !strings.EqualFold(string(out), w) {
			break
		}
	}
	if slices.Contains(keywords, strings.ToUpper(string(out))) || NamesSecret(string(out)) {
		return strings.Repeat("x", len(out)) // ASCII, as keywords are
	}
	return string(out)
}

// alike is a letter that costs what c costs, or c itself.
func alike(c rune, seed uint64, i int) rune {
	pick := func(from []rune) rune { return from[(seed>>33)%uint64(len(from))] }
	encoding, _ := sms.Segments(string(c))
	switch {
	case c <= unicode.MaxASCII && unicode.IsDigit(c) && i < 3:
		return '0'
	case c <= unicode.MaxASCII && unicode.IsDigit(c):
		return rune('0' + (seed>>33)%2)
	case c <= unicode.MaxASCII:
		letters := consonants
		if i%2 == 1 {
			letters = vowels
		}
		if unicode.IsUpper(c) {
			return unicode.ToUpper(pick(letters))
		}
		return pick(letters)
	case encoding == sms.GSM7 && unicode.IsUpper(c):
		return pick(capitals)
	case encoding == sms.GSM7:
		return pick(accented)
	case c > 0xffff || !unicode.IsLetter(c):
		return c // no letter that can be read, or two units
	}
	return pick(others)
}
