package exchange

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/contracts/jsonpointer"
	"github.com/switchhook/switchhook/contracts/recording"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Half says which message of an exchange a finding is about.
type Half string

// The halves.
const (
	OfRequest Half = "request" // of the application
	OfAnswer  Half = "answer"  // of the provider
	OfWebhook Half = "webhook" // of the provider
)

// Finding is one difference between an exchange and its contract.
type Finding struct {
	sms.Finding
	Entry    int    `json:"entry"` // among the entries of the file, from 0
	Of       Half   `json:"of"`
	Provider string `json:"provider"`
	File     string `json:"at"` // JSON pointer into the file
}

// Check holds an exchange against its contract.
func (x Exchange) Check() []Finding {
	if x.Webhook() {
		found := x.Contract.CheckWebhook(x.Hook())
		return x.told(OfWebhook, x.kept(found, OfWebhook), x.signature()...)
	}
	q := x.Request
	q.URL = x.Path()
	all := x.told(OfRequest, x.kept(x.Contract.CheckRequest(q), OfRequest))
	if x.Answered() {
		all = append(all, x.told(OfAnswer, x.kept(x.Contract.CheckAnswer(q, x.Answer), OfAnswer))...)
	}
	return all
}

// signature is what was found when the webhook came.
func (x Exchange) signature() []sms.Finding {
	s := x.Entry.Signature
	if s != recording.Invalid && s != recording.Absent {
		return nil
	}
	name := "webhook"
	if x.Operation != nil {
		name = x.Operation.String()
	}
	return []sms.Finding{{
		Kind: sms.FoundSignature, Place: "signature", Rule: "#/x-signature", Operation: name,
		Problem: fmt.Sprintf("the signature was %s when the webhook was recorded", s),
	}}
}

func (x Exchange) told(of Half, found []sms.Finding, more ...sms.Finding) []Finding {
	at := "request"
	if of == OfAnswer {
		at = "response"
	}
	var all []Finding
	for _, f := range slices.Concat(found, more) {
		all = append(all, Finding{
			Finding: f, Entry: x.Index, Of: of, Provider: x.Contract.Name(),
			File: fmt.Sprintf("/log/entries/%d/%s", x.Index, at),
		})
	}
	return all
}

// kept drops findings about what was taken out of the recording.
func (x Exchange) kept(found []sms.Finding, of Half) []sms.Finding {
	header, missing := x.Request.Header, x.bodiless(of)
	if of == OfAnswer {
		header = x.Answer.Header
	}
	return slices.DeleteFunc(found, func(f sms.Finding) bool {
		switch f.Place {
		case "header":
			return recording.Redacted(header.Get(f.Pointer)) || f.Pointer == "Content-Type" && missing || browsers(f)
		case "body":
			value, _ := x.Value(f, of)
			return missing || redacted(value, f.Kind == sms.FoundShape)
		case "query":
			return redacted(contracts.ReadQuery(x.Request.URL)[f.Pointer], false)
		case "path":
			return recording.Redacted(x.Request.URL)
		}
		return false
	})
}

// browsers reports whether f is a note about a header that browsers send by
// themselves.
func browsers(f sms.Finding) bool {
	name := http.CanonicalHeaderKey(f.Pointer)
	return f.Unread() && (strings.HasPrefix(name, "Sec-") || name == "Dnt" || name == "Priority" || name == "Upgrade-Insecure-Requests")
}

// redacted reports whether a value was taken out of the recording; deep also
// looks within it.
func redacted(v any, deep bool) bool {
	switch v := v.(type) {
	case string:
		return recording.Redacted(v)
	case map[string]any:
		for _, inner := range v {
			if deep && redacted(inner, deep) {
				return true
			}
		}
	case []any:
		return deep && slices.ContainsFunc(v, func(inner any) bool { return redacted(inner, deep) })
	}
	return false
}

// bodiless reports whether there was a body that the recording does not hold.
func (x Exchange) bodiless(of Half) bool {
	if strings.Contains(x.Entry.Comment, "left out") {
		return true
	}
	if of == OfAnswer {
		return len(x.Answer.Body) == 0 && x.Entry.Response.Content.Size > 0
	}
	return len(x.Request.Body) == 0 && x.Entry.Request.BodySize > 0
}

// Read is the body of one half.
func (x Exchange) Read(of Half) (contracts.Reading, bool) {
	if x.Operation == nil {
		return contracts.Reading{}, false
	}
	if of == OfAnswer {
		r, err := x.Operation.ReadAnswer(x.Answer)
		return r, err == nil
	}
	m, err := x.Operation.ReadRequest(x.Request)
	return m.Reading, err == nil
}

// Value is what stands where a finding about a body points to.
func (x Exchange) Value(f sms.Finding, of Half) (any, bool) {
	r, ok := x.Read(of)
	if !ok {
		return nil, false
	}
	return jsonpointer.At(r.Value, f.Pointer)
}
