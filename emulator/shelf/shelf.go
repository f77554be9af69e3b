package shelf

import (
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Shelf keeps things in the order they were made, the newest snapshot of each,
// and finds them by id or page by page under a key. No call walks all of it.
type Shelf[T any] struct {
	items []*T
	place map[string]int   // id to index in items
	under map[string][]int // key to indices in items, ascending
}

// New is an empty shelf.
func New[T any]() Shelf[T] {
	return Shelf[T]{place: map[string]int{}, under: map[string][]int{}}
}

// Put adds a thing under keys, or replaces its snapshot.
func (s *Shelf[T]) Put(id string, v *T, keys ...string) (added bool) {
	if i, ok := s.place[id]; ok {
		s.items[i] = v
		return false
	}
	i := len(s.items)
	s.items = append(s.items, v)
	s.place[id] = i
	for _, k := range keys {
		s.under[k] = append(s.under[k], i)
	}
	return true
}

// Get is the newest snapshot of the thing with that id.
func (s *Shelf[T]) Get(id string) (*T, bool) {
	i, ok := s.place[id]
	if !ok {
		return nil, false
	}
	return s.items[i], true
}

// First is the oldest thing under key.
func (s *Shelf[T]) First(key string) (*T, bool) {
	places := s.under[key]
	if len(places) == 0 {
		return nil, false
	}
	return s.items[places[0]], true
}

// Page is the part of the list under key that p asks for; false if its cursor
// names nothing in that list.
func (s *Shelf[T]) Page(key string, p sms.Page) (sms.Slice[T], bool) {
	places := s.under[key]
	n := len(places)
	limit := min(max(p.Limit, 0), n)
	rank := func(id string) (int, bool) { // position in reading order
		i, ok := s.place[id]
		if !ok {
			return 0, false
		}
		at, found := slices.BinarySearch(places, i)
		if !p.Oldest {
			at = n - 1 - at
		}
		return at, found
	}
	from, to := 0, limit
	switch {
	case p.After != "":
		at, ok := rank(p.After)
		if !ok {
			return sms.Slice[T]{}, false
		}
		from, to = at+1, min(n, at+1+limit)
	case p.Before != "":
		at, ok := rank(p.Before)
		if !ok {
			return sms.Slice[T]{}, false
		}
		from, to = max(0, at-limit), at
	}
	out := sms.Slice[T]{Items: make([]T, 0, to-from), Earlier: from > 0, Further: to < n}
	for r := from; r < to; r++ {
		i := r
		if !p.Oldest {
			i = n - 1 - r
		}
		out.Items = append(out.Items, *s.items[places[i]])
	}
	return out, true
}
