package carrier_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/sms"
)

const group = sms.Kind("group")

var docKeys = []string{"red", "blue", "green"}

// document makes, changes or deletes documents, one to three at a time.
func document(t *rapid.T, n *net, m *model) {
	docs := slices.Clone(m.documents)
	var changes []sms.Change
	var given []*sms.Document
	want := sms.Code("")
	for i := range rapid.IntRange(1, 3).Draw(t, "changes") {
		v := sms.Document{
			Kind: group, Keys: rapid.SliceOfNDistinct(rapid.SampledFrom(docKeys), 0, 2, rapid.ID[string]).Draw(t, "keys"),
			New: rapid.Bool().Draw(t, "new"), Body: json.RawMessage(fmt.Sprint(len(n.log) + i)), Gone: rapid.IntRange(0, 3).Draw(t, "gone") == 0,
		}
		if rapid.Bool().Draw(t, "due") {
			v.Due = n.now.Add(time.Hour)
		}
		if len(m.documents) > 0 && rapid.Bool().Draw(t, "an old one") {
			v.ID = rapid.SampledFrom(m.documents).Draw(t, "which").ID
		}
		changes, given = append(changes, &v), append(given, &v)
		if taken(docs, v) {
			want = sms.Taken
			break
		}
		docs = put(docs, v, i)
	}
	unnamed := make([]bool, len(given))
	for i, v := range given {
		unnamed[i] = v.ID == ""
	}
	before := len(n.log)
	err := n.do(t, changes...)
	if err != nil && err.Code != want || err == nil && want != "" {
		t.Fatalf("%d changes are told %v; want %q", len(changes), err, want)
	}
	if err != nil {
		for i, v := range given[:len(given)-1] {
			if unnamed[i] && v.ID != "" {
				t.Fatalf("a change that was not made has the id %s", v.ID)
			}
		}
		if len(n.log) != before {
			t.Fatalf("refused changes left %d entries", len(n.log)-before)
		}
		return
	}
	for i, v := range given {
		if at := slices.IndexFunc(docs, func(o sms.Document) bool { return o.ID == draftName(i) }); at >= 0 {
			docs[at].ID = v.ID
		}
	}
	m.documents = docs
}

// draftName stands for the id of the i-th change until it has one.
func draftName(i int) string { return fmt.Sprint("draft ", i) }

func taken(docs []sms.Document, v sms.Document) bool {
	if !v.New {
		return false
	}
	return slices.ContainsFunc(docs, func(o sms.Document) bool {
		return !o.Gone && o.ID != v.ID && slices.ContainsFunc(v.Keys, func(k string) bool { return slices.Contains(o.Keys, k) })
	})
}

func put(docs []sms.Document, v sms.Document, i int) []sms.Document {
	if v.ID == "" {
		v.ID = draftName(i)
	}
	if at := slices.IndexFunc(docs, func(o sms.Document) bool { return o.ID == v.ID }); at >= 0 {
		docs[at] = v
		return docs
	}
	return append(docs, v)
}

// sameDocuments holds every list and every name against the model.
func (m *model) sameDocuments(t *rapid.T, n *net) {
	for _, key := range append([]string{""}, docKeys...) {
		var want, got []string
		for _, v := range m.documents {
			if !v.Gone && (key == "" || slices.Contains(v.Keys, key)) {
				want = append(want, v.ID+" "+string(v.Body))
			}
		}
		page, _ := n.Documents(acme, group, key, sms.Page{Limit: 1 << 20, Oldest: true})
		for _, v := range page.Items {
			got = append(got, v.ID+" "+string(v.Body))
		}
		if !slices.Equal(want, got) {
			t.Fatalf("under %q there are %v; want %v", key, got, want)
		}
		first, found := n.Document(acme, group, key)
		if key != "" && (found != (len(want) > 0) || found && first.ID+" "+string(first.Body) != want[0]) {
			t.Fatalf("%q is %+v; want the first of %v", key, first, want)
		}
	}
	for _, v := range m.documents {
		if _, found := n.Document(acme, group, v.ID); found == v.Gone {
			t.Fatalf("document %s, gone %v, is found: %v", v.ID, v.Gone, found)
		}
	}
}
