package oracle

import (
	"fmt"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// flaw says what is wrong with each kind of forged webhook.
var flaw = map[journal.FaultKind]string{
	journal.BadSignature: "whose signature does not match",
	journal.NoSignature:  "whose signature is missing",
	journal.OldSecret:    "whose signature was made with a secret that is not valid",
	journal.StaleTime:    "whose signature is too old",
	journal.FutureTime:   "whose signature is from the future",
	journal.BodyChanged:  "whose signature is of another body",
	journal.ReplayOld:    "whose signature is that of an old capture",
}

func trust(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range h.Attempts {
		if a.Forged == "" || a.Ended == 0 || a.Status == 0 {
			continue
		}
		seen++
		for _, rule := range []func(*ledger, *history.Attempt) string{believed, effect, spoiled} {
			if says := rule(l, a); says != "" {
				return failed(a.Handset, says, a.Started, a.Ended)
			}
		}
	}
	if seen == 0 {
		return notExercised("no forged webhook was answered", "a fault that forges: bad-signature, no-signature, old-secret, stale-time, future-time, body-changed or replay")
	}
	return passed(fmt.Sprintf("%s without effect", count(seen, "forged webhook", "forged webhooks")))
}

// believed says how a forged attempt was not refused. A replay may be
// acknowledged as the duplicate that it is.
func believed(_ *ledger, a *history.Attempt) string {
	accepted := a.Status >= 200 && a.Status < 300
	switch {
	case a.Status >= 400 && a.Status < 500, accepted && a.Forged == journal.ReplayOld:
		return ""
	case accepted:
		return fmt.Sprintf("accepted a webhook %s: %s was answered %d", flawOf(a), title(a), a.Status)
	}
	return fmt.Sprintf("a webhook %s was answered %d, not refused with 4xx: %s", flawOf(a), a.Status, title(a))
}

func flawOf(a *history.Attempt) string {
	if says, ok := flaw[a.Forged]; ok {
		return says
	}
	return "that is forged (" + string(a.Forged) + ")"
}

// effect says which message a forged attempt brought about: one that nothing
// genuine allows, sent while the forged attempt was the last that had begun.
func effect(l *ledger, a *history.Attempt) string {
	in := l.history.InboundOf(a.Message)
	if in == nil {
		return ""
	}
	at := l.of(in.Conversation)
	for _, s := range at.extra {
		if _, last := at.telling(s.Call.Seq); last == a {
			return fmt.Sprintf("a webhook %s had an effect: message %s was sent after %s", flawOf(a), s.ID, title(a))
		}
	}
	return ""
}

// spoiled says how the same event, rightly signed, failed after a forged attempt.
func spoiled(l *ledger, a *history.Attempt) string {
	e := l.history.EventOf(a.Event)
	if e == nil || e.Tried() < a.Started {
		return "" // never told again, or told before
	}
	in := l.history.InboundOf(a.Message)
	switch {
	case e.Acked() == 0 && refusedGenuine(e):
		return fmt.Sprintf("after a webhook %s, event %s rightly signed was not acknowledged either", flawOf(a), e.ID)
	case in == nil || a.Neutral != sms.MessageReceived || !l.history.Owed(in):
		return ""
	case l.short(l.of(in.Conversation)) > 0:
		return fmt.Sprintf("after a webhook %s, message %s rightly signed was acknowledged but not answered", flawOf(a), in.Message.ID)
	}
	return ""
}

func refusedGenuine(e *history.Event) bool {
	for _, a := range e.Attempts {
		if a.Genuine() && a.Outcome == journal.Failure {
			return true
		}
	}
	return false
}
