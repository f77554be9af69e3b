package surge

import (
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// New is the Surge dialect.
func New() provider.Provider {
	return provider.Provider{
		Name:  "surge",
		Hosts: []string{"api.surge.app"},

		Routes: []provider.Route{
			{Pattern: "POST /accounts/{account_id}/messages", Serve: sendMessage},
			{Pattern: "GET /accounts/{account_id}/messages", Serve: listMessages},
			{Pattern: "GET /messages/{id}", Serve: showMessage},
			{Pattern: "POST /accounts/{account_id}/contacts", Serve: createContact},
			{Pattern: "GET /accounts/{account_id}/contacts", Serve: listContacts},
			{Pattern: "GET /contacts/{id}", Serve: showContact},
			{Pattern: "PATCH /contacts/{id}", Serve: changeContact},
			{Pattern: "GET /attachments/{attachment_id}/file", Serve: fetchAttachment},
			// The url of an attachment is downloaded without a key.
			{Pattern: "GET /attachments/{attachment_id}", Open: holdsAttachment, Serve: fetchAttachment},
		},
		Credential: credential,
		RequestID:  "X-Request-Id",
		Refuse:     refuse,

		Setup:  setup,
		Fixed:  fixed,
		ID:     newID,
		Render: render,

		Encode:    encode,
		Sign:      sign,
		NewSecret: newSecret,
		Retry:     ladder(),

		MMSOver:  mmsOver,
		Keywords: keywords,
		Reasons:  reasons,
		Magic:    magic(),
		Switches: switches,
		Declined: declined,
	}
}

var keywords = sms.Keywords{
	Stop:   []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"},
	Start:  []string{"START", "YES", "UNSTOP"},
	Help:   []string{"HELP", "INFO"},
	Blocks: true,
	Reply:  autoReply,
}

// autoReply is the compliance text that Surge itself sends back. Only the
// opt-in text is taken from a document, a sample in the campaign schema.
func autoReply(k sms.Keyword, brand string) string {
	switch k {
	case sms.Stop:
		return "You have been unsubscribed and will receive no more messages from " + brand + ". Reply START to resubscribe."
	case sms.Start:
		return "You are now opted in to messages from " + brand +
			". Frequency varies. Msg&data rates apply. Reply STOP to opt out."
	case sms.Help:
		return brand + ": reply STOP to opt out."
	}
	return ""
}

// reasons are the failure_reason slugs.
var reasons = map[sms.Reason]string{
	sms.Unreachable:   "unreachable_destination",
	sms.NotMobile:     "invalid_mobile_number",
	sms.NoRoute:       "unreachable_carrier",
	sms.Filtered:      "message_filtered",
	sms.NoMMS:         "mms_not_supported",
	sms.CarrierFault:  "carrier_error",
	sms.InvalidNumber: "invalid_number",
	sms.Blocked:       "blocked",
	sms.Spam:          "spam_detected",
	sms.Throttled:     "rate_limited",
	sms.Refused:       "opted_out",
}
