package surge

import (
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// The events that only Surge has.
const (
	campaignApproved   sms.EventType = "campaign.approved"
	attachedToCampaign sms.EventType = "phone_number.attached_to_campaign"
	numberImported     sms.EventType = "phone_number.imported"
	linkFollowed       sms.EventType = "link.followed"
	callEnded          sms.EventType = "call.ended"
	recordingCompleted sms.EventType = "recording.completed"
	voicemailReceived  sms.EventType = "voicemail.received"
)

// wake does what a document that is due stands for.
func wake(net provider.Network, d sms.Document) {
	if d.Kind == kindBlast {
		expand(net, d)
		return
	}
	changing.Lock()
	defer changing.Unlock()
	switch d.Kind {
	case kindCampaign:
		reviewed(net, d)
	case kindImport:
		imported(net, d)
	case kindCall:
		called(net, d)
	}
}
