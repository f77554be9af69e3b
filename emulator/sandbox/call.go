package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// maxBody is the largest request body that is read.
const maxBody = 1 << 20

// caller is one request of the system under test, and the Network that its
// dialect sees.
type caller struct {
	*world
	provider provider.Provider
	context  provider.Context
	call     journal.Call
	asked    uint64 // seq of the call entry
	seq      uint64 // of the call entry; later of what was decided
	decided  bool   // accepted or refused is in the record
	over     bool   // a rate limit is used up
	faults   []journal.Fault
	message  string       // made by this call
	handset  sms.Number   // whom it was to text, where that is known
	held     []clock.Item // due, and waiting for the call to be told

	request contracts.Request
	checked <-chan []sms.Finding // what is wrong with the request; nil: it is not checked
	answer  *answer
}

// Serve answers one request to a provider in its dialect. What is asked, what
// is done and what is told are recorded apart.
func (s *Sandbox) Serve(p provider.Provider, route provider.Route, rw http.ResponseWriter, r *http.Request) {
	body, tooLarge := readBody(rw, r) // before the clock is held: a slow sender holds up nobody else
	w := s.now()
	release := w.clock.Hold()
	defer release()
	c := &caller{world: w, provider: p, answer: newAnswer()}
	c.check(r, body, tooLarge)
	if err := c.arrive(route, r, body); err != nil {
		p.Refuse(rw, r, sms.Fail(sms.Internal, err.Error()))
		return
	}
	if p.Head != nil {
		p.Head(c.answer.header, c.context)
	}
	if err := c.serve(route, c.answer, r, tooLarge); err != nil {
		c.refuse(*err)
		c.answer.reset()
		at := *err
		at.At = w.clock.Now()
		p.Refuse(c.answer, r, &at)
	}
	c.tell(rw, r, c.answer)
}

// Owns reports whether this sandbox holds what a request without credential asks for.
func (s *Sandbox) Owns(p provider.Provider, route provider.Route, r *http.Request) bool {
	return route.Open(book{s.now(), p.Name}, r)
}

func readBody(rw http.ResponseWriter, r *http.Request) ([]byte, *sms.Error) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case asError(err, &large):
		return nil, sms.Fail(sms.TooLarge, "the body is larger than 1 MB")
	case err != nil:
		return nil, sms.Fail(sms.BadRequest, "the body could not be read")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// arrive records the request.
func (c *caller) arrive(route provider.Route, r *http.Request, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	c.call = journal.Call{
		ID: fmt.Sprintf("call-%d", c.calls), Provider: c.provider.Name, Method: r.Method,
		Path: c.box.path(r.URL), Route: route.Pattern, Header: c.box.headers(r.Header), Body: string(body),
	}
	c.context = c.box.context(c.provider, c.box.requestID(c.calls))
	c.context.Trial = c.box.isTrial(c.provider, r)
	c.context.Rate, c.over = c.rates.use(c.provider, c.context.Settings, route.Pattern, c.clock.Now())
	strikes := c.world.faults.OnCall(c.call)
	d := c.draft(0)
	asked := c.call
	c.asked = d.Add(journal.Entry{Kind: journal.KindCall, Call: &asked})
	c.seq = c.asked
	c.strike(strikes, d.Add)
	return c.commit(d)
}

// commit is a decision of the call; what is due at once because of it waits
// until the call is told. A document that wakes up is nobody's call.
func (c *caller) commit(d *carrier.Draft) error {
	if c.call.ID != "" {
		c.later = &c.held
		defer func() { c.later = nil }()
	}
	return c.world.commit(d)
}

// release lets what is due because of the call happen.
func (c *caller) release() {
	for _, item := range c.held {
		c.clock.At(item)
	}
	c.held = nil
}

// strike notes the faults that hit this call.
func (c *caller) strike(faults []journal.Fault, add func(journal.Entry) uint64) {
	for _, f := range faults {
		c.faults = append(c.faults, f)
		e := fired(f, c.call.ID)
		e.Cause = c.seq
		add(e)
	}
}

// serve lets the dialect answer, unless the request or a fault forbids it.
func (c *caller) serve(route provider.Route, answer *answer, r *http.Request, tooLarge *sms.Error) *sms.Error {
	switch {
	case c.over:
		return &sms.Error{Code: sms.RateLimited, Detail: "too many calls", RetryAfter: c.context.Rate.Reset}
	case tooLarge != nil:
		return tooLarge
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return sms.Fail(sms.Unsupported, "content encoding "+enc+" is not taken; send the body as it is")
	}
	if err := before(c.faults); err != nil {
		return err
	}
	err := route.Serve(c, answer, r)
	if err == nil {
		err = after(c.faults)
	}
	return err
}

// refuse records that nothing was done, unless what was done is recorded already.
func (c *caller) refuse(err sms.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.decided {
		return
	}
	d := c.draft(c.seq)
	d.Add(journal.Entry{Kind: journal.KindRefused, Call: &journal.Call{
		ID: c.call.ID, Provider: c.provider.Name, Code: err.Code, Detail: err.Detail,
	}})
	_ = c.commit(d)
}

// before is the error of a fault that strikes before anything is done.
func before(faults []journal.Fault) *sms.Error {
	for _, f := range faults {
		switch f.Kind {
		case journal.ErrorBefore:
			return failure(f)
		case journal.RateLimit:
			return &sms.Error{Code: sms.RateLimited, Detail: "too many calls", RetryAfter: orElse(f.RetryAfter, second)}
		case journal.SayOptedOut:
			return sms.Fail(sms.RecipientOut, "the recipient has opted out")
		case journal.TimeoutBefore:
			return sms.Fail(sms.Internal, "nothing was done and nothing will be told")
		}
	}
	return nil
}

// after is the error of a fault that strikes although everything was done.
func after(faults []journal.Fault) *sms.Error {
	for _, f := range faults {
		if f.Kind == journal.ErrorAfter {
			return failure(f)
		}
	}
	return nil
}

func failure(f journal.Fault) *sms.Error {
	if f.Status == http.StatusServiceUnavailable {
		return &sms.Error{Code: sms.Unavailable, Detail: "unavailable for now", RetryAfter: orElse(f.RetryAfter, second)}
	}
	return sms.Fail(sms.Internal, "an internal error occurred")
}
