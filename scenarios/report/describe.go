package report

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// describe says in which lane an entry belongs and what it says there; nothing
// for what only sets the stage.
func describe(e journal.Entry) (lane, string) {
	switch {
	case e.Message != nil && e.Kind == journal.KindMessage:
		return handsetLane, messageText(*e.Message)
	case e.OptOut != nil:
		return handsetLane, consentText(*e.OptOut)
	case e.Event != nil:
		return providerLane, fmt.Sprintf("%s %s", e.Event.Type, e.Event.ID)
	case e.Attempt != nil:
		return providerLane, attemptText(e.Kind, *e.Attempt)
	case e.Call != nil:
		return callLane, callText(e.Kind, *e.Call)
	case e.Finding != nil && e.Finding.By == journal.ByEmulator:
		return providerLane, findingText(*e.Finding)
	case e.Finding != nil:
		return callLane, findingText(*e.Finding)
	case e.Fault != nil:
		return faultLane, faultText(e.Kind, *e.Fault)
	case e.Process != nil:
		return callLane, strings.TrimSpace(e.Process.State + " " + e.Process.Point)
	case e.Probe != nil:
		return callLane, fmt.Sprintf("probe %s says %s", e.Probe.Name, e.Probe.Value)
	case e.Clock != nil:
		return providerLane, clockText(*e.Clock)
	case e.Marker != "":
		return handsetLane, "-- " + markerText(e.Marker)
	}
	return handsetLane, ""
}

// markerText is a marker without the line of a step that stands on none.
func markerText(marker string) string { return strings.TrimPrefix(marker, lineMark+"0: ") }

func messageText(m sms.Message) string {
	switch {
	case m.Direction == sms.MO:
		return fmt.Sprintf("%s texts %q", m.Handset, m.Body)
	case m.Automatic && m.State == sms.Accepted:
		return fmt.Sprintf("%s is answered by the provider", m.Handset)
	case m.State == sms.Delivered:
		return fmt.Sprintf("%s gets %q", m.Handset, m.Body)
	case m.State == sms.Failed:
		return fmt.Sprintf("%s does not get %s: %s", m.Handset, m.ID, m.Reason)
	}
	return ""
}

func consentText(o sms.OptOut) string {
	if o.Out {
		return fmt.Sprintf("%s is opted out", o.Handset)
	}
	return fmt.Sprintf("%s is opted in", o.Handset)
}

func attemptText(kind journal.Kind, a journal.Attempt) string {
	switch kind {
	case journal.KindAttemptStarted:
		why := string(a.Why)
		if a.Forged != "" {
			why += ", forged: " + string(a.Forged)
		}
		return fmt.Sprintf("attempt %d of %s (%s)", a.Number, a.Event, why)
	case journal.KindAttemptEnded:
		return fmt.Sprintf("attempt %d %s", a.Number, endText(a))
	}
	return ""
}

func endText(a journal.Attempt) string {
	took := round(a.Took.D())
	switch {
	case a.Outcome == journal.OK:
		return fmt.Sprintf("acknowledged: %d, %s", a.Status, took)
	case a.Outcome == journal.Unknown:
		return fmt.Sprintf("unknown: %s, %s", a.Class, took)
	case a.Status > 0:
		return fmt.Sprintf("failed: %d, %s", a.Status, took)
	}
	return fmt.Sprintf("failed: %s, %s", a.Class, took)
}

func callText(kind journal.Kind, c journal.Call) string {
	switch kind {
	case journal.KindCall:
		return c.Method + " " + c.Path
	case journal.KindAccepted:
		return strings.TrimSpace("accepted " + c.Message)
	case journal.KindRefused:
		return fmt.Sprintf("refused: %s", c.Code)
	case journal.KindTold:
		if c.Status == 0 {
			return "told nothing"
		}
		return fmt.Sprintf("told %d", c.Status)
	}
	return ""
}

func findingText(f journal.Finding) string {
	said := strings.TrimSpace(f.Place + " " + f.Pointer + ": " + f.Problem)
	if f.Unread() {
		return "not read: " + said
	}
	return "off contract: " + said
}

func faultText(kind journal.Kind, f journal.Fault) string {
	switch kind {
	case journal.KindFaultPlanned:
		return fmt.Sprintf("%s planned", f.Kind)
	case journal.KindFaultFired:
		return fmt.Sprintf("%s hit %s", f.Kind, f.At)
	case journal.KindFaultMissed:
		return fmt.Sprintf("%s never fired", f.Kind)
	}
	return ""
}

func clockText(c journal.Clock) string {
	switch {
	case c.Quiet:
		return "quiet"
	case !c.To.Equal(c.From):
		return fmt.Sprintf("clock moved by %s", c.To.Sub(c.From))
	}
	return ""
}
