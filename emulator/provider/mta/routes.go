package mta

import (
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
)

// routes are the operations, by the vendor's areas.
func routes() (all []provider.Route) {
	for _, area := range [][]provider.Route{
		sendRoutes, scheduledRoutes, webhookRoutes, subscriberRoutes, groupRoutes, unsubscribeRoutes,
		messageRoutes, templateRoutes, verifyRoutes, dripRoutes, accountRoutes,
	} {
		all = append(all, area...)
	}
	return all
}

var sendRoutes = []provider.Route{
	{Pattern: "POST /v3/send", Serve: sendMessage},
	{Pattern: "POST /v3/send/controlled-template", Serve: sendTemplate},
	{Pattern: "POST /v3/send/validate-recipients", Serve: validateRecipients},
	{Pattern: "POST /v3/send/shorten-message", Serve: shortenMessage},
	{Pattern: "POST /v3/send/cost", Serve: sendCost},
	{Pattern: "POST /v3/send/messaging-speeds", Serve: messagingSpeeds},
}

var scheduledRoutes = []provider.Route{
	{Pattern: "GET /v3/scheduled", Serve: listScheduled},
	{Pattern: "GET /v3/scheduled/{id}", Serve: showScheduled},
	{Pattern: "PATCH /v3/scheduled/{id}", Serve: changeScheduled},
	{Pattern: "POST /v3/scheduled/{id}", Serve: deleteScheduled},
	{Pattern: "GET /v3/scheduled/{id}/recipients", Serve: scheduledRecipients},
	{Pattern: "GET /v3/scheduled/calendar/{year}/{month}", Serve: scheduledCalendar},
	{Pattern: "DELETE /v3/scheduled/number/{number}", Serve: unscheduleNumber},
}

var webhookRoutes = []provider.Route{
	{Pattern: "POST /v3/webhooks", Serve: createWebhook},
	{Pattern: "GET /v3/webhooks", Serve: listWebhooks},
	{Pattern: "PATCH /v3/webhooks/{id}", Serve: changeWebhook},
	{Pattern: "DELETE /v3/webhooks/{id}", Serve: deleteWebhook},
}

var subscriberRoutes = []provider.Route{
	{Pattern: "GET /v3/subscribers", Serve: listSubscribers},
	{Pattern: "POST /v3/subscribers", Serve: createSubscriber},
	{Pattern: "GET /v3/subscribers/{id}", Serve: showSubscriber},
	{Pattern: "PATCH /v3/subscribers/{id}", Serve: changeSubscriber},
	{Pattern: "DELETE /v3/subscribers/{id}", Serve: deleteSubscriber},
	{Pattern: "POST /v3/subscribers/bulk", Serve: bulkCreateSubscribers},
	{Pattern: "PATCH /v3/subscribers/bulk", Serve: bulkChangeSubscribers},
}

var groupRoutes = []provider.Route{
	{Pattern: "POST /v3/groups", Serve: createGroup},
	{Pattern: "GET /v3/groups", Serve: listGroups},
	{Pattern: "GET /v3/groups/{id}", Serve: showGroup},
	{Pattern: "PATCH /v3/groups/{id}", Serve: changeGroup},
	{Pattern: "DELETE /v3/groups/{id}", Serve: deleteGroup},
	{Pattern: "POST /v3/groups/{id}/subscribers", Serve: addMember},
	{Pattern: "DELETE /v3/groups/{id}/subscribers/{subscriber}", Serve: removeMember},
	{Pattern: "POST /v3/groups/{id}/subscribers/bulk-create", Serve: addMembers},
	{Pattern: "POST /v3/groups/{id}/subscribers/bulk-delete", Serve: removeMembers},
	{Pattern: "GET /v3/groups/member-count/all", Serve: countAllMembers},
	{Pattern: "GET /v3/groups/{id}/member-count", Serve: countMembers},
}

var unsubscribeRoutes = []provider.Route{
	{Pattern: "POST /v3/unsubscribes", Serve: unsubscribe},
	{Pattern: "POST /v3/unsubscribes/bulk", Serve: bulkUnsubscribe},
	{Pattern: "GET /v3/unsubscribes", Serve: listUnsubscribes},
	{Pattern: "GET /v3/unsubscribes/{number}", Serve: showUnsubscribe},
}

var messageRoutes = []provider.Route{
	{Pattern: "GET /v3/deliveries", Serve: listDeliveries},
	{Pattern: "GET /v3/threads", Serve: listThreads},
	{Pattern: "GET /v3/threads/{id}", Serve: showThread},
	{Pattern: "DELETE /v3/threads/{id}", Serve: deleteThread},
	{Pattern: "PATCH /v3/threads/{id}/read", Serve: readThread},
	{Pattern: "GET /v3/threads/{id}/items", Serve: listItems},
	{Pattern: "DELETE /v3/threads/{id}/items", Serve: deleteItems},
	// What a text links to and the media of a reply are fetched without a key.
	{Pattern: "GET /media/{id}", Open: holdsMedia, Serve: fetchMedia},
	{Pattern: "GET /l/{id}", Open: holdsLink, Serve: followLink},
}

