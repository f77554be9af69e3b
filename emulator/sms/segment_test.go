package sms

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// The 128 codes of TS 23.038 section 6.2.1 as Unicode, written out apart from
// the table under test. 0 stands for the escape.
var standard7 = [128]rune{
	0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, 0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5,
	0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E, 0x0000, 0x00C6, 0x00E6, 0x00DF, 0x00C9,
	0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027, 0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F,
	0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037, 0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F,
	0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047, 0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F,
	0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057, 0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
	0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067, 0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F,
	0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077, 0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
}

// The extension table by code: form feed, caret, braces, backslash, brackets, tilde, bar, euro.
var standardExtension7 = map[int]rune{
	0x0A: 0x000C, 0x14: 0x005E, 0x28: 0x007B, 0x29: 0x007D, 0x2F: 0x005C,
	0x3C: 0x005B, 0x3D: 0x007E, 0x3E: 0x005D, 0x40: 0x007C, 0x65: 0x20AC,
}

func TestAlphabetIsTheStandard(t *testing.T) {
	t.Parallel()
	got := []rune(alphabet7)
	if len(got) != len(standard7) {
		t.Fatalf("the alphabet has %d codes, want %d", len(got), len(standard7))
	}
	for code, want := range standard7 {
		if code == 0x1B {
			want = escape
		}
		if got[code] != want {
			t.Errorf("code %02X is %U, want %U", code, got[code], want)
		}
	}
}

// No character outside the two tables may count as GSM-7, and each in them has its width.
func TestEveryCharacterHasTheStandardWidth(t *testing.T) {
	t.Parallel()
	want := make(map[rune]int)
	for code, r := range standard7 {
		if code != 0x1B {
			want[r] = 1
		}
	}
	for _, r := range standardExtension7 {
		want[r] = 2
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if septets[r] != want[r] {
			t.Errorf("%U takes %d septets, want %d", r, septets[r], want[r])
		}
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	x := func(n int) string { return strings.Repeat("x", n) }
	cyrillic := func(n int) string { return strings.Repeat("ж", n) }
	for _, tt := range []struct {
		name     string
		body     string
		encoding Encoding
		count    int
	}{
		{"empty", "", GSM7, 1},
		{"1", x(1), GSM7, 1},
		{"153", x(153), GSM7, 1},
		{"160", x(160), GSM7, 1},
		{"161", x(161), GSM7, 2},
		{"306", x(306), GSM7, 2},
		{"307", x(307), GSM7, 3},
		{"1530", x(1530), GSM7, 10},
		{"1531", x(1531), GSM7, 11},

		{"euro is septets 159 and 160", x(158) + "€", GSM7, 1},
		{"euro would be septets 160 and 161", x(159) + "€", GSM7, 2},
		{"euro ends a part", x(151) + "€" + x(153), GSM7, 2},
		{"euro on the edge moves whole", x(152) + "€" + x(151), GSM7, 2},
		{"euro on the edge leaves a septet unused", x(152) + "€" + x(152), GSM7, 3},
		{"80 braces", strings.Repeat("{", 80), GSM7, 1},
		{"81 braces", strings.Repeat("{", 81), GSM7, 2},
		{"152 braces, 76 to a part", strings.Repeat("}", 152), GSM7, 2},
		{"153 braces", strings.Repeat("}", 153), GSM7, 3},
		{"every extension character", "\f^{}\\[~]|€", GSM7, 1},

		{"70 of UCS-2", cyrillic(70), UCS2, 1},
		{"71 of UCS-2", cyrillic(71), UCS2, 2},
		{"134 of UCS-2", cyrillic(134), UCS2, 2},
		{"135 of UCS-2", cyrillic(135), UCS2, 3},
		{"emoji is units 69 and 70", x(68) + "😀", UCS2, 1},
		{"emoji would be units 70 and 71", x(69) + "😀", UCS2, 2},
		{"emoji ends a part", x(65) + "😀" + x(67), UCS2, 2},
		{"emoji on the edge moves whole", x(66) + "😀" + x(65), UCS2, 2},
		{"emoji on the edge leaves a unit unused", x(66) + "😀" + x(66), UCS2, 3},
		{"35 emoji", strings.Repeat("😀", 35), UCS2, 1},
		{"36 emoji", strings.Repeat("😀", 36), UCS2, 2},
		{"67 emoji, 33 to a part", strings.Repeat("😀", 67), UCS2, 3},

		{"accents of the alphabet", "éèùìòàäöüñÇ", GSM7, 1},
		{"small c cedilla", "ça", UCS2, 1},
		{"curly quote", "it’s", UCS2, 1},
		{"ellipsis", "so…", UCS2, 1},
		{"em dash", "so — no", UCS2, 1},
		{"tab", "a\tb", UCS2, 1},
		{"bare escape", "\x1b", UCS2, 1},
		{"NUL", "\x00", UCS2, 1},
		{"one character of UCS-2 halves the room", x(160) + "ж", UCS2, 3},
		{"bytes that are not UTF-8", "\xff\xfe\xed\xa0\x80", UCS2, 1},
		{"71 bytes that are not UTF-8", strings.Repeat("\xff", 71), UCS2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			encoding, count := Segments(tt.body)
			if encoding != tt.encoding || count != tt.count {
				t.Errorf("Segments(%.40q) = %s, %d, want %s, %d", tt.body, encoding, count, tt.encoding, tt.count)
			}
		})
	}
}

func TestEachAccentStaysInTheAlphabet(t *testing.T) {
	t.Parallel()
	for _, r := range "éèùìòàäöüñÇ" {
		if encoding, _ := Segments(string(r)); encoding != GSM7 {
			t.Errorf("%c needs %s, want %s", r, encoding, GSM7)
		}
	}
}

func FuzzSegments(f *testing.F) {
	f.Add("", "")
	f.Add(strings.Repeat("x", 159), "€")
	f.Add(strings.Repeat("x", 66)+"😀", "ç")
	f.Add("\xe2\x82", "\xac")
	f.Fuzz(func(t *testing.T, a, b string) {
		encoding, count := Segments(a + b)
		if count < 1 {
			t.Fatalf("Segments(%q) counts %d", a+b, count)
		}
		units := len(utf16.Encode([]rune(a + b)))
		if encoding == UCS2 && (units > 70*count || count > 1 && units <= 66*(count-1)) {
			t.Fatalf("%d UTF-16 units are said to take %d segments", units, count)
		}
		// Two halves of a cut character are two characters apart and one
		// together, so only whole characters can be asked to add up.
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		_, first := Segments(a)
		_, second := Segments(b)
		if _, both := Segments(a + b); both < max(first, second) {
			t.Fatalf("%q takes %d, %q takes %d, together %d", a, first, b, second, both)
		}
	})
}
