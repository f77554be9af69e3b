package oracle

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

func rightConversation(h *history.History) Finding {
	l, seen := balance(h), 0
	var short *account
	for _, a := range l.accounts {
		seen += len(a.replies)
		if len(a.inbound) == 0 && len(a.extra) > 0 {
			s := a.extra[0]
			return failed(a.Handset, stray(h, s), s.Call.Seq, s.Seq)
		}
		if short == nil && l.short(a) > 0 {
			short = a
		}
	}
	for _, a := range l.accounts {
		if short == nil || a == short || len(a.extra) == 0 {
			continue
		}
		s := a.extra[0]
		return failed(a.Handset, fmt.Sprintf("a reply went into the wrong conversation: %s with %s got one too many (message %s), %s with %s one too few",
			a.Handset, a.Line, s.ID, short.Handset, short.Line), proof(a, s)...)
	}
	if seen == 0 {
		return notExercised("the application answered nobody", "a text that is answered; best on two lines")
	}
	return passed(fmt.Sprintf("%s, each to the handset that wrote, from the number it wrote to", replies(seen)))
}

// stray says where a message went that belongs to no conversation.
func stray(h *history.History, s *history.Sent) string {
	for _, in := range h.Inbound {
		if in.Handset == s.Handset {
			return fmt.Sprintf("%s wrote to %s and was answered from %s (message %s)", s.Handset, in.Line, s.Line, s.ID)
		}
	}
	return fmt.Sprintf("%s never wrote and was sent message %s", s.Handset, s.ID)
}

func noLeakage(h *history.History) Finding {
	owners := canaries(h)
	echoed := 0
	for _, s := range h.Sent {
		for _, word := range words(s.Message.Body) {
			owner, marked := owners[word]
			switch {
			case !marked:
			case owner.handsets[s.Handset]:
				echoed++
			default:
				return failed(s.Handset, fmt.Sprintf("message %s to %s holds %q, which only %s wrote", s.ID, s.Handset, word, owner.first.Handset),
					owner.first.Seq, s.Call.Seq, s.Seq)
			}
		}
	}
	if echoed == 0 || !several(owners) {
		return notExercised("no two customers marked their texts and had the mark in a reply",
			"two handsets that each text a reply of sut.yaml that holds {{token}} and is echoed")
	}
	return passed(fmt.Sprintf("%s of what a customer wrote, all to that customer", count(echoed, "echo", "echoes")))
}

// owner is who wrote a canary.
type owner struct {
	first    *history.Inbound
	handsets map[sms.Number]bool
}

// canaries finds the marked words and everybody who wrote them, in any text.
func canaries(h *history.History) map[string]owner {
	all := map[string]owner{}
	for _, in := range h.Inbound {
		for _, word := range words(in.Canary) {
			if _, known := all[word]; !known {
				all[word] = owner{in, map[sms.Number]bool{}}
			}
		}
	}
	for _, in := range h.Inbound {
		for _, word := range words(in.Message.Body) {
			if o, marked := all[word]; marked {
				o.handsets[in.Handset] = true
			}
		}
	}
	return all
}

func several(owners map[string]owner) bool {
	who := map[sms.Number]bool{}
	for _, o := range owners {
		who[o.first.Handset] = true
	}
	return len(who) > 1
}

// words splits a text into its words, in lower case: a name is the same name
// with another capital, and with a full stop after it.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
