package stage

import (
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/sms"
)

func TestNumbersAreFictitiousAndFresh(t *testing.T) {
	t.Parallel()
	names := []string{"ana", "ben", "cleo", "dan", "eve"}
	seen := map[sms.Number]bool{}
	taken := map[sms.Number]bool{}
	shape := regexp.MustCompile(`^\+1[2-9][0-8][0-9]55501[0-9]{2}$`)
	for cast := range 500 {
		for _, n := range cut(t, 42, cast, names, taken) {
			if seen[n] || !n.Valid() || !shape.MatchString(string(n)) || strings.HasPrefix(string(n), "+1500") {
				t.Fatalf("cast %d has %s: seen before %t", cast, n, seen[n])
			}
			seen[n] = true
		}
	}
}

// cut is numbers that must not run out.
func cut(t *testing.T, seed int64, cast int, names []string, taken map[sms.Number]bool) map[string]sms.Number {
	t.Helper()
	out, err := numbers(seed, cast, names, taken)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNumbersComeFromTheSeed(t *testing.T) {
	t.Parallel()
	names := []string{"ana", "ben"}
	none := func() map[sms.Number]bool { return map[sms.Number]bool{} }
	first := cut(t, 1, 3, names, none())
	if !maps.Equal(first, cut(t, 1, 3, names, none())) {
		t.Error("the same seed gives other numbers")
	}
	if maps.Equal(first, cut(t, 2, 3, names, none())) {
		t.Error("another seed gives the same numbers")
	}
	without := cut(t, 1, 3, names, map[sms.Number]bool{first["ana"]: true})
	if slices.Contains(slices.Collect(maps.Values(without)), first["ana"]) || without["ana"] == without["ben"] {
		t.Errorf("with %s taken: %v", first["ana"], without)
	}
}

// A world has as many handsets as there are numbers, and says so when it has none left.
func TestNumbersRunOut(t *testing.T) {
	t.Parallel()
	taken := map[sms.Number]bool{}
	for i := range len(areas)*100 - 2 {
		taken[place(i)] = true
	}
	if left := cut(t, 1, 0, []string{"ana", "ben"}, maps.Clone(taken)); len(left) != 2 || left["ana"] == left["ben"] || taken[left["ana"]] {
		t.Errorf("the last two numbers are %v", left)
	}
	if _, err := numbers(1, 0, []string{"ana", "ben", "cleo"}, taken); err == nil {
		t.Error("numbers where there are none")
	}
}

func TestWordsAreAllDifferent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	shape := regexp.MustCompile(`^[A-Z][a-z]{7}$`)
	for page := range 50 {
		for n := range 5 {
			w := word(9, page, n)
			if seen[w] || !shape.MatchString(w) {
				t.Fatalf("word %q: seen before %t", w, seen[w])
			}
			seen[w] = true
		}
	}
}

func TestLikeness(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"whsec_c3VyZ2UtZW11bGF0b3ItdGVzdC1zZWNyZXQtMzJieXQ=", "0123456789abcdef0123456789abcdef", "plain-Secret_with.signs/+",
	} {
		got := likeness(secret, 1, 2)
		if got == secret || len(got) != len(secret) || got != likeness(secret, 1, 2) || got == likeness(secret, 1, 3) {
			t.Errorf("likeness of %q is %q", secret, got)
		}
	}
	got := likeness("whsec_c3VyZ2UtZW11bGF0b3ItdGVzdC1zZWNyZXQtMzJieXQ=", 1, 2)
	encoded, ok := strings.CutPrefix(got, "whsec_")
	if _, err := base64.StdEncoding.Strict().DecodeString(encoded); !ok || err != nil {
		t.Errorf("%q is not a secret of its kind: %v", got, err)
	}
	for _, odd := range []string{"", "_", "=", "a"} {
		if got := likeness(odd, 1, 2); len(got) != len(odd) {
			t.Errorf("likeness of %q is %q", odd, got)
		}
	}
}
