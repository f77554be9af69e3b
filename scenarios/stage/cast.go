package stage

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// cast plays one page: handsets of its own, and what is known of them alone.
type cast struct {
	page   page.Page
	steps  []page.Step // of the script
	number int         // in the world; decides numbers and words
	who    map[string]sms.Number
	asked  map[sms.Number][]string // texts that the application was made to send
	odd    map[sms.Number]bool     // handsets that behave oddly and must be healed

	words   int      // canary words given out
	planned []string // faults, by id
	expects []report.Expect
	why     string // why the page cannot go on
	refused bool   // because the network does not do what it asks for
}

// newCast casts a page; what is taken from the world stays taken.
func (w *World) newCast(p page.Page, number int) (*cast, error) {
	who, err := numbers(w.o.Seed, number, p.Handsets(), w.taken)
	return &cast{
		page: p, steps: p.Steps(), number: number, who: who,
		asked: map[sms.Number][]string{}, odd: map[sms.Number]bool{},
	}, err
}

// first is the number of the first handset that a step names.
func (c *cast) first(s page.Step) sms.Number { return c.who[s.Who[0]] }

// target is the handset that a fault is for: the one it names, or the only one
// of the page. A fault of a script is for all if it names none.
func (c *cast) target(s page.Step) sms.Number {
	switch {
	case len(s.Who) > 0:
		return c.first(s)
	case len(c.who) == 1:
		for _, n := range c.who {
			return n
		}
	}
	return ""
}

// broken notes an expectation that did not hold.
func (c *cast) broken(s page.Step, says string) {
	c.expects = append(c.expects, report.Expect{Line: s.Line, Text: text(s), Says: says})
}

// text is a step as it was written, or as it would be if it never was.
func text(s page.Step) string {
	if s.Text != "" {
		return s.Text
	}
	return s.String()
}

// where says where a step stands.
func where(s page.Step) string {
	if s.Line == 0 {
		return text(s)
	}
	return fmt.Sprintf("line %d: %s", s.Line, text(s))
}

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

// perCast is how many handsets a cast may have before their numbers come near
// those of the next.
const perCast = 16

// numbers gives each handset of a cast a number that is not taken: 555-0100 to
// 555-0199 of some area, which belong to nobody. The same seed gives the same
// numbers where the same are taken; those given are taken from now on.
func numbers(seed int64, cast int, names []string, taken map[sms.Number]bool) (map[string]sms.Number, error) {
	places := len(areas) * 100
	if len(taken)+len(names) > places {
		return nil, fmt.Errorf("all %d numbers of this world are used up; open another", places)
	}
	at := int(hash(seed, "numbers")%uint64(places)) + cast*perCast
	out := map[string]sms.Number{}
	for _, name := range names {
		for taken[place(at%places)] {
			at++
		}
		out[name] = place(at % places)
		taken[out[name]] = true
	}
	return out, nil
}

// place is the i-th fictitious number.
func place(i int) sms.Number {
	return sms.Number(fmt.Sprintf("+1%d55501%02d", areas[i/100], i%100))
}

// word is a name that no other text of the run has in it.
func word(seed int64, cast, n int) string {
	const consonants, vowels = "bdfgklmnprtvz", "aeiou"
	h := hash(seed, fmt.Sprintf("word %d %d", cast, n))
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
