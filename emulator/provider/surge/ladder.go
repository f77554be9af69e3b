package surge

import (
	"time"

	"github.com/switchhook/switchhook/emulator/webhook"
)

// attempts is how often Surge tries a webhook, by its 2025 documents.
const attempts = 20

// ladder waits 15 s + 2^n s after failed attempt n. Surge documents no
// schedule; this is the default of Oban, the usual job queue of an Elixir
// service, which also has 20 attempts with jitter.
func ladder() webhook.Ladder {
	l := webhook.Ladder{
		Jitter:  0.10,
		Timeout: 15 * time.Second,
		Success: func(status int) bool { return status >= 200 && status <= 299 },
		Source: "docs.surge.app: any 2xx is a success, everything else is retried with exponential back-off; " +
			"docs of 2025: up to 20 attempts, with jitter; the waits (15 s + 2^n s) and the timeout (15 s) are inferred",
	}
	for n := 1; n < attempts; n++ {
		l.Delays = append(l.Delays, 15*time.Second+time.Second<<n)
	}
	return l
}
