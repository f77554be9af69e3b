package mta

import (
	"encoding/json"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// record is a document with its body read.
type record[V any] struct {
	doc sms.Document
	v   V
}

func (r record[V]) id() ref { return ref(r.doc.ID) }

// load reads the body of a document. One that is none of ours reads as empty.
func load[V any](d sms.Document) record[V] {
	r := record[V]{doc: d}
	if json.Unmarshal(d.Body, &r.v) != nil {
		var empty V
		r.v = empty
	}
	return r
}

// find is the record with that id, or the oldest under that key. Keys have a
// space in them, so that none looks like an id.
func find[V any](book provider.Book, kind sms.Kind, idOrKey string) (record[V], bool) {
	d, ok := book.Document(kind, idOrKey)
	if !ok {
		return record[V]{}, false
	}
	return load[V](d), true
}

// draft is a record that is yet to be made.
func draft[V any](kind sms.Kind, account string, v V) record[V] {
	return record[V]{sms.Document{Provider: "mta", Account: account, Kind: kind}, v}
}

// change is the document of r under its keys, to be given to the network.
func (r *record[V]) change(keys ...string) *sms.Document {
	r.doc.Body, r.doc.Keys, r.doc.New = provider.EncodeJSON(r.v), keys, false
	return &r.doc
}

// gone is the document of r as one that is deleted.
func (r *record[V]) gone() *sms.Document {
	d := r.doc
	d.Gone, d.Keys, d.Due = true, nil, time.Time{}
	return &d
}
