package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Occasions are what can be made to happen by hand at a provider.
func (s *Sandbox) Occasions(name string) ([]provider.Occasion, error) {
	p, err := s.provider(name)
	if err != nil {
		return nil, err
	}
	return p.Occasions, nil
}

// Happen makes something happen that no call or text brings about. body is a
// JSON object; account may be empty: the provider's first.
func (s *Sandbox) Happen(name string, kind sms.Kind, account string, body json.RawMessage) (sms.Document, error) {
	p, err := s.provider(name)
	if err != nil {
		return sms.Document{}, err
	}
	if err := checkOccasion(p, kind, body); err != nil {
		return sms.Document{}, err
	}
	if account == "" {
		account = s.setups[p.Name].Account.ID
	}
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.carrier.Account(p.Name, account); !ok {
		return sms.Document{}, sms.InvalidField("account", fmt.Sprintf("%q is not an account of %s", account, p.Name))
	}
	d := w.draft(0)
	doc := sms.Document{Account: account, Kind: kind, Keys: []string{account}, Body: body, Due: d.Now}
	if err := w.carrier.Do(d, p.Name, &doc); err != nil {
		return doc, err
	}
	return doc, w.commit(d)
}

func checkOccasion(p provider.Provider, kind sms.Kind, body json.RawMessage) error {
	var kinds []string
	known := false
	for _, o := range p.Occasions {
		kinds = append(kinds, string(o.Kind))
		known = known || o.Kind == kind
	}
	switch {
	case len(kinds) == 0:
		return sms.InvalidField("kind", p.Name+" has no occasions")
	case !known:
		return sms.InvalidField("kind", fmt.Sprintf("%q is not an occasion of %s; its occasions are %s", kind, p.Name, strings.Join(kinds, ", ")))
	case !json.Valid(body) || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")):
		return sms.InvalidField("body", "must be a JSON object")
	}
	return nil
}
