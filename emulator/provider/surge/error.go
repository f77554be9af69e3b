package surge

import (
	"net/http"
	"strconv"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// What can go wrong at Surge alone.
const (
	archived        sms.Code = "account-archived"
	notReady        sms.Code = "account-not-ready"
	tooManyAccounts sms.Code = "accounts-limit"
	locked          sms.Code = "campaign-locked"
	noMatch         sms.Code = "no-matching-number"
	tooManyNumbers  sms.Code = "number-limit"
)

// refusal is how Surge says one code.
type refusal struct {
	status  int
	slug    string
	message string
	fixed   bool                // message is the vendor's own text; otherwise what is known of the case replaces it
	detail  map[string][]string // where the error itself names no fields
}

const badParameters = "Could not perform the request with the provided parameters."

// refusals is the whole error table.
var refusals = map[sms.Code]refusal{
	sms.BadRequest:      {400, "bad_request", "The request could not be understood.", false, nil},
	sms.TooLarge:        {413, "bad_request", "The request body is too large.", false, nil},
	sms.Unsupported:     {415, "bad_request", "The encoding of the request body is not supported.", false, nil},
	sms.NoCredential:    {401, "missing_api_key", "No API key was provided in the Authorization header.", true, nil},
	sms.BadCredential:   {401, "invalid_api_key", "The API key is not valid.", true, nil},
	sms.DemoCredential:  {403, "demo_api_key", "This action is not allowed with a demo API key.", false, nil},
	sms.DemoLimit:       {403, "demo_message_limit", "Demo messaging limit has been reached.", true, nil},
	sms.NotFound:        {404, "not_found", "The requested resource could not be found.", true, nil},
	sms.AccountNotFound: {404, "account_not_found", "The account could not be found.", true, nil},
	sms.Invalid:         {422, "validation_error", badParameters, true, nil},
	sms.Taken: {
		422, "validation_error", badParameters, true,
		map[string][]string{"phone_number": {"has already been taken"}},
	},
	sms.RecipientOff: {
		422, "validation_error", badParameters, true,
		map[string][]string{"to": {"has outbound messages disabled"}},
	},
	sms.BadCursor:    {422, "invalid_pagination", "The pagination cursor is not valid.", false, nil},
	sms.RecipientOut: {422, "opted_out", "This contact has opted out of messages.", true, nil},
	sms.NoLine:       {422, "no_phone_number", "The account has no phone number to send from.", true, nil},
	sms.LineNotFound: {422, "phone_number_not_found", "The phone number to send from could not be found.", true, nil},
	sms.Links:        {422, "link_size_limit", "The message has too many links or a link that is too long.", false, nil},
	sms.BadMedia:     {422, "invalid_content_type", "The content type of the attachment is not supported.", false, nil},
	archived:         {410, "account_archived", "The account has been archived.", true, nil},
	notReady:         {422, "account_not_ready", "The account is not ready for this action.", false, nil},
	tooManyAccounts:  {422, "accounts_limit_exceeded", "The maximum number of accounts has been reached.", true, nil},
	locked:           {422, "campaign_locked", "The campaign can't be changed in its present status.", false, nil},
	noMatch:          {422, "no_matching_numbers", "No phone number matches the request.", true, nil},
	tooManyNumbers: {
		422, "phone_number_limit", "Your account has exceeded the maximum number of allowed phone numbers. " +
			"Upgrade your plan to increase this limit.", true, nil,
	},
	sms.RateLimited: {429, "rate_limited", "Too many requests.", true, nil},
	sms.Internal:    {500, "internal_server_error", "Something went wrong on our end.", true, nil},
	sms.Unavailable: {503, "service_unavailable", "The service is unavailable for a moment.", true, nil},
}

// problem is the body of every error answer.
type problem struct {
	Error struct {
		Type    string              `json:"type"`
		Message string              `json:"message"`
		Detail  map[string][]string `json:"detail,omitempty"`
	} `json:"error"`
}

// refuse writes an error. A code that the table lacks is the emulator's fault.
func refuse(w http.ResponseWriter, _ *http.Request, e *sms.Error) {
	row, ok := refusals[e.Code]
	if !ok {
		row = refusals[sms.Internal]
	}
	var p problem
	p.Error.Type, p.Error.Message, p.Error.Detail = row.slug, row.message, row.detail
	if !row.fixed && e.Detail != "" {
		p.Error.Message = e.Detail
	}
	if len(e.Fields) > 0 {
		p.Error.Detail = e.Fields
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(e.RetryAfter))
	}
	provider.WriteJSON(w, row.status, p)
}

// seconds rounds up: a caller that waits that long is never early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
