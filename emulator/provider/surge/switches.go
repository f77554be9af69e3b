package surge

import (
	"strconv"

	"github.com/switchhook/switchhook/emulator/provider"
)

// switches are the choices that Surge's documents leave open.
var switches = []provider.Switch{
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

// setting is the value in force, or the default where none is set.
func setting(c provider.Context, name string) string {
	if c.Settings != nil {
		if v := c.Settings(name); v != "" {
			return v
		}
	}
	return defaultOf(name)
}

func defaultOf(name string) string {
	for _, s := range switches {
		if s.Name == name {
			return s.Default
		}
	}
	return ""
}

// count is the value of a switch that is a number of at least least; any other
// value counts as the default.
func count(c provider.Context, name string, least int) int {
	for _, text := range []string{setting(c, name), defaultOf(name)} {
		if n, err := strconv.Atoi(text); err == nil && n >= least {
			return n
		}
	}
	return least
}

// mmsOver is the number of segments above which a text becomes an MMS.
func mmsOver(s provider.Settings) int {
	if setting(provider.Context{Settings: s}, "auto_mms") == "on" {
		return 2
	}
	return 10
}
