package mta

import (
	"net/http"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// verifyKey is GET /auth/verify-api-key. That it is reached says that the key is good.
func verifyKey(net provider.Network, w http.ResponseWriter, _ *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	say(w, "API Key verified", struct {
		Name string `json:"name"`
	}{account.Name})
	return nil
}

// dedicatedNumber is a number of the account; its id is the longcodeId.
type dedicatedNumber struct {
	ID           ref        `json:"id"`
	Number       sms.Number `json:"number"`
	Verification string     `json:"tollFreeVerificationStatus,omitempty"`
}

// listNumbers is GET /dedicated-numbers.
func listNumbers(net provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	account, err := accountOf(net.Book())
	if err != nil {
		return err
	}
	data, err := pageOf(r, source[sms.Line]{
		find: func(p sms.Page) (sms.Slice[sms.Line], bool) { return sliceOf(account.Lines, p), true },
		view: func(l sms.Line) any {
			v := dedicatedNumber{ID: ref(l.ID), Number: l.Number}
			if l.Kind == sms.TollFree {
				v.Verification = "verified"
			}
			return v
		},
	})
	if err != nil {
		return err
	}
	if setting(net.Context(), "number_list") == "array" {
		say(w, "", data.Rows)
		return nil
	}
	say(w, "", data)
	return nil
}

// customField is a field that subscribers have besides the vendor's own. No
// call makes one, so every account has these.
type customField struct {
	ID   ref    `json:"id"`
	Name string `json:"name"`
}

var customFields = []customField{{"401", "Company"}, {"402", "City"}, {"403", "Birthday"}}

// listFields is GET /custom-fields.
func listFields(_ provider.Network, w http.ResponseWriter, r *http.Request) *sms.Error {
	return answerList(w, r, source[customField]{
		find: func(p sms.Page) (sms.Slice[customField], bool) { return sliceOf(customFields, p), true },
		view: func(f customField) any { return f },
	})
}
