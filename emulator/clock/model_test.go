package clock_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/switchhook/switchhook/emulator/clock"
)

// recorder collects the keys that fire.
type recorder struct {
	mu    sync.Mutex
	fired []string
}

func (r *recorder) fire(i clock.Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fired = append(r.fired, i.Key)
}

func (r *recorder) keys() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.fired)
}

func byDueThenSeq(a, b clock.Item) int {
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Seq, b.Seq))
}

func TestAThousandItemsFireInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rec recorder
		c := clock.New(clock.Options{Mode: clock.Manual, Fire: rec.fire})
		defer c.Close()
		offsets := rapid.SliceOfN(rapid.IntRange(1, 300), 1000, 1000).Draw(t, "seconds ahead")
		order := rapid.Permutation(seqs(1000)).Draw(t, "seqs")
		items := make([]clock.Item, len(order))
		for i, seq := range order {
			due := clock.Epoch.Add(time.Duration(offsets[i]) * time.Second)
			items[i] = clock.Item{Due: due, Seq: seq, Key: fmt.Sprint(seq)}
			c.At(items[i])
		}
		step := time.Duration(rapid.IntRange(1, 400).Draw(t, "step")) * time.Second
		for c.Now().Before(clock.Epoch.Add(300 * time.Second)) {
			if _, _, err := c.Advance(context.Background(), clock.Move{By: step}); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortFunc(items, byDueThenSeq)
		checkKeys(t, items, rec.keys())
	})
}

func seqs(n int) []uint64 {
	all := make([]uint64, n)
	for i := range all {
		all[i] = uint64(i)
	}
	return all
}

func checkKeys(t *rapid.T, want []clock.Item, got []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d items fired; want %d", len(got), len(want))
	}
	for i, item := range want {
		if got[i] != item.Key {
			t.Fatalf("item %s fired in place %d; want %s", got[i], i, item.Key)
		}
	}
}

// model is a clock as naive as can be: a list that is searched each time.
type model struct {
	now     time.Time
	pending []clock.Item
	fired   []clock.Item
}

func (m *model) moveTo(to time.Time) {
	slices.SortFunc(m.pending, byDueThenSeq)
	m.now = to
	for len(m.pending) > 0 && !m.pending[0].Due.After(to) {
		m.fired = append(m.fired, m.pending[0])
		m.pending = m.pending[1:]
	}
}

func (m *model) next() time.Time {
	if len(m.pending) == 0 {
		return m.now
	}
	return slices.MinFunc(m.pending, byDueThenSeq).Due
}

func TestManualClockMatchesTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rec recorder
		c := clock.New(clock.Options{Mode: clock.Manual, Fire: rec.fire})
		defer c.Close()
		m := model{now: clock.Epoch}
		ctx := context.Background()
		var seq uint64
		advance := func(t *rapid.T, move clock.Move, to time.Time) {
			from, got, err := c.Advance(ctx, move)
			if err != nil || !from.Equal(m.now) || !got.Equal(to) {
				t.Fatalf("%+v went from %v to %v (%v); want %v to %v", move, from, got, err, m.now, to)
			}
			m.moveTo(to)
		}
		span := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(1, 20).Draw(t, "minutes")) * time.Minute
		})
		t.Repeat(map[string]func(*rapid.T){
			"schedule": func(t *rapid.T) {
				due := m.now.Add(span.Draw(t, "ahead"))
				if rapid.Bool().Draw(t, "overdue") {
					due = m.now.Add(-span.Draw(t, "behind"))
				}
				seq++
				i := clock.Item{Due: due, Seq: rapid.Uint64Range(0, 3).Draw(t, "seq")<<32 | seq, Key: fmt.Sprint(seq)}
				m.pending = append(m.pending, i)
				c.At(i)
				m.moveTo(m.now)
			},
			"by":   func(t *rapid.T) { d := span.Draw(t, "by"); advance(t, clock.Move{By: d}, m.now.Add(d)) },
			"to":   func(t *rapid.T) { to := m.now.Add(span.Draw(t, "to")); advance(t, clock.Move{To: to}, to) },
			"next": func(t *rapid.T) { advance(t, clock.Move{Next: true}, m.next()) },
			"back": func(t *rapid.T) {
				if _, _, err := c.Advance(ctx, clock.Move{To: m.now.Add(-1)}); err == nil {
					t.Fatal("the clock went backwards")
				}
			},
			"": func(t *rapid.T) {
				if ok, why := c.Settle(ctx, 0, 0); !ok {
					t.Fatalf("not idle: %s", why)
				}
				checkKeys(t, m.fired, rec.keys())
				if s := c.State(); !s.Now.Equal(m.now) || s.Pending != len(m.pending) {
					t.Fatalf("the clock is %+v; the model shows %v with %d pending", s, m.now, len(m.pending))
				}
			},
		})
	})
}

func BenchmarkAtAndFire(b *testing.B) {
	for _, pending := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("%d pending", pending), func(b *testing.B) {
			fired := make(chan struct{}, 1)
			c := clock.New(clock.Options{Mode: clock.Manual, Fire: func(clock.Item) { fired <- struct{}{} }})
			defer c.Close()
			for i := range pending {
				c.At(clock.Item{Due: clock.Epoch.Add(time.Hour), Seq: uint64(i)})
			}
			b.ReportAllocs()
			for b.Loop() {
				c.At(clock.Item{Due: clock.Epoch})
				<-fired
			}
		})
	}
}

func BenchmarkAdvanceOverItems(b *testing.B) {
	c := clock.New(clock.Options{Mode: clock.Manual})
	defer c.Close()
	b.ReportAllocs()
	for b.Loop() {
		c.At(clock.Item{Due: c.Now().Add(time.Microsecond)})
		if _, _, err := c.Advance(context.Background(), clock.Move{Next: true}); err != nil {
			b.Fatal(err)
		}
	}
}
