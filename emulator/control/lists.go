package control

import (
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

// Sizes of a page of a list.
const (
	pageSize    = 100
	maxPageSize = 1000
)

func messages(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	return list(w, r, s.Messages)
}

func conversations(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	return list(w, r, s.Conversations)
}

func optOuts(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	return list(w, r, s.OptOuts)
}

func attempts(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	return list(w, r, s.Attempts)
}

func list[T any](w http.ResponseWriter, r *http.Request, find func(sandbox.Query) ([]T, string, error)) error {
	q, err := filter(r)
	if err != nil {
		return err
	}
	items, next, err := find(q)
	if err != nil {
		return err
	}
	if items == nil {
		items = []T{}
	}
	return answer(w, http.StatusOK, client.Page[T]{Items: items, Next: next})
}

func filter(r *http.Request) (sandbox.Query, error) {
	most, err := limit(r, pageSize, maxPageSize)
	if err != nil {
		return sandbox.Query{}, err
	}
	given := r.URL.Query()
	q := sandbox.Query{
		Provider: given.Get("provider"), Handset: given.Get("handset"),
		Conversation: given.Get("conversation"), Event: given.Get("event"),
		After: given.Get("after"), Limit: most,
	}
	if q.Handset != "" {
		_, err = e164(q.Handset)
	}
	return q, err
}
