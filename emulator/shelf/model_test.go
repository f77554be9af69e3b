package shelf_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/shelf"
	"github.com/switchhook/switchhook/emulator/sms"
)

// thing is what the model holds: one slice, walked for every question.
type thing struct {
	ID      string
	Keys    []string // none: hidden
	Version int
}

type model []thing

func (m model) at(id string) int {
	return slices.IndexFunc(m, func(v thing) bool { return v.ID == id })
}

func (m *model) put(v thing) (added bool) {
	if i := m.at(v.ID); i >= 0 {
		(*m)[i] = v
		return false
	}
	*m = append(*m, v)
	return true
}

func (m model) under(key string) []thing {
	var list []thing
	for _, v := range m {
		if slices.Contains(v.Keys, key) {
			list = append(list, v)
		}
	}
	return list
}

// page cuts the list in reading order at its cursor, then to its limit.
func (m model) page(key string, p sms.Page) (sms.Slice[thing], bool) {
	list := m.under(key)
	if !p.Oldest {
		slices.Reverse(list)
	}
	whole := len(list)
	skipped := min(p.Offset, whole)
	for _, cursor := range []string{p.After, p.Before} {
		if cursor == "" {
			continue
		}
		at := slices.IndexFunc(list, func(v thing) bool { return v.ID == cursor })
		if at < 0 {
			return sms.Slice[thing]{}, false
		}
		if cursor == p.After {
			skipped = at + 1
			break
		}
		skipped = max(0, at-p.Limit)
		list = list[:at]
	}
	list = list[skipped:]
	if len(list) > p.Limit {
		list = list[:p.Limit]
	}
	items := append([]thing{}, list...)
	return sms.Slice[thing]{Items: items, Total: whole, Earlier: skipped > 0, Further: skipped+len(items) < whole}, true
}

func TestShelfAgainstASlice(t *testing.T) {
	t.Parallel()
	ids := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"})
	key := rapid.SampledFrom([]string{"", "x", "y"})
	keys := rapid.SliceOfN(key, 0, 4) // the same one twice is no trouble
	rapid.Check(t, func(t *rapid.T) {
		s := shelf.New[thing]()
		var m model
		version := 0
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				version++
				given := keys.Draw(t, "keys")
				v := thing{ids.Draw(t, "id"), slices.Clone(given), version}
				if got, want := s.Put(v.ID, &v, given...), m.put(v); got != want {
					t.Fatalf("Put(%v) added: %v, want %v", v, got, want)
				}
				for i := range given { // the caller's own again
					given[i] = "z"
				}
			},
			"page": func(t *rapid.T) { samePage(t, s, m, key.Draw(t, "key"), ids) },
			"under": func(t *rapid.T) {
				k := key.Draw(t, "key")
				list := m.under(k)
				first, ok := s.First(k)
				if ok != (len(list) > 0) || ok && first.ID != list[0].ID {
					t.Fatalf("First of %q is %v of %v", k, first, list)
				}
				i := 0
				for v := range s.Under(k) {
					if i == len(list) || v.ID != list[i].ID {
						t.Fatalf("Under %q has %v in place %d of %v", k, v, i, list)
					}
					i++
				}
				if i != len(list) {
					t.Fatalf("Under %q has %d of %v", k, i, list)
				}
			},
			"get": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				got, ok := s.Get(id)
				at := m.at(id)
				if ok != (at >= 0) || ok && got.Version != m[at].Version {
					t.Fatalf("Get(%q) = %v, %v; the model has it at %d", id, got, ok, at)
				}
			},
		})
	})
}

func samePage(t *rapid.T, s shelf.Shelf[thing], m model, key string, ids *rapid.Generator[string]) {
	p := sms.Page{Limit: rapid.IntRange(0, 5).Draw(t, "limit"), Oldest: rapid.Bool().Draw(t, "oldest")}
	switch rapid.IntRange(0, 3).Draw(t, "cursor") {
	case 1:
		p.After = ids.Draw(t, "after")
	case 2:
		p.Before = ids.Draw(t, "before")
	case 3:
		p.Offset = rapid.IntRange(0, 9).Draw(t, "offset")
	}
	got, ok := s.Page(key, p)
	want, wantOK := m.page(key, p)
	if ok != wantOK {
		t.Fatalf("Page(%q, %+v) takes the cursor: %v, want %v", key, p, ok, wantOK)
	}
	for i := range got.Items { // hidden or not, it holds what was put
		got.Items[i].Keys, want.Items[i].Keys = nil, nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("Page(%q, %+v) (-want +got):\n%s", key, p, diff)
	}
}
