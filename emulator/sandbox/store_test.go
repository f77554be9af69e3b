package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// fullDisk is a store that keeps so many entries at a time and then no more.
type fullDisk struct {
	journal.Memory

	mu   sync.Mutex
	left int // appends
}

var errFull = errors.New("no space left on device")

func (d *fullDisk) Append(entries []journal.Entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left == 0 {
		return errFull
	}
	d.left--
	return d.Memory.Append(entries)
}

func (d *fullDisk) leave(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left = n
}

// fullLab is a lab whose disk has room for n appends.
func fullLab(t *testing.T, n int) (*lab, *fullDisk) {
	t.Helper()
	o := options(t)
	disk := &fullDisk{left: 1 << 30}
	o.Store = func() journal.Store { return disk }
	l := labWith(t, o)
	disk.leave(n)
	return l, disk
}

func TestNewOnAFullDisk(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Store = func() journal.Store { return &fullDisk{} }
	if _, err := sandbox.New(o); !errors.Is(err, errFull) {
		t.Errorf("told %v", err)
	}
}

func TestResetOnAFullDiskKeepsTheWorld(t *testing.T) {
	t.Parallel()
	o := options(t)
	next := 1 << 30
	o.Store = func() journal.Store { return &fullDisk{left: next} }
	l := labWith(t, o)
	m := l.text(ana, "hello")
	next = 0
	if err := l.box.Reset(); !errors.Is(err, errFull) {
		t.Errorf("told %v", err)
	}
	if items, _, _ := l.box.Messages(sandbox.Query{}); len(items) != 1 || items[0].ID != m.ID {
		t.Errorf("the world has %d messages", len(items))
	}
}

// TestNothingIsAckedThatIsNotKept lets the disk fill up at every append of a
// script of sends: whatever was told 201 is in the record.
func TestNothingIsAckedThatIsNotKept(t *testing.T) {
	t.Parallel()
	for room := range 20 {
		l, disk := fullLab(t, room)
		acked := map[string]bool{}
		for i := range 5 {
			rec := l.send(ana, fmt.Sprint("message ", i))
			var m struct{ ID string }
			switch {
			case rec.Code == 201 && json.Unmarshal(rec.Body.Bytes(), &m) == nil:
				acked[m.ID] = true
			case rec.Code != 500:
				t.Fatalf("room %d: told %d %s", room, rec.Code, rec.Body)
			}
		}
		kept := map[string]bool{}
		entries, _ := disk.Read(0, 1<<20)
		for i, e := range entries {
			if e.Kind == journal.KindMessage {
				kept[e.Message.ID] = true
			}
			if e.Seq != uint64(i)+1 {
				t.Fatalf("room %d: entry %d has seq %d", room, i, e.Seq)
			}
		}
		for id := range acked {
			if !kept[id] {
				t.Errorf("room %d: %s was acked and is not in the record", room, id)
			}
		}
		if items, _, _ := l.box.Messages(sandbox.Query{}); len(items) != len(kept) {
			t.Errorf("room %d: %d messages are listed, %d in the record", room, len(items), len(kept))
		}
	}
}

func TestEverythingSaysThatTheDiskIsFull(t *testing.T) {
	t.Parallel()
	l, disk := fullLab(t, 1<<30)
	l.text(ana, "hello")
	event := l.entries(journal.KindEvent)[0].Event.ID
	rule := l.plan(journal.Fault{Kind: journal.Drop, Nth: 50})
	before, _ := l.box.Endpoint("")
	switches, _ := l.box.Switches(vendor)
	disk.leave(0)
	for name, do := range map[string]func() error{
		"text":     func() error { _, err := l.box.Text("", ana, "", "x", nil); return err },
		"handset":  func() error { return l.box.SetHandset(sms.NewHandset(ana)) },
		"endpoint": func() error { return l.box.SetEndpoint(sms.Endpoint{URL: "http://127.0.0.1:9/"}) },
		"switches": func() error { return l.box.SetSwitches(vendor, map[string]string{"page_size": "3"}) },
		"plan":     func() error { _, err := l.box.Plan(journal.Fault{Kind: journal.Drop}); return err },
		"cancel":   func() error { return l.box.Cancel(rule.ID) },
		"resend":   func() error { _, err := l.box.Resend(event); return err },
		"note":     func() error { _, err := l.box.Note(journal.Entry{Kind: journal.KindMarker, Marker: "x"}); return err },
		"settle":   func() error { _, err := l.box.Settle(deadline(t), 0, time.Second); return err },
	} {
		if err := do(); !errors.Is(err, errFull) {
			t.Errorf("%s is told %v", name, err)
		}
	}
	if rec := l.send(ana, "x"); rec.Code != 500 {
		t.Errorf("a send is told %d", rec.Code)
	}
	disk.leave(1 << 30)
	if _, err := l.box.Text("", ana, "", "x", nil); !errors.Is(err, errFull) {
		t.Errorf("a world that lost a decision goes on deciding: %v", err)
	}
	if now, _ := l.box.Endpoint(""); !cmp.Equal(before, now) {
		t.Errorf("the endpoint changed (-before +now):\n%s", cmp.Diff(before, now))
	}
	if now, _ := l.box.Switches(vendor); !cmp.Equal(switches, now) {
		t.Errorf("the switches changed (-before +now):\n%s", cmp.Diff(switches, now))
	}
	if faults := l.box.Faults(); len(faults) != 1 || faults[0].State != "planned" {
		t.Errorf("the rules are %+v", faults)
	}
}

