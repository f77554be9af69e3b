package exotel

import (
	"github.com/switchhook/switchhook/emulator/provider"
)

// switches are the choices that Exotel's documents leave open.
var switches = provider.Switches{
	{
		Name: "profile", Default: "canonical", Values: []string{"canonical", "guide"},
		Says: "states, codes and callback fields of the API reference, or of the sms-support guides; a message keeps what it was sent under",
	},
	{
		Name: "every_change", Default: "off", Values: []string{"off", "on"},
		Says: "status callbacks come at the final state, or at every change of state",
	},
	{
		Name: "default_callback", Default: "off", Values: []string{"off", "on"},
		Says: "a message without StatusCallback has no callback, or has one to the webhook endpoint",
	},
	{
		Name: "ladder", Default: "three-retries", Values: []string{"three-retries", "four-retries", "two-retries"},
		Says: "retries after 30 s, 2 min, 10 min; or another after 30 min; or after 5 min and 15 min with a timeout of 15 s",
	},
	{
		Name: "inbound_url", Default: "account", Values: []string{"account", "exophone"},
		Says: "inbound texts go to the webhook endpoint, or to the SMSUrl of the ExoPhone where it has one",
	},
	{
		Name: "inbound_method", Default: "POST", Values: []string{"POST", "GET"},
		Says: "inbound texts are posted, or come as GET with the fields in the query",
	},
	{
		Name: "inbound_body", Default: "form", Values: []string{"form", "json"},
		Says: "inbound texts are posted as a form or as JSON",
	},
	{
		Name: "inbound_sid", Default: "hex", Values: []string{"hex", "prefixed"},
		Says: "the SmsSid of an inbound text is 32 hexadecimal digits, or has inb_sms_ before them",
	},
	{
		Name: "inbound_by_api", Default: "off", Values: []string{"off", "on"},
		Says: "inbound messages can be got by sid and are listed",
	},
	{
		Name: "url_token", Default: "off", Values: []string{"off", "on"},
		Says: "webhook URLs get ?token= with the endpoint's secret",
	},
	{
		Name: "unknown_from", Default: "refuse", Values: []string{"refuse", "default"},
		Says: "a From that is no sender of the account is refused with 40206, or the default sender takes its place; one old client always gives the same made-up number",
	},
	{
		Name: "https_only", Default: "off", Values: []string{"off", "on"},
		Says: "a StatusCallback of plain http is refused with 40500",
	},
	{
		Name: "dnd_spelling", Default: "both", Values: []string{"both", "hyphen", "underscore"},
		Says: "failed-dnd in answers and failed_dnd in callbacks, or one spelling in both",
	},
	{
		Name: "number_form", Default: "national", Values: []string{"national", "e164"},
		Says: "answers and callbacks show numbers as 0 (or 00) and digits, or in E.164",
	},
	{
		Name: "from_form", Default: "full", Values: []string{"full", "sender"},
		Says: "From is ExoPhone/SenderID in answers, or the sender id alone",
	},
	{
		Name: "price", Default: "number", Values: []string{"number", "string"},
		Says: "Price is a JSON number, or text with six decimals",
	},
	{
		Name: "status_code_type", Default: "number", Values: []string{"number", "string"},
		Says: "DetailedStatusCode is a JSON number, or text",
	},
	{
		Name: "unknown_sid", Default: "ok", Values: []string{"ok", "not-found"},
		Says: "an unknown message is answered 200 or 404, with \"No matching results\" either way",
	},
	{
		Name: "list_messages", Default: "off", Values: []string{"off", "on"},
		Says: "GET SMS/Messages is refused with 40500, or lists messages like the calls API lists calls",
	},
	{
		Name: "long_body", Default: "accept", Values: []string{"accept", "refuse"},
		Says: "a text over 2000 characters is accepted and fails with 23070, or is refused with 40202",
	},
	{
		Name: "blacklist", Default: "off", Values: []string{"off", "on"},
		Says: "sends to handsets that texted STOP, NO or UNSUBSCRIBE, and not START or YES since, fail with 23020",
	},
	{
		Name: "dlt", Default: "off", Values: []string{"off", "on"},
		Says: "sends to India are held against the DLT platform's entity, headers and templates, and fail later",
	},
	{
		Name: "promo_window", Default: "off", Values: []string{"off", "9-21", "10-21"},
		Says: "promotional texts to India wait as submitted outside these hours of Indian time",
	},
	{
		Name: "rate_limits", Default: "account", Values: []string{"account", "finer", "off"},
		Says: "200 calls a minute per account; or SMS 200, bulk 50, ExoPhones 50 and reads 300 a minute, with X-RateLimit headers",
	},
	{
		Name: "account", Default: "active", Values: []string{"active", "inactive", "trial", "no-kyc", "promotional", "international"},
		Says: "the account is open, is inactive (40002), may send 10 texts (40404) and no promotional ones (40000), lacks KYC (340030), must send from six digits (40300), or must not (40301)",
	},
	{
		Name: "countries", Default: "all", Values: []string{"all", "india"},
		Says: "every country is enabled for the account, or sends to any other than India are refused with 40003",
	},
	{
		Name: "balance", Default: "1000",
		Says: "rupees on the account, which sends do not use up; at 0 they are refused with 40001",
	},
}

func setting(s provider.Settings, name string) string { return switches.Value(s, name) }

// count is the value of a switch that is a number of 0 or more.
func count(s provider.Settings, name string) int { return switches.Number(s, name, 0) }
