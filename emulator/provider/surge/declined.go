package surge

import "github.com/switchhook/switchhook/emulator/provider"

// Why an operation is missing.
const (
	later   = "not emulated yet: "
	nowhere = "the vendor has no such operation"
)

// declined is what the emulator leaves out, by the vendor's index of operations.
var declined = []provider.Decline{
	{Operation: "POST /accounts", Reason: later + "create an account"},
	{Operation: "GET /accounts", Reason: later + "list accounts"},
	{Operation: "GET /accounts/{id}", Reason: later + "get an account"},
	{Operation: "PATCH /accounts/{id}", Reason: later + "change an account"},
	{Operation: "DELETE /accounts/{id}", Reason: later + "archive an account"},
	{Operation: "GET /accounts/{account_id}/status", Reason: later + "capability status of an account"},
	{Operation: "POST /accounts/{account_id}/blasts", Reason: later + "send to many"},
	{Operation: "POST /accounts/{account_id}/audiences", Reason: later + "create an audience"},
	{Operation: "POST /audiences/{audience_id}/contacts", Reason: later + "add a contact to an audience"},
	{Operation: "GET /audiences/{audience_id}/contacts", Reason: later + "list an audience"},
	{Operation: "POST /accounts/{account_id}/phone_numbers", Reason: later + "buy a number"},
	{Operation: "GET /accounts/{account_id}/phone_numbers", Reason: later + "list numbers"},
	{Operation: "GET /accounts/{account_id}/available_phone_numbers", Reason: later + "search the inventory of numbers"},
	{Operation: "GET /phone_numbers/{id}", Reason: later + "get a number"},
	{Operation: "PATCH /phone_numbers/{id}", Reason: later + "rename or attach a number"},
	{Operation: "DELETE /phone_numbers/{id}", Reason: later + "release a number"},
	{Operation: "POST /accounts/{account_id}/campaigns", Reason: later + "register a campaign"},
	{Operation: "GET /accounts/{account_id}/campaigns", Reason: later + "list campaigns"},
	{Operation: "GET /campaigns/{id}", Reason: later + "get a campaign"},
	{Operation: "PATCH /campaigns/{id}", Reason: later + "change a campaign"},
	{Operation: "POST /accounts/{account_id}/brand_verification_messages", Reason: later + "resend the brand's one-time code"},
	{Operation: "POST /accounts/{account_id}/users", Reason: later + "create a user"},
	{Operation: "GET /accounts/{account_id}/users", Reason: later + "list users"},
	{Operation: "GET /users/{id}", Reason: later + "get a user"},
	{Operation: "PATCH /users/{id}", Reason: later + "change a user"},
	{Operation: "DELETE /users/{id}", Reason: later + "delete a user"},
	{Operation: "POST /users/{user_id}/tokens", Reason: later + "make a user's token"},
	{Operation: "POST /accounts/{account_id}/verifications", Reason: later + "send a verification code"},
	{Operation: "POST /verifications", Reason: later + "send a verification code (older path)"},
	{Operation: "POST /verifications/{id}/checks", Reason: later + "check a verification code"},
	{Operation: "GET /recordings/{id}", Reason: later + "get a recording"},
	{Operation: "GET /accounts/{account_id}/recordings", Reason: later + "list recordings"},
	{Operation: "DELETE /recordings/{id}", Reason: later + "delete a recording"},
	{Operation: "GET /recordings/{recording_id}/file", Reason: later + "fetch a recording"},
	{Operation: "POST /agents/v0/projects", Reason: later + "sign up without a key"},
	{Operation: "POST /messages", Reason: later + "send with a Surge-Account header (legacy)"},
	{Operation: "POST /contacts", Reason: later + "create a contact with a Surge-Account header (legacy)"},
	{Operation: "GET /openapi.json", Reason: later + "the vendor's OpenAPI document"},

	{Operation: "settings.link_shortening", Reason: later + "the value is checked and accepted, links stay as they are"},
	{Operation: "link.followed", Reason: later + "comes with link shortening"},
	{Operation: "campaign.approved", Reason: later + "comes with campaigns"},
	{Operation: "phone_number.attached_to_campaign", Reason: later + "comes with campaigns"},
	{Operation: "phone_number.imported", Reason: later + "comes with numbers"},
	{Operation: "call.ended", Reason: later + "voice"},
	{Operation: "recording.completed", Reason: later + "voice"},
	{Operation: "voicemail.received", Reason: later + "voice"},
	{Operation: "unknown ids made on first touch", Reason: later + "the vendor's SDKs need it to run their own tests here"},

	{Operation: "cancel or change a scheduled message", Reason: nowhere},
	{Operation: "delete a contact", Reason: nowhere},
	{Operation: "find a contact by number", Reason: nowhere},
	{Operation: "list or get conversations", Reason: nowhere},
	{Operation: "manage webhook endpoints", Reason: nowhere + ": they are set in its dashboard"},
	{Operation: "opt a contact in or out", Reason: nowhere + ": only the handset can"},
	{Operation: "list events", Reason: nowhere},
	{Operation: "manage API keys", Reason: nowhere + ": they are made in its dashboard"},
}
