package sandbox

import (
	"net/http"
	"slices"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// contract is what a provider promises; nil if that is not known.
func contract(p provider.Provider) *contracts.Contract {
	if p.Contract == nil {
		return nil
	}
	c, err := p.Contract()
	if err != nil {
		return nil // who mounts the provider has said so
	}
	return c
}

// check begins to hold the request against the contract, beside all else that
// is done for it. A body that could not be read in full is not checked.
func (c *caller) check(r *http.Request, body []byte, unreadable *sms.Error) {
	c.request = contracts.Request{Method: r.Method, URL: r.URL.RequestURI(), Header: r.Header, Body: body}
	if c.box.opts.NoContracts || c.provider.Contract == nil || unreadable != nil {
		return
	}
	p, q := c.provider, c.request
	found := make(chan []sms.Finding, 1) // nobody may be there to take it
	c.checked = found
	go func() {
		if promised := contract(p); promised != nil {
			found <- promised.CheckRequest(q)
			return
		}
		found <- nil
	}()
}

// found is what the check of the request brought, once it has ended.
func (c *caller) found() []sms.Finding {
	if c.checked == nil {
		return nil
	}
	return <-c.checked
}

// selfCheck holds the answer against the contract, as it was said in full.
func (c *caller) selfCheck(t journal.Call) []sms.Finding {
	if c.box.opts.OffContract == nil || t.Status == 0 || c.disfigured() {
		return nil
	}
	promised := contract(c.provider)
	if promised == nil {
		return nil
	}
	return promised.CheckAnswer(c.request, contracts.Answer{Status: t.Status, Header: c.answer.header, Body: c.answer.body.Bytes()})
}

// disfigured reports whether a fault made the answer one that the vendor would
// never give.
func (c *caller) disfigured() bool {
	return slices.ContainsFunc(c.faults, func(f journal.Fault) bool {
		return f.Kind == journal.HalfBody || f.Kind == journal.Malformed
	})
}

// selfCheck holds a webhook that is about to go out against the contract.
func (w *world) selfCheck(x *exchange, p provider.Provider, secrets []string, body []byte) []journal.Finding {
	if w.box.opts.OffContract == nil || strained(x) {
		return nil
	}
	promised := contract(p)
	if promised == nil {
		return nil
	}
	if x.request.Method == http.MethodGet {
		body = nil // it stands in the query
	}
	found := promised.CheckWebhook(contracts.Webhook{
		Request: contracts.Request{Method: x.request.Method, URL: x.request.URL.RequestURI(), Header: x.request.Header, Body: body},
		Type:    x.Type, Secrets: secrets, At: clock.Wall(),
	})
	return attribute(journal.Finding{Of: x.ID, Provider: x.Provider, Handset: x.Handset, By: journal.ByEmulator}, found)
}

// strained reports whether a fault made a webhook one that the vendor would not send.
func strained(x *exchange) bool {
	if x.Why == journal.Stranger || x.Why == journal.Replay {
		return true
	}
	return slices.ContainsFunc(x.faults, func(f journal.Fault) bool {
		switch f.Kind {
		case journal.ExtraFields, journal.WrongContentType:
			return true
		}
		return f.Kind.Forges() && f.Kind != journal.ReplayOld // that makes another attempt, later
	})
}

// attribute says of whose message something was found.
func attribute(of journal.Finding, found []sms.Finding) []journal.Finding {
	var all []journal.Finding
	for _, f := range found {
		of.Finding = f
		all = append(all, of)
	}
	return all
}

// note records findings, each as an effect of cause.
func note(d *carrier.Draft, cause uint64, found []journal.Finding) {
	for _, f := range found {
		d.Add(journal.Entry{Kind: journal.KindFinding, Cause: cause, Finding: &f})
	}
}

// complain tells of what the emulator itself did wrong. No lock is held.
func (w *world) complain(offences []journal.Finding) {
	for _, f := range offences {
		w.box.opts.OffContract(f)
	}
}
