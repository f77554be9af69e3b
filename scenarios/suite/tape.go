package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// tape is the record of a page as far as it was read.
type tape struct {
	entries []journal.Entry
	last    uint64
	cast    map[sms.Number]bool

	calls   map[string]sms.Number // whom a call was about, where it is known
	moved   time.Time             // wall time of the last thing that the application may react to
	patient bool                  // a call failed; the next may be as late as it was told to be
	slowest time.Duration         // reaction seen
}

func newTape(start journal.Entry, cast map[string]sms.Number) tape {
	t := tape{
		entries: []journal.Entry{start}, last: start.Seq, moved: start.Wall,
		cast: map[sms.Number]bool{}, calls: map[string]sms.Number{},
	}
	for _, n := range cast {
		t.cast[n] = true
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
	case journal.KindTold:
		t.moved = e.Wall
		t.patient = t.patient || e.Call != nil && e.Call.Status/100 != 2
	case journal.KindCall:
		if !t.patient {
			t.slowest = max(t.slowest, e.Wall.Sub(t.moved))
		}
		t.patient = false
	case journal.KindAccepted, journal.KindRefused:
		if e.Call != nil && e.Call.Handset != "" {
			t.calls[e.Call.ID] = e.Call.Handset
		}
	}
}

// own leaves out what belongs to handsets of other pages: a page before this
// one may still echo.
func (t *tape) own() []journal.Entry {
	var out []journal.Entry
	for _, e := range t.entries {
		if n := t.handset(e); n == "" || t.cast[n] {
			out = append(out, e)
		}
	}
	return out
}

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
	case e.Call != nil:
		return t.calls[e.Call.ID]
	}
	return ""
}

// lengths are how long the page took, in virtual and in real time.
func (t *tape) lengths() (virtual, wall time.Duration) {
	first, last := t.entries[0], t.entries[len(t.entries)-1]
	return last.At.Sub(first.At), last.Wall.Sub(first.Wall)
}
