package journal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
)

func TestAppendGivesPlaceAndTime(t *testing.T) {
	t.Parallel()
	j := open(t, &journal.Memory{})
	marks(t, j, "before")
	kept, err := j.Append(virtual.Add(time.Hour), markers("a", "b")...)
	if err != nil {
		t.Fatal(err)
	}
	want := []journal.Entry{
		{Seq: 2, At: virtual.Add(time.Hour), Wall: wall, Kind: journal.KindMarker, Marker: "a"},
		{Seq: 3, At: virtual.Add(time.Hour), Wall: wall, Kind: journal.KindMarker, Marker: "b"},
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("appended (-want +got):\n%s", diff)
	}
	read, err := j.Since(1, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if j.Last() != 3 {
		t.Errorf("last is %d; want 3", j.Last())
	}
}

func TestConcurrentAppendsLeaveNoGapsAndStayWhole(t *testing.T) {
	t.Parallel()
	const writers, batches, size = 16, 50, 3
	j := open(t, &journal.Memory{})
	var done sync.WaitGroup
	for w := range writers {
		done.Go(func() {
			for b := range batches {
				name := fmt.Sprintf("%d/%d", w, b)
				if _, err := j.Append(virtual, markers(name, name, name)...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	// A follower sees the same order while it is being written.
	next := uint64(1)
	err := j.Follow(deadline(t), 0, func(e journal.Entry) bool {
		if e.Seq != next {
			t.Errorf("the follower saw %d after %d", e.Seq, next-1)
		}
		next = e.Seq + 1
		return e.Seq < writers*batches*size
	})
	if err != nil {
		t.Fatal(err)
	}
	done.Wait()
	entries, err := j.Since(0, writers*batches*size+1)
	if err != nil || len(entries) != writers*batches*size {
		t.Fatalf("%d entries (%v); want %d", len(entries), err, writers*batches*size)
	}
	mine := map[string]int{} // writer to its next batch
	for i := 0; i < len(entries); i += size {
		batch := entries[i : i+size]
		for k, e := range batch {
			if e.Seq != uint64(i+k+1) || e.Marker != batch[0].Marker {
				t.Fatalf("place %d holds entry %d of batch %s, beside batch %s", i+k+1, e.Seq, e.Marker, batch[0].Marker)
			}
		}
		writer, n, _ := strings.Cut(batch[0].Marker, "/")
		if n != fmt.Sprint(mine[writer]) {
			t.Fatalf("batch %s of writer %s came before its batch %d", n, writer, mine[writer])
		}
		mine[writer]++
	}
}

// moody is a store that fails when told to.
type moody struct {
	journal.Memory
	fail error
}

func (m *moody) Append(entries []journal.Entry) error {
	if m.fail != nil {
		return m.fail
	}
	return m.Memory.Append(entries)
}

func (m *moody) Read(after uint64, limit int) ([]journal.Entry, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	return m.Memory.Read(after, limit)
}

func TestAFailingStoreAppendsNothing(t *testing.T) {
	t.Parallel()
	store := &moody{}
	j := open(t, store)
	marks(t, j, "first")
	ready, _ := j.Watch(1)

	store.fail = errors.New("disk full")
	kept, err := j.Append(virtual, markers("lost", "lost")...)
	if !errors.Is(err, store.fail) || !strings.Contains(err.Error(), "2 journal entries") {
		t.Errorf("error is %v; want one about 2 journal entries that wraps the store's", err)
	}
	if kept != nil || j.Last() != 1 {
		t.Errorf("kept %v; last is %d, want 1", kept, j.Last())
	}
	select {
	case <-ready:
		t.Error("a watcher was woken for nothing")
	default:
	}
	if err := j.Follow(deadline(t), 0, func(journal.Entry) bool { return true }); !errors.Is(err, store.fail) {
		t.Errorf("Follow: %v; want the store's error", err)
	}

	store.fail = nil
	marks(t, j, "second")
	entries, err := j.Since(0, 10)
	if err != nil || len(entries) != 2 || entries[1].Seq != 2 || entries[1].Marker != "second" {
		t.Errorf("after the failure the journal holds %v (%v)", entries, err)
	}
}

func TestSincePages(t *testing.T) {
	t.Parallel()
	j := open(t, &journal.Memory{})
	for _, c := range []struct {
		after uint64
		limit int
		want  string
	}{
		{0, 0, ""},
		{0, -1, ""},
		{0, 1, "a"},
		{0, 2, "ab"},
		{0, 9, "abcde"},
		{3, 1, "d"},
		{3, 2, "de"},
		{3, 9, "de"},
		{5, 9, ""},
		{6, 9, ""},
		{1 << 63, 9, ""},
	} {
		if j.Last() == 0 {
			if entries, err := j.Since(0, 9); err != nil || len(entries) != 0 {
				t.Errorf("an empty journal holds %v (%v)", entries, err)
			}
			marks(t, j, "a", "b", "c", "d", "e")
		}
		entries, err := j.Since(c.after, c.limit)
		if got := names(entries); err != nil || got != c.want {
			t.Errorf("Since(%d, %d) = %q (%v); want %q", c.after, c.limit, got, err, c.want)
		}
	}
}

func names(entries []journal.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(e.Marker)
	}
	return b.String()
}

func TestAppendingToAPageLeavesTheJournalAlone(t *testing.T) {
	t.Parallel()
	j := open(t, &journal.Memory{})
	marks(t, j, "a", "b")
	for _, limit := range []int{1, 2} {
		page, err := j.Since(0, limit)
		if err != nil {
			t.Fatal(err)
		}
		_ = append(page, journal.Entry{Marker: "x"})
	}
	marks(t, j, "c")
	if entries, err := j.Since(0, 9); err != nil || names(entries) != "abc" {
		t.Errorf("the journal holds %q (%v); want abc", names(entries), err)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	j := open(t, &journal.Memory{})
	closed := func(ready <-chan struct{}) bool {
		select {
		case <-ready:
			return true
		default:
			return false
		}
	}
	ready, more := j.Watch(0)
	if closed(ready) || !more {
		t.Error("a watch on an empty journal did not wait")
	}
	marks(t, j, "a")
	if !closed(ready) {
		t.Error("an entry did not wake the watch")
	}
	if ready, more := j.Watch(0); !closed(ready) || !more {
		t.Error("a watch behind the journal waited")
	}
	ready, _ = j.Watch(1)
	if closed(ready) {
		t.Error("a watch at the end did not wait")
	}
	j.Close()
	j.Close()
	if !closed(ready) {
		t.Error("the end of the journal did not wake the watch")
	}
	if ready, more := j.Watch(1); !closed(ready) || more {
		t.Error("a watch on an ended journal waited or expected more")
	}
}

func TestFollowWakesForEveryEntry(t *testing.T) {
	t.Parallel()
	j := open(t, &journal.Memory{})
	seen := make(chan string)
	ended := make(chan error)
	ctx := deadline(t)
	marks(t, j, "skipped", "a")
	go func() {
		ended <- j.Follow(ctx, 1, func(e journal.Entry) bool {
			select {
			case seen <- e.Marker:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	for _, name := range []string{"a", "b", "c"} {
		if name != "a" {
			marks(t, j, name)
		}
		select {
		case got := <-seen:
			if got != name {
				t.Errorf("saw %q; want %q", got, name)
			}
		case <-ctx.Done():
			t.Fatalf("%q was never seen", name)
		}
	}
	j.Close()
	if err := <-ended; err != nil {
		t.Errorf("Follow ended with %v; want none when the journal ends", err)
	}
}

func TestFollowReadsAllBeforeItEnds(t *testing.T) {
	t.Parallel()
	for _, total := range []int{0, 1, 255, 256, 257, 512, 1000} { // around a follower's page
		j := open(t, &journal.Memory{})
		marks(t, j, make([]string, total)...)
		j.Close()
		var seen int
		if err := j.Follow(deadline(t), 0, func(journal.Entry) bool { seen++; return true }); err != nil || seen != total {
			t.Errorf("saw %d of %d entries (%v)", seen, total, err)
		}
	}
}

func TestFollowStops(t *testing.T) {
	t.Parallel()
	j := open(t, &journal.Memory{})
	marks(t, j, "a", "b", "c")
	var seen string
	if err := j.Follow(deadline(t), 0, func(e journal.Entry) bool { seen += e.Marker; return e.Marker != "b" }); err != nil || seen != "ab" {
		t.Errorf("saw %q (%v); want ab and no error", seen, err)
	}
	ctx, cancel := context.WithCancel(deadline(t))
	err := j.Follow(ctx, 0, func(e journal.Entry) bool {
		if e.Marker == "c" {
			cancel()
		}
		return true
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Follow: %v; want context.Canceled", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	j := journal.New(&journal.Memory{}, func() time.Time { return wall })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Append(virtual, journal.Entry{Kind: journal.KindMarker}); err != nil {
			b.Fatal(err)
		}
	}
}
