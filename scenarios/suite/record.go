package suite

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// Record is all that had happened in a sandbox when it was read. It does not
// change; to see what happened since, read again.
type Record struct {
	history *history.History
	entries []journal.Entry
	err     error
}

// chunk is how many entries are asked for at once.
const chunk = 5000

// Read reads the record of the client's sandbox. Where that fails, every
// matcher fails with the reason, and Err has it. A test whose application has
// had the time to do all that it will (client.Settle, client.Advance) reads
// once; another reads inside Eventually.
func Read(ctx context.Context, c *client.Client) Record {
	var entries []journal.Entry
	for after := uint64(0); ; {
		page, err := c.Journal(ctx, client.JournalQuery{After: after, Limit: chunk})
		if err != nil {
			return Record{err: fmt.Errorf("read the record after entry %d: %w", after, err)}
		}
		entries = append(entries, page.Entries...)
		if len(page.Entries) < chunk {
			return Of(entries)
		}
		after = page.Last
	}
}

// Of is a record whose entries are at hand, in their order.
func Of(entries []journal.Entry) Record { return Record{entries: entries}.Promising(history.Promise{}) }

// Promising is the same record of an application that promises something: which
// texts it answers, or that it confirms a STOP itself. Such a confirmation is
// neither a reply nor a breach of silence.
func (r Record) Promising(p history.Promise) Record {
	if r.err == nil {
		r.history = history.New(r.entries, p)
	}
	return r
}

// Err says why the record could not be read; nil if it was.
func (r Record) Err() error { return r.err }

// History is the record as the oracles see it, for what no matcher asks; nil if
// it could not be read.
func (r Record) History() *history.History { return r.history }

// With is what the application and one handset had to do with each other, on
// all numbers of the application.
func (r Record) With(handset sms.Number) Conversation {
	return Conversation{record: r, handset: handset}
}

// Conversation is a part of a record: that of one handset, or of everybody.
type Conversation struct {
	record  Record
	handset sms.Number // empty: everybody
	since   string     // id of the handset's text from which on it counts; empty: from the start
}

// Since is the part that follows a text of the handset, as client.Text returned
// it: what the application asked for after it had been told of it.
func (c Conversation) Since(text sms.Message) Conversation {
	c.since = text.ID
	return c
}

// has reports whether the conversation is that of a handset.
func (c Conversation) has(who sms.Number) bool { return c.handset == "" || c.handset == who }

// whom is the handset in words.
func (c Conversation) whom() string {
	if c.handset == "" {
		return "anybody"
	}
	return string(c.handset)
}

// start is where the conversation begins to count: where the application was
// first told of the text. It is an error if there is no such text.
func (c Conversation) start() (uint64, error) {
	if c.since == "" {
		return 0, nil
	}
	in, err := c.text(c.since)
	if err != nil {
		return 0, err
	}
	return max(in.Seq, in.Tried()), nil
}

// text finds a text of the handset.
func (c Conversation) text(id string) (*history.Inbound, error) {
	in := c.record.history.InboundOf(id)
	if in == nil || !c.has(in.Handset) {
		return nil, fmt.Errorf("the record holds no text %q of %s; take the message that client.Text returned, from the same sandbox", id, c.whom())
	}
	return in, nil
}

// inbound lists the texts of the handset.
func (c Conversation) inbound() []*history.Inbound {
	return slices.DeleteFunc(slices.Clone(c.record.history.Inbound), func(in *history.Inbound) bool {
		return !c.has(in.Handset)
	})
}

// sent lists what the application sent to the handset and began to ask for
// after an entry.
func (c Conversation) sent(after uint64) []*history.Sent {
	return slices.DeleteFunc(slices.Clone(c.record.history.Sent), func(s *history.Sent) bool {
		return !c.has(s.Handset) || s.Message.Automatic || s.Call.Seq <= after
	})
}

// replies lists what was sent to the handset after an entry, once the
// application had been told that it wrote: as far as a stranger can tell,
// answers. The promised confirmations of a STOP are not among them.
func (c Conversation) replies(after uint64) []*history.Sent {
	confirms := c.confirms()
	return slices.DeleteFunc(c.sent(after), func(s *history.Sent) bool {
		wrote := slices.ContainsFunc(c.record.history.Inbound, func(in *history.Inbound) bool {
			return in.Handset == s.Handset && in.Tried() > 0 && in.Tried() < s.Call.Seq
		})
		return !wrote || confirms[s.Call]
	})
}

// confirms are the calls that count as the promised confirmations of a STOP:
// the first that follow it.
func (c Conversation) confirms() map[*history.Call]bool {
	h, out := c.record.history, map[*history.Call]bool{}
	for _, change := range h.Consent {
		left := h.Promise.Confirms
		for _, s := range c.sent(0) {
			if left > 0 && h.MayConfirm(change, s.Call) {
				out[s.Call] = true
				left--
			}
		}
	}
	return out
}

// absence is where the application acknowledged a text, or what the text did to
// consent, and where the handset came back; 0 and the end if neither happened.
func (c Conversation) absence(in *history.Inbound) (from, until uint64) {
	from, until = in.Acked(), math.MaxUint64
	for _, change := range c.record.history.ConsentOf(in.Handset) {
		switch {
		case change.Seq == in.Seq && change.Told > 0 && (from == 0 || change.Told < from):
			from = change.Told
		case change.Seq > in.Seq && !change.Out:
			return from, change.Seq
		}
	}
	return from, until
}

// asked lists the calls for a message to a handset that began between two
// entries, whatever became of them, but for the promised confirmations.
func (c Conversation) asked(who sms.Number, from, until uint64) []*history.Call {
	confirms := c.confirms()
	return slices.DeleteFunc(c.record.history.CallsTo(who, from), func(call *history.Call) bool {
		return call.Seq >= until || confirms[call]
	})
}

// atRest reports whether the world came to rest after the application had been
// told of all texts.
func (c Conversation) atRest(texts []*history.Inbound) bool {
	var last uint64
	for _, in := range texts {
		if in.Tried() == 0 {
			return false
		}
		last = max(last, in.Tried())
	}
	return c.record.history.AtRest(last, math.MaxUint64)
}
