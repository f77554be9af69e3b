package mta

import (
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// New is the Mobile Text Alerts dialect.
func New() provider.Provider {
	return provider.Provider{
		Name:  "mta",
		Hosts: []string{"api.mobile-text-alerts.com", "api-staging.mobile-text-alerts.com"},

		Routes:     routes(),
		Credential: credential,
		Head:       head,
		Refuse:     refuse,

		Setup:  setup,
		Fixed:  fixed,
		ID:     newID,
		Render: render,

		Encode:    encode,
		Sign:      sign,
		Signed:    provider.Signed{Body: true},
		Typed:     true,
		NewSecret: newSecret,
		Retry:     ladder,
		Events:    events,
		Wake:      wake,
		Occasions: []provider.Occasion{{
			Kind: kindOptIn, Says: "a subscriber opted in by iMessage or RCS: number-opt-in",
			Sample: `{"number":"+15555550123","optInType":"imessage"}`,
		}},
		Heard: heard,
		Rates: rates,
		Pace: sms.Pace{
			Sending:   sms.Duration(100 * time.Millisecond),
			Sent:      sms.Duration(400 * time.Millisecond),
			Delivered: sms.Duration(1500 * time.Millisecond),
		},

		MMSOver:  func(provider.Settings) int { return 0 }, // a text never becomes an MMS by its length
		Keywords: keywords,
		Reasons:  reasons,
		Magic:    magic(),
		Switches: switches,
		Declined: declined,
		Contract: func() (*contracts.Contract, error) { return contracts.Load("mta") },
	}
}

// render leaves a text as it is: no merge field of the vendor's is known.
func render(body string, _ sms.Contact) string { return body }

var keywords = sms.Keywords{
	Stop:       []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"},
	Start:      []string{"START", "UNSTOP"},
	Help:       []string{"HELP", "INFO"},
	StartIfOut: []string{"YES"},
	Blocks:     sms.BlockFail,
	Reply:      autoReply,
}

// autoReply is the compliance text that goes back to a keyword. The texts are ours.
func autoReply(k sms.Keyword, brand string) string {
	switch k {
	case sms.Stop:
		return "You have been unsubscribed from " + brand + " and will receive no more messages. Reply UNSTOP to resubscribe."
	case sms.Start:
		return "You are subscribed to " + brand + " again. Reply STOP to unsubscribe, HELP for help."
	case sms.Help:
		return brand + ": reply STOP to unsubscribe. Msg&data rates may apply."
	}
	return ""
}
