package mta

import (
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// ladder is at most two more attempts, each wait twice the one before. Whether
// a webhook is tried again at all is in its registration.
func ladder(provider.Settings) webhook.Ladder {
	return webhook.Ladder{
		Delays:  []time.Duration{2 * time.Second, 4 * time.Second},
		Timeout: 10 * time.Second,
		Success: func(status int) bool { return status == http.StatusOK },
		Source: "api-reference/webhooks: only 200 is a success, up to two retries with exponential back-off; " +
			"the waits (2 s, 4 s) and the timeout (10 s) are inferred",
	}
}
