package journal_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/journal"
)

// numbered are n entries that follow seq after.
func numbered(after uint64, n int) []journal.Entry {
	out := make([]journal.Entry, n)
	for i := range out {
		out[i] = journal.Entry{Seq: after + uint64(i) + 1, Kind: journal.KindMarker}
	}
	return out
}

// TestMemoryAgainstACount appends and reads any amounts: whatever is read
// follows on, and is as much as was asked for and is there.
func TestMemoryAgainstACount(t *testing.T) {
	t.Parallel()
	small := rapid.IntRange(0, 9)
	sizes := rapid.OneOf(small, small, small, small, rapid.SampledFrom([]int{4094, 4095, 4096, 4097, 8192, 10_000}))
	rapid.Check(t, func(t *rapid.T) {
		var m journal.Memory
		var kept uint64
		var old []journal.Entry
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				n := sizes.Draw(t, "n")
				if err := m.Append(numbered(kept, n)); err != nil {
					t.Fatal(err)
				}
				kept += uint64(n)
			},
			"read": func(t *rapid.T) {
				after := rapid.Uint64Range(0, kept+2).Draw(t, "after")
				limit := sizes.Draw(t, "limit")
				got, err := m.Read(after, limit)
				if want := min(uint64(limit), kept-min(kept, after)); err != nil || uint64(len(got)) != want {
					t.Fatalf("after %d of %d, limit %d: %d entries, %v; want %d", after, kept, limit, len(got), err, want)
				}
				for i, e := range got {
					if e.Seq != after+uint64(i)+1 {
						t.Fatalf("after %d: entry %d has seq %d", after, i, e.Seq)
					}
				}
				if len(got) > 0 {
					old = got
					_ = append(got, journal.Entry{Seq: 1 << 40}) // must not reach the record
				}
			},
			"": func(t *rapid.T) {
				for i, e := range old {
					if e.Seq != old[0].Seq+uint64(i) {
						t.Fatalf("what was read has changed: %d is %d", i, e.Seq)
					}
				}
			},
		})
	})
}

// TestMemoryKeepsWhatWasGiven though the giver writes over it.
func TestMemoryKeepsWhatWasGiven(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	given := numbered(0, 5000)
	if err := m.Append(given); err != nil {
		t.Fatal(err)
	}
	clear(given)
	got, err := m.Read(0, 5000)
	if err != nil || len(got) != 5000 || got[0].Seq != 1 || got[4999].Seq != 5000 {
		t.Errorf("read %d entries, %v", len(got), err)
	}
}
