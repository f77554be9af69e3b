package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/scenarios/history"
)

// Undecided says why a record cannot tell whether what a kill did could be
// helped; "" if it can. Nobody outside can see how far the application had come:
//
// It was killed right after it was told of a text, and made no call. If it had
// just noted that it would, it must leave it at that, for it promised not to send
// twice and finds no trace of whether it did; if it had not come so far, it should
// have answered. To tell it of such texts again decides one of the two ways to be
// wrong: if it then answers, it had not kept what it acknowledged, or does not
// know it again.
//
// Or it was killed right after a call was answered. If it had noted the answer, it
// should have gone by it; if not, it is for its policy to say what follows.
func Undecided(h *history.History) (again []*history.Inbound, says string) {
	l := balance(h)
	for _, a := range l.accounts {
		if f := l.open(a); f != nil && says == "" {
			says = f.Says
		}
		again = append(again, l.undecided(a)...)
	}
	return again, says
}

// open is what rules find of a conversation that had nothing else to judge than
// what a kill leaves open; nil if they had.
func (l *ledger) open(a *account) *Finding {
	if texts := l.undecided(a); len(texts) > 0 {
		f := untold(l.history, texts[0])
		return &f
	}
	if missing, unknown, unnoted := inTheDark(l, a); missing > len(unknown) && len(unnoted) > 0 && l.short(a) == 0 {
		f := unseen(unnoted[0], fmt.Sprintf("%s is short of %s after %s", a.Handset, replies(missing), unnoted[0].ID))
		return &f
	}
	for _, s := range a.resent {
		if f := sentAgain(l.history, a, s); f.Status == NotExercised {
			return &f
		}
	}
	return nil
}

// undecided lists the texts of one conversation that were told right before a
// kill: none if the replies that are missing fail or have another excuse.
func (l *ledger) undecided(a *account) []*history.Inbound {
	missing, unknown, _ := inTheDark(l, a)
	if missing <= len(unknown) || l.short(a) > 0 {
		return nil
	}
	return l.caughtBefore(a)
}

// caughtBefore lists the texts that a kill may have come upon between the note
// that a reply is being sent and the call, if such a note must be left at that.
func (l *ledger) caughtBefore(a *account) []*history.Inbound {
	if !l.mayLeave() {
		return nil
	}
	var caught []*history.Inbound
	for _, in := range l.owed(a) {
		if l.history.CaughtBy(in) != nil {
			caught = append(caught, in)
		}
	}
	return caught
}

// untold is what rules find that had nothing else to judge than such a text.
func untold(h *history.History, in *history.Inbound) Finding {
	says := fmt.Sprintf("message %s has no reply: the application was killed%s right after it was told of it and had made no call. "+
		"If it had just noted that it would call, it was right to leave it at that, as the provider takes no idempotency key; from outside that cannot be told from one that forgot",
		in.Message.ID, at(h.CaughtBy(in)))
	if h.Reminder(in) != nil {
		says += ". Told of it again after the restart it did nothing, so it had kept the text"
	}
	return notExercised(says, "a kill at another moment: play it again")
}

// unseen is what rules find that had nothing else to judge than a call of which a
// kill leaves open whether its answer was noted.
func unseen(u *history.Call, says string) Finding {
	return notExercised(fmt.Sprintf("%s, which was told %d right before the application was killed: nobody outside can tell whether it had noted the answer", says, u.Status),
		"a kill at another moment: play it again")
}

// forgot finds a text that had been acknowledged and was answered only because
// the application was told of it again after a kill; nil if there is none.
func forgot(h *history.History, k *history.Kill, due []*history.Inbound) *Finding {
	for _, in := range due {
		again := h.Reminder(in)
		if again == nil || h.CaughtBy(in) != k {
			continue
		}
		if c := answering(h, in, again); c != nil {
			f := failed(in.Handset, fmt.Sprintf("message %s was acknowledged, then the application was killed%s; after its restart it did nothing about it until it was told again (%s), so it had not kept what it acknowledged, or takes what comes again for new",
				in.Message.ID, at(k), title(again)), append(seqs(in), k.Seq, k.Ready, c.Seq)...)
			return &f
		}
	}
	return nil
}

// answering is the call that a reminder brought about: the next one in the
// conversation, unless something else asked for it. Nil if there is none.
func answering(h *history.History, in *history.Inbound, again *history.Attempt) *history.Call {
	calls := h.CallsTo(in.Handset, again.Started)
	i := slices.IndexFunc(calls, func(c *history.Call) bool { return c.Conversation == in.Conversation })
	if i < 0 {
		return nil
	}
	other := slices.ContainsFunc(h.Inbound, func(o *history.Inbound) bool {
		return o != in && o.Handset == in.Handset && again.Started < o.Tried() && o.Tried() < calls[i].Seq
	})
	asked := slices.ContainsFunc(h.Asks, func(a history.Ask) bool {
		return a.Handset == in.Handset && a.Seq < calls[i].Seq && (a.Body == "" || calls[i].Says(a.Body))
	})
	if other || asked {
		return nil
	}
	return calls[i]
}
