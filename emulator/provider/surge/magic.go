package surge

import (
	"fmt"

	"github.com/switchhook/switchhook/emulator/sms"
)

// magic gives one number per failure, in the order of sms.Reasons, then one
// that never confirms delivery and one without MMS. They are ours: Surge has none.
func magic() []sms.Magic {
	var all []sms.Magic
	next := func(m sms.Magic) {
		m.Number = sms.Number(fmt.Sprintf("+1500555%04d", len(all)+1))
		all = append(all, m)
	}
	for _, reason := range sms.Reasons() {
		next(sms.Magic{Failure: reason, Says: "message.failed with failure_reason " + reasons[reason]})
	}
	next(sms.Magic{Silent: true, Says: "message.sent, and never message.delivered"})
	next(sms.Magic{NoMMS: true, Says: "an MMS is delivered as SMS"})
	return all
}
