package surge

import (
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// demoCap is how many MTs an account may ever send from the demo number.
const demoCap = 25

// setup makes an account with two long codes and the shared demo number. The
// webhook secret is left to NewSecret.
func setup(mint provider.Mint) provider.Setup {
	account := sms.Account{
		ID: mint(sms.KindAccount), Provider: "surge", Name: "Switchhook",
		Lines: []sms.Line{
			{ID: mint(sms.KindLine), Number: "+18015550100", Kind: sms.LongCode, Name: "(801) 555-0100"},
			{ID: mint(sms.KindLine), Number: "+18015550101", Kind: sms.LongCode, Name: "(801) 555-0101"},
			{ID: mint(sms.KindLine), Number: "+18015550190", Kind: sms.DemoLine, Name: "Demo phone number", Cap: demoCap},
		},
	}
	return provider.Setup{
		Account: account,
		Key:     "sk_live_" + keyText(mint),
		Trial:   "sk_demo_" + keyText(mint),
		Env: map[string]string{
			"account": account.ID,
			"number":  string(account.Lines[0].Number),
			"number2": string(account.Lines[1].Number),
		},
	}
}

// keyText is 32 characters: the random tails of two ids.
func keyText(mint provider.Mint) string { return tail(mint) + tail(mint) }

func tail(mint provider.Mint) string {
	const chars = 16 // what follows the time in an id
	id := mint(sms.KindEvent)
	return id[max(0, len(id)-chars):]
}

// credential reads a key: a bearer token, or the user name of Basic with an
// empty password. Anything else that is given is returned whole: no key can
// look like that, so it is refused as unknown and not as missing.
func credential(r *http.Request) string {
	header := strings.TrimSpace(r.Header.Get("Authorization"))
	scheme, rest, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return strings.TrimSpace(rest)
	case strings.EqualFold(scheme, "Basic"):
		if user, password, ok := r.BasicAuth(); ok && password == "" {
			return user
		}
	}
	return header
}
