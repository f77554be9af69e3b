package history

import (
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// History is a record, indexed. Lists are in the order of the record.
type History struct {
	Promise  Promise
	Inbound  []*Inbound
	Events   []*Event
	Attempts []*Attempt
	Calls    []*Call
	Sent     []*Sent // what calls of the system under test made
	Asks     []Ask
	Consent  []*Consent
	Quiet    []uint64 // when the world was at rest
	Restless string   // why the world was not at rest when it was waited for; "" if it always was
	Kills    []*Kill
	Exits    []Exit
	Drift    []Drift
	Pending  []View // how much work the system under test said it had left
	Faults   Faults

	steps    []uint64 // markers of lines and ends of the script
	lastStep string   // the last of them
	end      string   // the marker of the end of the page that began
	whole    bool     // it came
	starting int      // starts that did not get ready so far
	changes  map[string][]Change
	views    []View
	reader   reader
	entries  map[uint64]journal.Entry
	messages map[string]*sms.Message // latest snapshot
	inbound  map[string]*Inbound     // by message id
	events   map[string]*Event
	attempts map[string]*Attempt
	calls    map[string]*Call
	struck   map[string][]journal.Fault // by attempt or call id
	secrets  map[string]int             // that sign, by endpoint, as of the entry being read
	wording  map[string]places          // by route; only of those that made a message

	conversations   map[string]Conversation // by id
	conversationIDs []string                // in the order of the record
}

// Conversation is what a handset and a line say to each other.
type Conversation struct {
	Handset, Line sms.Number
}

// Faults are the rules of the record by what became of them.
type Faults struct {
	Planned []journal.Fault
	Fired   []journal.Fault // once per time, each with what it hit
	Missed  []journal.Fault
}

// Struck reports whether a fault that was planned fired.
func (f Faults) Struck(id string) bool {
	return slices.ContainsFunc(f.Fired, func(fired journal.Fault) bool { return fired.ID == id })
}

// New reads the entries of a record in order. It takes any entries: what has no
// payload, or refers to what is not there, says nothing.
func New(entries []journal.Entry, promise Promise) *History {
	h := &History{
		reader:        newReader(promise),
		entries:       make(map[uint64]journal.Entry, len(entries)),
		messages:      map[string]*sms.Message{},
		changes:       map[string][]Change{},
		conversations: map[string]Conversation{},
		inbound:       map[string]*Inbound{},
		events:        map[string]*Event{},
		attempts:      map[string]*Attempt{},
		calls:         map[string]*Call{},
		struck:        map[string][]journal.Fault{},
		secrets:       map[string]int{},
		wording:       map[string]places{},
	}
	h.Promise = h.reader.promise
	for _, e := range entries {
		h.entries[e.Seq] = e
		h.read(e)
	}
	h.link()
	return h
}

func (h *History) read(e journal.Entry) {
	switch e.Kind {
	case journal.KindMessage:
		h.readMessage(e)
		h.readChange(e)
	case journal.KindConversation:
		h.readConversation(e)
	case journal.KindOptOut:
		h.readOptOut(e)
	case journal.KindEvent:
		h.readEvent(e)
	case journal.KindAttemptStarted, journal.KindAttemptEnded:
		h.readAttempt(e)
	case journal.KindCall, journal.KindAccepted, journal.KindRefused, journal.KindTold:
		h.readCall(e)
	case journal.KindFaultPlanned, journal.KindFaultFired, journal.KindFaultMissed:
		h.readFault(e)
	case journal.KindFinding:
		h.readFinding(e)
	case journal.KindEndpoint:
		h.readEndpoint(e)
	case journal.KindProcess:
		h.readProcess(e)
	case journal.KindMarker:
		h.readMarker(e)
	case journal.KindProbe:
		h.readProbe(e)
	case journal.KindClock:
		h.readClock(e)
	}
}

func (h *History) readClock(e journal.Entry) {
	switch {
	case e.Clock == nil:
	case e.Clock.Quiet:
		h.Quiet = append(h.Quiet, e.Seq)
	case e.Clock.Reason != "":
		h.Restless = e.Clock.Reason
	}
}

func (h *History) readConversation(e journal.Entry) {
	if c := e.Conversation; c != nil {
		h.name(c.ID, Conversation{c.Handset, c.Line})
	}
}

// name remembers the provider's id of a conversation.
func (h *History) name(id string, c Conversation) {
	if _, known := h.conversations[id]; id == "" || known {
		return
	}
	h.conversations[id] = c
	h.conversationIDs = append(h.conversationIDs, id)
}

func (h *History) readFault(e journal.Entry) {
	if e.Fault == nil {
		return
	}
	switch e.Kind {
	case journal.KindFaultPlanned:
		h.Faults.Planned = append(h.Faults.Planned, *e.Fault)
	case journal.KindFaultMissed:
		h.Faults.Missed = append(h.Faults.Missed, *e.Fault)
	case journal.KindFaultFired:
		h.Faults.Fired = append(h.Faults.Fired, *e.Fault)
		h.struck[e.Fault.At] = append(h.struck[e.Fault.At], *e.Fault)
	}
}

// link joins what the record tells in different places, once all of it is read.
func (h *History) link() {
	for _, c := range h.Calls {
		c.Faults = h.struck[c.ID]
		c.Wait = c.wait(c.answer)
		h.interrupt(c)
	}
	for _, a := range h.Attempts {
		a.Struck = h.struck[a.ID]
	}
	for _, s := range h.Sent {
		h.placeSent(s)
	}
	for _, c := range h.Calls {
		h.placeCall(c)
	}
	h.learn()
	h.tellConsent()
	h.linkStatus()
}
