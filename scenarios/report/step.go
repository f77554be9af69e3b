package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// A shape is how a step is drawn.
type shape string

const (
	arrow  shape = "arrow"  // from one lane to another
	note   shape = "note"   // words in a lane
	strike shape = "strike" // a fault that hit nothing else that is shown
	jump   shape = "jump"   // virtual time that passed at once
	script shape = "script" // a line of the page
	ghost  shape = "ghost"  // what only the passing run has
)

// A tone colours a step.
type tone string

const (
	plain tone = "plain"
	good  tone = "good"
	bad   tone = "bad"
	doubt tone = "doubt" // nobody can know
)

// step is what happened at one place of the timeline: an entry and those that
// only complete it, such as the answer to an attempt when nothing came between.
type step struct {
	shape    shape
	entries  []journal.Entry
	from, to lane
	handset  sms.Number // whose lane, where one end is a handset
	text     string
	answer   string // what came back, told at the far end
	tone     tone
	lost     bool     // it did not arrive
	faults   []string // what hit it
	marks    []mark   // what is off the contract
	minor    bool     // shown only when asked for
	begins   string   // the attempt that is open from here on
	ends     string   // the attempt that was open until here
}

// mark is a finding about a message, and whether it is only a note.
type mark struct {
	text   string
	unread bool
}

// weaver makes steps of entries.
type weaver struct {
	steps   []step
	of      map[uint64]int   // the step of an entry
	open    map[string]int   // the step of an attempt or a call, by id
	all     map[string]bool  // the ids of all attempts and calls of the record
	coming  map[string][]int // entries about faults, by the id of what they will hit
	entries []journal.Entry
	whom    map[string]sms.Number
	named   func(sms.Number) string
}

// weave makes steps of a record, in its order.
func weave(entries []journal.Entry, named func(sms.Number) string) []step {
	w := &weaver{
		of: map[uint64]int{}, open: map[string]int{}, all: map[string]bool{}, coming: map[string][]int{},
		entries: entries, whom: callHandsets(entries), named: named,
	}
	for _, e := range entries {
		switch {
		case e.Attempt != nil && e.Kind == journal.KindAttemptStarted:
			w.all[e.Attempt.ID] = true
		case e.Call != nil && e.Kind == journal.KindCall:
			w.all[e.Call.ID] = true
		}
	}
	for i, e := range entries {
		w.take(i, e)
	}
	return w.steps
}

func (w *weaver) take(i int, e journal.Entry) {
	switch {
	case e.Message != nil && e.Kind == journal.KindMessage:
		w.message(e, *e.Message)
	case e.Event != nil:
		w.complete(e, e.Cause, step{shape: note, from: providerLane, text: string(e.Event.Type), minor: true})
	case e.Attempt != nil:
		w.attempt(e, *e.Attempt)
	case e.Call != nil:
		w.call(e, *e.Call)
	case e.Finding != nil:
		w.finding(e, *e.Finding)
	case e.Fault != nil:
		w.fault(i, e, *e.Fault)
	case e.Clock != nil:
		w.clock(e, *e.Clock)
	case e.Marker != "":
		w.marker(e)
	default:
		w.other(e)
	}
}

// add makes a step of an entry.
func (w *weaver) add(e journal.Entry, s step) *step {
	s.entries = append(s.entries, e)
	if s.tone == "" {
		s.tone = plain
	}
	if s.handset == "" {
		s.handset = handsetOf(e, w.whom)
	}
	w.of[e.Seq] = len(w.steps)
	w.steps = append(w.steps, s)
	return &w.steps[len(w.steps)-1]
}

// join puts an entry into a step that is there.
func (w *weaver) join(i int, e journal.Entry) *step {
	w.of[e.Seq] = i
	w.steps[i].entries = append(w.steps[i].entries, e)
	return &w.steps[i]
}

// complete joins the step of the cause, if there is one, or makes one.
func (w *weaver) complete(e journal.Entry, cause uint64, s step) *step {
	if i, ok := w.of[cause]; ok && cause > 0 {
		return w.join(i, e)
	}
	return w.add(e, s)
}

// newest reports whether nothing but lines of the page came after step i, so
// that what completes it can be told there.
func (w *weaver) newest(i int) bool {
	return !slices.ContainsFunc(w.steps[i+1:], func(s step) bool { return s.shape != script })
}

// other is what has no rule of its own: shown as the text report shows it.
func (w *weaver) other(e journal.Entry) {
	at, text := describe(e)
	if text == "" {
		return
	}
	s := step{shape: note, from: at, text: text, minor: e.Probe != nil}
	if e.Process != nil {
		s.text, s.tone = processWords(*e.Process)
	}
	w.add(e, s)
}

func processWords(p journal.Process) (string, tone) {
	switch p.State {
	case "killed", "exited":
		if p.Point != "" && p.Point != "now" {
			return p.State + " when " + p.Point, bad
		}
		if p.State == "exited" {
			return fmt.Sprintf("exited with code %d", p.Code), bad
		}
		return p.State, bad
	}
	return p.State, good
}

func (w *weaver) marker(e journal.Entry) {
	w.add(e, step{shape: script, text: markerText(e.Marker), minor: !strings.HasPrefix(e.Marker, lineMark)})
}

func (w *weaver) clock(e journal.Entry, c journal.Clock) {
	_, text := describe(e)
	switch moved := c.To.Sub(c.From); {
	case c.Quiet || text == "":
		w.add(e, step{shape: note, from: providerLane, text: "quiet", minor: true})
	default:
		w.add(e, step{shape: jump, text: long(moved) + " later", minor: moved < shortJump})
	}
}
