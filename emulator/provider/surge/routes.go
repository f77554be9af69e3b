package surge

import "github.com/switchhook/switchhook/emulator/provider"

// routes are the vendor's operations, in the order of its own index; then the
// older paths, and the addresses that answers and texts hold.
var routes = []provider.Route{
	{Pattern: "POST /accounts", Serve: createAccount},
	{Pattern: "GET /accounts", Serve: listAccounts},
	{Pattern: "GET /accounts/{id}", Serve: showAccount},
	{Pattern: "PATCH /accounts/{id}", Serve: changeAccount},
	{Pattern: "DELETE /accounts/{id}", Serve: archiveAccount},
	{Pattern: "GET /accounts/{account_id}/status", Serve: showStatus},
	{Pattern: "POST /accounts/{account_id}/messages", Serve: sendMessage},
	{Pattern: "GET /accounts/{account_id}/messages", Serve: listMessages},
	{Pattern: "GET /messages/{id}", Serve: showMessage},
	{Pattern: "POST /accounts/{account_id}/blasts", Serve: sendBlast},
	{Pattern: "POST /accounts/{account_id}/contacts", Serve: createContact},
	{Pattern: "GET /accounts/{account_id}/contacts", Serve: listContacts},
	{Pattern: "GET /contacts/{id}", Serve: showContact},
	{Pattern: "PATCH /contacts/{id}", Serve: changeContact},
	{Pattern: "POST /accounts/{account_id}/audiences", Serve: createAudience},
	{Pattern: "POST /audiences/{audience_id}/contacts", Serve: addMember},
	{Pattern: "GET /audiences/{audience_id}/contacts", Serve: listMembers},
	{Pattern: "GET /attachments/{attachment_id}/file", Serve: fetchAttachment},
	{Pattern: "POST /accounts/{account_id}/phone_numbers", Serve: buyNumber},
	{Pattern: "GET /accounts/{account_id}/phone_numbers", Serve: listNumbers},
	{Pattern: "GET /accounts/{account_id}/available_phone_numbers", Serve: searchNumbers},
	{Pattern: "GET /phone_numbers/{id}", Serve: showNumber},
	{Pattern: "PATCH /phone_numbers/{id}", Serve: changeNumber},
	{Pattern: "DELETE /phone_numbers/{id}", Serve: releaseNumber},
	{Pattern: "POST /accounts/{account_id}/campaigns", Serve: createCampaign},
	{Pattern: "GET /accounts/{account_id}/campaigns", Serve: listDocuments(kindCampaign, campaignView)},
	{Pattern: "GET /campaigns/{id}", Serve: showDocument(kindCampaign, campaignView)},
	{Pattern: "PATCH /campaigns/{id}", Serve: changeCampaign},
	{Pattern: "POST /accounts/{account_id}/brand_verification_messages", Serve: resendCode},
	{Pattern: "POST /accounts/{account_id}/users", Serve: createUser},
	{Pattern: "GET /accounts/{account_id}/users", Serve: listDocuments(kindUser, userView)},
	{Pattern: "GET /users/{id}", Serve: showDocument(kindUser, userView)},
	{Pattern: "PATCH /users/{id}", Serve: changeUser},
	{Pattern: "DELETE /users/{id}", Serve: dropDocument(kindUser, userView)},
	{Pattern: "POST /users/{user_id}/tokens", Serve: makeToken},
	{Pattern: "POST /accounts/{account_id}/verifications", Serve: startVerification},
	{Pattern: "POST /verifications/{id}/checks", Serve: checkCode},
	{Pattern: "GET /recordings/{id}", Serve: showDocument(kindRecording, recordingView)},
	{Pattern: "GET /accounts/{account_id}/recordings", Serve: listDocuments(kindRecording, recordingView)},
	{Pattern: "DELETE /recordings/{id}", Serve: dropDocument(kindRecording, recordingView)},
	{Pattern: "GET /recordings/{recording_id}/file", Serve: fetchRecording},

	{Pattern: "POST /verifications", Serve: startVerification},
	// With a Surge-Account header.
	{Pattern: "POST /messages", Serve: sendMessage},
	{Pattern: "POST /contacts", Serve: createContact},

	// What is downloaded and followed without a key.
	{Pattern: "GET /attachments/{attachment_id}", Open: holdsAttachment, Serve: fetchAttachment},
	{Pattern: "GET /files/{id}", Open: holdsFile, Serve: showFile},
	{Pattern: "GET /l/{code}", Open: holdsLink, Serve: followLink},
}
