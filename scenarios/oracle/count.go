package oracle

import (
	"cmp"
	"fmt"

	"github.com/switchhook/switchhook/scenarios/history"
)

const needDeclared = "a text that `replies` in sut.yaml declares, and its webhook"

func atMostOnce(h *history.History) Finding {
	l, seen, undeclared := balance(h), 0, 0
	var helpless, open *Finding
	for _, a := range l.accounts {
		for _, s := range a.extra {
			return failed(a.Handset, tooMany(a, s), proof(a, s)...)
		}
		for _, s := range a.resent {
			switch f := sentAgain(h, a, s); {
			case f.Status == Fail:
				return f
			case f.Status == NotExercised:
				open = &f
			case helpless == nil:
				helpless = &f
			}
		}
		for _, in := range a.inbound {
			switch {
			case in.Tried() == 0:
			case a.open:
				undeclared++
			default:
				seen++
			}
		}
	}
	if found := cmp.Or(helpless, open); found != nil {
		return *found
	}
	if seen == 0 && undeclared > 0 {
		return notExercised("no promise speaks of the texts in this record", needDeclared)
	}
	if seen == 0 {
		return notExercised("no text from a handset was told to the application", needDeclared)
	}
	return passed(fmt.Sprintf("%s, none answered too often", count(seen, "text", "texts")))
}

// tooMany says why s is one message too many.
func tooMany(a *account, s *history.Sent) string {
	text, _ := a.telling(s.Call.Seq)
	if text == nil {
		return fmt.Sprintf("%s was sent message %s from %s, and nothing that %s wrote to it had been told to the application",
			a.Handset, s.ID, a.Line, a.Handset)
	}
	got := len(a.replies) + len(a.resent) + len(a.extra)
	if len(a.inbound) == 1 {
		return fmt.Sprintf("message %s got %s where %s: %s",
			text.Message.ID, replies(got), is(a.allowed), again(text, s.Call.Seq))
	}
	return fmt.Sprintf("%s got %s to %d texts where %s; the one too many came after message %s: %s",
		a.Handset, replies(got), len(a.inbound), is(a.allowed), text.Message.ID, again(text, s.Call.Seq))
}

func answered(h *history.History) Finding {
	l := balance(h)
	var t outcomes
	for _, a := range l.accounts {
		if f := t.add(l, a); f != nil {
			return *f
		}
	}
	return t.finding()
}

// outcomes is what became of the replies that were owed.
type outcomes struct {
	owed     int // texts
	vain     int // replies given up
	helpless *Finding
	open     *Finding
}

// add takes in one conversation, and returns what fails there.
func (t *outcomes) add(l *ledger, a *account) *Finding {
	for _, in := range a.inbound {
		if n := givenUp(l.history, in); n > 0 {
			f := failed(in.Handset, fmt.Sprintf("message %s was never acknowledged after %s: %s",
				in.Message.ID, count(n, "attempt", "attempts"), lastWord(in)), seqs(in)...)
			return &f
		}
	}
	if l.short(a) > 0 {
		f := tooFew(l, a)
		return &f
	}
	f := lost(l, a)
	switch missing, unknown, _ := inTheDark(l, a); {
	case f != nil && f.Status == Fail:
		return f
	case f != nil && t.helpless == nil:
		t.helpless = f
	case f == nil && missing > 0 && len(unknown) > 0:
		t.vain += missing
	}
	t.open = cmp.Or(t.open, l.open(a))
	t.owed += len(l.owed(a))
	return nil
}

// finding is that of conversations of which none fails.
func (t *outcomes) finding() Finding {
	found := cmp.Or(t.helpless, t.open)
	switch {
	case found != nil:
		return *found
	case t.owed == 0:
		return notExercised("no acknowledged text had a reply to come", "a text with `expect: 1` or more in `replies` of sut.yaml, told to its end")
	}
	says := count(t.owed, "text", "texts") + " acknowledged and answered"
	if t.vain > 0 {
		says += fmt.Sprintf(", but for %s given up after %d tries or more, all of them in vain", replies(t.vain), enough)
	}
	return passed(says)
}

func tooFew(l *ledger, a *account) Finding {
	owed := l.owed(a)
	if len(owed) == 1 {
		in := owed[0]
		return failed(a.Handset, fmt.Sprintf("message %s was acknowledged and got %s where %d is right: %s",
			in.Message.ID, replies(len(a.replies)), in.Expected, told(in, in.Acked())), seqs(in)...)
	}
	var evidence []uint64
	for _, in := range owed {
		evidence = append(evidence, seqs(in)...)
	}
	return failed(a.Handset, fmt.Sprintf("%s wrote %d texts to %s that were acknowledged, and got %s: %d missing",
		a.Handset, len(owed), a.Line, replies(len(a.replies)), l.short(a)), evidence...)
}

func seqs(in *history.Inbound) []uint64 {
	out := []uint64{in.Seq}
	for _, a := range in.Attempts() {
		out = append(out, a.Started, a.Ended)
	}
	return out
}
