package exotel

import (
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// call is one request of an account that may ask.
type call struct {
	net     provider.Network
	book    provider.Book
	context provider.Context
	account sms.Account
	w       http.ResponseWriter
	r       *http.Request
}

// serve makes a route of f. It checks what every operation checks first: that
// the account in the path is the caller's own, and active.
func serve(f func(call) *sms.Error) func(provider.Network, http.ResponseWriter, *http.Request) *sms.Error {
	return func(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
		c := call{net: net, book: net.Book(), context: net.Context(), w: w, r: r}
		account, ok := c.book.Account(r.PathValue("sid"))
		if !ok {
			return fail(34009)
		}
		c.account = account
		if user, _, ok := r.BasicAuth(); ok && !isKey(user) && user != account.ID {
			return fail(34010)
		}
		if c.setting("account") == "inactive" {
			return fail(40002)
		}
		return f(c)
	}
}

func (c call) setting(name string) string { return setting(c.context.Settings, name) }

func (c call) on(name string) bool { return c.setting(name) == "on" }
