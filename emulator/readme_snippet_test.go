package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// The README shows what stands between the two marks.

// begin snippet
func TestBookingIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	em := emulatortest.Start(t)
	env := em.Sandbox.Providers["surge"] // url, key, account, number, secret, …
	app := httptest.NewServer(bookings(env))
	defer app.Close()

	ctx, c := t.Context(), em.Client
	if _, err := c.SetWebhooks(ctx, "surge", client.Webhooks{URL: app.URL}); err != nil {
		t.Fatal(err)
	}
	// The answer to the first webhook is lost, so that it comes again.
	if _, err := c.PlanFault(ctx, journal.Fault{
		Kind: journal.LoseAnswer, Match: journal.FaultMatch{Event: sms.MessageReceived},
	}); err != nil {
		t.Fatal(err)
	}
	ana := sms.Number("+18015550142")
	if _, err := c.Text(ctx, ana, client.Text{Body: "Is 3pm free?"}); err != nil {
		t.Fatal(err)
	}
	// The retry is due 17 seconds later, which takes no time at all.
	quiet := sms.Duration(100 * time.Millisecond)
	if _, err := c.Advance(ctx, client.Advance{By: sms.Duration(time.Minute), Settle: quiet}); err != nil {
		t.Fatal(err)
	}
	handset, err := c.Handset(ctx, ana)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(handset.Thread); got != 2 { // her text and one answer
		t.Errorf("the thread has %d messages: %v", got, handset.Thread)
	}
}

// end

// bookings is an application that answers each text once, in its conversation.
func bookings(env map[string]string) http.Handler {
	var answered sync.Map // ids of messages
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var event struct {
			Type string
			Data struct {
				ID           string
				Conversation struct{ ID string }
			}
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &event) != nil || event.Type != "message.received" {
			return
		}
		if _, again := answered.LoadOrStore(event.Data.ID, true); again {
			return
		}
		reply, err := http.NewRequestWithContext(r.Context(), http.MethodPost, env["url"]+"/accounts/"+env["account"]+"/messages",
			strings.NewReader(`{"conversation":"`+event.Data.Conversation.ID+`","body":"Yes, 3pm is still available."}`))
		if err != nil {
			panic(err) // both parts are ours
		}
		reply.Header.Set("Authorization", "Bearer "+env["key"])
		reply.Header.Set("Content-Type", "application/json")
		if answer, err := http.DefaultClient.Do(reply); err == nil {
			_ = answer.Body.Close()
		}
	})
}
