package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Ready is nil once the emulator takes calls.
func (c *Client) Ready(ctx context.Context) error {
	_, err := call[Health](ctx, c, http.MethodGet, c.root("readyz"), nil)
	return err
}

// Sandboxes lists them all, the default one first.
func (c *Client) Sandboxes(ctx context.Context) ([]Sandbox, error) {
	page, err := call[Page[Sandbox]](ctx, c, http.MethodGet, c.root("sandboxes"), nil)
	return page.Items, err
}

// MakeSandbox makes one; use In with its ID to work in it.
func (c *Client) MakeSandbox(ctx context.Context, o SandboxOptions) (Sandbox, error) {
	return call[Sandbox](ctx, c, http.MethodPost, c.root("sandboxes"), o)
}

// Sandbox describes the client's sandbox.
func (c *Client) Sandbox(ctx context.Context) (Sandbox, error) {
	return call[Sandbox](ctx, c, http.MethodGet, c.world(), nil)
}

// DropSandbox ends the client's sandbox with all that is in it. The default
// one cannot be dropped; Reset empties it.
func (c *Client) DropSandbox(ctx context.Context) error {
	return tell(ctx, c, http.MethodDelete, c.world())
}

// Reset makes the sandbox as it was when it began.
func (c *Client) Reset(ctx context.Context) error {
	return tell(ctx, c, http.MethodPost, c.world("reset"))
}

// Clock reads the virtual clock.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	return call[Clock](ctx, c, http.MethodGet, c.world("clock"), nil)
}

// SetClock changes what moves the virtual clock.
func (c *Client) SetClock(ctx context.Context, o ClockOptions) (Clock, error) {
	return call[Clock](ctx, c, http.MethodPut, c.world("clock"), o)
}

// Advance moves the virtual clock, firing all that is due on the way.
func (c *Client) Advance(ctx context.Context, a Advance) (Move, error) {
	return call[Move](ctx, c, http.MethodPost, c.world("clock", "advance"), a)
}

// Settle waits until nothing is due or open and the application is silent.
// That it did not come to rest in time is no error: see Move.Quiet.
func (c *Client) Settle(ctx context.Context, s Settle) (Move, error) {
	return call[Move](ctx, c, http.MethodPost, c.world("clock", "settle"), s)
}

// Handset reads how a handset behaves and its thread. Every number has one.
func (c *Client) Handset(ctx context.Context, n sms.Number) (Handset, error) {
	return call[Handset](ctx, c, http.MethodGet, c.world("handsets", string(n)), nil)
}

// SetHandset changes how a handset behaves.
func (c *Client) SetHandset(ctx context.Context, n sms.Number, b Behaviour) (Handset, error) {
	return call[Handset](ctx, c, http.MethodPut, c.world("handsets", string(n)), b)
}

// Text sends an MO from a handset.
func (c *Client) Text(ctx context.Context, from sms.Number, t Text) (sms.Message, error) {
	return call[sms.Message](ctx, c, http.MethodPost, c.world("handsets", string(from), "messages"), t)
}

// Messages lists messages, oldest first.
func (c *Client) Messages(ctx context.Context, f Filter) (Page[sms.Message], error) {
	return list[sms.Message](ctx, c, "messages", f)
}

// Conversations lists conversations, oldest first.
func (c *Client) Conversations(ctx context.Context, f Filter) (Page[sms.Conversation], error) {
	return list[sms.Conversation](ctx, c, "conversations", f)
}

// OptOuts lists what handsets said about their consent, oldest first.
func (c *Client) OptOuts(ctx context.Context, f Filter) (Page[sms.OptOut], error) {
	return list[sms.OptOut](ctx, c, "optouts", f)
}

// Attempts lists webhook attempts in their latest state, oldest first.
func (c *Client) Attempts(ctx context.Context, f Filter) (Page[journal.Attempt], error) {
	return list[journal.Attempt](ctx, c, "attempts", f)
}

func list[T any](ctx context.Context, c *Client, what string, f Filter) (Page[T], error) {
	return call[Page[T]](ctx, c, http.MethodGet, withQuery(c.world(what), url.Values{
		"provider":     {f.Provider},
		"handset":      {string(f.Handset)},
		"conversation": {f.Conversation},
		"event":        {f.Event},
		"after":        {f.After},
		"limit":        {number(f.Limit)},
	}), nil)
}

// number writes n for a query, where 0 stands for the default.
func number[T int | uint64](n T) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// WebhookEndpoints lists where webhooks go: for each provider the endpoint
// that SetWebhooks sets, then those that the application registered with the
// provider itself, whose secrets are left out.
func (c *Client) WebhookEndpoints(ctx context.Context) ([]sms.Endpoint, error) {
	page, err := call[Page[sms.Endpoint]](ctx, c, http.MethodGet, c.world("webhooks"), nil)
	return page.Items, err
}

// Webhooks reads where a provider's webhooks go.
func (c *Client) Webhooks(ctx context.Context, provider string) (Webhooks, error) {
	return call[Webhooks](ctx, c, http.MethodGet, c.world("webhooks", provider), nil)
}

// SetWebhooks changes where a provider's webhooks go.
func (c *Client) SetWebhooks(ctx context.Context, provider string, w Webhooks) (Webhooks, error) {
	return call[Webhooks](ctx, c, http.MethodPut, c.world("webhooks", provider), w)
}

// Switches reads the values in force of a provider's switches.
func (c *Client) Switches(ctx context.Context, provider string) (map[string]string, error) {
	return call[map[string]string](ctx, c, http.MethodGet, c.world("switches", provider), nil)
}

// SetSwitches changes the switches that values names.
func (c *Client) SetSwitches(ctx context.Context, provider string, values map[string]string) (map[string]string, error) {
	return call[map[string]string](ctx, c, http.MethodPut, c.world("switches", provider), values)
}

// Occasions lists what can be made to happen by hand at a provider.
func (c *Client) Occasions(ctx context.Context, provider string) ([]OccasionInfo, error) {
	page, err := call[Page[OccasionInfo]](ctx, c, http.MethodGet, c.world("occasions", provider), nil)
	return page.Items, err
}

// Happen makes an occasion happen now.
func (c *Client) Happen(ctx context.Context, provider string, o Occasion) (sms.Document, error) {
	return call[sms.Document](ctx, c, http.MethodPost, c.world("occasions", provider), o)
}

// Resend plans one more attempt of an event.
func (c *Client) Resend(ctx context.Context, event string) (journal.Attempt, error) {
	return call[journal.Attempt](ctx, c, http.MethodPost, c.world("events", event, "resend"), nil)
}

// Faults lists the planned faults and what became of them.
func (c *Client) Faults(ctx context.Context) ([]journal.Fault, error) {
	page, err := call[Page[journal.Fault]](ctx, c, http.MethodGet, c.world("faults"), nil)
	return page.Items, err
}

// PlanFault plans a fault. Nth, Times and Attempt are 1 unless set.
func (c *Client) PlanFault(ctx context.Context, f journal.Fault) (journal.Fault, error) {
	return call[journal.Fault](ctx, c, http.MethodPost, c.world("faults"), f)
}

// CancelFault takes a fault back.
func (c *Client) CancelFault(ctx context.Context, id string) error {
	return tell(ctx, c, http.MethodDelete, c.world("faults", id))
}
