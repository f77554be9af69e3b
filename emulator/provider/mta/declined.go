package mta

import "github.com/switchhook/switchhook/emulator/provider"

// Why something is missing.
const (
	unpublished = "not published: "
	nowhere     = "the vendor documents no such operation"
	elsewhere   = "not text messages: "
)

// declined is what the emulator leaves out.
var declined = []provider.Decline{
	{Operation: "GET /drip-campaigns/{id}/numbers/{sequenceId}", Reason: unpublished + "what a sequence is and what the answer holds"},
	{Operation: "sends of drip campaigns", Reason: unpublished + "when a message of a campaign goes out; campaigns are kept, listed, started and stopped"},
	{Operation: "includeContactCard and includeSignupLink", Reason: unpublished + "what a smart reply then holds; they are kept, and the answer is the text alone"},
	{Operation: "welcomeMessage of a subscriber", Reason: unpublished + "what the field holds; ignored. That of a group is sent to who joins by its keyword"},
	{Operation: "adaptive groups", Reason: unpublished + "the form of conditions; they are kept, and members are those added by hand"},
	{Operation: "excludedGroupIds, filterClicks and properties of a send", Reason: unpublished + "whether /send takes them; ignored"},
	{Operation: "poolId, senderName, realtime, bypass and gated", Reason: unpublished + "what they do to an SMS; ignored"},
	{Operation: "filters and allSubscribers of GET /subscribers", Reason: unpublished + "what they hold; ignored"},
	{Operation: "fields custom… of a scheduled message", Reason: unpublished + "their names and what they hold"},
	{Operation: "limits on files of an MMS (500 KB, kinds of files)", Reason: "nothing is fetched; any URL is taken"},
	{Operation: "throughput of a number", Reason: "texts are not slowed down; /send/messaging-speeds tells it"},
	{Operation: "delivery-status of automatic texts", Reason: "nothing is told of texts that the application did not send"},
	{Operation: "alert e-mails", Reason: elsewhere + "alertEmail and sendAlertEmail are kept, and no mail is sent"},
	{Operation: "e-mail to subscribers", Reason: elsewhere + "an address in subscribers is kept as a subscriber, and not counted as sent"},
	{Operation: "tts", Reason: elsewhere + "voice; the filter of /deliveries takes the word"},
	{Operation: "POST /deeplinks/imessage", Reason: elsewhere + "iMessage, a closed beta"},
	{Operation: "version 1 and 2 of message-reply and message-send", Reason: unpublished + "their fields; delivery-status has version 1 behind a switch"},
	{Operation: "POST /messages", Reason: nowhere + "; it is a 404"},
	{Operation: "DELETE /unsubscribes", Reason: nowhere + ": only the phone itself can opt in again"},
	{Operation: "GET /webhooks/{id}", Reason: nowhere},
	{Operation: "make a custom field", Reason: nowhere + "; every account has three"},
	{Operation: "the older API and the MCP server", Reason: "separate products"},
}
