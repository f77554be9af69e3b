package control

import (
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

func occasions(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	all, err := s.Occasions(r.PathValue("provider"))
	if err != nil {
		return err
	}
	page := client.Page[client.OccasionInfo]{Items: []client.OccasionInfo{}}
	for _, o := range all {
		page.Items = append(page.Items, client.OccasionInfo{Kind: string(o.Kind), Says: o.Says, Sample: o.Sample})
	}
	return answer(w, http.StatusOK, page)
}

func happen(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	wanted, err := read[client.Occasion](r)
	if err != nil {
		return err
	}
	doc, err := s.Happen(r.PathValue("provider"), sms.Kind(wanted.Kind), wanted.Account, wanted.Body)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, doc)
}
