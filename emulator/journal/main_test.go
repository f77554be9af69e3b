package journal_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchhook/switchhook/emulator/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	virtual = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	wall    = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
)

func open(t *testing.T, store journal.Store) *journal.Journal {
	t.Helper()
	j := journal.New(store, func() time.Time { return wall })
	t.Cleanup(j.Close)
	return j
}

// marks appends a marker entry for each name.
func marks(t *testing.T, j *journal.Journal, names ...string) {
	t.Helper()
	if _, err := j.Append(virtual, markers(names...)...); err != nil {
		t.Fatal(err)
	}
}

func markers(names ...string) []journal.Entry {
	entries := make([]journal.Entry, len(names))
	for i, name := range names {
		entries[i] = journal.Entry{Kind: journal.KindMarker, Marker: name}
	}
	return entries
}

// deadline bounds a test that waits for something.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
