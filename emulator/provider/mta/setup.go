package mta

import (
	"net/http"
	"strings"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// setup makes an account with two toll-free numbers, 9001 and 9002. A key is a UUID.
func setup(mint provider.Mint) provider.Setup {
	account := sms.Account{
		ID: mint(sms.KindAccount), Provider: "mta", Name: "Switchhook",
		Lines: []sms.Line{
			{ID: mint(sms.KindLine), Number: "+18445550100", Kind: sms.TollFree, Name: "(844) 555-0100"},
			{ID: mint(sms.KindLine), Number: "+18445550101", Kind: sms.TollFree, Name: "(844) 555-0101"},
		},
	}
	return provider.Setup{
		Account: account,
		Key:     mint(sms.KindEvent),
		Env: map[string]string{
			"account":   account.ID,
			"number":    string(account.Lines[0].Number),
			"number2":   string(account.Lines[1].Number),
			"longcode":  account.Lines[0].ID,
			"longcode2": account.Lines[1].ID,
		},
	}
}

// fixed is the account of the default sandbox.
func fixed(s provider.Setup) provider.Setup {
	s.Key = "fa4efa4e-fa4e-4fa4-8fa4-fa4efa4efa4e"
	s.Secret = strings.Repeat("fa4e", 32)
	return s
}

// credential reads a bearer token. Anything else that is given is no key of
// anybody's, so it is refused as unknown and not as missing.
func credential(r *http.Request) string {
	header := strings.TrimSpace(r.Header.Get("Authorization"))
	scheme, rest, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return strings.TrimSpace(rest)
	case header != "":
		return "not a bearer token: " + header
	}
	return ""
}

// accountOf is the account that every call is about: a key has one.
func accountOf(book provider.Book) (sms.Account, *sms.Error) {
	all, _ := book.Accounts(sms.Page{Limit: 1, Oldest: true})
	if len(all.Items) == 0 {
		return sms.Account{}, sms.Fail(sms.AccountNotFound, "There is no account.")
	}
	return all.Items[0], nil
}
