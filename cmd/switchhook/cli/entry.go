package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// stamp is how virtual time is shown.
const stamp = "2006-01-02 15:04:05.000"

// entryLine is an entry for people: number, virtual time, kind, who, what.
func entryLine(e journal.Entry) string {
	who, what := told(e)
	if who == "" {
		who = "-"
	}
	return fmt.Sprintf("%6d  %s  %-15s  %-13s  %s", e.Seq, e.At.UTC().Format(stamp), plain(string(e.Kind)), plain(string(who)), plain(what))
}

// told says whom an entry is about and what happened.
func told(e journal.Entry) (who sms.Number, what string) {
	switch {
	case e.Message != nil:
		return e.Message.Handset, messageSays(*e.Message)
	case e.Conversation != nil:
		return e.Conversation.Handset, fmt.Sprintf("%s with %s", e.Conversation.ID, e.Conversation.Line)
	case e.Contact != nil:
		return e.Contact.Number, e.Contact.ID
	case e.OptOut != nil:
		return e.OptOut.Handset, consentSays(*e.OptOut)
	case e.Handset != nil:
		return e.Handset.Number, handsetSays(*e.Handset)
	case e.Event != nil:
		return e.Event.Handset, fmt.Sprintf("%s %s", e.Event.Type, e.Event.ID)
	case e.Attempt != nil:
		return e.Attempt.Handset, attemptSays(e.Kind, *e.Attempt)
	case e.Call != nil:
		return e.Call.Handset, callSays(e.Kind, *e.Call)
	case e.Finding != nil:
		return e.Finding.Handset, findingSays(*e.Finding)
	}
	return "", besideSays(e)
}

// findingSays names a violation, or a note that something is read by nobody.
func findingSays(f journal.Finding) string {
	what := string(f.Kind)
	if f.By == journal.ByEmulator {
		what = "the emulator's own " + what
	}
	return fmt.Sprintf("%s %s: %s", f.Of, what, f.String())
}

// Colours of findings on a terminal: what is wrong stands out, what is only
// read by nobody does not.
const (
	wrongColor = "\x1b[31m"
	noteColor  = "\x1b[2m"
	noColor    = "\x1b[0m"
)

// coloredLine is entryLine for a terminal with colours.
func coloredLine(e journal.Entry) string {
	switch {
	case e.Finding == nil:
		return entryLine(e)
	case e.Finding.Unread():
		return noteColor + entryLine(e) + noColor
	}
	return wrongColor + entryLine(e) + noColor
}

// besideSays is about entries that belong to no handset.
func besideSays(e journal.Entry) string {
	switch {
	case e.Fault != nil:
		return strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Fault.Kind, e.Fault.Match.Handset, e.Fault.At))
	case e.Endpoint != nil:
		return fmt.Sprintf("%s webhooks go to %q", e.Endpoint.Provider, e.Endpoint.URL)
	case e.Clock != nil:
		return clockSays(*e.Clock)
	case e.Switches != nil:
		return switchesSay(*e.Switches)
	case e.Process != nil:
		return strings.TrimSpace(e.Process.State + " " + e.Process.Point)
	case e.Probe != nil:
		return fmt.Sprintf("%s says %s", e.Probe.Name, e.Probe.Value)
	}
	return e.Marker
}

func messageSays(m sms.Message) string {
	arrow := "to"
	if m.Direction == sms.MT {
		arrow = "from"
	}
	state := string(m.State)
	if m.Reason != "" {
		state += " (" + string(m.Reason) + ")"
	}
	return fmt.Sprintf("%s %s %s %s: %s", m.Direction, state, arrow, m.Line, m.Body)
}

func consentSays(o sms.OptOut) string {
	if o.Out {
		return "opted out by " + o.Keyword
	}
	return "opted in by " + o.Keyword
}

func handsetSays(h sms.Handset) string {
	says := []string{"off"}
	if h.Reachable {
		says[0] = "on"
	}
	if !h.Receipts {
		says = append(says, "no receipts")
	}
	if !h.MMS {
		says = append(says, "no MMS")
	}
	if h.Failure != "" {
		says = append(says, "fails "+string(h.Failure))
	}
	return strings.Join(says, ", ")
}

func attemptSays(kind journal.Kind, a journal.Attempt) string {
	says := fmt.Sprintf("%s %s %s", a.ID, a.Type, a.Why)
	for _, f := range a.Faults {
		says += " +" + string(f)
	}
	if kind != journal.KindAttemptEnded {
		return says
	}
	says += ": " + string(a.Outcome)
	if a.Class != "" {
		says += " " + a.Class
	}
	if a.Status != 0 {
		says += fmt.Sprintf(" %d", a.Status)
	}
	return says
}

func callSays(kind journal.Kind, c journal.Call) string {
	switch kind {
	case journal.KindAccepted:
		return strings.TrimSpace(c.ID + " " + c.Message)
	case journal.KindRefused:
		return fmt.Sprintf("%s %s: %s", c.ID, c.Code, c.Detail)
	case journal.KindTold:
		if c.Status == 0 {
			return c.ID + " no answer"
		}
		return fmt.Sprintf("%s %d", c.ID, c.Status)
	}
	return fmt.Sprintf("%s %s %s", c.ID, c.Method, c.Path)
}

func clockSays(c journal.Clock) string {
	if c.Quiet {
		return "quiet"
	}
	return fmt.Sprintf("moved by %s to %s", c.To.Sub(c.From), c.To.UTC().Format(stamp))
}

func switchesSay(s journal.Switches) string {
	says := s.Provider
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		says += " " + name + "=" + s.Values[name]
	}
	return says
}
