package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/switchhook/switchhook/emulator/journal"
)

// Journal reads a part of the record. It is the last part if it holds fewer
// entries than were asked for.
func (c *Client) Journal(ctx context.Context, q JournalQuery) (JournalPage, error) {
	return call[JournalPage](ctx, c, http.MethodGet, withQuery(c.world("journal"), url.Values{
		"after": {number(q.After)},
		"limit": {number(q.Limit)},
		"kind":  {string(q.Kind)},
	}), nil)
}

// Findings lists how calls of the application broke the contracts, and, where
// the emulator checks itself, how its answers and webhooks did: entries of kind
// finding, in order. A page with fewer than Limit entries is the last.
func (c *Client) Findings(ctx context.Context, q FindingQuery) (JournalPage, error) {
	unread := ""
	if q.Unread != nil {
		unread = strconv.FormatBool(*q.Unread)
	}
	return call[JournalPage](ctx, c, http.MethodGet, withQuery(c.world("contracts", "findings"), url.Values{
		"provider": {q.Provider},
		"by":       {q.By},
		"call":     {q.Call},
		"kind":     {string(q.Kind)},
		"unread":   {unread},
		"after":    {number(q.After)},
		"limit":    {number(q.Limit)},
	}), nil)
}

// Wait waits on the emulator's side until the record holds what w asks for.
// That it did not in time is no error: see Waited.Held.
func (c *Client) Wait(ctx context.Context, w Wait) (Waited, error) {
	return call[Waited](ctx, c, http.MethodPost, c.world("journal", "wait"), w)
}

// Note adds an entry to the record and returns it as kept.
func (c *Client) Note(ctx context.Context, n Note) (journal.Entry, error) {
	return call[journal.Entry](ctx, c, http.MethodPost, c.world("journal"), n)
}
