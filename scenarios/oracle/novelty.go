package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

func noveltyTolerated(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range h.Attempts {
		if !novel(a) || !a.Genuine() || a.Ended == 0 || mayRefuse(a) || !takesOthers(h, a.Neutral) {
			continue
		}
		switch {
		case a.Outcome == journal.Failure && !excused(h, a):
			return failed(a.Handset, choked(h, a), a.Started, a.Ended)
		case a.Outcome != journal.OK:
			continue
		}
		seen++
		if s := strangeEffect(l, a); s != nil {
			return failed(a.Handset, fmt.Sprintf("an event of a type that nobody knows (%s) had an effect: message %s was sent after it", a.Type, s.ID), a.Started, a.Ended, s.Call.Seq, s.Seq)
		}
		if in := unheard(l, a); in != nil {
			return failed(a.Handset, fmt.Sprintf("message %s came with fields that nobody knows, was acknowledged, and was not answered", in.Message.ID), a.Started, a.Ended)
		}
	}
	if seen == 0 {
		return notExercised("no event of an unknown type and none with unknown fields was answered", "a fault unknown-event-type or extra-fields")
	}
	return passed(count(seen, "webhook", "webhooks") + " with something unknown taken, and nothing came of that")
}

// novel reports whether an attempt has something in it that no document names.
// Where webhooks do not name their type, an unknown one looks like any other.
func novel(a *history.Attempt) bool {
	named := a.Body == "" || strings.Contains(a.Body, a.Type)
	return a.Why == journal.Stranger && named || slices.Contains(a.Faults, journal.ExtraFields)
}

// takesOthers reports whether the application took a plain webhook, of the same
// kind where the event has one. One that takes none has another trouble.
func takesOthers(h *history.History, kind sms.EventType) bool {
	tried, took := false, false
	for _, a := range h.Attempts {
		if novel(a) || !a.Genuine() || kind != "" && a.Neutral != kind || a.Outcome == journal.Unknown || a.Ended == 0 {
			continue
		}
		tried = true
		took = took || a.Outcome == journal.OK
	}
	return took || !tried
}

func choked(h *history.History, a *history.Attempt) string {
	if a.Why == journal.Stranger {
		return slipped(h, a)
	}
	if a.Status == 0 {
		return fmt.Sprintf("a webhook with fields that nobody knows failed: %s ended with %s", title(a), a.Class)
	}
	return fmt.Sprintf("a webhook with fields that nobody knows was answered %d: %s", a.Status, title(a))
}

// strangeEffect is a message that nothing allows, sent while an event of an
// unknown type was the last that the handset's application had been told; nil
// if there is none.
func strangeEffect(l *ledger, a *history.Attempt) *history.Sent {
	if a.Why != journal.Stranger {
		return nil
	}
	for _, account := range l.accounts {
		for _, s := range account.extra {
			if s.Handset == a.Handset && lastTold(l.history, s.Handset, s.Call.Seq) == a {
				return s
			}
		}
	}
	return nil
}

// lastTold is the attempt about a handset that began last before seq; nil if
// there is none.
func lastTold(h *history.History, who sms.Number, seq uint64) *history.Attempt {
	var last *history.Attempt
	for _, a := range h.Attempts {
		if a.Handset == who && a.Started < seq {
			last = a
		}
	}
	return last
}

// unheard is the text that an attempt with unknown fields told of, if it alone
// told of it and there is no answer; nil otherwise.
func unheard(l *ledger, a *history.Attempt) *history.Inbound {
	in := l.history.InboundOf(a.Message)
	if in == nil || a.Why == journal.Stranger || a.Neutral != sms.MessageReceived || !l.history.Owed(in) {
		return nil
	}
	at := l.of(in.Conversation)
	plain := slices.ContainsFunc(in.Attempts(), func(t *history.Attempt) bool { return t.Genuine() && !novel(t) })
	silent := !slices.ContainsFunc(at.calls, func(c *history.Call) bool { return c.Seq > a.Started })
	if plain || !silent || l.short(at) == 0 {
		return nil
	}
	return in
}
