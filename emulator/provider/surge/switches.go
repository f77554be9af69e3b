package surge

import (
	"github.com/switchhook/switchhook/emulator/provider"
)

// switches are the choices that Surge's documents leave open.
var switches = provider.Switches{
	{
		Name: "lenient_ids", Default: "off", Values: []string{"off", "on"},
		Says: "what the vendor's SDKs do in their own tests is taken: an id that nothing has is made on first touch, " +
			"a cursor may mean nothing, a message may be empty, and an account outlives its archiving",
	},
	{
		Name: "campaign_review", Default: "60",
		Says: "seconds that a campaign is created, and then again in review, before it is active",
	},
	{
		Name: "link_shortening", Default: "off", Values: []string{"off", "on"},
		Says: "links are shortened where a message does not say; the vendor's support sets it for an account",
	},
	{
		Name: "plan", Default: "growth", Values: []string{"growth", "hobby", "starter"},
		Says: "an account may have any number of phone numbers, or 1, or 25, before phone_number_limit",
	},
	{
		Name: "accounts_limit", Default: "0",
		Says: "a project with this many accounts gets accounts_limit_exceeded for one more; 0: any number of accounts",
	},
	{
		Name: "rate_limit", Default: "off", Values: []string{"off", "on"},
		Says: "more than 10 calls in a second are rate_limited",
	},
	{
		Name: "optout_scope", Default: "account", Values: []string{"account", "line"},
		Says: "STOP counts for every number of the account, or for the number it was sent to",
	},
	{
		Name: "stop_message_received", Default: "on", Values: []string{"on", "off"},
		Says: "a STOP, START or HELP text also gives message.received",
	},
	{
		Name: "auto_mms", Default: "off", Values: []string{"off", "on"},
		Says: "a text of 3 or more segments travels as MMS; off: only one of more than 10",
	},
	{
		Name: "past_send_at", Default: "send", Values: []string{"send", "refuse"},
		Says: "a send_at in the past sends at once, or is a validation_error",
	},
	{
		Name: "metadata", Default: "any", Values: []string{"any", "strings"},
		Says: "metadata takes any JSON values, or only strings",
	},
	{
		Name: "max_links", Default: "10",
		Says: "a body with more links is refused with link_size_limit; 0: any number of links",
	},
	{
		Name: "page_size", Default: "50",
		Says: "items on a page of a list, at least 1",
	},
	{
		Name: "duplicate_contact", Default: "refuse", Values: []string{"refuse", "return"},
		Says: "creating a contact whose number exists is a validation_error, or answers 201 with the existing one",
	},
	{
		Name: "reason_copy", Default: "off", Values: []string{"off", "on"},
		Says: "message.failed carries a second field, reason, with the value of failure_reason",
	},
	{
		Name: "message_status", Default: "off", Values: []string{"off", "on"},
		Says: "messages carry status (pending, received, sent, delivered, failed) in answers and webhooks",
	},
}

func setting(c provider.Context, name string) string { return switches.Value(c.Settings, name) }

// count is the value of a switch that is a number of at least least.
func count(c provider.Context, name string, least int) int {
	return switches.Number(c.Settings, name, least)
}

// mmsOver is the number of segments above which a text becomes an MMS.
func mmsOver(s provider.Settings) int {
	if setting(provider.Context{Settings: s}, "auto_mms") == "on" {
		return 2
	}
	return 10
}
