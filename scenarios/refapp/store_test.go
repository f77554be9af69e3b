package refapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// opened is a store in a folder, closed with the test unless that was done.
func opened(t *testing.T, dir string) *store {
	t.Helper()
	s, err := openStore(dir, "surge", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func keep(t *testing.T, s *store, c change) {
	t.Helper()
	if err := s.do(c); err != nil {
		t.Fatal(err)
	}
}

// file files a text of ana's.
func file(t *testing.T, s *store, key string) *filed {
	t.Helper()
	c := &filed{Key: key, In: inbound{Kind: text, Message: key, Conversation: "cnv_ana", Handset: ana.number}, Keep: keepTime, Worker: s.me}
	keep(t, s, c)
	return c
}

func TestStoreOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := opened(t, dir)
	file(t, first, "m1")
	made := &answered{Lane: "cnv_ana", Conversation: "cnv_ana", Step: 3, Replies: []outbound{{Conversation: "cnv_ana", Handset: ana.number, Body: "hello"}}}
	keep(t, first, made)
	call := &begun{ID: made.ids[0]}
	keep(t, first, call)
	keep(t, first, &decided{In: inbound{Kind: optedOut, Event: "e1", Contact: "ctc_ben"}})
	keep(t, first, &learned{Contact: "ctc_ben", Handset: ben.number})
	first.close()

	second := opened(t, dir)
	if file(t, second, "m1").fresh {
		t.Error("a text that was filed is new after the restart")
	}
	if err := second.look(func(now *state) {
		m := now.outbox[made.ids[0]]
		if m == nil || m.Body != "hello" || !m.calling || m.tries != 1 || m.Key != call.out.Key {
			t.Errorf("the outbox has %+v after the restart; want the call under way, with key %s", m, call.out.Key)
		}
		if !now.consent[ben.number].out || now.dialogue["cnv_ana"] != 3 || now.pending() != 1 {
			t.Errorf("consent %+v, dialogue %d, %d jobs; want ben out, step 3 and 1", now.consent, now.dialogue["cnv_ana"], now.pending())
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// Wherever a kill cuts the last record off, all before it is there and the
// store goes on.
func TestStoreWithATornRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := opened(t, dir)
	file(t, s, "m1")
	whole, err := os.ReadFile(s.base + ".log")
	if err != nil {
		t.Fatal(err)
	}
	file(t, s, "m2")
	s.close()
	all, err := os.ReadFile(s.base + ".log")
	if err != nil {
		t.Fatal(err)
	}
	for end := len(whole); end <= len(all); end++ {
		torn := filepath.Join(t.TempDir(), "surge")
		if err := os.WriteFile(torn+".log", all[:end], 0o600); err != nil {
			t.Fatal(err)
		}
		for _, want := range []bool{end == len(all), true} {
			s := opened(t, filepath.Dir(torn))
			if first, second := file(t, s, "m1"), file(t, s, "m2"); first.fresh || second.fresh == want {
				t.Fatalf("cut at octet %d of %d: m1 new %v, m2 new %v; want m2 known %v", end, len(all), first.fresh, second.fresh, want)
			}
			s.close()
		}
	}
}

func TestStoreThatIsDamaged(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(string) string{
		"a changed octet":   func(log string) string { return strings.Replace(log, `"m1"`, `"m9"`, 1) },
		"an unknown change": func(log string) string { return log + string(seal([]byte(`{"Op":"exploded","V":{}}`))) },
		"no JSON":           func(log string) string { return log + string(seal([]byte(`exploded`))) + "\n\n" },
	} {
		dir := t.TempDir()
		s := opened(t, dir)
		file(t, s, "m1")
		file(t, s, "m2")
		s.close()
		log, err := os.ReadFile(s.base + ".log")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.base+".log", []byte(spoil(string(log))), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openStore(dir, "surge", false); err == nil || !strings.Contains(err.Error(), s.base) {
			t.Errorf("%s: %v; want an error that names the file", name, err)
		}
	}
}

// What could not be kept did not happen, and its webhook must come again.
func TestStoreThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := opened(t, dir)
	file(t, s, "m1")
	good := s.book.file
	bad, err := os.Open(good.Name()) // takes no writing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bad.Close() })
	s.book.file = bad
	if err := s.do(&filed{Key: "m2", Keep: keepTime}); err == nil {
		t.Fatal("a change that was not kept made no error")
	}
	s.book.file = good
	if file(t, s, "m1").fresh || !file(t, s, "m2").fresh {
		t.Error("m1 must be known and m2 new")
	}
}

func TestStoreErrorIsAskedForAgain(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{Store: t.TempDir()}, func(w *world) {
		store := w.desk.store
		swap := func(file *os.File) *os.File {
			store.mu.Lock()
			defer store.mu.Unlock()
			was := store.book.file
			store.book.file = file
			return was
		}
		bad, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		good := swap(bad)
		w.expectCode(w.post("message.received", ana.text(w, "m1", "free?")), 503)
		code, _ := w.call("POST", "/notify", noteToAna, nil)
		w.expectCode(code, 503)
		_ = swap(good).Close()
		w.expectCode(w.says(ana, "m1", "free?"), 200)
		w.expect("cnv_ana: " + yes)
	})
}

// Two replicas that are told the same at the same time file each text once, and
// each text has one owner.
func TestReplicasRace(t *testing.T) {
	t.Parallel()
	const texts = 40
	dir := t.TempDir()
	replicas := []*store{opened(t, dir), opened(t, dir)}
	var mu sync.Mutex
	fresh := map[string]int{}
	var wg sync.WaitGroup
	for _, s := range replicas {
		for range 2 {
			wg.Go(func() {
				for i := range texts {
					if c := file(t, s, fmt.Sprintf("m%d", i)); c.fresh {
						mu.Lock()
						fresh[c.Key]++
						mu.Unlock()
					}
				}
			})
		}
	}
	wg.Wait()
	for key, n := range fresh {
		if n != 1 {
			t.Errorf("%s was new %d times", key, n)
		}
	}
	mine := 0
	for _, s := range replicas {
		if _, ok, err := s.next("cnv_ana"); err != nil || ok {
			mine++
		}
	}
	if len(fresh) != texts || mine != 1 {
		t.Errorf("%d texts, %d owners of their conversation; want %d and 1", len(fresh), mine, texts)
	}
}

func TestWorkOfTheDeadIsInherited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two := opened(t, dir), opened(t, dir)
	file(t, one, "m1")
	if lanes, err := two.inherit(false); err != nil || len(lanes) > 0 {
		t.Fatalf("inherited %q from a worker that lives, %v", lanes, err)
	}
	one.close() // its locks end with it, as with a kill
	lanes, err := two.inherit(false)
	if err != nil || !slices.Equal(lanes, []string{"cnv_ana"}) {
		t.Fatalf("inherited %q, %v; want the conversation", lanes, err)
	}
	if j, mine, err := two.next("cnv_ana"); err != nil || !mine || j.text == nil || j.text.Message != "m1" {
		t.Errorf("the first job is %+v, mine %v, %v; want m1", j, mine, err)
	}
	if again, err := two.inherit(false); err != nil || len(again) > 0 {
		t.Errorf("inherited %q again, %v", again, err)
	}
	if _, err := os.Stat(fmt.Sprintf("%s.worker-%d", one.base, one.me)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file of a dead worker is still there: %v", err)
	}
}

// A call that was open when its process was killed is one whose outcome is
// unknown, and the policy says what follows.
func TestOpenCallAfterARestart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider string
		policy   Policy
		calls    int
		status   string
	}{
		{"surge", AtMostOnce, 0, "unknown"},
		{"surge", AtLeastOnce, 1, "accepted"},
		{"exotel", AtMostOnce, 0, "unknown"},
		{"mta", AtMostOnce, 1, "accepted"}, // under the key of the first call
	} {
		dir := t.TempDir()
		s, err := openStore(dir, tt.provider, false)
		if err != nil {
			t.Fatal(err)
		}
		n := &noticed{Texts: []outbound{{Handset: ana.number, Body: "See you"}}, Worker: s.me}
		keep(t, s, n)
		call := &begun{ID: n.ids[0]}
		keep(t, s, call)
		s.close()
		inBubbleWith(t, tt.provider, Options{Store: dir, Policy: tt.policy}, func(w *world) {
			w.settle()
			if got := w.carrier.n; got != tt.calls {
				t.Errorf("%s, %s: %d calls after the restart, want %d", tt.provider, tt.policy, got, tt.calls)
			}
			if got := w.status(n.ids[0]); got != tt.status {
				t.Errorf("%s, %s: status %q, want %q", tt.provider, tt.policy, got, tt.status)
			}
			if tt.provider == "mta" && w.carrier.raw[0]["key"] != call.out.Key {
				t.Errorf("repeated under %v, want the first key %s", w.carrier.raw[0]["key"], call.out.Key)
			}
		})
	}
}

