package sandbox

import (
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Endpoint is where a provider's webhooks go, with its secrets in full.
func (s *Sandbox) Endpoint(name string) (sms.Endpoint, error) {
	p, err := s.provider(name)
	if err != nil {
		return sms.Endpoint{}, err
	}
	e := s.endpoint(p.Name)
	e.Secrets, e.Events = slices.Clone(e.Secrets), slices.Clone(e.Events)
	return e, nil
}

// Endpoints lists where webhooks go: for each provider its own endpoint, then
// those that the application registered itself, secrets left out.
func (s *Sandbox) Endpoints() []sms.Endpoint {
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []sms.Endpoint{}
	for _, p := range s.opts.Providers {
		for _, e := range w.queue.Endpoints(p.Name) {
			switch {
			case e.ID == p.Name:
				e.Secrets = slices.Clone(s.endpoint(p.Name).Secrets)
			case e.URL == "": // taken away
				continue
			default:
				e.Secrets = nil
			}
			out = append(out, e)
		}
	}
	return out
}

// SetEndpoint changes where a provider's webhooks go. No secrets given keeps
// those that are; several sign together, as while a key rotates.
func (s *Sandbox) SetEndpoint(e sms.Endpoint) error {
	p, err := s.provider(e.Provider)
	if err != nil {
		return err
	}
	e.ID, e.Provider = p.Name, p.Name
	if err := s.checkEndpoint(p, e); err != nil {
		return err
	}
	s.change.Lock()
	defer s.change.Unlock()
	old := s.endpoint(p.Name)
	if len(e.Secrets) == 0 {
		e.Secrets = old.Secrets
	}
	e.Secrets, e.Events = slices.Clone(e.Secrets), slices.Clone(e.Events)
	s.keepEndpoint(e)
	if err := s.now().note(journal.Entry{Kind: journal.KindEndpoint, Endpoint: s.redacted(e)}); err != nil {
		s.keepEndpoint(old)
		return err
	}
	return nil
}

func (s *Sandbox) keepEndpoint(e sms.Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls[e.ID] = e
}

// keepEndpoints keeps what the application registered in a world, unless the
// sandbox has begun another since.
func (s *Sandbox) keepEndpoints(in *world, all []sms.Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world != in {
		return
	}
	for _, e := range all {
		s.urls[e.ID] = e
	}
}

func (s *Sandbox) checkEndpoint(p provider.Provider, e sms.Endpoint) *sms.Error {
	if e.URL != "" {
		if err := s.opts.Guard.CheckURL(e.URL); err != nil {
			return err
		}
	}
	if e.Parallel < 0 || e.Parallel > 1000 {
		return sms.InvalidField("parallel", "must be 1 to 1000, or 0 for the default")
	}
	if e.Timeout < 0 {
		return sms.InvalidField("timeout", "must not be negative")
	}
	if e.PerMinute < 0 {
		return sms.InvalidField("per_minute", "must be 1 or more, or 0 for no cap")
	}
	if i := slices.IndexFunc(e.Ignore, func(status int) bool { return status < 100 || status > 599 }); i >= 0 {
		return sms.InvalidField("ignore", fmt.Sprintf("%d is not an HTTP status; list some of 100 to 599", e.Ignore[i]))
	}
	if slices.Contains(e.Secrets, "") {
		return sms.InvalidField("secrets", "must not hold an empty secret")
	}
	for _, t := range e.Events {
		if !slices.Contains(p.Events, t) {
			return sms.InvalidField("events", fmt.Sprintf("%q is not an event of %s; its events are %v", t, p.Name, p.Events))
		}
	}
	return nil
}

// Switches are the vendor switches of a provider and their values.
func (s *Sandbox) Switches(name string) (map[string]string, error) {
	p, err := s.provider(name)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.switches[p.Name]), nil
}

// SetSwitches changes some switches of a provider; all or none.
func (s *Sandbox) SetSwitches(name string, values map[string]string) error {
	p, err := s.provider(name)
	if err != nil {
		return err
	}
	for key, value := range values {
		if err := checkSwitch(p, key, value); err != nil {
			return err
		}
	}
	s.change.Lock()
	defer s.change.Unlock()
	old := s.switches[p.Name] // replaced as a whole, so that old stays as it was
	now := maps.Clone(old)
	maps.Copy(now, values)
	s.keepSwitches(p.Name, now)
	if err := s.now().note(journal.Entry{Kind: journal.KindSwitches, Switches: &journal.Switches{Provider: p.Name, Values: maps.Clone(now)}}); err != nil {
		s.keepSwitches(p.Name, old)
		return err
	}
	return nil
}

func (s *Sandbox) keepSwitches(provider string, values map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switches[provider] = values
}

func checkSwitch(p provider.Provider, key, value string) error {
	var names []string
	for _, sw := range p.Switches {
		names = append(names, sw.Name)
		if sw.Name != key {
			continue
		}
		if len(sw.Values) > 0 {
			if !slices.Contains(sw.Values, value) {
				return sms.InvalidField(key, fmt.Sprintf("cannot be %q; it is one of %s", value, strings.Join(sw.Values, ", ")))
			}
			return nil
		}
		if n, err := strconv.Atoi(value); err != nil || n < 0 {
			return sms.InvalidField(key, fmt.Sprintf("cannot be %q; it is a number", value))
		}
		return nil
	}
	return sms.InvalidField(key, "is not a switch of "+p.Name+"; its switches are "+strings.Join(names, ", "))
}

// isTrial reports whether a request carries the trial key.
func (s *Sandbox) isTrial(p provider.Provider, r *http.Request) bool {
	trial := s.setups[p.Name].Trial
	return trial != "" && p.Credential(r) == trial
}

// requestID is the id of the n-th request, from the seed.
func (s *Sandbox) requestID(n uint64) string {
	b := carrier.Entropy(s.root(), "request", n)
	id, err := uuid.FromBytes(b[:])
	if err != nil {
		return hex.EncodeToString(b[:])
	}
	return id.String()
}

// badRequest is an error of the caller's making, in words that the lower part found.
func badRequest(field string, err error) error {
	if e, ok := err.(*sms.Error); ok {
		return e
	}
	return &sms.Error{Code: sms.Invalid, Detail: err.Error(), Fields: map[string][]string{field: {err.Error()}}}
}
