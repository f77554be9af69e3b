package page

import (
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
)

// Any is the provider of a page on which nothing belongs to one vendor.
const Any = "any"

// Page is one scenario.
type Page struct {
	Name     string // of the file, without its extension
	File     string // that it was read from, "" if it is built in
	Title    string // the first comment line
	About    string // the further ones, if any, a line each
	Provider string // a provider's name, or Any
	Except   []Exception
	Labels   []string
	Kills    []string // the bugs of the reference application that it must catch
	Replicas int      // how many of the application run side by side; 0: one
	Phases   []Phase
	// Plan is what goes wrong besides what the script says: Plan and Kill steps
	// that are in force before its first line.
	Plan []Step
	// Extra is what a bundle keeps beside the script, as it was written, by the
	// names SUTFile, SeedFile, JournalFile and VerdictFile.
	Extra map[string]string
}

// What a bundle may keep: the application, and the run that the page is from.
const (
	SUTFile     = "sut.yaml"
	SeedFile    = "seed"
	JournalFile = "journal.jsonl"
	VerdictFile = "verdict.json"
)

// Exception is a provider to which a page for any does not apply, and why.
type Exception struct {
	Provider, Reason string
}

// LeftOut reports whether the page does not apply to a provider, and why.
func (p Page) LeftOut(provider string) (reason string, out bool) {
	if p.Provider != Any {
		return "the page is for " + p.Provider, p.Provider != provider
	}
	for _, e := range p.Except {
		if e.Provider == provider {
			return e.Reason, true
		}
	}
	return "", false
}

// Phase is a comment and the steps under it. Only the first may have no comment.
type Phase struct {
	Comment string // may have several lines
	Steps   []Step
}

// Verb says what a step does.
type Verb string

// Verbs, with the fields of Step that each of them uses.
const (
	Texts    Verb = "texts"    // Who, Body, On: handsets text Body, all at once
	Asks     Verb = "asks"     // Who, Named, On: handsets text what the application is declared to answer
	Sends    Verb = "sends"    // Who, Body, At: the application is made to text a handset first
	Queues   Verb = "queues"   // Who, Body: the same, but it holds the text until the handset's next message
	Settle   Verb = "settle"   // Until, Who: until the world is quiet, or before that the work for a handset came to a point
	Advance  Verb = "advance"  // By, or to the next due item if By is 0
	Plan     Verb = "fault"    // Fault, Who: a fault from here on, of one handset if Who is set
	Slay     Verb = "kill"     // Kill, Who: the application is killed, and started again
	Behave   Verb = "handset"  // Who, Word, Value: off, on, no-receipts, no-mms, fails REASON
	Webhooks Verb = "webhooks" // Word, By, N: timeout D, parallel N, unordered, rotate
	Switch   Verb = "switch"   // Word, Value: a vendor switch and its value
	Expect   Verb = "expect"   // Word, Who, N, Value, SinceStop: a count or a state
)

// What an Expect step looks at. All but State are counts.
const (
	Replies       = "replies"       // messages from the application that it was not asked to send, and that confirm no STOP
	SendsTo       = "sends-to"      // messages from the application; since STOP without what confirms it
	CallsTo       = "calls-to"      // send calls about the handset, refused ones too; since STOP without what confirms it
	Attempts      = "attempts"      // attempts to tell of the handset's texts
	Conversations = "conversations" // conversations of the handset
	State         = "state"         // of the newest message to the handset: Value
)

// Step is one line of a script. Verb says which fields count.
type Step struct {
	Line int    // in the file, from 1
	Text string // as it was written
	Verb Verb
	Who  []string // names of handsets

	Body      string
	On        string // "line2": the second number of the application; "" is its first
	Named     bool   // ask with a word that must come back to nobody else
	By        time.Duration
	At        time.Duration // the provider is to hold the text for so long; 0: it leaves at once
	Fault     journal.Fault
	Kill      Kill
	Until     Spot // Point "" waits for quiet
	Word      string
	Value     string
	N         int
	SinceStop bool // count what left after the application acknowledged the handset's STOP
}

// Kill says where the application is killed, from the step on, and when it is
// started again.
type Kill struct {
	Spot
	Late bool // start it again only after an attempt found nobody there
}

// Spot is a point in the work of the application for one handset.
type Spot struct {
	Point   Point
	Nth     int // the n-th text (Received, Acked) or send call of the handset; 0 is the first
	Attempt int // to tell of that text (Received, Acked); 0 is the first
}

// Point is a point in the work of the application.
type Point string

// Points.
const (
	Received Point = "received" // an attempt is on its way to it; whatever it answers, nobody hears it
	Called   Point = "called"   // its send call arrived, nothing was done
	Accepted Point = "accepted" // its send call had its effect and is unanswered
	Answered Point = "answered" // its send call was answered
	Waiting  Point = "waiting"  // its send call was told to come again later, and it does nothing until then
	Acked    Point = "acked"    // it acknowledged an attempt
	Now      Point = "now"      // when the step comes; in a plan, when the script is done
)

// InWebhook reports whether the point lies in an attempt of a text; the others
// but Now lie in a send call.
func (p Point) InWebhook() bool { return p == Received || p == Acked }

// Handsets lists the names on the page, in the order of their first appearance.
func (p Page) Handsets() []string {
	var names []string
	seen := map[string]bool{}
	for _, s := range p.Steps() {
		for _, who := range s.Who {
			if !seen[who] {
				seen[who] = true
				names = append(names, who)
			}
		}
	}
	return names
}

// Steps lists the steps of all phases in order.
func (p Page) Steps() []Step {
	var steps []Step
	for _, phase := range p.Phases {
		steps = append(steps, phase.Steps...)
	}
	return steps
}
