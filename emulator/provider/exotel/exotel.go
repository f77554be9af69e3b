package exotel

import (
	"slices"
	"time"

	"github.com/switchhook/switchhook/contracts"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// New is the Exotel dialect.
func New() provider.Provider {
	return provider.Provider{
		Name: "exotel",
		Hosts: []string{
			"api.exotel.com", "api.in.exotel.com",
			"twilix.exotel.in", "twilix.exotel.com", "api.exotel.in", // in older clients
		},

		Routes:     slices.Concat(sending, details, lists, exophones, others),
		Credential: credential,
		Head:       head,
		Refuse:     refuse,

		Setup:  setup,
		Fixed:  fixed,
		ID:     newID,
		Render: func(body string, _ sms.Contact) string { return body },

		Encode:    encode,
		Sign:      sign,
		NewSecret: newSecret,
		Retry:     ladder,
		Events: []sms.EventType{
			sms.MessageReceived, sms.MessageDelivered, sms.MessageUnconfirmed, sms.MessageFailed,
			// Only where the switch every_change is on.
			sms.MessageAccepted, sms.MessageSending, sms.MessageSent,
		},
		Rates: rates,
		Pace: sms.Pace{
			Sending:   sms.Duration(100 * time.Millisecond),
			Sent:      sms.Duration(500 * time.Millisecond),
			Delivered: sms.Duration(2400 * time.Millisecond),
		},

		MMSOver:  func(provider.Settings) int { return 0 },
		Keywords: keywords,
		Reasons:  reasons(),
		Magic:    magic(),
		Switches: switches,
		Declined: declined,
		Contract: func() (*contracts.Contract, error) { return contracts.Load("exotel") },
	}
}

// keywords are those of the two-way guide. What they lead to is the
// application's business: Exotel neither answers nor blocks.
var keywords = sms.Keywords{
	Stop:   []string{"STOP", "NO", "UNSUBSCRIBE"},
	Start:  []string{"START", "YES"},
	Help:   []string{"HELP"},
	Blocks: sms.BlockNever,
}

// The routes. Documents and clients write Sms and SMS, each for every call.
var (
	sending = slices.Concat(
		smsRoutes("POST", "send", sendStatic),
		smsRoutes("POST", "bulksend", sendDynamic),
	)
	details = eachCasing("GET", "Messages/{id}", showMessage)
	lists   = smsRoutes("GET", "Messages", listMessages)

	exophones = []provider.Route{
		{Pattern: "GET /v2_beta/Accounts/{sid}/IncomingPhoneNumbers", Serve: serve(listExophones)},
		{Pattern: "POST /v2_beta/Accounts/{sid}/IncomingPhoneNumbers", Serve: serve(buyExophone)},
		{Pattern: "GET /v2_beta/Accounts/{sid}/IncomingPhoneNumbers/{id}", Serve: serve(showExophone)},
		{Pattern: "PUT /v2_beta/Accounts/{sid}/IncomingPhoneNumbers/{id}", Serve: serve(changeExophone)},
		{Pattern: "DELETE /v2_beta/Accounts/{sid}/IncomingPhoneNumbers/{id}", Serve: serve(releaseExophone)},
		{Pattern: "GET /v2_beta/Accounts/{sid}/AvailablePhoneNumbers/{country}/{type}", Serve: serve(availableExophones)},
	}
	others = []provider.Route{
		{Pattern: "GET /v1/Accounts/{sid}/Balance", Serve: serve(showBalance)},
		{Pattern: "GET /v1/Accounts/{sid}/Balance.json", Serve: serve(showBalance)},
		{Pattern: "GET /v1/Accounts/{sid}/Numbers/{number}", Serve: serve(showNumber)},
		{Pattern: "POST /v2/accounts/{sid}/links", Serve: serve(createLink)},
		{Pattern: "GET /v2/accounts/{sid}/links/{id}", Serve: serve(showLink)},
	}
)

// smsRoutes mounts an operation with and without the suffix that asks for JSON.
func smsRoutes(method, tail string, f func(call) *sms.Error) []provider.Route {
	return slices.Concat(eachCasing(method, tail, f), eachCasing(method, tail+".json", f))
}

// eachCasing is the one place that knows in how many ways "sms" is written.
func eachCasing(method, tail string, f func(call) *sms.Error) []provider.Route {
	var all []provider.Route
	for _, word := range []string{"Sms", "SMS", "sms"} {
		all = append(all, provider.Route{Pattern: method + " /v1/Accounts/{sid}/" + word + "/" + tail, Serve: serve(f)})
	}
	return all
}

func patterns(routes []provider.Route) []string {
	var all []string
	for _, r := range routes {
		all = append(all, r.Pattern)
	}
	return all
}
