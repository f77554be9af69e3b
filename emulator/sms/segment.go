package sms

import "unicode/utf16"

// Encoding is the alphabet that a text needs.
type Encoding string

// The two alphabets of 3GPP TS 23.038 that matter for text.
const (
	GSM7 Encoding = "gsm7"
	UCS2 Encoding = "ucs2"
)

// The GSM 7-bit default alphabet in the order of its codes, 16 to a line
// (TS 23.038 section 6.2.1). Code 1B is the escape to the extension table and
// stands for no character. National shift tables are left out: a sender
// cannot count on any network to use them.
const (
	escape    = '\x1b'
	alphabet7 = "@£$¥èéùìòÇ\nØø\rÅå" +
		"Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ" +
		" !\"#¤%&'()*+,-./" +
		"0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNO" +
		"PQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmno" +
		"pqrstuvwxyzäöñüà"
	extension7 = "\f^{}\\[~]|€" // section 6.2.1.1: each is an escape and one code
)

// septets is what each character of GSM-7 takes: 1, or 2 with its escape.
var septets = septetTable()

func septetTable() map[rune]int {
	table := make(map[rune]int, len(alphabet7))
	for _, r := range alphabet7 {
		if r != escape {
			table[r] = 1
		}
	}
	for _, r := range extension7 {
		table[r] = 2
	}
	return table
}

// Segments says which alphabet body needs and in how many segments it
// travels: 160 septets, or 153 in each of several; 70 UTF-16 code units, or 67
// in each of several. An escaped character and a surrogate pair are never
// split over two segments. The empty text is one GSM-7 segment. A byte that is
// not UTF-8 counts as U+FFFD.
func Segments(body string) (Encoding, int) {
	for _, r := range body {
		if septets[r] == 0 {
			return UCS2, parts(body, utf16.RuneLen, 70, 67)
		}
	}
	return GSM7, parts(body, func(r rune) int { return septets[r] }, 160, 153)
}

// parts counts segments: 1 if body fits into single units, else as many as it
// takes to lay the characters, each whole, into segments of part units.
func parts(body string, units func(rune) int, single, part int) int {
	total, count, used := 0, 1, 0
	for _, r := range body {
		n := units(r)
		total += n
		if used+n > part {
			count++
			used = 0
		}
		used += n
	}
	if total <= single {
		return 1
	}
	return count
}
