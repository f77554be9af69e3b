package suite

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
)

// areas are the area codes of the North American plan that belong to places:
// no service codes (N11), no expansion codes (N9X), no toll-free and no
// personal numbers.
var areas = func() []int {
	var out []int
	for a := 201; a < 990; a++ {
		free := slices.Contains([]int{500, 555, 800, 833, 844, 855, 866, 877, 888, 900}, a)
		if a%100 != 11 && a/10%10 != 9 && !free {
			out = append(out, a)
		}
	}
	return out
}()

// perPage is how many handsets a page may have numbers for before they come
// near those of the next page.
const perPage = 16

// numbers gives each handset of a page a number that no other page of the run
// has: 555-0100 to 555-0199 of some area, which belong to nobody. The same
// seed gives the same numbers; those in taken are left out.
func numbers(seed int64, page int, names []string, taken []sms.Number) map[string]sms.Number {
	places := len(areas) * 100
	at := int(hash(seed, "numbers")%uint64(places)) + page*perPage
	out := map[string]sms.Number{}
	for _, name := range names {
		n := place(at % places)
		for slices.Contains(taken, n) {
			at++
			n = place(at % places)
		}
		out[name] = n
		at++
	}
	return out
}

// place is the i-th fictitious number.
func place(i int) sms.Number {
	return sms.Number(fmt.Sprintf("+1%d55501%02d", areas[i/100], i%100))
}

// word is a name that no other text of the run has in it.
func word(seed int64, page, n int) string {
	const consonants, vowels = "bdfgklmnprtvz", "aeiou"
	h := hash(seed, fmt.Sprintf("word %d %d", page, n))
	out := make([]byte, 0, 9)
	for range 4 {
		out = append(out, consonants[h%uint64(len(consonants))])
		h /= uint64(len(consonants))
		out = append(out, vowels[h%uint64(len(vowels))])
		h /= uint64(len(vowels))
	}
	out[0] -= 'a' - 'A'
	return string(out)
}

// hash makes numbers of a seed that have nothing else in common.
func hash(seed int64, use string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", seed, use))
	return binary.BigEndian.Uint64(sum[:8])
}
