package historytest

import (
	"fmt"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// The application's two lines.
const (
	Line  sms.Number = "+18015550100"
	Line2 sms.Number = "+18015550101"
)

// Limit is the timeout of every attempt.
const Limit = 15 * time.Second

// Record is a record that is being written. The zero value is empty and ready.
type Record struct {
	entries []journal.Entry
	numbers map[string]sms.Number
	ids     map[string]int
	hurry   bool
	passed  time.Duration // since the last entry, besides the usual second
	ahead   time.Duration // of the virtual clock
}

// Entries is the record so far.
func (r *Record) Entries() []journal.Entry { return r.entries }

// Number is the handset of a customer by name.
func (r *Record) Number(who string) sms.Number {
	if n, ok := r.numbers[who]; ok {
		return n
	}
	if r.numbers == nil {
		r.numbers = map[string]sms.Number{}
	}
	n := sms.Number(fmt.Sprintf("+1801555%04d", 201+len(r.numbers)))
	r.numbers[who] = n
	return n
}

// id makes the next id of a kind: msg_1, msg_2, …
func (r *Record) id(kind string) string {
	if r.ids == nil {
		r.ids = map[string]int{}
	}
	r.ids[kind]++
	return fmt.Sprintf("%s%d", kind, r.ids[kind])
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Add appends an entry, one second after the one before.
func (r *Record) Add(e journal.Entry) uint64 {
	last := epoch
	if n := len(r.entries); n > 0 {
		last = r.entries[n-1].Wall
	}
	if !r.hurry {
		last = last.Add(time.Second)
	}
	last = last.Add(r.passed)
	r.passed = 0
	e.Seq, e.At, e.Wall = uint64(len(r.entries)+1), last.Add(r.ahead), last
	r.entries = append(r.entries, e)
	return e.Seq
}

// AtOnce writes what do writes at one moment.
func (r *Record) AtOnce(do func()) {
	r.hurry = true
	do()
	r.hurry = false
}

// Plays marks that a page began, and that it ended after what do writes.
func (r *Record) Plays(page string, do func()) {
	r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "page " + page + " start"})
	do()
	r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "page " + page + " end"})
}

// Plans says that a fault was planned, and fires it if it did: it hit at.
func (r *Record) Plans(kind journal.FaultKind, at string) {
	f := journal.Fault{ID: r.id("fault-"), Kind: kind}
	planned := f
	r.Add(journal.Entry{Kind: journal.KindFaultPlanned, Fault: &planned})
	if f.At = at; at != "" {
		r.Add(journal.Entry{Kind: journal.KindFaultFired, Fault: &f})
	}
}

// Quiet says that the world came to rest.
func (r *Record) Quiet() uint64 {
	return r.Add(journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{Quiet: true}})
}

// Stirs says that the world did not come to rest, and why.
func (r *Record) Stirs(why string) uint64 {
	return r.Add(journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{Reason: why}})
}

// Rests says that the world came to rest and the script went on.
func (r *Record) Rests() uint64 {
	r.Quiet()
	return r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "line 9: settle"})
}

// Asks marks that the harness makes the application text a customer.
func (r *Record) Asks(who string) uint64 {
	return r.Add(journal.Entry{Kind: journal.KindMarker, Marker: "app sends " + string(r.Number(who))})
}

// Fault notes that a fault of a kind hit an attempt or a call.
func (r *Record) Fault(kind journal.FaultKind, at string) uint64 {
	return r.Add(journal.Entry{Kind: journal.KindFaultFired, Fault: &journal.Fault{Kind: kind, At: at, State: "fired"}})
}
