package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// offset is time since the start, short enough for its column.
func offset(d time.Duration) string { return fit(long(d), 64) }

// fit cuts text for a width, wide characters counted as two.
func fit(text string, width int) string {
	text = Plain(text)
	room := int(float64(width) / charWidth)
	used := 0
	for i, r := range text {
		used++
		if r > 0x10ff {
			used++
		}
		if used > room {
			return text[:cutBefore(text, i)] + "…"
		}
	}
	return text
}

// cutBefore leaves room for the mark that something was cut.
func cutBefore(text string, i int) int {
	_, size := utf8.DecodeLastRuneInString(text[:i])
	return i - size
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// long is a duration as people say it.
func long(d time.Duration) string {
	if d < 0 {
		return "-" + long(max(-d, 0))
	}
	switch {
	case d < time.Millisecond && d > 0:
		return "<1ms"
	case d < time.Minute:
		return round(d).String()
	}
	text := d.Round(time.Second).String()
	for _, tail := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, tail) {
			text = strings.TrimSuffix(text, tail[1:])
		}
	}
	return text
}
