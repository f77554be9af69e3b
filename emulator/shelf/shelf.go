package shelf

import (
	"iter"
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Shelf keeps things in the order they were made, the newest snapshot of each,
// and finds them by id or page by page under a key. No call walks all of it.
type Shelf[T any] struct {
	items []slot[T]
	place map[string]int   // id to index in items
	under map[string][]int // key to indices in items, ascending
}

type slot[T any] struct {
	value *T
	keys  []string
}

// New is an empty shelf.
func New[T any]() Shelf[T] {
	return Shelf[T]{place: map[string]int{}, under: map[string][]int{}}
}

// Put adds a thing under keys, or replaces its snapshot and its keys. One
// without keys is in no list and still found by its id.
func (s *Shelf[T]) Put(id string, v *T, keys ...string) (added bool) {
	i, known := s.place[id]
	if !known {
		i = len(s.items)
		s.items = append(s.items, slot[T]{})
		s.place[id] = i
	}
	s.file(i, keys)
	s.items[i].value = v
	return !known
}

// file makes keys the ones that item i stands under.
func (s *Shelf[T]) file(i int, keys []string) {
	old := s.items[i].keys
	if slices.Equal(old, keys) {
		return
	}
	for _, k := range old {
		places := s.under[k]
		if at, found := slices.BinarySearch(places, i); found {
			s.under[k] = slices.Delete(places, at, at+1)
		}
	}
	for _, k := range keys {
		places := s.under[k]
		if at, found := slices.BinarySearch(places, i); !found {
			s.under[k] = slices.Insert(places, at, i)
		}
	}
	s.items[i].keys = slices.Clone(keys)
}

// Get is the newest snapshot of the thing with that id.
func (s *Shelf[T]) Get(id string) (*T, bool) {
	i, ok := s.place[id]
	if !ok {
		return nil, false
	}
	return s.items[i].value, true
}

// First is the oldest thing under key.
func (s *Shelf[T]) First(key string) (*T, bool) {
	places := s.under[key]
	if len(places) == 0 {
		return nil, false
	}
	return s.items[places[0]].value, true
}

// Under are the things under key, the oldest first.
func (s *Shelf[T]) Under(key string) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, i := range s.under[key] {
			if !yield(s.items[i].value) {
				return
			}
		}
	}
}

// Page is the part of the list under key that p asks for; false if its cursor
// names nothing in that list.
func (s *Shelf[T]) Page(key string, p sms.Page) (sms.Slice[T], bool) {
	places := s.under[key]
	n := len(places)
	limit := min(max(p.Limit, 0), n)
	from := min(max(p.Offset, 0), n)
	to := min(from+limit, n)
	if cursor := p.After + p.Before; cursor != "" {
		at, ok := s.rank(places, cursor, p.Oldest)
		if !ok {
			return sms.Slice[T]{}, false
		}
		from, to = at+1, min(n, at+1+limit)
		if p.After == "" {
			from, to = max(0, at-limit), at
		}
	}
	out := sms.Slice[T]{Items: make([]T, 0, to-from), Total: n, Earlier: from > 0, Further: to < n}
	for r := from; r < to; r++ {
		i := r
		if !p.Oldest {
			i = n - 1 - r
		}
		out.Items = append(out.Items, *s.items[places[i]].value)
	}
	return out, true
}

// rank is the position of a thing in reading order.
func (s *Shelf[T]) rank(places []int, id string, oldest bool) (int, bool) {
	i, ok := s.place[id]
	if !ok {
		return 0, false
	}
	at, found := slices.BinarySearch(places, i)
	if !oldest {
		at = len(places) - 1 - at
	}
	return at, found
}
