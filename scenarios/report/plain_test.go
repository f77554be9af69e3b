package report_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/switchhook/switchhook/scenarios/report"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"3pm – passt 👍":  "3pm – passt 👍",
		"\x1b[31mred":    `\x1b[31mred`,
		"a\u202eb\u200b": `a\u202eb\u200b`,
		"\x9b1m":         `\x9b1m`,
		"\u009b1m":       `\u009b1m`,
		"one\ntwo\r\t":   `one\ntwo\r\t`,
		"\xff�":          `\xff�`,
		"":               "",
		"\x00\x7f":       `\x00\x7f`,
		"\U000e0041 tag": `\U000e0041 tag`,
	} {
		if got := report.Plain(text); got != want {
			t.Errorf("Plain(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("a\x1b\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		if got := report.Plain(text); strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("Plain(%q) = %q, which is not all printable", text, got)
		}
	})
}
