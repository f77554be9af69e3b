package recording

import (
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
)

// maxNumbers bounds what a hostile recording can make us remember.
const maxNumbers = 200_000

// numbers gives every real number, in E.164, a fictional one of the same
// country and length, and never the same one to two.
type numbers struct {
	hash  func(string) uint64
	given map[string]string // real → fictional
	taken map[string]bool   // fictional ones that are in use
	keep  map[string]bool   // stay as they are
}

// fictional is what n becomes: itself if it is fictional already and nobody
// else's stand-in. False says that there is none left.
func (s *numbers) fictional(n string) (string, bool) {
	if f, ok := s.given[n]; ok {
		return f, true
	}
	if len(s.given) >= maxNumbers {
		return "", false
	}
	if f := n; s.keep[n] || isFictional(n) && !s.taken[n] {
		s.given[n], s.taken[n] = f, true
		return f, true
	}
	seed := s.hash("number " + n)
	for try := range uint64(4096) {
		f := candidate(n, seed, try)
		if !s.taken[f] && !s.keep[f] {
			s.given[n], s.taken[f] = f, true
			return f, true
		}
	}
	return "", false
}

// candidate is the try-th fictional number for n.
func candidate(n string, seed, try uint64) string {
	national := strings.TrimPrefix(n, "+"+countryOf(n))
	switch {
	case isAmerican(n):
		return fmt.Sprintf("+1%s55501%02d", area(national[:3], seed, try/100), (seed+try)%100)
	case strings.HasPrefix(n, "+91") && len(national) == 10 && national >= "6":
		return fmt.Sprintf("+916570%06d", (seed+try)%1_000_000)
	case strings.HasPrefix(n, "+91") && len(national) == 10:
		return fmt.Sprintf("+91110%07d", (seed+try)%10_000_000)
	case strings.HasPrefix(n, "+911800") && len(national) == 11:
		return fmt.Sprintf("+9118000%06d", (seed+try)%1_000_000)
	}
	room, free := uint64(1), len(national)-2
	for range min(max(free, 0), 15) {
		room *= 10
	}
	return fmt.Sprintf("+%s00%0*d", countryOf(n), free, (seed+try)%room)
}

// area is the number's own area code for the first hundred, then others that
// look like one (no 0, no 1, no x11).
func area(own string, seed, round uint64) string {
	if round == 0 {
		return own
	}
	code := 200 + (seed/100+round)%800
	if code%100 == 11 {
		code++
	}
	return fmt.Sprint(code)
}

var (
	american    = regexp.MustCompile(`^\+1[2-9][0-9]{2}[2-9][0-9]{6}$`)
	fictionalIn = regexp.MustCompile(`^\+(?:1[2-9][0-9]{2}55501[0-9]{2}|916570[0-9]{6}|91110[0-9]{7}|9118000[0-9]{6})$`)
	// emulated are the lines that the emulator gives an Indian account.
	emulated = regexp.MustCompile(`^\+91114000000[0-9]$`)
)

func isAmerican(n string) bool { return american.MatchString(n) }

func isFictional(n string) bool {
	if fictionalIn.MatchString(n) || emulated.MatchString(n) {
		return true
	}
	country := countryOf(n)
	ruled := isAmerican(n) || country == "91" && (len(n) == 13 || strings.HasPrefix(n, "+911800"))
	return !ruled && strings.HasPrefix(n, "+"+country+"00")
}

// countryOf is the country code of a number in E.164: one digit, or two for
// those listed, or three for all others (ITU-T E.164 annex).
func countryOf(n string) string {
	digits := strings.TrimPrefix(n, "+")
	size := 3
	switch {
	case digits != "" && (digits[0] == '1' || digits[0] == '7'):
		size = 1
	case len(digits) > 1 && strings.Contains("20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98", digits[:2]):
		size = 2
	}
	return digits[:min(size, len(digits))]
}

// asNumber makes a hash of bytes a number.
func asNumber(sum []byte) uint64 { return binary.BigEndian.Uint64(sum) }
