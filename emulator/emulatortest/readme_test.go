package emulatortest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/sms"
)

// app stands for yours: it answers each text that it is told of.
func app(surge map[string]string) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var told struct {
			Type string
			Data struct{ Conversation struct{ ID string } }
		}
		if json.NewDecoder(r.Body).Decode(&told) != nil || told.Type != "message.received" {
			return
		}
		reply := fmt.Sprintf(`{"conversation": %q, "body": "Yes, 3pm is free."}`, told.Data.Conversation.ID)
		call, err := http.NewRequestWithContext(r.Context(), "POST",
			surge["url"]+"/accounts/"+surge["account"]+"/messages", strings.NewReader(reply))
		if err != nil {
			return
		}
		call.Header.Set("Authorization", "Bearer "+surge["key"])
		call.Header.Set("Content-Type", "application/json")
		if answer, err := http.DefaultClient.Do(call); err == nil {
			_ = answer.Body.Close()
		}
	})
}

func TestACustomerIsAnswered(t *testing.T) {
	ctx := t.Context()
	em := emulatortest.Start(t) // on a free port, with a clock that only the test moves
	server := httptest.NewServer(app(em.Sandbox.Providers["surge"]))
	defer server.Close()
	if _, err := em.Client.SetWebhooks(ctx, "surge", client.Webhooks{URL: server.URL}); err != nil {
		t.Fatal(err)
	}

	if _, err := em.Client.Text(ctx, "+18015550142", client.Text{Body: "Is 3pm free?"}); err != nil {
		t.Fatal(err)
	}
	if _, err := em.Client.Settle(ctx, client.Settle{}); err != nil { // until nothing is going on
		t.Fatal(err)
	}
	if _, err := em.Client.Advance(ctx, client.Advance{By: sms.Duration(time.Minute)}); err != nil {
		t.Fatal(err)
	}

	customer, err := em.Client.Handset(ctx, "+18015550142")
	if err != nil {
		t.Fatal(err)
	}
	newest := customer.Thread[len(customer.Thread)-1]
	if newest.Body != "Yes, 3pm is free." || newest.State != sms.Delivered {
		t.Errorf("the newest text on the handset is %q, %s", newest.Body, newest.State)
	}
}
