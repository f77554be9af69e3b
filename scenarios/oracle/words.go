package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history"
)

// count says a number of things: "1 reply", "2 replies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func replies(n int) string { return count(n, "reply", "replies") }

// told says what came of the attempts to tell of a text until seq:
// "the answer to attempt 1 was lost, attempt 2 was answered 200".
func told(in *history.Inbound, until uint64) string {
	var parts []string
	for i, a := range in.Attempts() {
		if a.Started < until {
			parts = append(parts, fate(i+1, a))
		}
	}
	return strings.Join(parts, ", ")
}

// again says the same where the last of these attempts brought about one message
// too many.
func again(in *history.Inbound, until uint64) string {
	before := slices.DeleteFunc(in.Attempts(), func(a *history.Attempt) bool { return a.Started >= until })
	if len(before) < 2 {
		return "it was told only once, " + told(in, until)
	}
	last := before[len(before)-1]
	return told(in, last.Started) + ", " + name(len(before), last) + " was processed again"
}

// name is what to call the n-th attempt to tell of a text.
func name(n int, a *history.Attempt) string {
	switch {
	case a.Forged != "":
		return fmt.Sprintf("attempt %d (forged: %s)", n, a.Forged)
	case a.Why == journal.First, a.Why == journal.Retry:
		return fmt.Sprintf("attempt %d", n)
	}
	return fmt.Sprintf("attempt %d (%s)", n, a.Why)
}

// fate says how the n-th attempt ended.
func fate(n int, a *history.Attempt) string {
	switch {
	case a.Ended == 0:
		return name(n, a) + " was open"
	case a.Outcome == journal.Unknown && a.Class == "hang-up":
		return name(n, a) + " was cut off while it was worked on"
	case a.Outcome == journal.Unknown:
		return "the answer to " + name(n, a) + " was lost"
	case a.Status > 0:
		return fmt.Sprintf("%s was answered %d", name(n, a), a.Status)
	}
	return fmt.Sprintf("%s ended with %s", name(n, a), a.Class)
}

// telling is the text of the account whose webhook began last before seq, and
// where it began; nil if there is none.
func (a *account) telling(seq uint64) (text *history.Inbound, last *history.Attempt) {
	for _, in := range a.inbound {
		for _, t := range in.Attempts() {
			if t.Started < seq && (last == nil || t.Started > last.Started) {
				text, last = in, t
			}
		}
	}
	return text, last
}

// proof lists the entries that show how a message came to be sent.
func proof(a *account, s *history.Sent) []uint64 {
	seqs := []uint64{s.Call.Seq, s.Seq, s.Call.Told}
	for _, in := range a.inbound {
		seqs = append(seqs, in.Seq)
		for _, t := range in.Attempts() {
			if t.Started < s.Call.Seq {
				seqs = append(seqs, t.Started, t.Ended)
			}
		}
	}
	return seqs
}
