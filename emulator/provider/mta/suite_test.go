package mta_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/switchhook/switchhook/emulator/provider/mta"
	"github.com/switchhook/switchhook/emulator/provider/providertest"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Dialect{
		Provider:  mta.New(),
		Switches:  map[string]string{"rate_limits": "off"},
		Handsets:  "+155555501",
		Send:      suiteSend,
		Reply:     suiteReply,
		MessageID: suiteMessageID,
		Read:      suiteRead,
		Verify:    suiteVerify,
		Hears:     []string{"message-reply"},
		Life:      []string{"message-send", "delivery-status 3", "delivery-status 4"},
		Acks:      []int{200},
		OptOut:    sms.BlockFail,
		Behind:    map[sms.EventType]string{sms.MessageSending: "status_queued"},
		Root:      "/v3",
		Closing:   map[string]string{"unverified=on": "such an account sends templates alone"},
		Declines: map[string]string{
			"stamp":    "the signature covers no time",
			"rotation": "a registration has one secret, and a change of it is at once",
		},
		Bad: []providertest.Bad{
			{Name: "no JSON", Body: `{"subscribers":`, Status: 400},
			{Name: "a form", Type: "application/x-www-form-urlencoded", Body: "subscribers=1", Status: 400},
			{Name: "nobody", Body: `{"message":"Hi"}`, Status: 400},
			{Name: "no text", Body: `{"subscribers":["+15555550100"]}`, Status: 400},
			{Name: "no number", Body: `{"subscribers":["abc"],"message":"Hi"}`, Status: 400},
			{Name: "unknown number to send from", Body: `{"subscribers":["+15555550100"],"message":"Hi","longcodeId":7}`, Status: 400},
			{Name: "unknown thread", Body: `{"threadId":7,"message":"Hi"}`, Status: 400},
			{Name: "too long", Body: `{"subscribers":["+15555550100"],"message":"` + strings.Repeat("x", 161) + `"}`, Status: 400},
			{Name: "no time", Body: `{"subscribers":["+15555550100"],"message":"Hi","scheduledDate":"tomorrow"}`, Status: 400},
		},
	})
}

func suiteSend(l *providertest.Lab, to, line sms.Number, body string) *http.Request {
	fields := map[string]any{"subscribers": []sms.Number{to}, "message": body}
	switch string(line) {
	case "":
	case l.Env["number2"]:
		fields["longcodeId"] = json.Number(l.Env["longcode2"])
	default:
		fields["longcodeId"] = json.Number(l.Env["longcode"])
	}
	return suiteAsk(l, fields)
}

func suiteReply(l *providertest.Lab, conversation, body string) *http.Request {
	return suiteAsk(l, map[string]any{"threadId": json.Number(conversation), "message": body})
}

func suiteAsk(l *providertest.Lab, fields map[string]any) *http.Request {
	body, err := json.Marshal(fields)
	if err != nil {
		l.T.Fatal(err)
	}
	r := l.Request("POST", "/v3/send", "application/json", string(body))
	r.Header.Set("Authorization", "Bearer "+l.Env["key"])
	return r
}

func suiteMessageID(body []byte) string {
	var a struct {
		Data struct {
			MessageID string `json:"messageId"`
		}
	}
	_ = json.Unmarshal(body, &a)
	return a.Data.MessageID
}

// failures are the vendor's statuses of what failed.
var failures = map[int]string{
	5: "SENDING_FAILED", 6: "DELIVERY_FAILED", 8: "DELIVERY_REJECTED", 9: "UNDELIVERED",
	10: "INVALID_NUMBER", 11: "STOPPED_NUMBER", 12: "LANDLINE", 13: "SEND_REJECTED",
}

// suiteRead tells bodies apart by their fields: they do not name the event.
func suiteRead(h providertest.Hook) providertest.Told {
	var v struct {
		From      sms.Number `json:"fromNumber"`
		To        sms.Number `json:"toNumber"`
		MessageID string     `json:"messageId"`
		ReplyID   string     `json:"replyId"`
		Message   string     `json:"message"`
		Status    int        `json:"status"`
	}
	_ = json.Unmarshal(h.Body, &v)
	told := providertest.Told{Type: "message-send", Message: v.MessageID, Handset: v.To, Text: v.Message}
	switch {
	case v.Status != 0:
		told.Type, told.Reason = fmt.Sprint("delivery-status ", v.Status), failures[v.Status]
	case v.ReplyID != "":
		told.Type, told.Handset = "message-reply", v.From
	}
	return told
}

func suiteVerify(h providertest.Hook, secret string) error {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(h.Body)
	if h.Header.Get("X-Signature") != hex.EncodeToString(mac.Sum(nil)) {
		return errors.New("X-Signature is not the digest of the body")
	}
	return nil
}
