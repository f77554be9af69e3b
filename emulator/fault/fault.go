package fault

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Rules is the state of all fault rules, folded from the journal.
type Rules struct {
	all   []*journal.Fault
	byID  map[string]*journal.Fault
	live  []*journal.Fault    // planned ones only
	bound map[string][]string // event id to the rules that wait for its attempts
}

// New is an empty set of rules.
func New() *Rules {
	return &Rules{byID: map[string]*journal.Fault{}, bound: map[string][]string{}}
}

// States of a rule.
const (
	Planned = "planned"
	Fired   = "fired"
	Missed  = "missed"
)

// maxCount is the largest Count: an attempt is made for each duplicate.
const maxCount = 1000

// Check fills in the defaults of a new rule, or says what is wrong with it.
func Check(f journal.Fault) (journal.Fault, *sms.Error) {
	info, ok := journal.Info(f.Kind)
	if !ok {
		return f, sms.InvalidField("kind", fmt.Sprintf("%q is not a fault; the faults are %s", f.Kind, strings.Join(kinds(), ", ")))
	}
	switch {
	case f.Nth < 0 || f.Attempt < 0 || f.Times < 0 || f.Count < 0 || f.After < 0 || f.RetryAfter < 0:
		return f, sms.InvalidField("fault", "has a negative number; positions and counts are 1 or more, durations 0 or more")
	case !(f.Chance >= 0 && f.Chance <= 1): // also refuses NaN
		return f, sms.InvalidField("chance", "is a probability from 0 to 1")
	case f.Chance > 0 && f.Seed == 0:
		return f, sms.InvalidField("seed", "must be given with chance, so that the run can be repeated")
	case f.Attempt > 0 && info.Group == journal.OnCall:
		return f, sms.InvalidField("attempt", "belongs to faults of webhooks; use nth for the n-th call")
	case f.Match.Event != "" && info.Group == journal.OnCall:
		return f, sms.InvalidField("match.event", "belongs to faults of webhooks; a send has no event")
	case f.Match.Event != "" && !slices.Contains(sms.EventTypes(), f.Match.Event):
		return f, sms.InvalidField("match.event", fmt.Sprintf("%q is not an event; the events are %v", f.Match.Event, sms.EventTypes()))
	case f.Match.Route != "" && info.Group != journal.OnCall:
		return f, sms.InvalidField("match.route", "belongs to faults of the provider API")
	case f.Match.Route != "" && f.Kind == journal.StatusFirst:
		return f, sms.InvalidField("match.route", "cannot be given: only a send has a status")
	case f.Match.Route != "" && f.Kind == journal.SayOptedOut:
		return f, sms.InvalidField("match.route", "cannot be given: only a send has a recipient")
	case f.Match.Route != "" && f.Match.Handset != "":
		return f, sms.InvalidField("match.handset", "cannot be given with match.route: a route is matched before the body is read")
	case f.Match.Handset != "" && !f.Match.Handset.Valid():
		return f, sms.InvalidField("match.handset", "is not E.164; write it like +18015550142")
	case f.Status != 0 && f.Kind != journal.ErrorBefore && f.Kind != journal.ErrorAfter:
		return f, sms.InvalidField("status", "belongs to error-before and error-after")
	case f.Status != 0 && f.Status != 500 && f.Status != 503:
		return f, sms.InvalidField("status", "must be 500 or 503")
	case f.Count > maxCount:
		return f, sms.InvalidField("count", fmt.Sprintf("must be at most %d", maxCount))
	}
	f.Nth, f.Times = max(f.Nth, 1), max(f.Times, 1)
	if info.Group != journal.OnCall {
		f.Attempt = max(f.Attempt, 1)
	}
	f.Seen, f.Fired, f.State, f.At = 0, 0, Planned, ""
	return f, nil
}

func kinds() []string {
	var out []string
	for _, f := range journal.Faults() {
		out = append(out, string(f.Kind))
	}
	return out
}

