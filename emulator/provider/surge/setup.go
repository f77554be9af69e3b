package surge

import (
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// demoCap is how many MTs an account may ever send from the demo number.
const demoCap = 25

const demoName = "Demo phone number"

// setup makes an account with two long codes and the shared demo number. The
// webhook secret is left to NewSecret.
func setup(mint provider.Mint) provider.Setup {
	account := sms.Account{
		ID: mint(sms.KindAccount), Provider: vendor, Name: "Switchhook",
		Lines: []sms.Line{
			{ID: mint(sms.KindLine), Number: "+18015550100", Kind: sms.LongCode, Name: "(801) 555-0100"},
			{ID: mint(sms.KindLine), Number: "+18015550101", Kind: sms.LongCode, Name: "(801) 555-0101"},
			{ID: mint(sms.KindLine), Number: "+18015550190", Kind: sms.DemoLine, Name: demoName, Cap: demoCap},
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

// fixed is the account of the default sandbox. Its ids are those of the samples
// in the vendor's guides and in our documents, so that a sample runs when its
// host and key are changed.
func fixed(s provider.Setup) provider.Setup {
	const text = "switchhook0fake0switchhook0fake0"
	s.Key, s.Trial = "sk_live_"+text, "sk_demo_"+text
	s.Secret = "whsec_c3dpdGNoaG9vay1mYWtlLXNlY3JldC0zMi1ieXRlcyE=" // base64 of switchhook-fake-secret-32-bytes!
	s.Account.ID = "acct_01m0ft9f48frjstvg8ddz5cx9s"
	s.Account.Lines[0].ID = "pn_01m0ftgsg8fz18kkpy5qvfyzke"
	s.Account.Lines[1].ID = "pn_01jrzhe8d9enptypyx360pcmxm"
	s.Env["account"] = s.Account.ID
	return s
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
