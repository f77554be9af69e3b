package surge

import "github.com/switchhook/switchhook/emulator/provider"

// nowhere is why most of it is missing.
const nowhere = "the vendor has no such operation"

// declined is what the emulator leaves out.
var declined = []provider.Decline{
	{Operation: "POST /agents/v0/projects", Reason: "it signs up without a key, and a key is what tells one sandbox from another"},
	{Operation: "GET /openapi.json", Reason: "the vendor's document is its own; what is emulated is described in contracts/surge"},
	{Operation: "platform_locked", Reason: "a locked project refuses everything, which a fault can do as well"},
	{Operation: "text of brand_verification_messages", Reason: "its wording is not documented; the request is answered, and no text is sent"},
	{Operation: "calls and voicemail between people", Reason: "no audio is carried; a recording holds one second of silence"},

	{Operation: "cancel or change a scheduled message", Reason: nowhere},
	{Operation: "list, get or cancel blasts", Reason: nowhere},
	{Operation: "list, get, rename or delete audiences, or take a contact out of one", Reason: nowhere},
	{Operation: "delete a contact", Reason: nowhere},
	{Operation: "find a contact by number", Reason: nowhere},
	{Operation: "list or get conversations", Reason: nowhere},
	{Operation: "make, list or get calls", Reason: nowhere},
	{Operation: "list or get links", Reason: nowhere},
	{Operation: "delete a campaign", Reason: nowhere},
	{Operation: "manage webhook endpoints", Reason: nowhere + ": they are set in its dashboard"},
	{Operation: "opt a contact in or out", Reason: nowhere + ": only the handset can"},
	{Operation: "list events", Reason: nowhere},
	{Operation: "manage API keys", Reason: nowhere + ": they are made in its dashboard"},
	{Operation: "the keys that tokens are signed with", Reason: "where the vendor publishes them is not documented"},
}
