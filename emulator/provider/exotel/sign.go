package exotel

import (
	"net/http"

	"github.com/switchhook/switchhook/emulator/webhook"
)

// sign adds nothing: Exotel signs no webhooks. Where the switch asks for what
// its clients do instead, the URL carries the endpoint's newest secret.
func sign(r *http.Request, s webhook.Signing) {
	if s.Setting == nil || len(s.Secrets) == 0 || setting(s.Setting, "url_token") != "on" {
		return
	}
	if r.URL.RawQuery != "" {
		r.URL.RawQuery += "&"
	}
	r.URL.RawQuery += "token=" + s.Secrets[0]
}
