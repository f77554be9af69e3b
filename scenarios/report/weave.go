package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// shortJump is the least move of the virtual clock that is drawn as a break.
const shortJump = time.Second

// lineMark is how the record marks that a line of a page was begun.
const lineMark = "line "

func quoted(body string) string { return "“" + body + "”" }

// message is an arrow where a handset is at one end; any other state is a note.
func (w *weaver) message(e journal.Entry, m sms.Message) {
	switch {
	case m.Direction == sms.MO:
		w.add(e, step{shape: arrow, from: handsetLane, to: providerLane, text: quoted(m.Body)})
	case m.State == sms.Delivered:
		w.add(e, step{shape: arrow, from: providerLane, to: handsetLane, text: quoted(m.Body), tone: good})
	case m.State == sms.Failed:
		w.add(e, step{shape: arrow, from: providerLane, to: handsetLane, text: "not delivered: " + string(m.Reason), tone: bad, lost: true})
	case m.Automatic && m.State == sms.Accepted:
		w.add(e, step{shape: note, from: providerLane, text: "the provider answers by itself"})
	default:
		w.made(e, m)
	}
}

// made completes the call that made the message, or notes its state.
func (w *weaver) made(e journal.Entry, m sms.Message) {
	i, ok := w.of[e.Cause]
	if ok && e.Cause > 0 && w.steps[i].from == callLane {
		s := w.join(i, e)
		s.text = fmt.Sprintf("sends %s %s", w.named(m.Handset), quoted(m.Body))
		return
	}
	w.add(e, step{shape: note, from: providerLane, text: "message " + string(m.State), minor: true})
}

func (w *weaver) attempt(e journal.Entry, a journal.Attempt) {
	switch e.Kind {
	case journal.KindAttemptStarted:
		w.open[a.ID] = len(w.steps)
		w.add(e, step{shape: arrow, from: providerLane, to: callLane, text: attemptLabel(a), begins: a.ID, minor: a.Neutral != sms.MessageReceived && a.Number < 2 && a.Forged == ""})
		w.struck(a.ID)
	case journal.KindAttemptEnded:
		w.ended(e, a)
	default: // planned: part of what made it be planned
		if i, ok := w.of[e.Cause]; ok && e.Cause > 0 {
			w.join(i, e)
		}
	}
}

func attemptLabel(a journal.Attempt) string {
	label := fmt.Sprintf("attempt %d", a.Number)
	if a.Why != journal.First && a.Why != "" {
		label += " (" + string(a.Why) + ")"
	}
	if a.Forged != "" {
		label += ", forged: " + string(a.Forged)
	}
	return label + " · " + cmp.Or(a.Type, string(a.Neutral))
}

func (w *weaver) ended(e journal.Entry, a journal.Attempt) {
	answer, colour := answerOf(a)
	i, ok := w.open[a.ID]
	if ok && w.newest(i) {
		s := w.join(i, e)
		s.answer, s.tone, s.begins = answer, colour, ""
		s.lost = a.Outcome != journal.OK && a.Status == 0
		s.minor = s.minor && a.Outcome == journal.OK
		return
	}
	minor := ok && w.steps[i].minor && a.Outcome == journal.OK
	w.add(e, step{
		shape: arrow, from: callLane, to: providerLane, text: fmt.Sprintf("attempt %d: %s", a.Number, answer),
		tone: colour, lost: a.Outcome == journal.Unknown, ends: a.ID, minor: minor,
	})
	w.struck(a.ID)
}

// answerOf says what the network heard.
func answerOf(a journal.Attempt) (string, tone) {
	took := long(a.Took.D())
	switch {
	case a.Outcome == journal.OK:
		return fmt.Sprintf("%d in %s", a.Status, took), good
	case a.Outcome == journal.Unknown && a.Status > 0:
		return fmt.Sprintf("%d %s", a.Status, lostWords(a.Class)), doubt
	case a.Outcome == journal.Unknown:
		return lostWords(a.Class), doubt
	case a.Status > 0:
		return fmt.Sprintf("%d in %s", a.Status, took), bad
	}
	return fmt.Sprintf("failed: %s in %s", a.Class, took), bad
}

func lostWords(class string) string {
	switch class {
	case "lost-answer":
		return "answer lost"
	case "hang-up":
		return "hung up"
	}
	return "unknown: " + class
}

func (w *weaver) call(e journal.Entry, c journal.Call) {
	i, known := w.open[c.ID]
	switch e.Kind {
	case journal.KindCall:
		w.open[c.ID] = len(w.steps)
		w.add(e, step{shape: arrow, from: callLane, to: providerLane, text: c.Method + " " + c.Path})
		w.struck(c.ID)
	case journal.KindTold:
		w.told(e, c, i, known)
	default:
		text := string(e.Kind)
		if c.Code != "" {
			text += ": " + string(c.Code)
		}
		if !known {
			w.add(e, step{shape: note, from: providerLane, text: text})
			return
		}
		s := w.join(i, e)
		s.answer = text
		if e.Kind == journal.KindRefused {
			s.tone = bad
		}
	}
}

// told says what the caller heard; the colour says whether it is what was done.
func (w *weaver) told(e journal.Entry, c journal.Call, i int, known bool) {
	text, colour := fmt.Sprintf("told %d", c.Status), good
	switch {
	case c.Status == 0:
		text, colour = "told nothing", doubt
	case c.Status >= 400:
		colour = bad
	}
	if !known || !w.newest(i) {
		w.add(e, step{shape: arrow, from: providerLane, to: callLane, text: text, tone: colour, lost: c.Status == 0})
		return
	}
	s := w.join(i, e)
	if s.answer == "accepted" && colour == bad {
		colour = doubt // the effect is there, and the caller was told it is not
	}
	s.answer, s.tone = strings.TrimPrefix(s.answer+", "+text, ", "), colour
}

// finding marks what it is about.
func (w *weaver) finding(e journal.Entry, f journal.Finding) {
	said := mark{findingText(f), f.Unread()}
	if i, ok := w.open[f.Of]; ok {
		s := w.join(i, e)
		s.marks = append(s.marks, said)
		return
	}
	at := callLane
	if f.By == journal.ByEmulator {
		at = providerLane
	}
	w.add(e, step{shape: note, from: at, text: said.text, marks: []mark{said}, minor: said.unread})
}

// fault is told at what it hit, which may be still to come.
func (w *weaver) fault(i int, e journal.Entry, f journal.Fault) {
	if e.Kind == journal.KindFaultFired {
		if at, ok := w.open[f.At]; ok {
			s := w.join(at, e)
			s.faults = append(s.faults, string(f.Kind))
			s.minor = false
			return
		}
		if w.all[f.At] {
			w.coming[f.At] = append(w.coming[f.At], i)
			return
		}
	}
	s := step{shape: strike, from: faultLane, text: faultText(e.Kind, f), minor: e.Kind == journal.KindFaultPlanned}
	if e.Kind == journal.KindFaultFired {
		s.text, s.tone = string(f.Kind), bad
	}
	w.add(e, s)
}

// struck tells the faults that waited for the newest step.
func (w *weaver) struck(id string) {
	last := len(w.steps) - 1
	for _, i := range w.coming[id] {
		s := w.join(last, w.entries[i])
		s.faults = append(s.faults, string(w.entries[i].Fault.Kind))
		s.minor = false
	}
	delete(w.coming, id)
}
