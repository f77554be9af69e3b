package shelf_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/shelf"
	"github.com/switchhook/switchhook/emulator/sms"
)

// letters is a shelf of a to e, all under "all", the vowels under "vowel" too.
func letters() shelf.Shelf[string] {
	s := shelf.New[string]()
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		keys := []string{"all"}
		if id == "a" || id == "e" {
			keys = append(keys, "vowel")
		}
		v := "first " + id
		s.Put(id, &v, keys...)
	}
	return s
}

func TestPage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name             string
		key              string
		page             sms.Page
		want             string // first letters of the ids, in order; "-" is a bad cursor
		earlier, further bool
	}{
		{"newest first", "all", sms.Page{Limit: 2}, "ed", false, true},
		{"oldest first", "all", sms.Page{Limit: 2, Oldest: true}, "ab", false, true},
		{"after, newest first", "all", sms.Page{Limit: 2, After: "d"}, "cb", true, true},
		{"after, oldest first", "all", sms.Page{Limit: 2, After: "b", Oldest: true}, "cd", true, true},
		{"before, newest first", "all", sms.Page{Limit: 2, Before: "b"}, "dc", true, true},
		{"before, oldest first", "all", sms.Page{Limit: 2, Before: "d", Oldest: true}, "bc", true, true},
		{"before, near the start", "all", sms.Page{Limit: 9, Before: "c"}, "ed", false, true},
		{"before the first", "all", sms.Page{Limit: 2, Before: "e"}, "", false, true},
		{"after the last", "all", sms.Page{Limit: 2, After: "a"}, "", true, false},
		{"exactly all", "all", sms.Page{Limit: 5, Oldest: true}, "abcde", false, false},
		{"a huge limit", "all", sms.Page{Limit: math.MaxInt, After: "b", Oldest: true}, "cde", true, false},
		{"no limit", "all", sms.Page{}, "", false, true},
		{"a limit below none", "all", sms.Page{Limit: -3, After: "b"}, "", true, true},
		{"under another key", "vowel", sms.Page{Limit: 2}, "ea", false, false},
		{"cursor of another key", "vowel", sms.Page{Limit: 2, After: "b"}, "-", false, false},
		{"unknown cursor after", "all", sms.Page{Limit: 2, After: "zz"}, "-", false, false},
		{"unknown cursor before", "all", sms.Page{Limit: 2, Before: "zz"}, "-", false, false},
		{"unknown key", "none", sms.Page{Limit: 2}, "", false, false},
		{"cursor under an unknown key", "none", sms.Page{Limit: 2, After: "a"}, "-", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := letters()
			got, ok := s.Page(test.key, test.page)
			if !ok {
				if test.want != "-" {
					t.Error("the cursor is refused")
				}
				return
			}
			text := ""
			for _, v := range got.Items {
				text += v[len(v)-1:]
			}
			if text != test.want || got.Earlier != test.earlier || got.Further != test.further {
				t.Errorf("got %q, earlier %v, further %v; want %q, %v, %v", text, got.Earlier, got.Further, test.want, test.earlier, test.further)
			}
		})
	}
}

func TestUpdateKeepsPlaceAndKeys(t *testing.T) {
	t.Parallel()
	s := letters()
	v := "second a"
	if s.Put("a", &v, "other") {
		t.Error("an update counts as an addition")
	}
	got, _ := s.Page("all", sms.Page{Limit: 5, Oldest: true})
	want := []string{"second a", "first b", "first c", "first d", "first e"}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("after an update (-want +got):\n%s", diff)
	}
	if part, ok := s.Page("other", sms.Page{Limit: 5}); !ok || len(part.Items) != 0 {
		t.Errorf("an update put the thing under another key: %v", part)
	}
	if first, ok := s.First("vowel"); !ok || *first != "second a" {
		t.Error("First does not give the newest snapshot of the oldest thing")
	}
	if _, ok := s.First("other"); ok {
		t.Error("First finds something under a key that holds nothing")
	}
}

// TestPageIsASnapshot holds that a page does not change under its reader.
func TestPageIsASnapshot(t *testing.T) {
	t.Parallel()
	s := letters()
	got, _ := s.Page("all", sms.Page{Limit: 5, Oldest: true})
	kept := slices.Clone(got.Items)
	for i := range 10 {
		v := fmt.Sprint("later ", i)
		s.Put("c", &v, "all")
		s.Put(v, &v, "all")
	}
	if diff := cmp.Diff(kept, got.Items); diff != "" {
		t.Errorf("the page changed (-before +after):\n%s", diff)
	}
}
