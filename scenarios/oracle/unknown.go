package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// sentAgain judges a message that was sent again though the first try, of which
// the application could not know the outcome, had been made.
func sentAgain(h *history.History, a *account, s *history.Sent) Finding {
	evidence, of := proof(a, s), "a send"
	var known *history.Attempt
	u := unknownBefore(a, s)
	if u != nil {
		evidence = append(evidence, u.Seq, u.Done, u.Told)
		of = fmt.Sprintf("%s (%s)", u.ID, outcome(u))
		known = reported(u, s.Call.Seq)
	}
	says := fmt.Sprintf("%s was texted again (message %s) after %s, whose outcome the application could not know, though the message was made",
		s.Handset, s.ID, of)
	switch {
	case known != nil:
		return failed(s.Handset, fmt.Sprintf("%s; a webhook had told by then that it was (%s)", says, title(known)), append(evidence, known.Started, known.Ended)...)
	case h.Promise.Policy == history.AtMostOnce:
		return failed(s.Handset, says+"; its policy is "+history.AtMostOnce, evidence...)
	case h.Promise.Keyed:
		return failed(s.Handset, says+"; the provider would have taken it for the same under the same idempotency key", evidence...)
	}
	if u != nil && u.Unnoted() {
		return unseen(u, fmt.Sprintf("%s was texted again (message %s) after %s", s.Handset, s.ID, u.ID))
	}
	return unavoidable(s.Handset, says+"; the provider takes no idempotency key, so whoever does not want to lose a text must risk this", evidence...)
}

// reported is the first webhook that told of the message of a call, and that was
// acknowledged, before an entry: from then on the outcome was known. Nil if none
// was.
func reported(u *history.Call, before uint64) *history.Attempt {
	for _, made := range u.Made {
		for _, r := range made.Reports {
			if r.Outcome == journal.OK && r.Ended < before {
				return r.Attempt
			}
		}
	}
	return nil
}

// unknownBefore is the last call before s that made a message without its
// caller knowing.
func unknownBefore(a *account, s *history.Sent) *history.Call {
	for _, c := range slices.Backward(a.calls) {
		if c.Seq < s.Call.Seq && c.Unknown() && len(c.Made) > 0 {
			return c
		}
	}
	return nil
}

// lost judges the replies that never came because the outcome of a send could
// not be known and nothing had been made; nil if there are none, or if they were
// given up after as many tries as may be asked for, all of them in vain.
func lost(l *ledger, a *account) *Finding {
	missing, unknown, _ := inTheDark(l, a)
	if missing <= 0 || len(unknown) == 0 {
		return nil
	}
	u := slices.MinFunc(unknown, func(b, c *history.Call) int {
		return len(triesLike(l.history, a, b)) - len(triesLike(l.history, a, c))
	})
	tries := len(triesLike(l.history, a, u))
	if tries >= enough {
		return nil
	}
	evidence := append(seqs(l.owed(a)[0]), u.Seq, u.Done, u.Told)
	says := fmt.Sprintf("%s is short of %s: the application could not know the outcome of call %s (%s), and nothing was made",
		a.Handset, replies(missing), u.ID, outcome(u))
	var f Finding
	switch {
	case l.history.Promise.Keyed && tries > 1:
		f = failed(a.Handset, fmt.Sprintf("%s; it gave up after %d tries, though to ask again is safe under the same idempotency key", says, tries), evidence...)
	case l.history.Promise.Keyed:
		f = failed(a.Handset, says+"; it did not ask again, which is safe under the same idempotency key", evidence...)
	default:
		f = unavoidable(a.Handset, says+"; the provider takes no idempotency key, so whoever does not want to send a text twice must risk this", evidence...)
	}
	return &f
}

// inTheDark is how many replies are missing, leaving aside those that were
// refused for good, and the calls that excuse it: those with an unknown outcome,
// and those of which a kill leaves open whether the answer was noted.
func inTheDark(l *ledger, a *account) (missing int, unknown, unnoted []*history.Call) {
	missing = expectedOf(l.owed(a)) - len(a.replies)
	for _, c := range a.calls {
		switch {
		case missing <= 0 || !l.excuses(a, c):
		case c.Unnoted():
			unnoted = append(unnoted, c)
		case c.Unknown() && c.Refused != sms.RecipientOut && c.Refused != sms.RecipientOff:
			unknown = append(unknown, c)
		default:
			missing--
		}
	}
	return missing, unknown, unnoted
}

// triesLike lists the calls with an unknown outcome that ask for the same words as u, u among them.
func triesLike(h *history.History, a *account, u *history.Call) []*history.Call {
	var out []*history.Call
	for _, c := range a.calls {
		if c == u || c.Unknown() && sameText(h, c, u) {
			out = append(out, c)
		}
	}
	return out
}

// enough is how many tries may be asked of a program that promises to ask again,
// or that is free to because the provider takes idempotency keys.
const enough = 3

// gaveUp reports whether a call with an unknown outcome was the last of enough
// tries in a row. A call for the same words after the world came to rest is
// about something else.
func gaveUp(h *history.History, a *account, c *history.Call) bool {
	run, last := 0, false
	for _, o := range a.calls {
		switch {
		case o != c && !sameText(h, o, c):
		case o.Seq > c.Seq:
			return run >= enough && h.AtRest(max(c.Seq, c.Told), o.Seq)
		case o.Unknown():
			run++
		default:
			run = 0
		}
		last = last || o == c
	}
	return last && run >= enough
}
