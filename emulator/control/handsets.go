package control

import (
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

func handset(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	return answerHandset(s, w, n)
}

func answerHandset(s *sandbox.Sandbox, w http.ResponseWriter, n sms.Number) error {
	is, thread := s.Handset(n)
	if thread == nil {
		thread = []sms.Message{}
	}
	return answer(w, http.StatusOK, client.Handset{Handset: is, Thread: thread})
}

func setHandset(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	change, err := read[client.Behaviour](r)
	if err != nil {
		return err
	}
	if err := s.ChangeHandset(n, func(h *sms.Handset) { apply(h, change) }); err != nil {
		return err
	}
	return answerHandset(s, w, n)
}

// apply changes of h what change sets.
func apply(h *sms.Handset, change client.Behaviour) {
	set(&h.Reachable, change.Reachable)
	set(&h.Receipts, change.Receipts)
	set(&h.MMS, change.MMS)
	set(&h.Failure, change.Failure)
	set(&h.Sent, change.Sent)
	set(&h.Delivered, change.Delivered)
	set(&h.Flagged, change.Flagged)
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

func text(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	t, err := read[client.Text](r)
	if err != nil {
		return err
	}
	m, err := s.Text(t.Provider, n, t.To, t.Body, t.Media)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, m)
}
