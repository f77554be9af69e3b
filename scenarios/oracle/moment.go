package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/scenarios/history"
)

// Undecided lists the texts without their replies of which a record cannot tell
// whether that could be helped, and says of the first what is open. The
// application was killed right after it was told of them, and made no call. If it
// had just noted that it would, it must leave it at that, for it promised not to
// send twice and finds no trace of whether it did; if it had not come so far, it
// should have answered. Nobody outside can see how far it had come.
//
// To tell it of such a text again decides at least one of the two ways to be
// wrong: if it then answers, it had not kept what it acknowledged.
func Undecided(h *history.History) (texts []*history.Inbound, says string) {
	l := balance(h)
	for _, a := range l.accounts {
		texts = append(texts, l.undecided(a)...)
	}
	if len(texts) > 0 {
		says = untold(h, texts[0]).Says
	}
	return texts, says
}

// undecided lists those of one conversation: none if the replies that are missing
// fail or have another excuse.
func (l *ledger) undecided(a *account) []*history.Inbound {
	missing, unknown := inTheDark(l, a)
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

// forgot finds a text that had been acknowledged and was answered only because
// the application was told of it again after a kill; nil if there is none.
func forgot(h *history.History, k *history.Kill, due []*history.Inbound) *Finding {
	for _, in := range due {
		again := h.Reminder(in)
		if again == nil || h.CaughtBy(in) != k {
			continue
		}
		if c := answering(h, in, again); c != nil {
			f := failed(in.Handset, fmt.Sprintf("message %s was acknowledged, then the application was killed%s; after its restart it did nothing about it until it was told again (%s), so it had not kept what it acknowledged",
				in.Message.ID, at(k), title(again)), append(seqs(in), k.Seq, k.Ready, c.Seq)...)
			return &f
		}
	}
	return nil
}

// answering is the call that a reminder brought about: the next one in the
// conversation, if it came before a rest and nothing else asked for it. Nil if
// there is none.
func answering(h *history.History, in *history.Inbound, again *history.Attempt) *history.Call {
	calls := h.CallsTo(in.Handset, again.Started)
	i := slices.IndexFunc(calls, func(c *history.Call) bool { return c.Conversation == in.Conversation })
	if i < 0 || h.AtRest(again.Started, calls[i].Seq) {
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
