package drift

import (
	"cmp"
	"slices"
)

// Kind says in what two networks differ.
type Kind string

// The kinds.
const (
	Status  Kind = "status"  // of an answer
	Header  Kind = "header"  // a header that matters is there in one alone, or of another type
	Body    Kind = "body"    // one cannot be read, or is there in one alone
	Absent  Kind = "absent"  // a field that was recorded and is not played
	Extra   Kind = "extra"   // a field that is played and was not recorded
	Renamed Kind = "renamed" // a field of the same type under another name
	Type    Kind = "type"    // another JSON type
	Null    Kind = "null"    // null in one alone
	Word    Kind = "word"    // another one of the values that the contract lists
	Missing Kind = "missing" // a webhook that was recorded does not come
	Surplus Kind = "surplus" // a webhook comes once more than was recorded
	Order   Kind = "order"   // webhooks of one message or conversation come in another order
)

// Difference is one way in which the played network departs from the recorded
// one, however often it showed.
type Difference struct {
	Operation string `json:"operation"` // "POST /v3/send" or "webhook message.received"
	// Pointer is a JSON pointer into the body, * for any item of a list; the
	// name of a header; "" for all else.
	Pointer  string `json:"pointer,omitempty"`
	Kind     Kind   `json:"kind"`
	Recorded string `json:"recorded"` // for people, as is Played
	Played   string `json:"played"`
	Count    int    `json:"count"`
	Entry    int    `json:"entry"` // of the recording, from 0: the first example
}

// Report is what playing a recording showed.
type Report struct {
	Provider    string       `json:"provider"`
	Calls       int          `json:"calls"`    // that were played
	Webhooks    int          `json:"webhooks"` // that were compared
	Notes       []string     `json:"notes,omitempty"`
	Differences []Difference `json:"differences"`
}

// maxDifferences bounds a report about two networks that have little in common.
const maxDifferences = 1000

type key struct {
	operation, pointer string
	kind               Kind
}

// findings groups differences.
type findings struct {
	all  map[key]*Difference
	list []*Difference
}

func (f *findings) add(d Difference) {
	if f.all == nil {
		f.all = map[key]*Difference{}
	}
	k := key{d.Operation, d.Pointer, d.Kind}
	if known := f.all[k]; known != nil {
		known.Count++
		return
	}
	if len(f.list) == maxDifferences {
		return
	}
	d.Count = 1
	f.all[k] = &d
	f.list = append(f.list, &d)
}

// sorted are the differences by operation and place.
func (f *findings) sorted() []Difference {
	out := []Difference{}
	for _, d := range f.list {
		out = append(out, *d)
	}
	slices.SortStableFunc(out, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}
