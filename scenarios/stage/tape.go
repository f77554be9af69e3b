package stage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// tape is the record of a play as far as it was read.
type tape struct {
	entries []journal.Entry
	last    uint64
	casts   []*cast
	of      map[sms.Number]int  // the cast of a handset
	known   map[sms.Number]bool // all handsets there ever were; nil if others play in the sandbox too

	calls   map[string]sms.Number        // whom a call was about, where it is known
	texts   map[string]sms.Number        // whose a message is, by its id
	moved   time.Time                    // wall time of the last thing that the application may react to
	patient bool                         // calls may be late for a reason: one failed, or the application was started
	slowest time.Duration                // reaction seen
	parts   [][]journal.Entry            // what deal gave each cast
	waits   map[sms.Number]time.Duration // how much longer the last call about a handset is to wait, as it was told
}

func newTape(start journal.Entry, casts []*cast, known map[sms.Number]bool) tape {
	t := tape{
		entries: []journal.Entry{start}, last: start.Seq, moved: start.Wall, casts: casts, known: known,
		of: map[sms.Number]int{}, calls: map[string]sms.Number{}, texts: map[string]sms.Number{},
		waits: map[sms.Number]time.Duration{},
	}
	for i, c := range casts {
		for _, n := range c.who {
			t.of[n] = i
		}
	}
	return t
}

// chunk is how many entries are asked for at once.
const chunk = 5000

// read takes what was recorded since the last time.
func (t *tape) read(ctx context.Context, from record) error {
	for {
		page, err := from.Journal(ctx, client.JournalQuery{After: t.last, Limit: chunk})
		if err != nil {
			return fmt.Errorf("read the record after entry %d: %w", t.last, err)
		}
		for _, e := range page.Entries {
			t.add(e)
		}
		if len(page.Entries) < chunk {
			return nil
		}
	}
}

func (t *tape) add(e journal.Entry) {
	t.entries = append(t.entries, e)
	t.last = e.Seq
	switch e.Kind {
	case journal.KindMarker, journal.KindAttemptStarted, journal.KindAttemptEnded:
		t.moved = e.Wall
	case journal.KindProcess:
		t.moved, t.patient = e.Wall, true // how long a start takes says nothing of reactions
	case journal.KindTold:
		t.moved = e.Wall
		t.patient = t.patient || e.Call != nil && e.Call.Status/100 != 2
		if d := toldToWait(e.Call); d > 0 {
			t.waits[t.caller(e.Call)] = d
		}
	case journal.KindCall:
		if n := t.named(e.Call); n != "" {
			t.calls[e.Call.ID] = n
		}
		delete(t.waits, t.caller(e.Call))
		if !t.patient {
			t.slowest = max(t.slowest, e.Wall.Sub(t.moved))
		}
	case journal.KindAccepted, journal.KindRefused:
		if e.Call != nil && e.Call.Handset != "" {
			t.calls[e.Call.ID] = e.Call.Handset
		}
	case journal.KindMessage:
		if e.Message != nil {
			t.texts[e.Message.ID] = e.Message.Handset
		}
	case journal.KindFaultFired:
		t.patient = true // what the application was told may make it wait
		if e.Fault != nil && e.Fault.Match.Handset != "" {
			t.calls[e.Fault.At] = e.Fault.Match.Handset // or an attempt, which nobody asks for here
		}
	}
}

// split gives each cast its entries: those about its handsets, and those about
// none or about strangers whom nobody should have texted. What belongs to
// handsets of earlier pages, which may still echo, is left out.
func (t *tape) split() [][]journal.Entry {
	parts := make([][]journal.Entry, len(t.casts))
	for _, e := range t.entries {
		n := t.handset(e)
		if i, known := t.of[n]; known {
			parts[i] = append(parts[i], e)
			continue
		}
		for i := range parts {
			if n == "" || t.known != nil && !t.known[n] {
				parts[i] = append(parts[i], e)
			}
		}
	}
	return parts
}

// deal splits the tape as it is now; dealt is a cast's part of it.
func (t *tape) deal() { t.parts = t.split() }

func (t *tape) dealt(c *cast) []journal.Entry { return t.parts[slices.Index(t.casts, c)] }

// handset is whom an entry is about; "" if that is not known.
func (t *tape) handset(e journal.Entry) sms.Number {
	switch {
	case e.Message != nil:
		return e.Message.Handset
	case e.Conversation != nil:
		return e.Conversation.Handset
	case e.Contact != nil:
		return e.Contact.Number
	case e.OptOut != nil:
		return e.OptOut.Handset
	case e.Handset != nil:
		return e.Handset.Number
	case e.Event != nil:
		return e.Event.Handset
	case e.Attempt != nil:
		return e.Attempt.Handset
	case e.Finding != nil:
		return cmp.Or(e.Finding.Handset, t.calls[e.Finding.Of])
	case e.Fault != nil:
		return e.Fault.Match.Handset
	case e.Call != nil:
		return t.calls[e.Call.ID]
	case e.Probe != nil:
		return t.probed(e.Probe.Path)
	}
	to, _ := strings.CutPrefix(e.Marker, askMark)
	if to == e.Marker {
		return ""
	}
	return sms.Number(to)
}

// probed is whose message the application was asked about.
func (t *tape) probed(path string) sms.Number {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return strings.ContainsRune("/?&=", r) }) {
		if n, ok := t.texts[part]; ok {
			return n
		}
	}
	return ""
}

// named is whose number stands in a request of which the network did not find
// out whom it was about.
func (t *tape) named(c *journal.Call) sms.Number {
	if len(t.casts) == 1 {
		return ""
	}
	for n := range t.of {
		if digits := strings.TrimPrefix(string(n), "+1"); strings.Contains(c.Body, digits) || strings.Contains(c.Path, digits) {
			return n
		}
	}
	return ""
}

// caller is whom a call is about, as far as that was known when it came.
func (t *tape) caller(c *journal.Call) sms.Number {
	if len(t.casts) == 1 {
		return ""
	}
	return t.calls[c.ID]
}

// longestWait bounds how long anybody waits for an application that was told to.
const longestWait = 10 * time.Second

// toldToWait is how long the answer to a call told its caller to wait.
func toldToWait(c *journal.Call) time.Duration {
	if c == nil {
		return 0
	}
	for _, h := range c.Header {
		if n, err := strconv.Atoi(h.Value); err == nil && strings.EqualFold(h.Name, "Retry-After") {
			return time.Duration(min(n, int(longestWait/time.Second))) * time.Second
		}
	}
	return 0
}

// endure counts a silence against what calls were told to wait, and reports
// whether any of them is still to come again.
func (t *tape) endure(silence time.Duration) bool {
	waiting := len(t.waits) > 0
	for n, left := range t.waits {
		if t.waits[n] = left - silence; left <= 0 {
			delete(t.waits, n) // it had a whole silence more, and did nothing
		}
	}
	return waiting
}

// lengths are how long the page took, in virtual and in real time.
func (t *tape) lengths() (virtual, wall time.Duration) {
	first, last := t.entries[0], t.entries[len(t.entries)-1]
	return last.At.Sub(first.At), last.Wall.Sub(first.Wall)
}