var templateRoutes = []provider.Route{
	{Pattern: "POST /v3/templates", Serve: templates.create},
	{Pattern: "GET /v3/templates", Serve: templates.list},
	{Pattern: "GET /v3/controlled-templates", Serve: templates.list},
	{Pattern: "GET /v3/templates/{id}", Serve: showTemplate},
	{Pattern: "PATCH /v3/templates/{id}", Serve: templates.change},
	{Pattern: "POST /v3/templates/{id}", Serve: templates.remove},
	{Pattern: "POST /v3/smart-replies", Serve: smartReplies.create},
	{Pattern: "GET /v3/smart-replies", Serve: smartReplies.list},
	{Pattern: "GET /v3/smart-replies/{id}", Serve: smartReplies.show},
	{Pattern: "PATCH /v3/smart-replies/{id}", Serve: smartReplies.change},
	{Pattern: "DELETE /v3/smart-replies/{id}", Serve: smartReplies.remove},
	{Pattern: "POST /v3/shortlinks", Serve: links.create},
	{Pattern: "GET /v3/shortlinks", Serve: links.list},
}

var verifyRoutes = []provider.Route{
	{Pattern: "POST /v3/verify/sms/send-code", Serve: sendCode},
	{Pattern: "POST /v3/verify/sms/check-code", Serve: checkCode},
	{Pattern: "POST /v3/verify/number", Serve: verifyNumber},
	{Pattern: "GET /v3/verify", Serve: listVerifications},
	{Pattern: "GET /v3/verify/{id}", Serve: showVerification},
}

var dripRoutes = []provider.Route{
	{Pattern: "POST /v3/drip-campaigns", Serve: drips.create},
	{Pattern: "GET /v3/drip-campaigns", Serve: drips.list},
	{Pattern: "GET /v3/drip-campaigns/{id}", Serve: drips.show},
	{Pattern: "PATCH /v3/drip-campaigns/{id}", Serve: drips.change},
	{Pattern: "DELETE /v3/drip-campaigns/{id}", Serve: drips.remove},
	{Pattern: "POST /v3/drip-campaigns/{id}/start", Serve: startDrip},
	{Pattern: "POST /v3/drip-campaigns/{id}/stop", Serve: stopDrip},
	{Pattern: "POST /v3/drip-campaigns/{id}/clone", Serve: cloneDrip},
	{Pattern: "POST /v3/drip-campaigns/{id}/messages", Serve: addDripMessage},
	{Pattern: "PATCH /v3/drip-campaigns/{id}/messages/{message}", Serve: changeDripMessage},
	{Pattern: "DELETE /v3/drip-campaigns/{id}/messages/{message}", Serve: removeDripMessage},
}

var accountRoutes = []provider.Route{
	{Pattern: "GET /v3/auth/verify-api-key", Serve: verifyKey},
	{Pattern: "GET /v3/dedicated-numbers", Serve: listNumbers},
	{Pattern: "GET /v3/custom-fields", Serve: listFields},
	{Pattern: "POST /v3/account-variables", Serve: variables.create},
	{Pattern: "GET /v3/account-variables", Serve: variables.list},
	{Pattern: "GET /v3/account-variables/{id}", Serve: variables.show},
	{Pattern: "PATCH /v3/account-variables/{id}", Serve: variables.change},
	{Pattern: "DELETE /v3/account-variables/{id}", Serve: variables.remove},
}

// rates are the published limits on calls; whatever has none of its own counts
// against the default.
var rates = []provider.Rate{
	{Name: "send", Limit: 25, Window: 15 * time.Second, Unless: unlimited, Routes: []string{"POST /v3/send"}},
	{Name: "subscribers", Limit: 15, Window: 15 * time.Second, Unless: unlimited, Routes: []string{
		"GET /v3/subscribers", "POST /v3/subscribers",
		"GET /v3/subscribers/{id}", "PATCH /v3/subscribers/{id}", "DELETE /v3/subscribers/{id}",
	}},
	{Name: "subscribers in bulk", Limit: 15, Window: 15 * time.Second, Unless: unlimited, Routes: []string{
		"POST /v3/subscribers/bulk", "PATCH /v3/subscribers/bulk",
	}},
	{Name: "groups in bulk", Limit: 5, Window: 15 * time.Second, Unless: unlimited, Routes: []string{
		"POST /v3/groups/{id}/subscribers/bulk-create", "POST /v3/groups/{id}/subscribers/bulk-delete",
	}},
	{Name: "custom fields", Limit: 15, Window: 15 * time.Second, Unless: unlimited, Routes: []string{"GET /v3/custom-fields"}},
	{Name: "account variables", Limit: 15, Window: 15 * time.Second, Unless: unlimited, Routes: []string{
		"POST /v3/account-variables", "GET /v3/account-variables", "GET /v3/account-variables/{id}",
		"PATCH /v3/account-variables/{id}", "DELETE /v3/account-variables/{id}",
	}},
	{Name: "default", Limit: 30, Window: time.Minute, Unless: unlimited},
}

func unlimited(s provider.Settings) bool {
	return setting(provider.Context{Settings: s}, "rate_limits") == "off"
}
