package stage

import (
	"context"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// network is what a run needs of a sandbox; a *client.Client is one.
type network interface {
	timepiece
	phones
	settings
	mischief
	record
}

type timepiece interface {
	Clock(context.Context) (client.Clock, error)
	Advance(context.Context, client.Advance) (client.Move, error)
	Settle(context.Context, client.Settle) (client.Move, error)
}

type phones interface {
	Text(ctx context.Context, from sms.Number, t client.Text) (sms.Message, error)
	SetHandset(ctx context.Context, n sms.Number, b client.Behaviour) (client.Handset, error)
}

type settings interface {
	Webhooks(ctx context.Context, provider string) (client.Webhooks, error)
	SetWebhooks(ctx context.Context, provider string, w client.Webhooks) (client.Webhooks, error)
	Switches(ctx context.Context, provider string) (map[string]string, error)
	SetSwitches(ctx context.Context, provider string, values map[string]string) (map[string]string, error)
}

type mischief interface {
	PlanFault(context.Context, journal.Fault) (journal.Fault, error)
	CancelFault(ctx context.Context, id string) error
	Faults(context.Context) ([]journal.Fault, error)
	Resend(ctx context.Context, event string) (journal.Attempt, error)
}

type record interface {
	Journal(context.Context, client.JournalQuery) (client.JournalPage, error)
	Follow(ctx context.Context, after uint64, fn func(journal.Entry) (more bool)) error
	Note(context.Context, client.Note) (journal.Entry, error)
}
