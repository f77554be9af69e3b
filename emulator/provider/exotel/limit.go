package exotel

import (
	"net/http"
	"strconv"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
)

// rates are the limits in calls per minute. The finer ones are those of one
// guide; otherwise all calls of an account count together.
var rates = []provider.Rate{
	finer("sms", 200, patterns(smsRoutes("POST", "send", nil))),
	finer("bulk", 50, patterns(smsRoutes("POST", "bulksend", nil))),
	finer("exophone", 50, patterns(exophones)),
	finer("read", 300, nil),
	{
		Name: "account", Limit: 200, Window: time.Minute,
		Unless: func(s provider.Settings) bool { return setting(s, "rate_limits") != "account" },
	},
}

func finer(name string, limit int, routes []string) provider.Rate {
	return provider.Rate{
		Name: name, Routes: routes, Limit: limit, Window: time.Minute,
		Unless: func(s provider.Settings) bool { return setting(s, "rate_limits") != "finer" },
	}
}

// head writes the headers that the captured answer has, and those of the guide
// that has the finer limits.
func head(h http.Header, c provider.Context) {
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("X-Xss-Protection", "1; mode=block")
	h.Set("X-Content-Type-Options", "nosniff")
	if setting(c.Settings, "rate_limits") == "finer" {
		h.Set("X-RateLimit-Limit", strconv.Itoa(c.Rate.Limit))
		h.Set("X-RateLimit-Remaining", strconv.Itoa(c.Rate.Remaining))
		h.Set("X-RateLimit-Reset", seconds(c.Rate.Reset))
	}
}