// TestNoSecretReachesTheRecord greps the whole record for every secret that
// passed by, in places where each may be hidden.
func TestNoSecretReachesTheRecord(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	const canary = "canary0secret0canary0secret"
	secrets := []string{"whsec_" + canary, "whsec_b2xkIHNlY3JldA=="}
	if err := l.box.SetEndpoint(sms.Endpoint{URL: l.app.url, Secrets: secrets}); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []journal.FaultKind{journal.OldSecret, journal.Rotated, journal.StaleTime} {
		l.plan(journal.Fault{Kind: kind, Match: received})
		l.text(ana, "hello")
	}
	path := l.messages()
	for name, value := range map[string]string{
		"Authorization":       canary,
		"authorization":       canary + " Bearer",
		"Proxy-Authorization": "Basic " + canary,
		"Cookie":              "session=" + canary + "; theme=dark",
		"Set-Cookie":          "a=b; " + canary,
		"X-Api-Key":           canary + " " + canary,
	} {
		r := l.request("GET", path, "")
		r.Header.Set(name, value)
		l.api.ServeHTTP(httptest.NewRecorder(), r)
	}
	for _, query := range []string{"api_key=" + canary, "x=1&Access_Token=" + canary + "&y", "se%63ret=" + canary, "password=" + canary} {
		l.call("GET", path+"?"+query, "")
	}
	basic := l.request("GET", path, "")
	basic.SetBasicAuth(l.env["key"], "")
	encoded := strings.TrimPrefix(basic.Header.Get("Authorization"), "Basic ")
	l.api.ServeHTTP(httptest.NewRecorder(), basic)
	trial := l.request("GET", path, "")
	trial.Header.Set("Authorization", "Bearer "+l.env["trial_key"])
	l.api.ServeHTTP(httptest.NewRecorder(), trial)

	var text strings.Builder
	if err := l.box.Journal().Each(0, func(e journal.Entry) bool {
		line, err := json.Marshal(e)
		if err != nil {
			t.Error(err)
		}
		text.Write(line)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	all := append(secrets, canary, encoded, l.env["key"], l.env["trial_key"], l.env["secret"])
	for _, secret := range all {
		if at := strings.Index(text.String(), secret); at >= 0 {
			t.Errorf("the record holds %s: …%s…", secret, text.String()[max(0, at-80):at+len(secret)])
		}
	}
	if !strings.Contains(text.String(), "redacted:") || !strings.Contains(text.String(), "Access_Token=redacted:") {
		t.Error("nothing stands for the secrets")
	}
}

func TestEqualSecretsHaveEqualFingerprints(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, key := range []string{"one", "one", "two"} {
		r := l.request("GET", l.messages(), "")
		r.Header.Set("Authorization", "Bearer "+key)
		l.api.ServeHTTP(httptest.NewRecorder(), r)
	}
	var seen []string
	for _, e := range l.entries(journal.KindCall) {
		for _, h := range e.Call.Header {
			if h.Name == "Authorization" {
				seen = append(seen, h.Value)
			}
		}
	}
	if len(seen) != 3 || seen[0] != seen[1] || seen[1] == seen[2] || !strings.HasPrefix(seen[0], "Bearer redacted:") {
		t.Errorf("the fingerprints are %v", seen)
	}
}