// Who was told to wait waits on after a restart.
func TestWaitOutlivesARestart(t *testing.T) {
	t.Parallel()
	inBubble(t, Options{Store: t.TempDir()}, func(w *world) {
		var at []time.Time
		w.carrier.during = func(int, string, *http.Request) { at = append(at, time.Now()) }
		w.throttled()
		w.deliver(ana, "m1", "free?", false)
		w.restart()
		w.settle()
		if len(at) != 2 || at[1].Sub(at[0]) != 7*time.Second {
			t.Errorf("calls at %v, want two and 7 s between them", at)
		}
	})
}

// Dedupe keys are forgotten by the provider's clock, and only long after it
// would have stopped trying.
func TestDedupeKeysAreForgotten(t *testing.T) {
	t.Parallel()
	s := newState("surge")
	begun := time.Date(2026, 8, 20, 15, 0, 0, 0, time.UTC)
	for day := range 100 {
		c := &filed{Key: fmt.Sprint("m", day), In: inbound{At: begun.AddDate(0, 0, day)}, Keep: keepTime, Idle: true}
		c.apply(s)
	}
	if n := len(s.inbox); n != 31 || len(s.recent) != n || s.inbox["m68"] || !s.inbox["m69"] {
		t.Errorf("%d keys are known after 100 days, want those of the last 30", n)
	}
}

func TestStoreInAFolderThatCannotBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(Options{Store: file, Surge: Surge{BaseURL: "http://carrier"}})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("New: %v; want an error that names the folder", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out strings.Builder
	if code := Run(ctx, []string{"--store", file}, env(map[string]string{"SURGE_BASE_URL": "http://carrier"}), &out, &out); code != exitMisuse {
		t.Errorf("exit code %d, want %d", code, exitMisuse)
	}
}
