package exotel_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/provider/exotel"
	"github.com/switchhook/switchhook/emulator/provider/providertest"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	const final = "a callback comes at the final state only, unless every_change is on"
	providertest.Run(t, providertest.Dialect{
		Provider:  exotel.New(),
		Switches:  map[string]string{"rate_limits": "off"},
		Handsets:  "+9198765432",
		Send:      suiteSend,
		MessageID: suiteMessageID,
		Read:      suiteRead,
		Hears:     []string{"incoming"},
		Life:      []string{"sent DELIVERED_TO_HANDSET"},
		Acks:      []int{200, 201, 202, 204, 226},
		OptOut:    sms.BlockNever,
		Behind:    map[sms.EventType]string{sms.MessageAccepted: final, sms.MessageSending: final, sms.MessageSent: final},
		Closing: map[string]string{
			"https_only=on":       "the application takes callbacks at an http URL",
			"balance=0":           "there is no money",
			"account=inactive":    "the account is closed",
			"account=no-kyc":      "the account may not send yet",
			"account=promotional": "the sender has letters",
		},
		Declines: map[string]string{
			"reply":    "a send names a number; there are no threads",
			"forgery":  "nothing is signed",
			"stamp":    "nothing is signed",
			"rotation": "nothing is signed",
		},
		Bad: []providertest.Bad{
			{Name: "no recipient", Body: "From=EMUSMS&Body=Hi", Status: 400},
			{Name: "no text", Body: "From=EMUSMS&To=%2B919876543210", Status: 400},
			{Name: "empty text", Body: "From=EMUSMS&To=%2B919876543210&Body=", Status: 400},
			{Name: "no sender", Body: "To=%2B919876543210&Body=Hi", Status: 400},
			{Name: "another's sender", Body: "From=%2B911140009999&To=%2B919876543210&Body=Hi", Status: 400},
			{Name: "no number", Body: "From=EMUSMS&To=12&Body=Hi", Status: 400},
			{Name: "unknown type", Body: "From=EMUSMS&To=%2B919876543210&Body=Hi&SmsType=poem", Status: 400},
			{Name: "no callback URL", Body: "From=EMUSMS&To=%2B919876543210&Body=Hi&StatusCallback=here", Status: 400},
			{Name: "in XML", Path: "/v1/Accounts/{account}/Sms/send", Body: "From=EMUSMS&Body=Hi", Status: 400},
			{Name: "unknown account", Path: "/v1/Accounts/nobody/Sms/send.json", Body: "From=EMUSMS&To=%2B919876543210&Body=Hi", Status: 403},
		},
	})
}

// suiteSend sends under a sender ID, or under the ExoPhone that is asked for.
func suiteSend(l *providertest.Lab, to, line sms.Number, body string) *http.Request {
	form := url.Values{
		"From": {"EMUSMS"}, "To": {string(to)}, "Body": {body}, "SmsType": {"transactional"},
		"StatusCallback": {l.App.URL + "/status"},
	}
	if line != "" {
		form.Set("From", string(line))
	}
	r := l.Request("POST", "/v1/Accounts/"+l.Env["sid"]+"/Sms/send.json", "application/x-www-form-urlencoded", form.Encode())
	r.SetBasicAuth(l.Env["key"], l.Env["token"])
	return r
}

func suiteMessageID(body []byte) string {
	var a struct{ SMSMessage struct{ Sid string } }
	_ = json.Unmarshal(body, &a)
	return a.SMSMessage.Sid
}

func suiteRead(h providertest.Hook) providertest.Told {
	form, err := url.ParseQuery(string(h.Body))
	if err != nil {
		return providertest.Told{Type: err.Error()}
	}
	told := providertest.Told{Message: form.Get("SmsSid"), Text: form.Get("Body")}
	if !strings.HasPrefix(h.Path, "/status") {
		told.Type, told.Handset = "incoming", sms.Number(form.Get("From"))
		return told
	}
	status, detailed := form.Get("Status"), form.Get("DetailedStatus")
	told.Type = status + " " + detailed
	told.Handset = sms.Number("+91" + strings.TrimPrefix(form.Get("To"), "0")) // callbacks show national numbers
	if strings.HasPrefix(status, "failed") {
		told.Reason = detailed
	}
	return told
}
