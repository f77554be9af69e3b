package exotel

import "github.com/switchhook/switchhook/emulator/provider"

// Why an operation is missing.
const (
	voice   = "voice is not emulated"
	later   = "not emulated: "
	nowhere = "the vendor has no such operation"
)

// declined is what the emulator leaves out.
var declined = []provider.Decline{
	{Operation: "POST /v1/Accounts/{sid}/Calls/connect", Reason: voice},
	{Operation: "GET /v1/Accounts/{sid}/Calls", Reason: voice},
	{Operation: "GET /v1/Accounts/{sid}/Calls/{CallSid}", Reason: voice},
	{Operation: "POST /v1/Accounts/{sid}/CustomerWhitelist", Reason: voice},
	{Operation: "GET /v1/Accounts/{sid}/CustomerWhitelist/{number}", Reason: voice},
	{Operation: "POST /v2/accounts/{sid}/messages", Reason: "WhatsApp is not emulated"},
	{Operation: "POST /v2/accounts/{sid}/message-campaigns", Reason: later + "campaigns"},
	{Operation: "POST /v2/accounts/{sid}/sms-campaigns", Reason: later + "campaigns, older path"},
	{Operation: "POST /v2/accounts/{sid}/contacts", Reason: later + "contacts of campaigns"},
	{Operation: "POST /v2/accounts/{sid}/lists", Reason: later + "lists of campaigns"},
	{Operation: "GET /v2/accounts/{sid}/links", Reason: later + "list short links; its answer is not documented"},
	{Operation: "click tracking callback", Reason: later + "short links lead nowhere, so nobody clicks them"},
	{Operation: "GET /v2_beta/Accounts/{sid}/AvailablePhoneNumbers", Reason: later + "list countries and number types"},
	{Operation: "GET /v2/accounts/{sid}/incoming-phone-numbers/{id}", Reason: later + "connectivity details of an ExoPhone"},
	{Operation: "SMSUrl and VoiceUrl of an ExoPhone", Reason: later + "they are kept and shown, flows do not run, so no text has Direction outbound-call or outbound-reply; the switch inbound_url sends inbound texts to SMSUrl"},
	{Operation: "SMS flow applet (HEAD and GET with Date)", Reason: "the vendor says that it is not available"},
	{Operation: "/v2/Accounts/{sid}/Sms/bulksend and /v2/accounts/{sid}/sms/send", Reason: "only guides have these paths, and no client uses them"},
	{Operation: "JSON bodies on v1", Reason: "only older pages have them; the reference and all clients use forms"},
	{Operation: "a sender without any ExoPhone (From /EMUSMS)", Reason: "the network sends from a number; an account without one is refused with 40206"},
	{Operation: "error 40100", Reason: "nothing goes wrong while a send is worked on; planned faults give 35000 and 40405"},
	{Operation: "plain-text 401", Reason: "an old client's test expects it; the answer is a RestException"},
	{Operation: "callback methods and fields of other guides", Reason: "each stands on one page that no other agrees with"},
	{Operation: "IP allow-list (403), clusters (401) and the recipients of a trial account", Reason: "they are set in its dashboard; every caller, host and recipient passes"},
	{Operation: "registering DLT templates", Reason: "they are registered on an operator's platform; the emulator's are fixed"},

	{Operation: "schedule, cancel, delete or redact a message", Reason: nowhere},
	{Operation: "list inbound messages that could not be delivered", Reason: nowhere + ": they are seen in its dashboard, here in the control API"},
	{Operation: "opt a handset in or out", Reason: nowhere + ": consent is the application's business"},
	{Operation: "manage webhook endpoints", Reason: nowhere + ": they are set in its dashboard, here in the control API"},
	{Operation: "signed webhooks", Reason: nowhere + ": one guide mentions a header, without name or algorithm"},
}
