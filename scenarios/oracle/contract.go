package oracle

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history"
)

// shown is how many differences from a contract a sentence names.
const shown = 3

func conforms(h *history.History) Finding {
	var broken, unread []history.Drift
	for _, d := range h.Drift {
		switch {
		case d.By != journal.ByApp:
		case d.Unread():
			unread = append(unread, d)
		default:
			broken = append(broken, d)
		}
	}
	if len(h.Calls) == 0 {
		return notExercised("the application made no call", "a text that is answered, or `send` in sut.yaml")
	}
	note := ""
	if len(unread) > 0 {
		note = "; no provider reads " + listed(unread, noted)
	}
	if len(broken) > 0 {
		return failed(h.Whom(broken[0]), "the application breaks the provider's contract: "+listed(broken, violation)+note, places(h, broken)...)
	}
	return passed(count(len(h.Calls), "call conforms", "calls conform") + " to the provider's contract" + note)
}

// listed says the first few of some differences and counts the rest.
func listed(all []history.Drift, say func(history.Drift) string) string {
	var parts []string
	for _, d := range all[:min(shown, len(all))] {
		parts = append(parts, say(d))
	}
	if more := len(all) - shown; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

func violation(d history.Drift) string {
	says := fmt.Sprintf("%s: %s: %s", d.Of, place(d), d.Problem)
	if d.Source != "" {
		says += " (" + d.Source + ")"
	}
	return says
}

func noted(d history.Drift) string { return fmt.Sprintf("%s (%s)", place(d), d.Of) }

func place(d history.Drift) string { return strings.TrimSpace(d.Place + " " + d.Pointer) }

// places lists the entries of some differences and of their calls.
func places(h *history.History, all []history.Drift) []uint64 {
	var seqs []uint64
	for _, d := range all[:min(shown, len(all))] {
		seqs = append(seqs, d.Seq, h.Began(d.Of))
	}
	return seqs
}
