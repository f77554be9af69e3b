package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// Sizes of the picture, in the units of its viewBox.
const (
	headHeight = 56
	rowHeight  = 30
	thinHeight = 24 // a line of the page, a gap
	footHeight = 12

	badgeX     = 14
	virtualX   = 92 // right end
	wallX      = 150
	firstLane  = 200
	nextLane   = 96 // from one handset to the next
	toProvider = 280
	toApp      = 340
	toFaults   = 210
	margin     = 190

	charWidth = 6.6 // of the text of the rows, at most, for Latin
	fewLanes  = 4   // handsets with a lane of their own; more share one
)

// chart is a timeline with everything in its place.
type chart struct {
	Label  string
	Width  int
	Height int
	Lanes  []lifeline
	Rows   []place
	Bars   []bar
	Causes []cause
	Hidden int // rows that are not shown at first
}

// lifeline is a party of the timeline.
type lifeline struct {
	X     int
	Title string
	Sub   string
	Class string
}

// place is a row: a step or the gap of some that are hidden.
type place struct {
	Index, Y, Height int
	Off              bool // not shown at first
	Gap              int  // how many rows are hidden here; 0: it is a step
	Until            int  // gap: the first row after it
	Shape            shape
	Class            string
	Label            string // for those who do not see it
	Seqs             []uint64
	Virtual, Wall    string
	Evidence         int
	Fresh            bool
	X1, X2           int // arrow: from, to
	TextX            int
	Anchor           string
	Text, Full       string
	Answer           string
	AnswerX          int
	AnswerAnchor     string
	Lost             bool
	CrossX           int
	Fault            string
	FaultX           int
	Mark, MarkClass  string
	MarkX            int
}

// Mid is the middle of the row.
func (p place) Mid() int { return p.Height / 2 }

// bar is a stretch of a lane: an attempt that is open, a process that is down.
type bar struct {
	X, From, To int // rows
	Y, Height   int
	Class       string
	Title       string
	Off         bool
}

// cause leads from a row to one that it made happen.
type cause struct {
	From, To int // rows
	Path     string
	Class    string
	Off      bool
}

// draw lays out the timeline of a result. It is a pure function of it.
func draw(r Result) chart {
	about := oracle.Primary(r.Findings)
	d := newDrawing(r)
	steps := weave(r.Entries, d.named)
	diff := unlike{steps: steps, fresh: make([]bool, len(steps))}
	if len(r.Baseline) > 0 {
		diff = compare(steps, baseline(r), d.names)
	}
	numbers := proof(diff.steps, about)
	show := shown(diff.steps, numbers, about)
	d.lanes(diff.steps)
	for i := 0; i < len(diff.steps); {
		next := i
		for next < len(diff.steps) && !show[next] {
			next++
		}
		if next > i {
			d.gap(diff.steps[i:next], len(d.Rows)+1+next-i)
		}
		for ; i < next; i++ {
			d.row(diff.steps[i], numbers[i], diff.fresh[i], true)
		}
		for ; i < len(diff.steps) && show[i]; i++ {
			d.row(diff.steps[i], numbers[i], diff.fresh[i], false)
		}
	}
	d.Height = d.y + footHeight
	d.bars()
	d.causes()
	d.Label = fmt.Sprintf("timeline of %s: %d rows", Plain(r.Page), len(d.Rows))
	return d.chart
}

// drawing is a chart in the making.
type drawing struct {
	chart
	y        int
	start    journal.Entry
	names    map[sms.Number]string
	column   map[sms.Number]int // x of a handset
	shared   bool               // all handsets have one lane
	steps    map[int]step       // by row
	rowOf    map[uint64]int     // by entry
	provider int                // x
	app      int
	fault    int
}

func newDrawing(r Result) *drawing {
	d := &drawing{column: map[sms.Number]int{}, steps: map[int]step{}, rowOf: map[uint64]int{}, y: headHeight}
	if len(r.Entries) > 0 {
		d.start = r.Entries[0]
	}
	d.names = namesOf(r.Cast)
	return d
}

// namesOf are what a page calls its handsets.
func namesOf(cast map[string]sms.Number) map[sms.Number]string {
	names := map[sms.Number]string{}
	for name, number := range cast {
		if old, taken := names[number]; !taken || name < old {
			names[number] = name
		}
	}
	return names
}

// named is what a page calls a handset.
func (d *drawing) named(n sms.Number) string { return cmp.Or(d.names[n], string(n)) }

// baseline is the passing run with the handsets that have the same names in
// this one, and with its words.
func baseline(r Result) []step {
	names := namesOf(r.BaselineCast)
	steps := weave(sameWords(r), func(n sms.Number) string { return cmp.Or(names[n], string(n)) })
	for i, s := range steps {
		steps[i].handset = cmp.Or(r.Cast[names[s.handset]], s.handset)
	}
	return steps
}

// lanes puts up the parties.
func (d *drawing) lanes(steps []step) {
	var who []sms.Number
	for _, s := range steps {
		if s.handset != "" && !slices.Contains(who, s.handset) {
			who = append(who, s.handset)
		}
	}
	x := firstLane
	d.shared = len(who) > fewLanes
	switch {
	case d.shared:
		d.lane(x, "handsets", fmt.Sprintf("%d of them", len(who)), "handset")
	case len(who) == 0:
		d.lane(x, "handset", "", "handset")
	default:
		for i, n := range who {
			x = firstLane + i*nextLane
			d.column[n] = x
			sub := string(n)
			if d.named(n) == sub {
				sub = "handset"
			}
			d.lane(x, d.named(n), sub, "handset")
		}
	}
	d.provider = x + toProvider
	d.app = d.provider + toApp
	d.fault = d.app + toFaults
	d.lane(d.provider, "provider", "the fake network", "provider")
	d.lane(d.app, "application", "under test", "app")
	d.lane(d.fault, "faults", "what goes wrong", "fault")
	d.Width = d.fault + margin
}

func (d *drawing) lane(x int, title, sub, class string) {
	d.Lanes = append(d.Lanes, lifeline{X: x, Title: fit(title, nextLane+20), Sub: fit(sub, nextLane+20), Class: class})
}

// x is where an end of a step is.
func (d *drawing) x(l lane, handset sms.Number) int {
	switch l {
	case providerLane:
		return d.provider
	case callLane:
		return d.app
	case faultLane:
		return d.fault
	}
	if x, ok := d.column[handset]; ok {
		return x
	}
	return firstLane
}

func (d *drawing) add(p place, off bool) {
	p.Index, p.Off = len(d.Rows), off
	if !off {
		p.Y = d.y
		d.y += p.Height
	} else {
		d.Hidden++
	}
	d.Rows = append(d.Rows, p)
}

// gap stands for steps that are hidden, and says how long they took.
func (d *drawing) gap(steps []step, until int) {
	text := count(len(steps), "row") + " hidden"
	first, last := span(steps)
	if passed := last.Sub(first); passed >= shortJump {
		text += ", " + long(passed) + " pass"
	}
	text += " — show"
	d.add(place{Gap: len(steps), Until: until, Height: thinHeight, Class: "gap", Text: text, Label: text, TextX: firstLane}, false)
}

// span is the virtual time of the first and the last entry.
func span(steps []step) (first, last time.Time) {
	for _, s := range steps {
		for _, e := range s.entries {
			if first.IsZero() {
				first = e.At
			}
			last = e.At
		}
	}
	return first, last
}
