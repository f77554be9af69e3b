package contracts

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/switchhook/switchhook/emulator/sms"
)

// CheckAnswer says where an answer to a request departs from the contract, in
// a stable order; at most 100 findings and one that counts the rest. The answer
// to a request that CheckRequest finds no operation for cannot be checked.
func (c *Contract) CheckAnswer(q Request, a Answer) []sms.Finding {
	method := q.method(http.MethodGet)
	u, err := url.Parse(q.URL)
	if err != nil {
		return nil
	}
	o := c.find(method, u).operation
	if o == nil {
		return nil
	}
	r := &report{contract: c, operation: o.String(), strange: sms.FoundUnknown}
	promised, ok := o.answerTo(a.Status)
	if !ok {
		r.add(sms.FoundStatus, "status", "", o.pointer+"/responses",
			fmt.Sprintf("the status is %d; the contract says %s", a.Status, o.statuses()))
		return r.finish()
	}
	r.answerHeaders(promised.headers, a.Header)
	if mayAnswer(method, a.Status) {
		r.answerBody(promised, a)
	}
	return r.finish()
}

// answerHeaders checks headers; what is wrong with one is of the kind header.
func (r *report) answerHeaders(declared []parameter, header http.Header) {
	before := len(r.found)
	r.headers(declared, header, []string{"Content-Type"})
	for i := before; i < len(r.found); i++ {
		r.found[i].Kind = sms.FoundHeader
	}
}

func (r *report) answerBody(promised answer, a Answer) {
	switch {
	case promised.body == nil && len(a.Body) > 0:
		r.add(sms.FoundUnknown, "body", "", promised.pointer, "there is a body; the contract names none here")
	case promised.body != nil && len(a.Body) == 0:
		r.add(sms.FoundMissing, "body", "", promised.pointer, "the body is missing; the contract says that there is one")
	case promised.body != nil:
		r.content(promised.body, a.Header, a.Body, nil)
	}
}
