package surge

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
)

// event is an example of type t, with all that a webhook can tell.
func event(t sms.EventType) sms.Event {
	contact := sms.Contact{ID: "ctc_01m0fteyx8fgwbdhm8s8fn5jqy", Number: "+18015550142", FirstName: "Ada", LastName: "Vega"}
	e := sms.Event{
		ID: "evt_01m0fv4y18en0vwmw5vp3nf51j", Type: t, Provider: "surge",
		Account: "acct_01m0ft9f48frjstvg8ddz5cx9s", Handset: contact.Number, At: epoch,
		Contact:      &contact,
		Conversation: &sms.Conversation{ID: "cnv_01m0ftd4a8eg08qk8ya9pks0y6"},
		Line: &sms.Line{
			ID: "pn_01m0ftgsg8fz18kkpy5qvfyzke", Number: "+18015550100", Kind: sms.LongCode, Name: "(801) 555-0100",
		},
	}
	switch t {
	case sms.MessageReceived:
		e.Message = &sms.Message{
			Body: "Is 3pm free?", Direction: sms.MO, State: sms.Received,
			Media: []sms.Media{{ID: "att_01m0ftr3w8f4bb6f3975tk2q7n", Kind: "image", URL: "https://acme.com/a.png"}},
		}
	case sms.MessageSent, sms.MessageDelivered, sms.MessageFailed:
		e.Message = &sms.Message{
			Body: "Hi Ada", Direction: sms.MT, State: sms.Sent, Metadata: json.RawMessage(`{"order_id":"ord_17"}`),
		}
		if t == sms.MessageFailed {
			e.Message.Reason = sms.Unreachable
		}
	}
	if e.Message != nil {
		e.Message.ID, e.Message.Conversation = "msg_01m0ftb9q8f078tpqd3136t7cx", e.Conversation.ID
	}
	return e
}

func in(settings ...string) provider.Context {
	values := map[string]string{}
	for i := 0; i < len(settings); i += 2 {
		values[settings[i]] = settings[i+1]
	}
	return provider.Context{
		Provider: vendor, Base: "https://api.surge.app", Settings: func(name string) string { return values[name] },
	}
}

// TestWebhookGoldens holds the bodies of webhooks, with a number
// that is in no campaign.
func TestWebhookGoldens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		golden  string
		event   sms.Event
		context provider.Context
	}{
		{"hook-message-received.json", event(sms.MessageReceived), in()},
		{"hook-message-sent.json", event(sms.MessageSent), in()},
		{"hook-message-delivered.json", event(sms.MessageDelivered), in()},
		{"hook-message-failed.json", event(sms.MessageFailed), in()},
		// The seed "Send to One Person" calls the field reason.
		{"hook-message-failed-reason.json", event(sms.MessageFailed), in("reason_copy", "on")},
		// Ruby gem 0.24.0 has a status in message data.
		{"hook-message-sent-status.json", event(sms.MessageSent), in("message_status", "on")},
		{"hook-conversation-created.json", event(sms.ConversationCreated), in()},
		{"hook-contact-opted-out.json", event(sms.OptedOut), in()},
		{"hook-contact-opted-in.json", event(sms.OptedIn), in()},
	} {
		p, ok := New().Encode(c.event, c.context)
		if !ok || p.Type != string(c.event.Type) || p.ContentType != "application/json" {
			t.Errorf("%s: %+v, %v", c.golden, p, ok)
		}
		golden.Check(t, c.golden, string(p.Body))
	}
}

// TestWebhookOnlyAttachments: body is null without a text, and
// the demo number has a type of its own inside a conversation.
func TestWebhookOnlyAttachments(t *testing.T) {
	t.Parallel()
	e := event(sms.MessageReceived)
	e.Message.Body, e.Line.Kind = "", sms.DemoLine
	p, _ := New().Encode(e, in())
	for _, want := range []string{`"body":null`, `"metadata":{}`, `"type":"demo"`} {
		if !strings.Contains(string(p.Body), want) {
			t.Errorf("no %s in %s", want, p.Body)
		}
	}
}

func TestKeywordTextsCanBeSilent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value, body string
		want        bool
	}{
		{"on", "STOP", true},
		{"", "stop", true},
		{"off", " stop ", false},
		{"off", "YES", false},
		{"off", "help", false},
		{"off", "please stop", true},
	} {
		e := event(sms.MessageReceived)
		e.Message.Body = c.body
		if _, got := New().Encode(e, in("stop_message_received", c.value)); got != c.want {
			t.Errorf("stop_message_received %q, text %q: sent is %v", c.value, c.body, got)
		}
	}
	sent := event(sms.MessageSent)
	sent.Message.Body = "STOP"
	if _, ok := New().Encode(sent, in("stop_message_received", "off")); !ok {
		t.Error("the switch keeps back what the application sent")
	}
}

func TestStatusOfEvents(t *testing.T) {
	t.Parallel()
	for _, kind := range []sms.EventType{sms.MessageReceived, sms.MessageSent, sms.MessageDelivered, sms.MessageFailed} {
		p, _ := New().Encode(event(kind), in("message_status", "on"))
		_, want, _ := strings.Cut(string(kind), ".")
		if !strings.Contains(string(p.Body), `"status":"`+want+`"`) {
			t.Errorf("%s: %s", kind, p.Body)
		}
	}
	for state, want := range map[sms.State]string{
		sms.Scheduled: "pending", sms.Accepted: "pending", sms.Sent: "sent", sms.Delivered: "delivered",
		sms.Failed: "failed", sms.Received: "received",
	} {
		if got := statusView(state, in("message_status", "on")); got != want {
			t.Errorf("%s shows as %s, want %s", state, got, want)
		}
	}
}

func TestFailureReasons(t *testing.T) {
	t.Parallel()
	for _, r := range append(sms.Reasons(), sms.Refused, "new-reason") {
		e := event(sms.MessageFailed)
		e.Message.Reason = r
		want := New().Reasons[r]
		if r == "new-reason" {
			want = "new-reason"
		}
		if p, _ := New().Encode(e, in()); !strings.Contains(string(p.Body), `"failure_reason":"`+want+`"`) {
			t.Errorf("%s: %s", r, p.Body)
		}
	}
}

// TestWebhookOfLittle holds that an event which lacks parts is never a panic.
func TestWebhookOfLittle(t *testing.T) {
	t.Parallel()
	for _, kind := range append(sms.EventTypes(), "call.ended") {
		if p, ok := New().Encode(sms.Event{Type: kind}, provider.Context{}); ok {
			t.Errorf("%s of nothing: %s", kind, p.Body)
		}
	}
	bare := sms.Event{Type: sms.MessageSent, Handset: "+18015550142", Message: &sms.Message{ID: "msg_1"}, Line: &sms.Line{}}
	p, ok := New().Encode(bare, provider.Context{})
	if !ok || !strings.Contains(string(p.Body), `"phone_number":null`) || !strings.Contains(string(p.Body), `"phone_number":"+18015550142"`) {
		t.Errorf("%s, %v", p.Body, ok)
	}
}

func TestInstant(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 9*60*60)
	if got := instant(time.Date(2024, 10, 22, 8, 29, 43, 999_999_999, east)); got != "2024-10-21T23:29:43Z" {
		t.Errorf("instant is %s", got)
	}
}
