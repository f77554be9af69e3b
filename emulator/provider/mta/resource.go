package mta

import (
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// resource is a kind of document that is made, listed, shown, changed and
// deleted, and does nothing else.
type resource[V any] struct {
	kind  sms.Kind
	noun  string // "Template"
	fresh func(now string) V
	read  func(v *V, f *form)
	view  func(c provider.Context, r record[V]) any
	// key is what it is found under besides its id, which then nothing else of
	// its kind may have; nil if there is no such thing.
	key func(V) string
}

func (s resource[V]) create(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	made := draft(s.kind, account.ID, s.fresh(instant(net.Book().Now())))
	s.read(&made.v, f)
	if err := f.err(); err != nil {
		return err
	}
	if err := s.save(net, &made); err != nil {
		return err
	}
	say(w, s.noun+" "+made.doc.ID+" created successfully.", s.view(net.Context(), made))
	return nil
}

// save keeps a document, new or changed.
func (s resource[V]) save(net provider.Network, r *record[V]) *sms.Error {
	d := r.change(s.keys(r.v)...)
	d.New = s.key != nil
	err := net.Do(d)
	if err != nil && err.Code == sms.Taken {
		return sms.Fail(sms.Invalid, s.noun+" "+d.ID+" has this title already")
	}
	return err
}

func (s resource[V]) keys(v V) []string {
	if s.key == nil {
		return nil
	}
	return []string{s.key(v)}
}

func (s resource[V]) list(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	c := net.Context()
	return answerList(w, r, documents(net.Book(), s.kind, "", func(r record[V]) any { return s.view(c, r) }))
}

// of is the document in the path.
func (s resource[V]) of(net provider.Network, r *http.Request) (record[V], *sms.Error) {
	id := r.PathValue("id")
	for _, key := range []string{id, titleKey(id)} {
		if kept, ok := find[V](net.Book(), s.kind, key); ok {
			return kept, nil
		}
	}
	return record[V]{}, missing(net, strings.ToLower(s.noun))
}

func titleKey(title string) string { return "title " + title }

func (s resource[V]) show(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, err := s.of(net, r)
	if err == nil {
		say(w, "", s.view(net.Context(), kept))
	}
	return err
}

// change is a PATCH: what is left out stays.
func (s resource[V]) change(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	kept, err := s.of(net, r)
	if err != nil {
		return err
	}
	s.read(&kept.v, f)
	if err := f.err(); err != nil {
		return err
	}
	return s.put(net, w, kept)
}

// put keeps what was changed and says so.
func (s resource[V]) put(net provider.Network, w http.ResponseWriter, r record[V]) *sms.Error {
	if err := s.save(net, &r); err != nil {
		return err
	}
	say(w, s.noun+" "+r.doc.ID+" updated successfully.", s.view(net.Context(), r))
	return nil
}

func (s resource[V]) remove(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	kept, err := s.of(net, r)
	if err != nil {
		return err
	}
	if err := net.Do(kept.gone()); err != nil {
		return err
	}
	say(w, s.noun+" "+kept.doc.ID+" deleted successfully.", nil)
	return nil
}
