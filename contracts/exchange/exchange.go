package exchange

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/recording"
)

// Exchange is one entry of a recording with the contract that it belongs to.
type Exchange struct {
	Index    int // among the entries, from 0
	Entry    *recording.Entry
	Contract *contracts.Contract
	// Operation is what was asked for, or the webhook; nil: the contract knows
	// no such thing.
	Operation *contracts.Operation
	Request   contracts.Request
	Answer    contracts.Answer
	// Prefix is the part of the request's path that leads to the server, like
	// "/v1" of an address; the contract's paths begin behind it.
	Prefix string
}

// Webhook reports whether the provider asked and the application answered.
func (x Exchange) Webhook() bool { return x.Entry.Direction == recording.Webhook }

// Answered reports whether there is a whole answer.
func (x Exchange) Answered() bool {
	return x.Entry.Response.Status > 0 && x.Entry.Outcome == ""
}

// Path is the path with its query as the contract has it, without what leads
// to the server.
func (x Exchange) Path() string {
	u, err := url.Parse(x.Request.URL)
	if err != nil {
		return x.Request.URL
	}
	path := strings.TrimPrefix(u.EscapedPath(), x.Prefix)
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}

// Hook is the request as a webhook.
func (x Exchange) Hook() contracts.Webhook {
	return contracts.Webhook{Request: x.Request, Type: x.Entry.Type}
}

// Options say whose exchanges are looked for.
type Options struct {
	Contracts []*contracts.Contract
	// Force says that calls are of the one contract wherever they went: every
	// server at which an operation of it was called is taken for the provider's.
	Force bool
}

// Sorted is a recording by whose its exchanges are.
type Sorted struct {
	Exchanges []Exchange
	Strangers int // calls to servers that are nobody's
	Triggers  int // requests to the application that are no webhooks
}

// Sort finds out whose the entries of a recording are.
func Sort(h *recording.HAR, o Options) Sorted {
	s := sorter{Options: o, own: h.Log.Switchhook != nil && h.Log.Switchhook.Provider != "" && h.Log.Creator.Name == "switchhook"}
	for _, c := range o.Contracts {
		s.hosts = append(s.hosts, serversOf(c))
		s.guides = append(s.guides, recording.NewRedactor(recording.Options{Document: c.Document()}))
	}
	if o.Force {
		s.adopt(h)
	}
	var out Sorted
	for i := range h.Log.Entries {
		e := &h.Log.Entries[i]
		switch x, ok := s.exchange(e); {
		case ok:
			x.Index = i
			out.Exchanges = append(out.Exchanges, x)
		case e.Direction == recording.Call:
			out.Strangers++
		default:
			out.Triggers++
		}
	}
	return out
}

type sorter struct {
	Options
	own    bool // our recorder made it, so that all its calls are of one provider
	hosts  []map[server]bool
	guides []*recording.Redactor
}

// server is where calls go.
type server struct{ host, prefix string }

// serversOf are those that a contract names.
func serversOf(c *contracts.Contract) map[server]bool {
	all := map[server]bool{}
	document := c.Document()
	if document == nil {
		return all
	}
	for _, s := range document.Servers {
		if u, err := url.Parse(s.URL); err == nil && u.Host != "" {
			all[server{strings.ToLower(u.Host), strings.TrimRight(u.EscapedPath(), "/")}] = true
		}
	}
	return all
}

// prefixes are the paths of the servers of a contract, the longest first.
func prefixes(hosts map[server]bool) []string {
	all := []string{""}
	for s := range hosts {
		all = append(all, s.prefix)
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

// adopt takes every server for the contract's at which an operation of it was
// called; if there is none, all of them.
func (s *sorter) adopt(h *recording.HAR) {
	for n, c := range s.Contracts {
		known := prefixes(s.hosts[n])
		adopted := map[server]bool{}
		for i := range h.Log.Entries {
			e := &h.Log.Entries[i]
			u, err := url.Parse(e.Request.URL)
			if err != nil || e.Direction != recording.Call {
				continue
			}
			if _, _, ok := c.Find(e.Request.Method, e.Request.URL); ok {
				adopted[server{strings.ToLower(u.Host), prefixOf(u, known)}] = true
			}
		}
		for found := range adopted {
			s.hosts[n][found] = true
		}
	}
}

func prefixOf(u *url.URL, known []string) string {
	for _, p := range known {
		if under(u, p) {
			return p
		}
	}
	return ""
}

func (s *sorter) exchange(e *recording.Entry) (Exchange, bool) {
	x := Exchange{Entry: e, Request: RequestOf(e), Answer: answer(e)}
	switch e.Direction {
	case recording.Trigger:
		return x, false
	case recording.Webhook:
		return s.webhook(x)
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return x, false
	}
	for n, c := range s.Contracts {
		for _, p := range prefixes(s.hosts[n]) {
			at := server{strings.ToLower(u.Host), p}
			if under(u, p) && (s.hosts[n][at] || s.own) {
				x.Contract, x.Prefix = c, p
				x.Operation, _, _ = c.Find(e.Request.Method, x.Path())
				return x, true
			}
		}
	}
	return s.foreign(x)
}

func under(u *url.URL, prefix string) bool {
	return prefix == "" || strings.HasPrefix(u.EscapedPath(), prefix+"/")
}

// foreign looks whether a call to a stranger is a webhook: other tools do not
// tell the two apart.
func (s *sorter) foreign(x Exchange) (Exchange, bool) {
	if x.Request.Method != http.MethodPost || s.own {
		return x, false
	}
	for n, c := range s.Contracts {
		if s.guides[n].IsWebhook(x.Entry.Request) {
			x.Contract, x.Operation = c, c.FindWebhook(x.Hook())
			e := *x.Entry
			e.Direction = recording.Webhook
			x.Entry = &e
			return x, true
		}
	}
	return x, false
}

func (s *sorter) webhook(x Exchange) (Exchange, bool) {
	if len(s.Contracts) == 0 {
		return x, false
	}
	x.Contract = s.Contracts[0]
	for n, c := range s.Contracts {
		if len(s.Contracts) > 1 && s.guides[n].IsWebhook(x.Entry.Request) {
			x.Contract = c
			break
		}
	}
	x.Operation = x.Contract.FindWebhook(x.Hook())
	return x, true
}

// RequestOf is the request of an entry. A body that cannot be decoded, which
// package recording refuses to read, is left out.
func RequestOf(e *recording.Entry) contracts.Request {
	body, _ := e.Request.Body()
	q := contracts.Request{Method: e.Request.Method, URL: e.Request.URL, Header: recording.HeaderOf(e.Request.Headers), Body: body}
	if e.Request.PostData != nil && q.Header.Get("Content-Type") == "" && e.Request.PostData.MimeType != "" {
		q.Header.Set("Content-Type", e.Request.PostData.MimeType)
	}
	return q
}

func answer(e *recording.Entry) contracts.Answer {
	body, _ := e.Response.Body()
	a := contracts.Answer{Status: e.Response.Status, Header: recording.HeaderOf(e.Response.Headers), Body: body}
	if a.Header.Get("Content-Type") == "" && e.Response.Content.MimeType != "" && len(body) > 0 {
		a.Header.Set("Content-Type", e.Response.Content.MimeType)
	}
	return a
}

// Matters reports whether a header of an answer is one that applications go by.
// name is in canonical form.
func Matters(name string) bool {
	switch name {
	case "Retry-After", "Location", "X-Request-Id", "Link", "Idempotency-Key":
		return true
	}
	return strings.Contains(name, "Ratelimit") || strings.Contains(name, "Rate-Limit")
}
