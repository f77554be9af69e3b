package control

import (
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

func (a *api) sandboxes(w http.ResponseWriter, _ *http.Request) error {
	page := client.Page[client.Sandbox]{Items: []client.Sandbox{}}
	for _, s := range a.network.Sandboxes() {
		page.Items = append(page.Items, describe(s))
	}
	return answer(w, http.StatusOK, page)
}

func (a *api) makeSandbox(w http.ResponseWriter, r *http.Request) error {
	wanted, _, err := readOptional[client.SandboxOptions](r)
	if err != nil {
		return err
	}
	s, err := a.network.Make(wanted)
	if err != nil {
		return err
	}
	w.Header().Set("Location", client.Prefix+"/sandboxes/"+s.ID())
	return answer(w, http.StatusCreated, describe(s))
}

func (a *api) sandbox(w http.ResponseWriter, r *http.Request) error {
	s, err := a.namedWorld(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, describe(s))
}

func (a *api) dropSandbox(w http.ResponseWriter, r *http.Request) error {
	s, err := a.namedWorld(r)
	if err != nil {
		return err
	}
	if s.ID() == client.Default {
		return &refusal{http.StatusConflict, "default-sandbox", "the default sandbox cannot be dropped; POST to its reset empties it"}
	}
	if err := a.network.Drop(s.ID()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func describe(s *sandbox.Sandbox) client.Sandbox {
	return client.Sandbox{ID: s.ID(), Seed: s.Seed(), Providers: s.Placeholders()}
}

func reset(s *sandbox.Sandbox, w http.ResponseWriter, _ *http.Request) error {
	if err := s.Reset(); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *api) live(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, client.Health{Status: "ok", Version: a.version})
}

func (a *api) ready(w http.ResponseWriter, r *http.Request) error {
	if _, ok := a.network.Sandbox(client.Default); !ok {
		return &refusal{http.StatusServiceUnavailable, "not-ready", "the emulator has no default sandbox yet, or is stopping; ask again"}
	}
	return a.live(w, r)
}
