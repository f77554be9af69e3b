package oracle

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/scenarios/history"
)

func survives(h *history.History) Finding {
	l, seen := balance(h), 0
	var open *Finding
	for _, k := range h.Kills {
		if k.Ready == 0 {
			continue
		}
		for _, a := range l.accounts {
			due := before(k, l.owed(a))
			if len(due) == 0 || a.open {
				continue
			}
			seen += len(due)
			open = cmp.Or(open, l.open(a))
			if f := forgot(h, k, due); f != nil {
				return *f
			}
			if l.short(a) > 0 || dropped(l, a, k) {
				in := due[len(due)-1]
				return failed(a.Handset, fmt.Sprintf("message %s was acknowledged, then the application was killed%s; since its restart it has not answered: %s where %s",
					in.Message.ID, at(k), replies(len(a.replies)), is(expectedOf(l.owed(a)))), append(seqs(in), k.Seq, k.Ready)...)
			}
			for _, s := range a.extra {
				if s.Call.Seq > k.Ready {
					return failed(a.Handset, fmt.Sprintf("message %s was acknowledged and answered, then the application was killed%s; after its restart it answered again (message %s)",
						due[0].Message.ID, at(k), s.ID), append(proof(a, s), k.Seq, k.Ready)...)
				}
			}
		}
	}
	if seen == 0 {
		return notExercised("the application was not killed and started again after it had acknowledged a text that awaits a reply",
			"a line like `kill when acked of ana`, and `start` in sut.yaml")
	}
	if open != nil {
		return *open
	}
	return passed(fmt.Sprintf("%s before a kill, and no reply is missing or doubled that could be helped", count(seen, "text acknowledged", "texts acknowledged")))
}

// dropped reports whether a reply never came because a kill left the outcome of
// its call open, though it was safe to ask again.
func dropped(l *ledger, a *account, k *history.Kill) bool {
	f := lost(l, a)
	return f != nil && f.Status == Fail && slices.ContainsFunc(a.calls, func(c *history.Call) bool { return c.Killed == k.Seq })
}

// before lists the texts that had been acknowledged when the kill came.
func before(k *history.Kill, owed []*history.Inbound) []*history.Inbound {
	var out []*history.Inbound
	for _, in := range owed {
		if in.Acked() < k.Seq {
			out = append(out, in)
		}
	}
	return out
}

func at(k *history.Kill) string {
	if k.Point == "" {
		return ""
	}
	return " (" + k.Point + ")"
}

func expectedOf(owed []*history.Inbound) int {
	n := 0
	for _, in := range owed {
		n += in.Expected
	}
	return n
}

func is(n int) string { return count(n, "is right", "are right") }
