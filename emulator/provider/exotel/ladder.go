package exotel

import (
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// ladders are the schedules of the pages that have one. The two-way guide's is
// the default; it speaks of inbound messages, and stands for callbacks too.
var ladders = map[string]webhook.Ladder{
	"three-retries": {
		Delays:  []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute},
		Timeout: 10 * time.Second, Success: any2xx,
		Source: "two-way SMS guide: any 2xx within 10 s, else retries after 30 s, 2 min and 10 min",
	},
	"four-retries": {
		Delays:  []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute},
		Timeout: 10 * time.Second, Success: any2xx,
		Source: "sms-support/sms-webhooks: any 2xx within 10 s, else retries after 30 s, 2 min, 10 min and 30 min",
	},
	"two-retries": {
		Delays:  []time.Duration{5 * time.Minute, 15 * time.Minute},
		Timeout: 15 * time.Second, Success: any2xx,
		Source: "advanced-config/webhooks-setup: any 2xx within 15 s, else retries after 5 min and 15 min",
	},
}

func any2xx(status int) bool { return status >= 200 && status <= 299 }

func ladder(s provider.Settings) webhook.Ladder { return ladders[setting(s, "ladder")] }
