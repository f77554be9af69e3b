package control

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Sizes of a page of the record.
const (
	recordSize    = 1000
	maxRecordSize = 10000
)

func readJournal(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	after, err := natural(r, "after", 0, math.MaxInt64)
	if err != nil {
		return err
	}
	most, err := limit(r, recordSize, maxRecordSize)
	if err != nil {
		return err
	}
	kind := journal.Kind(r.URL.Query().Get("kind"))
	if err := checkKind(kind); err != nil {
		return err
	}
	page, err := recordPage(s.Journal(), after, most, kind)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, page)
}

// recordPage reads until it has most entries of the kind or the record ends.
func recordPage(j *journal.Journal, after uint64, most int, kind journal.Kind) (client.JournalPage, error) {
	page := client.JournalPage{Entries: []journal.Entry{}, Last: after}
	for {
		entries, err := j.Since(page.Last, recordSize)
		if err != nil || len(entries) == 0 {
			return page, err
		}
		for _, e := range entries {
			page.Last = e.Seq
			if kind == "" || e.Kind == kind {
				page.Entries = append(page.Entries, e)
			}
			if len(page.Entries) == most {
				return page, nil
			}
		}
	}
}

func checkKind(kind journal.Kind) error {
	if kind == "" {
		return nil
	}
	for _, known := range journal.Kinds() {
		if kind == known {
			return nil
		}
	}
	return bad("unknown kind %q; write one of %v", kind, journal.Kinds())
}

func note(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	wanted, err := read[client.Note](r)
	if err != nil {
		return err
	}
	if err := checkNote(wanted); err != nil {
		return err
	}
	kept, err := s.Note(journal.Entry{
		Kind: wanted.Kind, Process: wanted.Process, Probe: wanted.Probe, Marker: wanted.Marker,
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, kept)
}

// checkNote holds a note to the kinds that a harness may write, and each kind
// to its payload.
func checkNote(n client.Note) error {
	given := map[journal.Kind]bool{
		journal.KindMarker:  n.Marker != "",
		journal.KindProcess: n.Process != nil,
		journal.KindProbe:   n.Probe != nil,
	}
	if _, may := given[n.Kind]; !may {
		return bad("an entry of kind %q is not written from outside; write kind marker, process or probe", n.Kind)
	}
	for kind, is := range given {
		if is != (kind == n.Kind) {
			return bad("an entry of kind %s has the field %q and no other payload", n.Kind, n.Kind)
		}
	}
	return nil
}

func wait(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
	wanted, err := read[client.Wait](r)
	if err != nil {
		return err
	}
	if err := checkWait(&wanted); err != nil {
		return err
	}
	if err := checkAfter(s.Journal(), wanted.After); err != nil {
		return err
	}
	patient(w)
	ctx, cancel := context.WithTimeout(r.Context(), wanted.Timeout.D())
	defer cancel()
	seen, err := waitFor(ctx, s.Journal(), wanted)
	if err != nil && !(errors.Is(err, context.DeadlineExceeded) && r.Context().Err() == nil) {
		return err
	}
	return answer(w, http.StatusOK, seen)
}

func waitFor(ctx context.Context, j *journal.Journal, wanted client.Wait) (client.Waited, error) {
	seen := client.Waited{Entries: []journal.Entry{}, Last: wanted.After}
	err := j.Follow(ctx, wanted.After, func(e journal.Entry) bool {
		seen.Last = e.Seq
		if wanted.Where.Matches(e) {
			seen.Entries = append(seen.Entries, e)
		}
		seen.Held = len(seen.Entries) >= wanted.Count
		return !seen.Held
	})
	return seen, err
}

// Bounds of a wait.
const (
	waitTimeout = quietWait
	maxWaited   = maxRecordSize
)

func checkWait(w *client.Wait) error {
	if w.Count < 0 || w.Count > maxWaited {
		return bad("count=%d is out of range; write a whole number from 1 to %d", w.Count, maxWaited)
	}
	w.Count = max(w.Count, 1)
	w.Timeout = sms.Duration(orDefault(w.Timeout.D(), waitTimeout))
	if err := atMost("timeout", w.Timeout.D()); err != nil {
		return err
	}
	return checkKind(w.Where.Kind)
}

// checkAfter refuses to wait for what follows an entry that the record does
// not have: it began anew, and would reach that number with another meaning.
func checkAfter(j *journal.Journal, after uint64) error {
	last := j.Last()
	if after <= last {
		return nil
	}
	return &refusal{
		http.StatusConflict, "past-the-end",
		fmt.Sprintf("the record has no entry %d, its last is %d; if you saw more it began anew since: begin after 0", after, last),
	}
}
