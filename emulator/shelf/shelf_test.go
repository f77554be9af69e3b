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
		{"with an offset", "all", sms.Page{Limit: 2, Offset: 1, Oldest: true}, "bc", true, true},
		{"with an offset, newest first", "all", sms.Page{Limit: 9, Offset: 3}, "ba", true, false},
		{"offset over the end", "all", sms.Page{Limit: 2, Offset: 9}, "", true, false},
		{"an offset below none", "all", sms.Page{Limit: 1, Offset: -9}, "e", false, true},
		{"offset and cursor", "all", sms.Page{Limit: 1, Offset: 3, After: "a", Oldest: true}, "b", true, true},
		{"both cursors", "all", sms.Page{Limit: 1, After: "a", Before: "c", Oldest: true}, "-", false, false},
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
			total := map[string]int{"all": 5, "vowel": 2}[test.key]
			if got.Total != total {
				t.Errorf("the whole list has %d; want %d", got.Total, total)
			}
			if text != test.want || got.Earlier != test.earlier || got.Further != test.further {
				t.Errorf("got %q, earlier %v, further %v; want %q, %v, %v", text, got.Earlier, got.Further, test.want, test.earlier, test.further)
			}
		})
	}
}

func TestUpdateKeepsPlace(t *testing.T) {
	t.Parallel()
	s := letters()
	v := "second a"
	if s.Put("a", &v, "all", "other") {
		t.Error("an update counts as an addition")
	}
	got, _ := s.Page("all", sms.Page{Limit: 5, Oldest: true})
	want := []string{"second a", "first b", "first c", "first d", "first e"}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("after an update (-want +got):\n%s", diff)
	}
	if part, ok := s.Page("other", sms.Page{Limit: 5}); !ok || len(part.Items) != 1 || part.Total != 1 {
		t.Errorf("an update did not put the thing under another key: %v", part)
	}
	if first, ok := s.First("all"); !ok || *first != "second a" {
		t.Error("First does not give the newest snapshot of the oldest thing")
	}
	for _, key := range []string{"none", ""} {
		if _, ok := s.First(key); ok {
			t.Errorf("First finds something under %q, which holds nothing", key)
		}
	}
	if first, _ := s.First("vowel"); *first != "first e" {
		t.Errorf("what left a key is still found there: %s", *first)
	}
}

func TestHidden(t *testing.T) {
	t.Parallel()
	s := letters()
	still := "first e"
	s.Put("e", &still)
	if got, _ := s.Page("all", sms.Page{Limit: 2}); got.Total != 4 || got.Items[0] != "first d" {
		t.Errorf("what was hidden is listed: %v", got)
	}
	if _, ok := s.Page("all", sms.Page{Limit: 2, After: "e"}); ok {
		t.Error("what was hidden is a cursor")
	}
	if v, ok := s.Get("e"); !ok || *v != "first e" {
		t.Error("what was hidden is not found by its id")
	}
	again := "again"
	if s.Put("e", &again, "vowel") {
		t.Error("what was hidden counts as new")
	}
	if got, _ := s.Page("vowel", sms.Page{Limit: 5, Oldest: true}); !slices.Equal(got.Items, []string{"first a", "again"}) {
		t.Errorf("what comes back has lost its place: %v", got.Items)
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
