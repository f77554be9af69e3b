package control

import (
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

func endpoints(s *sandbox.Sandbox, w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, client.Page[sms.Endpoint]{Items: s.Endpoints()})
}

func webhooks(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	e, err := s.Endpoint(r.PathValue("provider"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, client.Webhooks{
		URL: e.URL, Secrets: e.Secrets, Events: e.Events, Parallel: e.Parallel, Ordered: e.Ordered, Timeout: e.Timeout,
		NoRetry: e.NoRetry, Ignore: e.Ignore, IgnoreAll: e.IgnoreAll, PerMinute: e.PerMinute,
	})
}

func setWebhooks(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	is, err := s.Endpoint(r.PathValue("provider"))
	if err != nil {
		return err
	}
	wanted, err := read[client.Webhooks](r)
	if err != nil {
		return err
	}
	if err := s.SetEndpoint(sms.Endpoint{
		Provider: is.Provider, URL: wanted.URL, Secrets: wanted.Secrets, Events: wanted.Events,
		Parallel: wanted.Parallel, Ordered: wanted.Ordered, Timeout: wanted.Timeout,
		NoRetry: wanted.NoRetry, Ignore: wanted.Ignore, IgnoreAll: wanted.IgnoreAll, PerMinute: wanted.PerMinute,
	}); err != nil {
		return err
	}
	return webhooks(s, w, r)
}

func switches(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	values, err := s.Switches(r.PathValue("provider"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, values)
}

func setSwitches(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	values, err := read[map[string]string](r)
	if err != nil {
		return err
	}
	if err := s.SetSwitches(r.PathValue("provider"), values); err != nil {
		return err
	}
	return switches(s, w, r)
}

func resend(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	planned, err := s.Resend(r.PathValue("event"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusAccepted, planned)
}
