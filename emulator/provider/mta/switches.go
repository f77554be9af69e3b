package mta

import (
	"github.com/switchhook/switchhook/emulator/provider"
)

// switches are the choices that the vendor's documents leave open.
var switches = provider.Switches{
	{
		Name: "rate_limits", Default: "on", Values: []string{"on", "off"},
		Says: "calls over the published limits are refused with 429",
	},
	{
		Name: "idempotency", Default: "on", Values: []string{"on", "off"},
		Says: "an X-Request-Id that was used is refused for a day; off: it is not looked at, so that what relies on it shows",
	},
	{
		Name: "wrapped", Default: "off", Values: []string{"off", "on"},
		Says: "webhook bodies are {event, data} instead of flat",
	},
	{
		Name: "event_name", Default: "off", Values: []string{"off", "event", "type"},
		Says: "flat webhook bodies name their event in a field event, or type",
	},
	{
		Name: "numeric_ids", Default: "off", Values: []string{"off", "on"},
		Says: "messageId and replyId of webhooks are numbers instead of strings of digits",
	},
	{
		Name: "null_fields", Default: "off", Values: []string{"off", "on"},
		Says: "optional fields of webhooks that have no value are null instead of left out",
	},
	{
		Name: "reply_id", Default: "on", Values: []string{"on", "off"},
		Says: "message-reply carries replyId, equal to messageId",
	},
	{
		Name: "v1_status", Default: "off", Values: []string{"off", "on"},
		Says: "delivery-status has its version 1 fields (destinationNumber, type, numeric messageId)",
	},
	{
		Name: "status_queued", Default: "off", Values: []string{"off", "on", "sending"},
		Says: "delivery-status 1 (QUEUED), or 2 (SENDING), comes before 3 (SENT)",
	},
	{
		Name: "status_id", Default: "request", Values: []string{"request", "outbound"},
		Says: "messageId of delivery-status is that of the request, or the recipient's own of outboundIds",
	},
	{
		Name: "carrier_fault", Default: "6", Values: []string{"6", "14"},
		Says: "the delivery-status of a fault at the carrier: DELIVERY_FAILED, or the failure without a published name",
	},
	{
		Name: "opted_out", Default: "status", Values: []string{"status", "skip"},
		Says: "a recipient who opted out gets delivery-status 11, or is left out without a word",
	},
	{
		Name: "unverified", Default: "off", Values: []string{"off", "on"},
		Says: "the account is not verified: a send without a template is a 403",
	},
	{
		Name: "keyword_reply", Default: "on", Values: []string{"on", "off"},
		Says: "a STOP, START or HELP text also gives message-reply",
	},
	{
		Name: "body_style", Default: "compact", Values: []string{"compact", "spaced"},
		Says: "how webhook bodies are laid out; a receiver that signs parsed JSON again fails with spaced",
	},
	{
		Name: "sms_limit", Default: "160",
		Says: "a longer text that is not an MMS is a 400, in characters; 0: any length",
	},
	{
		Name: "mms_limit", Default: "1550",
		Says: "a longer text of an MMS is a 400, in characters; 0: any length",
	},
	{
		Name: "unknown_id", Default: "404", Values: []string{"404", "400"},
		Says: "what an unknown id in a path is answered with",
	},
	{
		Name: "number_list", Default: "rows", Values: []string{"rows", "array"},
		Says: "GET /dedicated-numbers has its entries in data.rows, or data is the array itself",
	},
	{
		Name: "raw_create", Default: "off", Values: []string{"off", "on"},
		Says: "a subscriber that was just made has date as {\"val\":\"CURRENT_TIMESTAMP\"} and carrierId as a string",
	},
	{
		Name: "past_schedule", Default: "send", Values: []string{"send", "refuse"},
		Says: "a scheduledDate in the past sends at once, or is a 400",
	},
}

func setting(c provider.Context, name string) string { return switches.Value(c.Settings, name) }

func on(c provider.Context, name string) bool { return switches.On(c.Settings, name) }

func count(c provider.Context, name string) int { return switches.Number(c.Settings, name, 0) }
