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
	ID, Key string
	Version int
}

type model []thing

func (m *model) put(v thing) (added bool) {
	if i := slices.IndexFunc(*m, func(o thing) bool { return o.ID == v.ID }); i >= 0 {
		(*m)[i].Version = v.Version
		return false
	}
	*m = append(*m, v)
	return true
}

// page cuts the list in reading order at its cursor, then to its limit.
func (m model) page(key string, p sms.Page) (sms.Slice[thing], bool) {
	var list []thing
	for _, v := range m {
		if v.Key == key {
			list = append(list, v)
		}
	}
	if !p.Oldest {
		slices.Reverse(list)
	}
	whole := len(list)
	skipped := 0
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
	return sms.Slice[thing]{Items: items, Earlier: skipped > 0, Further: skipped+len(items) < whole}, true
}

func TestShelfAgainstASlice(t *testing.T) {
	t.Parallel()
	ids := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"})
	keys := rapid.SampledFrom([]string{"", "x", "y"})
	rapid.Check(t, func(t *rapid.T) {
		s := shelf.New[thing]()
		var m model
		version := 0
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				version++
				v := thing{ids.Draw(t, "id"), keys.Draw(t, "key"), version}
				if old, ok := s.Get(v.ID); ok {
					v.Key = old.Key
				}
				if got, want := s.Put(v.ID, &v, v.Key), m.put(v); got != want {
					t.Fatalf("Put(%v) added: %v, want %v", v, got, want)
				}
			},
			"page": func(t *rapid.T) {
				p := sms.Page{Limit: rapid.IntRange(0, 5).Draw(t, "limit"), Oldest: rapid.Bool().Draw(t, "oldest")}
				switch rapid.IntRange(0, 2).Draw(t, "cursor") {
				case 1:
					p.After = ids.Draw(t, "after")
				case 2:
					p.Before = ids.Draw(t, "before")
				}
				key := keys.Draw(t, "key")
				got, ok := s.Page(key, p)
				want, wantOK := m.page(key, p)
				if ok != wantOK {
					t.Fatalf("Page(%q, %+v) takes the cursor: %v, want %v", key, p, ok, wantOK)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("Page(%q, %+v) (-want +got):\n%s", key, p, diff)
				}
			},
			"get": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				got, ok := s.Get(id)
				at := slices.IndexFunc(m, func(v thing) bool { return v.ID == id })
				if ok != (at >= 0) || ok && *got != m[at] {
					t.Fatalf("Get(%q) = %v, %v; the model has it at %d", id, got, ok, at)
				}
			},
		})
	})
}
