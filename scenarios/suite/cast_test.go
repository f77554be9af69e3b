package suite

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
	shape := regexp.MustCompile(`^\+1[2-9][0-8][0-9]55501[0-9]{2}$`)
	for page := range 500 {
		for _, n := range numbers(42, page, names, nil) {
			if seen[n] || !n.Valid() || !shape.MatchString(string(n)) || strings.HasPrefix(string(n), "+1500") {
				t.Fatalf("page %d has %s: seen before %t", page, n, seen[n])
			}
			seen[n] = true
		}
	}
}

func TestNumbersComeFromTheSeed(t *testing.T) {
	t.Parallel()
	names := []string{"ana", "ben"}
	first := numbers(1, 3, names, nil)
	if !maps.Equal(first, numbers(1, 3, names, nil)) {
		t.Error("the same seed gives other numbers")
	}
	if maps.Equal(first, numbers(2, 3, names, nil)) {
		t.Error("another seed gives the same numbers")
	}
	without := numbers(1, 3, names, []sms.Number{first["ana"]})
	if slices.Contains(slices.Collect(maps.Values(without)), first["ana"]) || without["ana"] == without["ben"] {
		t.Errorf("with %s taken: %v", first["ana"], without)
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
