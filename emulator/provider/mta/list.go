package mta

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	defaultPageSize = 25
	maxPageSize     = 1000
	maxPage         = 1_000_000
	// maxWalk is how many things a list looks at where it has to look at each,
	// to find, filter or sort them.
	maxWalk = 10_000
)

// source is a list of something and how each of it is shown.
type source[T any] struct {
	find   func(sms.Page) (sms.Slice[T], bool)
	view   func(T) any // nil: it is left out
	sift   bool        // view leaves some out
	newest bool        // newest first unless the caller says otherwise
}

// documents is the list of a kind under a key.
func documents[V any](book provider.Book, kind sms.Kind, key string, view func(record[V]) any) source[sms.Document] {
	return source[sms.Document]{
		find: func(p sms.Page) (sms.Slice[sms.Document], bool) { return book.Documents(kind, key, p) },
		view: func(d sms.Document) any { return view(load[V](d)) },
	}
}

// query is what a caller asks of a list.
type query struct {
	page, size int
	sort       string // a field of the row
	descending bool
	ordered    bool // the direction was given
	text       string
}

func readQuery(u *url.URL) (query, *sms.Error) {
	q := query{size: defaultPageSize}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return q, sms.Fail(sms.Invalid, "The query string is not valid")
	}
	for name, at := range map[string]struct {
		place       *int
		least, most int
	}{"page": {&q.page, 0, maxPage}, "pageSize": {&q.size, 1, maxPageSize}} {
		text := values.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < at.least || n > at.most {
			return q, sms.InvalidField(name, fmt.Sprintf("must be %d to %d", at.least, at.most))
		}
		*at.place = n
	}
	q.sort, q.text = values.Get("sortBy"), values.Get("query")
	switch direction := strings.ToUpper(values.Get("sortDirection")); direction {
	case "":
	case "ASC", "DESC":
		q.ordered, q.descending = true, direction == "DESC"
	default:
		return q, sms.InvalidField("sortDirection", "must be ASC or DESC")
	}
	return q, nil
}

// answerList writes the page of a list that the request asks for.
func answerList[T any](w http.ResponseWriter, r *http.Request, s source[T]) *sms.Error {
	data, err := pageOf(r, s)
	if err == nil {
		say(w, "", data)
	}
	return err
}

func pageOf[T any](r *http.Request, s source[T]) (rows, *sms.Error) {
	q, err := readQuery(r.URL)
	if err != nil {
		return rows{}, err
	}
	if !q.ordered {
		q.descending = s.newest && q.sort == ""
	}
	data := rows{Page: q.page, PageSize: q.size}
	from := q.page * q.size
	if s.sift || q.sort != "" || q.text != "" {
		all := sift(s, q)
		data.Total = len(all)
		data.Rows = all[min(from, len(all)):min(from+q.size, len(all))]
		return data, nil
	}
	part, _ := s.find(sms.Page{Offset: from, Limit: q.size, Oldest: !q.descending})
	views := make([]any, 0, len(part.Items)) // never null
	for _, item := range part.Items {
		views = append(views, s.view(item))
	}
	data.Rows, data.Total = views, part.Total
	return data, nil
}

// sift looks at every thing of a list.
func sift[T any](s source[T], q query) []any {
	all := []any{} // never null
	each(s.find, !q.descending || q.sort != "", func(item T) bool {
		if v := s.view(item); v != nil && matches(v, q.text) {
			all = append(all, v)
		}
		return true
	})
	if q.sort != "" {
		sortRows(all, q.sort, q.descending)
	}
	return all
}

// each visits a list until visit says no, or maxWalk is reached.
func each[T any](find func(sms.Page) (sms.Slice[T], bool), oldest bool, visit func(T) bool) {
	for offset := 0; offset < maxWalk; offset += maxPageSize {
		part, ok := find(sms.Page{Offset: offset, Limit: maxPageSize, Oldest: oldest})
		if !ok {
			return
		}
		for _, item := range part.Items {
			if !visit(item) {
				return
			}
		}
		if !part.Further {
			return
		}
	}
}

// matches reports whether any value in a row has text in it.
func matches(row any, text string) bool {
	return text == "" || slices.ContainsFunc(scalars(plain(row)), func(s string) bool {
		return strings.Contains(strings.ToLower(s), strings.ToLower(text))
	})
}

// plain is a row as a reader of its JSON sees it.
func plain(row any) (v any) {
	if json.Unmarshal(provider.EncodeJSON(row), &v) != nil {
		return nil
	}
	return v
}

// scalars are the texts and numbers inside a value.
func scalars(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		for _, item := range v {
			out = append(out, scalars(item)...)
		}
	case map[string]any:
		for _, item := range v {
			out = append(out, scalars(item)...)
		}
	}
	return out
}

// sortRows orders rows by a field; those without it come first.
func sortRows(all []any, name string, descending bool) {
	type keyed struct{ row, key any }
	list := make([]keyed, len(all))
	for i, row := range all {
		list[i] = keyed{row: row}
		if o, ok := plain(row).(map[string]any); ok {
			list[i].key = o[name]
		}
	}
	slices.SortStableFunc(list, func(a, b keyed) int {
		if descending {
			a, b = b, a
		}
		return compare(a.key, b.key)
	})
	for i := range list {
		all[i] = list[i].row
	}
}

// compare orders two values of JSON: nothing, then numbers, then texts.
func compare(a, b any) int {
	x, _ := a.(float64)
	y, _ := b.(float64)
	s, _ := a.(string)
	t, _ := b.(string)
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(x, y), cmp.Compare(s, t))
}

func rank(v any) int {
	switch v.(type) {
	case float64:
		return 1
	case string:
		return 2
	}
	return 0
}