// Apply folds one ordered entry into the rules.
func (r *Rules) Apply(e journal.Entry) {
	switch e.Kind {
	case journal.KindFaultPlanned:
		f := *e.Fault
		r.all, r.live = append(r.all, &f), append(r.live, &f)
		r.byID[f.ID] = &f
	case journal.KindFaultFired:
		if f := r.byID[e.Fault.ID]; f != nil {
			f.Fired++
			f.At = e.Fault.At
			r.unbind(f)
			if f.Fired >= f.Times {
				r.end(f, Fired)
			}
		}
	case journal.KindFaultMissed:
		if f := r.byID[e.Fault.ID]; f != nil {
			r.end(f, Missed)
		}
	case journal.KindEvent:
		r.bind(e.Event)
	case journal.KindCall, journal.KindAccepted, journal.KindRefused:
		r.count(e.Call)
	}
}

func (r *Rules) end(f *journal.Fault, state string) {
	f.State = state
	r.live = slices.DeleteFunc(r.live, func(l *journal.Fault) bool { return l == f })
}

// bind ties rules to an event whose turn it is.
func (r *Rules) bind(ev *sms.Event) {
	for _, f := range r.live {
		if forCalls(f) || !matches(f, ev.Provider, ev.Handset) || f.Match.Event != "" && f.Match.Event != ev.Type {
			continue
		}
		f.Seen++
		if inWindow(f, f.Seen) {
			r.bound[ev.ID] = append(r.bound[ev.ID], f.ID)
		}
	}
}

// unbind lets a rule strike each event once: the attempt that it moved or
// changed may come by again.
func (r *Rules) unbind(f *journal.Fault) {
	event, _, _ := strings.Cut(f.At, "/")
	event, _, _ = strings.Cut(event, "@") // at a further endpoint
	if ids, ok := r.bound[event]; ok {
		r.bound[event] = slices.DeleteFunc(ids, func(id string) bool { return id == f.ID })
	}
}

func (r *Rules) count(c *journal.Call) {
	for _, f := range r.live {
		if strikes(f, c) {
			f.Seen++
		}
	}
}

// OnAttempt lists the rules that strike attempt number of an event.
func (r *Rules) OnAttempt(event string, number int) []journal.Fault {
	var out []journal.Fault
	for _, id := range r.bound[event] {
		if f := r.byID[id]; f.State == Planned && f.Attempt == number {
			out = append(out, *f)
		}
	}
	return out
}

// OnCall lists the rules that strike a call: a send to a handset if Handset is
// set, refused if Code is, or else any call by its route.
func (r *Rules) OnCall(c journal.Call) []journal.Fault {
	var out []journal.Fault
	for _, f := range r.live {
		if strikes(f, &c) && inWindow(f, f.Seen+1) {
			out = append(out, *f)
		}
	}
	return out
}

// List is every rule and what became of it, in the order they were planned.
func (r *Rules) List() []journal.Fault {
	out := make([]journal.Fault, 0, len(r.all))
	for _, f := range r.all {
		out = append(out, *f)
	}
	return out
}

// Get is the rule with that id.
func (r *Rules) Get(id string) (journal.Fault, bool) {
	f, ok := r.byID[id]
	if !ok {
		return journal.Fault{}, false
	}
	return *f, true
}

func forCalls(f *journal.Fault) bool {
	info, _ := journal.Info(f.Kind)
	return info.Group == journal.OnCall
}

func matches(f *journal.Fault, provider string, handset sms.Number) bool {
	return (f.Match.Provider == "" || f.Match.Provider == provider) &&
		(f.Match.Handset == "" || f.Match.Handset == handset)
}

// strikes reports whether f looks at this call at all. A rule without a route
// looks at sends, once it is known whom they are for and whether they are
// refused; a rule with one looks at every request of that route, before it is
// served.
func strikes(f *journal.Fault, c *journal.Call) bool {
	if !forCalls(f) || !matches(f, c.Provider, c.Handset) {
		return false
	}
	if c.Handset != "" {
		return f.Match.Route == "" && !(c.Code != "" && f.Kind.OnAccepted())
	}
	return f.Match.Route != "" && f.Match.Route == c.Route
}

// inWindow reports whether the n-th match is one that f fires at.
func inWindow(f *journal.Fault, n int) bool {
	if n < f.Nth || n-f.Nth >= f.Times { // the sum of both might overflow
		return false
	}
	return f.Chance == 0 || draw(f, n) < f.Chance
}

// draw is a number from 0 to 1 that depends on the rule's seed and n alone.
func draw(f *journal.Fault, n int) float64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%d", f.Seed, f.ID, n))
	return float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53)
}
