package control

import (
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

func faults(s *sandbox.Sandbox, w http.ResponseWriter, _ *http.Request) error {
	items := s.Faults()
	if items == nil {
		items = []journal.Fault{}
	}
	return answer(w, http.StatusOK, client.Page[journal.Fault]{Items: items})
}

func planFault(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	wanted, err := read[journal.Fault](r)
	if err != nil {
		return err
	}
	planned, err := s.Plan(wanted)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, planned)
}

func cancelFault(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	if err := s.Cancel(r.PathValue("fault")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
