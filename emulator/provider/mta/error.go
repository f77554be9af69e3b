package mta

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// refusal is how the vendor says one code.
type refusal struct {
	status  int
	kind    string // type is this + "_error"
	name    string // name is MTA + this + Error
	message string // where nothing is known of the case
}

var (
	badRequest = refusal{400, "bad_request", "BadRequest", "The request is not valid."}
	notAllowed = refusal{403, "forbidden", "Forbidden", "This is not allowed for the account."}
	conflict   = refusal{409, "conflict", "Conflict", "There is one already."}
	broken     = refusal{500, "internal_server", "InternalServer", "Something went wrong on our side."}
)

// refusals is the whole error table. A code that it lacks is the emulator's fault.
var refusals = map[sms.Code]refusal{
	sms.BadRequest:      badRequest,
	sms.Invalid:         badRequest,
	sms.BadCursor:       badRequest,
	sms.LineNotFound:    badRequest,
	sms.NoLine:          badRequest,
	sms.Links:           badRequest,
	sms.BadMedia:        badRequest,
	sms.TooLarge:        {413, "bad_request", "BadRequest", "The request body is too large."},
	sms.Unsupported:     {415, "bad_request", "BadRequest", "The encoding of the request body is not supported."},
	sms.NoCredential:    {401, "unauthorized", "Unauthorized", "No API key was given."},
	sms.BadCredential:   {401, "unauthorized", "Unauthorized", "The API key is not valid."},
	sms.DemoCredential:  notAllowed,
	sms.DemoLimit:       notAllowed,
	sms.RecipientOut:    notAllowed,
	sms.RecipientOff:    notAllowed,
	sms.NotFound:        {404, "not_found", "NotFound", "There is nothing here."},
	sms.AccountNotFound: {404, "not_found", "NotFound", "There is no such account."},
	sms.Taken:           conflict,
	sms.RateLimited:     {429, "rate_limit", "RateLimit", "Too many requests."},
	sms.Internal:        broken,
	sms.Unavailable:     {503, "service_unavailable", "ServiceUnavailable", "The service is unavailable for a moment."},
}

// problem is the body of every error answer.
type problem struct {
	HTTPCode  int    `json:"httpCode"`
	Message   string `json:"message"`
	Timestamp string `json:"timestamp"`
	Type      string `json:"type"`
	Name      string `json:"name"`
	RequestID string `json:"requestId"`
}

// forbidden is problem with the field that only a 403 has.
type forbidden struct {
	problem
	Reason *string `json:"reason"`
}

// refuse writes an error. The id of the request is the one that head wrote.
func refuse(w http.ResponseWriter, _ *http.Request, e *sms.Error) {
	row, ok := refusals[e.Code]
	if !ok {
		row = broken
	}
	p := problem{
		HTTPCode: row.status, Message: row.message, Timestamp: instant(e.At),
		Type: row.kind + "_error", Name: "MTA" + row.name + "Error", RequestID: w.Header().Get(requestID),
	}
	if e.Detail != "" {
		p.Message = strings.TrimSuffix(e.Detail, ".") + "."
	}
	if len(e.Fields) == 0 { // otherwise it begins with the name of a field
		p.Message = strings.ToUpper(p.Message[:1]) + p.Message[1:]
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(e.RetryAfter))
	}
	if row.status == http.StatusForbidden {
		f := forbidden{problem: p}
		if e.Code == sms.DemoLimit {
			f.Reason = optional("account not verified")
		}
		provider.WriteJSON(w, row.status, f)
		return
	}
	provider.WriteJSON(w, row.status, p)
}

// seconds rounds up: a caller that waits that long is never early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// requestID is the header that names the request, in both directions: what the
// caller sends is its idempotency key, what it gets back is ours.
const requestID = "X-Request-Id"

// head writes the headers of every answer. The time until the window is open
// again is in milliseconds.
func head(h http.Header, c provider.Context) {
	h.Set(requestID, c.Request)
	if c.Rate.Limit == 0 {
		return
	}
	for name, value := range map[string]int64{
		"RateLimit-Limit":     int64(c.Rate.Limit),
		"RateLimit-Remaining": int64(max(0, c.Rate.Remaining)),
		"RateLimit-Reset":     c.Rate.Reset.Milliseconds(),
	} {
		text := strconv.FormatInt(value, 10)
		h.Set(name, text)
		h.Set("X-"+name, text)
	}
}

// missing is the error for an id in a path that names nothing.
func missing(net provider.Network, what string) *sms.Error {
	detail := "There is no such " + what
	if setting(net.Context(), "unknown_id") == "400" {
		return sms.Fail(sms.Invalid, detail)
	}
	return sms.Fail(sms.NotFound, detail)
}
