package exotel

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/provider/providertest/golden"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

func contextOf(values map[string]string) provider.Context {
	return provider.Context{Provider: "exotel", Base: "http://127.0.0.1:4010/exotel", Settings: settings(values)}
}

func reply() sms.Event {
	m := sms.Message{
		ID: "0f477d600f477d600f477d600f477d60", Provider: "exotel", Account: "acme1", Direction: sms.MO,
		Handset: "+919999900001", Line: "+911140000000", Body: "Yes & no; 5%\n😀", State: sms.Received,
		Created: madeAt.Add(5 * time.Minute), Changed: madeAt.Add(5 * time.Minute),
	}
	return sms.Event{ID: "e1", Type: sms.MessageReceived, Provider: "exotel", Account: "acme1", Handset: m.Handset, At: m.Created, Message: &m}
}

func about(kind sms.EventType, m sms.Message) sms.Event {
	m.Next = nil // events never have one
	return sms.Event{ID: "e2", Type: kind, Provider: "exotel", Account: "acme1", Handset: m.Handset, At: m.Changed, Message: &m}
}

func shown(p webhook.Payload) string {
	return fmt.Sprintf("%s %s\n%s\n%s\n\n%s", p.Method, p.URL, p.Type, p.ContentType, p.Body)
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	custom := func(m sms.Message, x string) sms.Message {
		m.Extra = json.RawMessage(x)
		return m
	}
	onItsWay := ended3s(sms.Sent, "")
	for _, tt := range []struct {
		name     string
		event    sms.Event
		switches map[string]string
	}{
		{"inbound", reply(), nil},
		{"inbound_get", reply(), map[string]string{"inbound_method": "GET", "inbound_body": "json"}},
		{"inbound_json", reply(), map[string]string{"inbound_body": "json", "inbound_sid": "prefixed"}},
		{"status_sent", about(sms.MessageDelivered, ended3s(sms.Delivered, "")), nil},
		{"status_dnd", about(sms.MessageFailed, ended3s(sms.Failed, failDND)), nil},
		{"status_dnd_hyphen", about(sms.MessageFailed, ended3s(sms.Failed, failDND)), map[string]string{"dnd_spelling": "hyphen"}},
		{"status_json", about(sms.MessageFailed, custom(ended3s(sms.Failed, sms.Unreachable), `{"sender":"EMUSMS","json_callback":true}`)), nil},
		{"status_guide", about(sms.MessageDelivered, custom(ended3s(sms.Delivered, ""), `{"sender":"EMUSMS","guide":true}`)), nil},
		{"status_operator", about(sms.MessageUnconfirmed, ended3s(sms.Sent, "")), nil},
		{"status_submitted", about(sms.MessageSent, onItsWay), map[string]string{"every_change": "on"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, ok := encode(tt.event, contextOf(tt.switches))
			if !ok {
				t.Fatal("no webhook")
			}
			golden.Check(t, tt.name+".txt", shown(p))
			if p.ContentType == formType {
				if _, err := url.ParseQuery(string(p.Body)); err != nil {
					t.Errorf("the form cannot be read: %v", err)
				}
			}
		})
	}
}

func TestWhatHasNoWebhook(t *testing.T) {
	t.Parallel()
	quiet := ended3s(sms.Delivered, "")
	quiet.Callback = ""
	automatic := ended3s(sms.Delivered, "")
	automatic.Automatic = true
	for _, tt := range []struct {
		name     string
		event    sms.Event
		switches map[string]string
	}{
		{"no callback", about(sms.MessageDelivered, quiet), nil},
		{"not final", about(sms.MessageSent, sample()), nil},
		{"not final, accepted", about(sms.MessageAccepted, sample()), map[string]string{"default_callback": "on"}},
		{"the provider's own", about(sms.MessageDelivered, automatic), nil},
		{"consent", about(sms.OptedOut, sample()), map[string]string{"every_change": "on"}},
		{"conversation", about(sms.ConversationCreated, sample()), nil},
		{"no message", sms.Event{Type: sms.MessageReceived}, nil},
	} {
		if p, ok := encode(tt.event, contextOf(tt.switches)); ok {
			t.Errorf("%s: %s", tt.name, shown(p))
		}
	}
	p, ok := encode(about(sms.MessageDelivered, quiet), contextOf(map[string]string{"default_callback": "on"}))
	if !ok || p.URL != "" {
		t.Errorf("with default_callback: %t, to %q; want a webhook to the endpoint's own URL", ok, p.URL)
	}
}

func TestLadders(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":              "[30s 2m0s 10m0s] 10s",
		"three-retries": "[30s 2m0s 10m0s] 10s",
		"four-retries":  "[30s 2m0s 10m0s 30m0s] 10s",
		"two-retries":   "[5m0s 15m0s] 15s",
	} {
		l := ladder(settings(map[string]string{"ladder": name}))
		if got := fmt.Sprint(l.Delays, l.Timeout); got != want || l.Jitter != 0 {
			t.Errorf("%q: %s, jitter %v, want %s", name, got, l.Jitter, want)
		}
		for status, good := range map[int]bool{200: true, 204: true, 299: true, 301: false, 199: false, 404: false, 500: false} {
			if l.Success(status) != good {
				t.Errorf("%q: status %d is a success: %t", name, status, !good)
			}
		}
	}
}

func TestInboundToTheExophonesOwnURL(t *testing.T) {
	t.Parallel()
	e := reply()
	e.Line = &sms.Line{Number: e.Message.Line, Extra: json.RawMessage(`{"sms_url":"http://127.0.0.1:3000/flow"}`)}
	for value, want := range map[string]string{"account": "", "exophone": "http://127.0.0.1:3000/flow"} {
		p, ok := encode(e, contextOf(map[string]string{"inbound_url": value}))
		if !ok || p.URL != want {
			t.Errorf("inbound_url %s: %t, to %q, want %q", value, ok, p.URL, want)
		}
	}
}

func TestSignAddsNothingButTheToken(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"off": "http://127.0.0.1:3000/in?a=1",
		"on":  "http://127.0.0.1:3000/in?a=1&token=new",
	} {
		r := httptest.NewRequest("POST", "http://127.0.0.1:3000/in?a=1", nil)
		sign(r, webhook.Signing{Secrets: []string{"new", "old"}, Setting: settings(map[string]string{"url_token": value})})
		if r.URL.String() != want || len(r.Header) != 0 {
			t.Errorf("url_token %s: %s with %v, want %s", value, r.URL, r.Header, want)
		}
	}
}
