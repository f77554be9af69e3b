package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/scenarios/history"
)

func backAfterStart(h *history.History) Finding {
	seen := 0
	for _, a := range absences(h) {
		if a.back == nil || a.back.Told == 0 {
			continue
		}
		for _, ask := range suppressed(h, a) {
			seen++
			if s := burst(h, a, ask); s != nil {
				return failed(a.Handset, fmt.Sprintf("%q was asked for while %s was opted out, and left when it came back (message %s): what was suppressed must stay so",
					ask.Body, a.Handset, s.ID), a.Seq, ask.Seq, a.until, s.Call.Seq, s.Seq)
			}
		}
		in := owedSince(h, a)
		if in == nil {
			continue
		}
		if mute(h, a) {
			return failed(a.Handset, fmt.Sprintf("%s said STOP and START, wrote message %s, and nothing was ever sent to it again", a.Handset, in.Message.ID),
				append(seqs(in), a.Seq, a.Told, a.until, a.back.Told)...)
		}
		seen++
	}
	if seen == 0 {
		return notExercised("nobody came back with START and wrote again", "a handset that texts STOP, then START, and then something that is answered")
	}
	return passed(count(seen, "time", "times") + " a handset came back: sends resumed, and nothing suppressed came after it")
}

// suppressed lists what the harness had the application text the handset at
// once while it was opted out, with a rest before it came back.
func suppressed(h *history.History, a absence) []history.Ask {
	return slices.DeleteFunc(slices.Clone(h.Asks), func(ask history.Ask) bool {
		return ask.Handset != a.Handset || ask.Body == "" || ask.Later || !a.covers(ask.Seq) || !h.AtRest(ask.Seq, a.until)
	})
}

// burst is a message with a suppressed text that was sent after the START and
// that nobody asked for again; nil if there is none.
func burst(h *history.History, a absence, ask history.Ask) *history.Sent {
	for _, other := range h.Asks {
		if other.Handset == a.Handset && other.Body == ask.Body && !a.covers(other.Seq) {
			return nil // the text says nothing of when it was asked for
		}
	}
	for _, s := range h.Sent {
		if s.Handset == a.Handset && s.Call.Seq > a.until && s.Call.Says(ask.Body) {
			return s
		}
	}
	return nil
}

// owedSince is the first text after the START that must be answered; nil if
// there is none. What a kill came upon is for the rules about kills.
func owedSince(h *history.History, a absence) *history.Inbound {
	for _, in := range h.Inbound {
		if in.Handset == a.Handset && in.Seq > a.until && h.Owed(in) && h.CaughtBy(in) == nil {
			return in
		}
	}
	return nil
}

// mute reports whether the application, which sends to others or did so before,
// never tried to send to the handset again.
func mute(h *history.History, a absence) bool {
	return len(h.Sent) > 0 && len(h.CallsTo(a.Handset, a.until)) == 0 && !failedSince(h, a.Handset, a.until)
}
