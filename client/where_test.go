package client_test

import (
	"testing"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

const ana = sms.Number("+18015550142")

func TestWhereMatches(t *testing.T) {
	t.Parallel()
	message := sms.Message{
		ID: "m1", Provider: "acme", Conversation: "c1", Handset: ana,
		Direction: sms.MT, State: sms.Sent, Body: "Yes, 3pm is free",
	}
	sent := journal.Entry{Kind: journal.KindMessage, Message: &message}
	event := journal.Entry{Kind: journal.KindEvent, Event: &sms.Event{
		ID: "e1", Type: sms.MessageSent, Provider: "acme", Handset: ana, Message: &message,
	}}
	made := journal.Entry{Kind: journal.KindEvent, Event: &sms.Event{
		ID: "e2", Type: sms.ConversationCreated, Provider: "acme", Handset: ana, Conversation: &sms.Conversation{ID: "c1"},
	}}
	ended := journal.Entry{Kind: journal.KindAttemptEnded, Attempt: &journal.Attempt{
		Provider: "acme", Handset: ana, Message: "m1", Neutral: sms.MessageSent, Outcome: journal.OK,
	}}
	called := journal.Entry{Kind: journal.KindAccepted, Call: &journal.Call{Provider: "acme", Handset: ana, Message: "m1"}}
	marker := journal.Entry{Kind: journal.KindMarker, Marker: "Yes"}

	for name, c := range map[string]struct {
		where client.Where
		entry journal.Entry
		want  bool
	}{
		"nothing asked":            {client.Where{}, marker, true},
		"kind":                     {client.Where{Kind: journal.KindMessage}, sent, true},
		"another kind":             {client.Where{Kind: journal.KindMessage}, marker, false},
		"all of a message":         {client.Where{Provider: "acme", Handset: ana, Conversation: "c1", Message: "m1", Direction: sms.MT, State: sms.Sent, Body: "3pm"}, sent, true},
		"another state":            {client.Where{State: sms.Delivered}, sent, false},
		"another direction":        {client.Where{Direction: sms.MO}, sent, false},
		"other words":              {client.Where{Body: "4pm"}, sent, false},
		"message in event":         {client.Where{Message: "m1", Event: sms.MessageSent, Body: "free"}, event, true},
		"conversation event":       {client.Where{Conversation: "c1"}, made, true},
		"another event":            {client.Where{Event: sms.MessageFailed}, event, false},
		"attempt":                  {client.Where{Message: "m1", Event: sms.MessageSent, Outcome: journal.OK, Handset: ana}, ended, true},
		"another outcome":          {client.Where{Outcome: journal.Failure}, ended, false},
		"call":                     {client.Where{Provider: "acme", Handset: ana, Message: "m1"}, called, true},
		"another provider":         {client.Where{Provider: "other"}, called, false},
		"another handset":          {client.Where{Handset: "+18015550143"}, called, false},
		"body is not a marker":     {client.Where{Body: "Yes"}, marker, false},
		"marker knows no provider": {client.Where{Provider: "acme"}, marker, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.where.Matches(c.entry); got != c.want {
				t.Errorf("%+v matches %+v: %v, want %v", c.where, c.entry, got, c.want)
			}
		})
	}
}

// Each payload that belongs to a handset or a provider can be asked for it.
func TestWhereKnowsEveryPayload(t *testing.T) {
	t.Parallel()
	for _, e := range []journal.Entry{
		{Kind: journal.KindMessage, Message: &sms.Message{Provider: "acme", Handset: ana}},
		{Kind: journal.KindConversation, Conversation: &sms.Conversation{Provider: "acme", Handset: ana}},
		{Kind: journal.KindContact, Contact: &sms.Contact{Provider: "acme", Number: ana}},
		{Kind: journal.KindOptOut, OptOut: &sms.OptOut{Provider: "acme", Handset: ana}},
		{Kind: journal.KindEvent, Event: &sms.Event{Provider: "acme", Handset: ana}},
		{Kind: journal.KindAttemptStarted, Attempt: &journal.Attempt{Provider: "acme", Handset: ana}},
		{Kind: journal.KindCall, Call: &journal.Call{Provider: "acme", Handset: ana}},
		{Kind: journal.KindFaultFired, Fault: &journal.Fault{Match: journal.FaultMatch{Provider: "acme", Handset: ana}}},
	} {
		if !(client.Where{Provider: "acme", Handset: ana}).Matches(e) {
			t.Errorf("an entry of kind %s does not know its provider and handset", e.Kind)
		}
	}
	for _, e := range []journal.Entry{
		{Kind: journal.KindEndpoint, Endpoint: &sms.Endpoint{Provider: "acme"}},
		{Kind: journal.KindSwitches, Switches: &journal.Switches{Provider: "acme"}},
	} {
		if !(client.Where{Provider: "acme"}).Matches(e) {
			t.Errorf("an entry of kind %s does not know its provider", e.Kind)
		}
	}
	if !(client.Where{Handset: ana}).Matches(journal.Entry{Kind: journal.KindHandset, Handset: &sms.Handset{Number: ana}}) {
		t.Error("a handset entry does not know its number")
	}
}
