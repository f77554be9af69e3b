package stage

import (
	"context"
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// opinions asks the application, whenever the world is at rest, what it thinks
// of its messages, and notes the answers in the record.
type opinions struct {
	net   record
	sut   *sut.SUT
	read  int                 // entries after which it was asked
	known map[string][]string // by the id of each message of the application, what it may know it under
}

// ask asks about each message of the application that changed its state, or of
// which a webhook told, since the last time. Entries are the record so far, to
// which earlier calls gave the beginning. That the application knows no such
// message is an answer; that it cannot be reached is none.
func (o *opinions) ask(ctx context.Context, entries []journal.Entry) error {
	if _, says := o.sut.Probe[sut.StatusProbe]; !says {
		return nil
	}
	for _, message := range o.moved(entries[o.read:]) {
		probe, err := o.look(ctx, o.known[message])
		if ctx.Err() != nil {
			return unrest{"the application did not say in time what it thinks of message " + message + ", by its probe " + probe.Path}
		}
		if err != nil && probe.Status == 0 {
			continue
		}
		if _, err := o.net.Note(ctx, client.Note{Kind: journal.KindProbe, Probe: &probe}); err != nil {
			return err
		}
	}
	o.read = len(entries)
	return nil
}

// look asks under one name after the other until one is known.
func (o *opinions) look(ctx context.Context, names []string) (probe journal.Probe, err error) {
	for _, name := range names {
		if name == "" {
			continue
		}
		probe, err = o.sut.Look(ctx, sut.StatusProbe, name)
		if err == nil || probe.Status != http.StatusNotFound {
			break
		}
	}
	return probe, err
}

// moved lists the application's messages that entries are about, in their order.
// Those of the provider itself are not among them.
func (o *opinions) moved(entries []journal.Entry) []string {
	if o.known == nil {
		o.known = map[string][]string{}
	}
	var ids []string
	listed := map[string]bool{}
	for _, e := range entries {
		id := ""
		switch {
		case e.Kind == journal.KindMessage && e.Message != nil:
			id = e.Message.ID
			if m := e.Message; m.Direction == sms.MT && !m.Automatic {
				o.known[id] = []string{id, m.Reference, m.Batch}
			}
		case e.Kind == journal.KindAttemptEnded && e.Attempt != nil:
			id = e.Attempt.Message
		}
		if o.known[id] != nil && !listed[id] {
			listed[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}
