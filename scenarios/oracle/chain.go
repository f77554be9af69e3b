package oracle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/scenarios/history"
)

// link is a numbered text and the replies that repeat its number.
type link struct {
	in     *history.Inbound
	echoes []*history.Sent
}

// doubled reports whether the same reply came twice.
func (k link) doubled() bool {
	said := map[string]bool{}
	for _, s := range k.echoes {
		said[s.Message.Body] = true
	}
	return len(said) < len(k.echoes)
}

func orderedChain(h *history.History) Finding {
	l, seen := balance(h), 0
	for _, a := range l.accounts {
		chain := links(a)
		answered := 0
		for _, step := range chain {
			answered += min(1, len(step.echoes))
		}
		if len(chain) < 2 || answered == 0 {
			continue
		}
		seen += answered
		for _, rule := range []func(*ledger, *account, []link) (string, []uint64){repeated, skipped, swapped} {
			if says, seqs := rule(l, a, chain); says != "" {
				return failed(a.Handset, says, seqs...)
			}
		}
	}
	if seen == 0 {
		return notExercised("nobody wrote numbered texts and had them repeated in the replies",
			`a handset that texts "Step 1", "Step 2" and so on, where replies of sut.yaml has "Step {{token}}" and the reply repeats it`)
	}
	return passed(count(seen, "numbered text", "numbered texts") + " answered once each and in order")
}

// links are the numbered texts of a conversation that must be answered, with
// their replies; none if two texts have one number, as then a reply says
// nothing. What the carrier made twice, and what the application answered twice
// because it could not know better, is left out.
func links(a *account) []link {
	var chain []link
	for _, in := range a.inbound {
		if in.Step == 0 || in.Expected != 1 {
			continue
		}
		if in.Copy || slices.ContainsFunc(chain, func(k link) bool { return k.in.Step == in.Step }) {
			return nil
		}
		chain = append(chain, link{in: in})
	}
	for _, s := range slices.Concat(a.replies, a.extra) {
		if i := echoed(chain, s); i >= 0 {
			chain[i].echoes = append(chain[i].echoes, s)
		}
	}
	return chain
}

// echoed is the one text of the chain that a reply repeats, with the word
// before its number: "Got step 2." repeats "Step 2", and "2 more to come" does
// not. It is -1 if there is none, or more than one.
func echoed(chain []link, s *history.Sent) int {
	found := -1
	for i, k := range chain {
		if k.in.Tried() == 0 || s.Call.Seq < k.in.Tried() || !strings.Contains(spaced(s.Message.Body), spaced(numbered(k.in))) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// numbered is the number of a text with the word before it, if there is one.
func numbered(in *history.Inbound) string {
	all := words(in.Message.Body)
	i := slices.Index(all, strconv.Itoa(in.Step))
	if i < 0 {
		return in.Message.Body
	}
	return strings.Join(all[max(i-1, 0):i+1], " ")
}

// spaced is a text as words with one space around each.
func spaced(text string) string { return " " + strings.Join(words(text), " ") + " " }

func repeated(_ *ledger, a *account, chain []link) (string, []uint64) {
	for _, k := range chain {
		if len(k.echoes) < 2 || len(a.extra) == 0 || k.echoes[0].Call.Unknown() {
			continue
		}
		again := k.echoes[1]
		return fmt.Sprintf("step %d of %s was done twice: message %s answers it again", k.in.Step, a.Handset, again.ID), proof(a, again)
	}
	return "", nil
}

// skipped says which step was acknowledged and not answered. Where there are
// enough replies, one that came twice stands in its place.
func skipped(l *ledger, a *account, chain []link) (string, []uint64) {
	replaced := !hindered(a) && slices.ContainsFunc(chain, link.doubled)
	for _, k := range chain {
		if len(k.echoes) == 0 && l.history.Owed(k.in) && (replaced || l.short(a) > 0) {
			return fmt.Sprintf("step %d of %s was skipped: message %s was acknowledged and other steps were answered", k.in.Step, a.Handset, k.in.Message.ID), seqs(k.in)
		}
	}
	return "", nil
}

// hindered reports whether any call failed, which may be made again: later than
// the next, or twice in effect.
func hindered(a *account) bool {
	return slices.ContainsFunc(a.calls, func(c *history.Call) bool { return len(c.Faults) > 0 || c.Again() || c.Refused != "" })
}

// swapped says which step was answered before one that had been told and
// acknowledged earlier.
func swapped(_ *ledger, a *account, chain []link) (string, []uint64) {
	if hindered(a) {
		return "", nil
	}
	for i, early := range chain {
		for _, late := range chain[i+1:] {
			if len(early.echoes) == 0 || len(late.echoes) == 0 {
				continue
			}
			first, second := early.echoes[0], late.echoes[0]
			acked := early.in.Acked()
			if acked > 0 && late.in.Tried() > acked && second.Call.Seq < first.Call.Seq {
				return fmt.Sprintf("step %d of %s was answered before step %d, which had been acknowledged before it was told", late.in.Step, a.Handset, early.in.Step),
					append(proof(a, first), second.Call.Seq, second.Seq)
			}
		}
	}
	return "", nil
}
