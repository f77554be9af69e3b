package surge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/switchhook/switchhook/emulator/provider/providertest"
	"github.com/switchhook/switchhook/emulator/provider/surge"
	"github.com/switchhook/switchhook/emulator/sms"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Dialect{
		Provider: surge.New(),
		Send: func(l *providertest.Lab, to, line sms.Number, body string) *http.Request {
			fields := map[string]string{"to": string(to), "body": body}
			if line != "" {
				fields["from"] = string(line)
			}
			return ask(l, fields)
		},
		Reply: func(l *providertest.Lab, conversation, body string) *http.Request {
			return ask(l, map[string]string{"conversation": conversation, "body": body})
		},
		MessageID: func(body []byte) string {
			var m struct{ ID string }
			_ = json.Unmarshal(body, &m)
			return m.ID
		},
		Accepted: http.StatusCreated,
		Read:     readWebhook,
		Verify:   verify,
		Opens:    []string{"conversation.created"},
		Hears:    []string{"message.received"},
		Life:     []string{"message.sent", "message.delivered"},
		Acks:     []int{200, 201, 202, 204, 226},
		OptOut:   sms.BlockRefuse,
		Bad: []providertest.Bad{
			{Name: "no JSON", Body: `{"to":`, Status: 400},
			{Name: "no body", Body: `{"to":"+18015550242"}`, Status: 422},
			{Name: "nobody", Body: `{"body":"Hi"}`, Status: 422},
			{Name: "no number", Body: `{"to":"801-555","body":"Hi"}`, Status: 422},
			{Name: "blank", Body: `{"to":"+18015550242","body":""}`, Status: 422},
			{Name: "another's number", Body: `{"to":"+18015550242","from":"+18015559999","body":"Hi"}`, Status: 422},
			{Name: "unknown conversation", Body: `{"conversation":"cnv_01m0ftd4a8eg08qk8ya9p00000","body":"Hi"}`, Status: 422},
			{Name: "no time", Body: `{"to":"+18015550242","body":"Hi","send_at":"tomorrow"}`, Status: 422},
			{Name: "unknown account", Path: "/accounts/acct_01m0ft9f48frjstvg8ddz00000/messages", Body: `{"to":"+18015550242","body":"Hi"}`, Status: 404},
		},
	})
}

func ask(l *providertest.Lab, fields map[string]string) *http.Request {
	body, err := json.Marshal(fields)
	if err != nil {
		l.T.Fatal(err)
	}
	r := l.Request("POST", "/accounts/"+l.Env["account"]+"/messages", "application/json", string(body))
	r.Header.Set("Authorization", "Bearer "+l.Env["key"])
	return r
}

func readWebhook(h providertest.Hook) providertest.Told {
	type conversation struct {
		ID      string
		Contact struct {
			Number sms.Number `json:"phone_number"`
		}
	}
	var v struct {
		Type string
		Data struct {
			conversation
			Body   string
			Reason string       `json:"failure_reason"`
			In     conversation `json:"conversation"`
		}
	}
	_ = json.Unmarshal(h.Body, &v)
	d := v.Data
	told := providertest.Told{Type: v.Type, Text: d.Body, Reason: d.Reason}
	switch {
	case strings.HasPrefix(v.Type, "message."):
		told.Message, told.Conversation, told.Handset = d.ID, d.In.ID, d.In.Contact.Number
	case strings.HasPrefix(v.Type, "conversation."):
		told.Conversation, told.Handset = d.ID, d.Contact.Number
	}
	return told
}

// verify checks the current scheme with the library that Surge names.
func verify(h providertest.Hook, secret string) error {
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return fmt.Errorf("read the secret: %w", err)
	}
	return w.Verify(h.Body, h.Header)
}
