package oracle

import (
	"cmp"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// account is what one conversation could be sent and what it was sent. Messages
// are booked in the order of the record: first against the replies that texts
// seen so far allow, then against what the harness asked the system under test
// to send, then against earlier sends of which it could not know the outcome.
// What is left, nobody asked for.
type account struct {
	history.Conversation
	inbound []*history.Inbound
	calls   []*history.Call // that asked for a message, in order
	open    bool            // a text that nobody declared: any number of replies may be right

	replies []*history.Sent
	resent  []*history.Sent
	extra   []*history.Sent

	allowed int
	blurred int // sends that were made, and the caller could not know

	// The same for calls, whatever became of them: a call that may be made
	// again allows one more.
	again   int
	booked  int
	surplus []*history.Call
}

// ledger is the accounts of all conversations, in order.
type ledger struct {
	history  *history.History
	accounts []*account
	// What the harness asked for and is not yet booked, as messages and as calls.
	asks, callAsks map[sms.Number]int
}

// step is one thing that changes a ledger.
type step struct {
	seq uint64
	do  func()
}

func balance(h *history.History) *ledger {
	l := &ledger{history: h, asks: map[sms.Number]int{}, callAsks: map[sms.Number]int{}}
	for _, c := range h.Conversations() {
		l.accounts = append(l.accounts, &account{Conversation: c})
	}
	for _, in := range h.Inbound {
		a := l.of(in.Conversation)
		a.inbound = append(a.inbound, in)
		a.open = a.open || in.Expected == history.Undeclared
	}
	for _, c := range h.Calls {
		if a := l.of(c.Conversation); a != nil && c.Sends() {
			a.calls = append(a.calls, c)
		}
	}
	for _, s := range l.steps() {
		s.do()
	}
	return l
}

// of finds the account of a conversation; nil if nothing was ever said in it.
func (l *ledger) of(c history.Conversation) *account {
	i := slices.IndexFunc(l.accounts, func(a *account) bool { return a.Conversation == c })
	if i < 0 {
		return nil
	}
	return l.accounts[i]
}

func (l *ledger) steps() []step {
	var all []step
	for _, in := range l.history.Inbound {
		if seq := in.Tried(); seq > 0 {
			all = append(all, step{seq, func() { l.of(in.Conversation).allowed += allowance(l.history, in) }})
		}
	}
	for _, ask := range l.history.Asks {
		all = append(all, step{ask.Seq, func() {
			l.asks[ask.Handset]++
			l.callAsks[ask.Handset]++
		}})
	}
	gone := map[uint64]bool{}
	for _, away := range absences(l.history) {
		for _, ask := range suppressed(l.history, away) { // once it is back, nobody waits for these
			if gone[ask.Seq] {
				continue
			}
			gone[ask.Seq] = true
			all = append(all, step{away.until, func() {
				l.asks[ask.Handset] = max(l.asks[ask.Handset]-1, 0)
				l.callAsks[ask.Handset] = max(l.callAsks[ask.Handset]-1, 0)
			}})
		}
	}
	for _, a := range l.accounts {
		for _, c := range a.calls {
			all = append(all, step{c.Seq, func() { l.bookCall(a, c) }})
		}
	}
	for _, s := range l.history.Sent {
		all = append(all, step{s.Call.Seq, func() { l.book(s) }})
	}
	slices.SortStableFunc(all, func(a, b step) int { return cmp.Compare(a.seq, b.seq) })
	return all
}

// allowance is how many messages a text allows.
func allowance(h *history.History, in *history.Inbound) int {
	if in.Keyword == sms.Stop {
		return max(in.Expected, h.Promise.Confirms)
	}
	return max(in.Expected, 0)
}

func (l *ledger) book(s *history.Sent) {
	a := l.of(s.Conversation)
	switch {
	case a.open || len(a.replies) < a.allowed:
		a.replies = append(a.replies, s)
	case l.asks[s.Handset] > 0:
		l.asks[s.Handset]--
	case a.blurred > 0:
		a.blurred--
		a.resent = append(a.resent, s)
	default:
		a.extra = append(a.extra, s)
	}
	if s.Call.Unknown() {
		a.blurred++
	}
}

func (l *ledger) bookCall(a *account, c *history.Call) {
	switch {
	case a.booked < a.allowed+a.again:
		a.booked++
	case l.callAsks[c.Handset] > 0:
		l.callAsks[c.Handset]--
	default:
		a.surplus = append(a.surplus, c)
	}
	if c.Again() {
		a.again++
	}
}

// owed lists the texts that must have been answered by now.
func (l *ledger) owed(a *account) []*history.Inbound {
	return slices.DeleteFunc(slices.Clone(a.inbound), func(in *history.Inbound) bool { return !l.history.Owed(in) })
}

// short is how many replies are missing for which the system under test has no excuse.
func (l *ledger) short(a *account) int {
	want := 0
	for _, in := range l.owed(a) {
		want += in.Expected
	}
	missing := want - len(a.replies) - l.caught(a)
	for _, c := range a.calls {
		if l.excuses(a, c) {
			missing--
		}
	}
	return max(missing, 0)
}

// caught is how many replies may be missing because a kill came between the note
// that they are being sent and the call.
func (l *ledger) caught(a *account) int { return expectedOf(l.caughtBefore(a)) }

// mayLeave reports whether the application may leave a send whose outcome it
// cannot know: it did not promise to send again, and no key would keep that from
// being a second text.
func (l *ledger) mayLeave() bool {
	return !l.history.Promise.Keyed && l.history.Promise.Policy != history.AtLeastOnce
}

// excuses reports whether a failed call was the end of a reply: the provider
// refused it for good, or left the outcome open towards a program that promises
// not to ask again, or that asked again in vain.
func (l *ledger) excuses(a *account, c *history.Call) bool {
	switch {
	case len(c.Made) > 0:
		return false
	case c.Refused == sms.RecipientOut, c.Refused == sms.RecipientOff:
		return !l.history.OptedOut(c.Handset, c.Seq)
	case c.Unknown():
		if l.history.Promise.Policy == history.AtLeastOnce {
			return gaveUp(l.history, a, c)
		}
		return !askedAgain(a, c)
	}
	return len(c.Faults) > 0 && c.Status >= 400 && !c.Again()
}

// askedAgain reports whether the call failed while a webhook of the
// conversation was open that was then answered with an error. Who does so asks
// to be told once more, and has no excuse for silence when it is.
func askedAgain(a *account, c *history.Call) bool {
	for _, in := range a.inbound {
		for _, t := range in.Attempts() {
			if t.Genuine() && t.Outcome == journal.Failure && t.Status > 0 && c.Open(t.Started, t.Ended) && in.Acked() > t.Ended {
				return true
			}
		}
	}
	return false
}
