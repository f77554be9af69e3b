package journal

import "github.com/switchhook/switchhook/emulator/sms"

// Whose message a finding is about.
const (
	ByApp      = "app"      // a call, or the answer to a webhook
	ByEmulator = "emulator" // an answer to a call, or a webhook
)

// Finding records one thing that a check of a call or an attempt against its
// provider's contract found. A call without any conforms.
type Finding struct {
	Of       string     `json:"of"` // the id of the call or attempt
	Provider string     `json:"provider"`
	Handset  sms.Number `json:"handset,omitempty"` // whom it is about, where that is known
	By       string     `json:"by"`                // ByApp or ByEmulator
	sms.Finding
}
