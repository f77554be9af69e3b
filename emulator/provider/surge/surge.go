package surge

import (
	"net/http"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// New is the Surge dialect.
func New() provider.Provider {
	return provider.Provider{
		Name:  vendor,
		Hosts: []string{"api.surge.app"},

		Routes:     routes,
		Credential: credential,
		Head:       head,
		Refuse:     refuse,

		Setup:  setup,
		Fixed:  fixed,
		ID:     newID,
		Render: render,

		Encode:    encode,
		Sign:      sign,
		Signed:    provider.Signed{Body: true, Time: true, Several: true},
		Typed:     true,
		NewSecret: newSecret,
		Retry:     func(provider.Settings) webhook.Ladder { return ladder() },
		Events:    events,
		Wake:      wake,
		Rates:     rates,
		Pace:      sms.Pace{Sent: sms.Duration(200 * time.Millisecond), Delivered: sms.Duration(800 * time.Millisecond)},

		MMSOver:  mmsOver,
		Keywords: keywords,
		Reasons:  reasons,
		Magic:    magic(),
		Switches: switches,
		Occasions: []provider.Occasion{
			{
				Kind: kindCall, Says: "a call ended: call.ended, then recording.completed or voicemail.received",
				Sample: `{"handset":"+18015550142","duration":184,"recorded":true}`,
			},
			{
				Kind: kindImport, Says: "a number was brought in: phone_number.imported, and attached to the active campaign a minute later",
				Sample: `{"number":"+18015550177"}`,
			},
		},
		Declined: declined,
		Contract: func() (*contracts.Contract, error) { return contracts.Load(vendor) },
	}
}

// head adds the id of the request. Surge documents no header of its own.
func head(h http.Header, c provider.Context) { h.Set("X-Request-Id", c.Request) }

// events are the kinds that have a webhook; the neutral words are Surge's own.
var events = []sms.EventType{
	sms.MessageReceived, sms.MessageSent, sms.MessageDelivered, sms.MessageFailed,
	sms.ConversationCreated, sms.OptedOut, sms.OptedIn,
	campaignApproved, attachedToCampaign, numberImported, linkFollowed, callEnded, recordingCompleted, voicemailReceived,
}

// rates are ours: Surge documents no limit on calls.
var rates = []provider.Rate{{
	Name: "calls", Limit: 10, Window: time.Second,
	Unless: func(s provider.Settings) bool { return setting(provider.Context{Settings: s}, "rate_limit") != "on" },
}}

var keywords = sms.Keywords{
	Stop:   []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"},
	Start:  []string{"START", "YES", "UNSTOP"},
	Help:   []string{"HELP", "INFO"},
	Blocks: sms.BlockRefuse,
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
