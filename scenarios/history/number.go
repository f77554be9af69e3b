package history

import (
	"regexp"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/sms"
)

// national is how many of the last digits tell a telephone number from all
// others of its country.
const national = 10

// Alike reports whether two numbers are spellings of one: the same with and
// without a plus, a country code or a trunk prefix.
func Alike(a, b sms.Number) bool {
	x, y := digits(string(a)), digits(string(b))
	return len(x) >= national && len(y) >= national && x[len(x)-national:] == y[len(y)-national:]
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// spelled is a number as people and programs write it.
var spelled = regexp.MustCompile(`\+?[0-9(][0-9 ().-]{8,18}[0-9]`)

// Spellings lists how the webhooks that tell of a handset write its number, in
// the order of the record, each once. A plus does not make another spelling:
// forms take it away.
func (h *History) Spellings(who sms.Number) []string {
	var out []string
	for _, a := range h.Attempts {
		if a.Handset != who {
			continue
		}
		for _, s := range spelled.FindAllString(a.Body+"\n"+a.URL, -1) {
			s = strings.TrimPrefix(s, "+")
			if Alike(sms.Number(s), who) && len(digits(s)) <= national+3 && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}
