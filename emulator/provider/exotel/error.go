package exotel

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// refusal is one row of the vendor's error table.
type refusal struct {
	status int
	kind   sms.Code // how the record classes it
	text   string
}

// rateText is the reference's; it names 200 whatever the limit is.
const rateText = "Rate limit exceeded. Max 200 requests per minute."

// refusals are the API codes of the status-codes page. Texts that no document
// gives are ours.
var refusals = map[int]refusal{
	34001:  {400, sms.BadCredential, "Invalid API key or token."},
	34009:  {403, sms.AccountNotFound, "Account sid is missing or the action is forbidden"},
	34010:  {401, sms.BadCredential, "Authentication failed. Verify your API key and token."},
	35000:  {500, sms.Internal, "Internal Server Error"},
	40000:  {403, sms.DemoCredential, "Trial account cannot send promotional SMS"},
	40001:  {403, sms.BadRequest, "Insufficient balance to send the SMS"},
	40002:  {403, sms.BadCredential, "Account is not active"},
	40003:  {403, sms.BadRequest, "The destination country is not enabled for the account"},
	40100:  {500, sms.Internal, "Error while processing the request"},
	40200:  {400, sms.Invalid, "The 'Body' parameter is required."},
	40201:  {400, sms.Invalid, "The 'Messages' parameter is required."},
	40202:  {400, sms.Invalid, "The 'Body' parameter is invalid."},
	40203:  {400, sms.Invalid, "Invalid Recipient"},
	40204:  {400, sms.Invalid, "The 'SmsType' parameter is invalid."},
	40205:  {400, sms.Invalid, "The 'From' parameter is empty."},
	40206:  {400, sms.Invalid, "The format of the 'From' parameter does not fit 'SmsType'."},
	40207:  {400, sms.Invalid, "An array was given where a string is expected."},
	40208:  {400, sms.Invalid, "The 'Messages' parameter is not an array."},
	40209:  {400, sms.Invalid, "The 'EncodingType' parameter is invalid."},
	40210:  {400, sms.Invalid, "The 'From' parameter is required."},
	40300:  {400, sms.Invalid, "Indian promotional account without numeric sender"},
	40301:  {400, sms.Invalid, "International account without transactional sender"},
	40400:  {400, sms.Invalid, "More than 100 entries in 'Messages'."},
	40402:  {429, sms.RateLimited, rateText},
	40403:  {429, sms.RateLimited, rateText},
	40404:  {429, sms.DemoLimit, "Trial SMS quota is used up"},
	40405:  {503, sms.Unavailable, "Throttle limit reached"},
	40406:  {400, sms.Invalid, "More than 100 numbers in 'To'."},
	40500:  {400, sms.BadRequest, "Invalid Parameters"},
	40501:  {400, sms.BadRequest, "Invalid Parameters"},
	40502:  {405, sms.NotFound, "Unknown SMS action"},
	340030: {403, sms.BadRequest, "Your account is not yet KYC compliant"},
}

// codeField is where an error carries the vendor's code on its way to refuse.
const codeField = "Code"

// fail is an error of the vendor's table; detail, if given, replaces its text.
func fail(code int, detail ...string) *sms.Error {
	row := refusals[code]
	e := sms.Fail(row.kind, row.text)
	if len(detail) > 0 {
		e.Detail = strings.Join(detail, " ")
	}
	e.Fields = map[string][]string{codeField: {strconv.Itoa(code)}}
	return e
}

// neutral are the vendor's codes for what the engine refuses by itself.
var neutral = map[sms.Code]int{
	sms.BadRequest:      40500,
	sms.BadCredential:   34010,
	sms.DemoCredential:  34009,
	sms.DemoLimit:       40404,
	sms.AccountNotFound: 34009,
	sms.Invalid:         40500,
	sms.BadCursor:       40501,
	sms.RecipientOut:    40203,
	sms.RecipientOff:    40203,
	sms.NoLine:          40206,
	sms.LineNotFound:    40206,
	sms.Links:           40202,
	sms.BadMedia:        40500,
	sms.RateLimited:     40402,
	sms.Internal:        35000,
	sms.Unavailable:     40405,
}

// uncoded are the answers that have no code.
var uncoded = map[sms.Code]exception{
	sms.NoCredential: {Status: 401, Message: "Authentication failed. Verify your API key and token."},
	sms.TooLarge:     {Status: 413, Message: "Request body is too large"},
	sms.Unsupported:  {Status: 415, Message: "Unsupported content encoding"},
	sms.Taken:        {Status: 409, Message: "Conflict"},
}

// exception is the body of every error answer.
type exception struct {
	Status  int    `json:"Status" xml:"Status"`
	Message string `json:"Message" xml:"Message"`
	Code    int    `json:"Code,omitempty" xml:"Code,omitempty"`
}

// refuse writes an error in the format that the path asks for.
func refuse(w http.ResponseWriter, r *http.Request, e *sms.Error) {
	x := exceptionOf(r, e)
	switch x.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="Exotel"`)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", seconds(e.RetryAfter))
	}
	writeException(w, r, x)
}

func exceptionOf(r *http.Request, e *sms.Error) exception {
	if codes := e.Fields[codeField]; len(codes) == 1 {
		if code, err := strconv.Atoi(codes[0]); err == nil && refusals[code].status != 0 {
			return exception{refusals[code].status, e.Detail, code}
		}
	}
	if x, ok := uncoded[e.Code]; ok {
		return x
	}
	code := neutral[e.Code]
	switch {
	case e.Code == sms.NotFound:
		return lost(r)
	case e.Code == sms.BadCredential && !alphanumericCredential(r):
		code = 34001
	case e.Code == sms.RateLimited && r.Method == http.MethodGet:
		code = 40403
	case code == 0: // a code that this table lacks is the emulator's fault
		code = 35000
	}
	return exception{refusals[code].status, refusals[code].text, code}
}

// alphanumericCredential reports whether key and token could be ones at all.
func alphanumericCredential(r *http.Request) bool {
	user, token, ok := r.BasicAuth()
	return !ok || alphanumeric(user) && alphanumeric(token)
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func alphanumeric(s string) bool { return only(s, digits+letters) }

// lost is the answer to a path or method that no operation has.
func lost(r *http.Request) exception {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] != "v1" && parts[0] != "v2" && parts[0] != "v2_beta":
		return exception{Status: 400, Message: "Unsupported API version"}
	case len(parts) < 2 || !strings.EqualFold(parts[1], "accounts"):
		return exception{Status: 400, Message: "'/Accounts/' is missing from the URL"}
	case len(parts) < 3 || parts[2] == "" || strings.EqualFold(parts[2], "sms"):
		return exception{Status: 403, Message: refusals[34009].text, Code: 34009}
	case len(parts) < 4 || !strings.EqualFold(strings.TrimSuffix(parts[3], ".json"), "sms"):
		return exception{Status: 404, Message: "Not Found"}
	case r.Method == http.MethodGet:
		return exception{Status: 400, Message: refusals[40500].text, Code: 40500}
	}
	return exception{Status: 405, Message: refusals[40502].text, Code: 40502}
}

// seconds rounds up: a caller that waits that long is never early. Half a
// minute is what the rate-limiting guide shows.
func seconds(d time.Duration) string {
	if d <= 0 {
		return "30"
	}
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
