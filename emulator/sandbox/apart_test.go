package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/emulatortest"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// TestSandboxesSeeNothingOfEachOther plays the same script in two sandboxes of
// one emulator.
func TestSandboxesSeeNothingOfEachOther(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.Options{SelfCheck: true, OffContract: emulatortest.OffContract(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(emu.Close)
	apps := [2]*app{{}, {}}
	var boxes [2]*sandbox.Sandbox
	var ids [2]string
	for i, a := range apps {
		server := httptest.NewServer(a)
		t.Cleanup(server.Close)
		box, err := emu.Make(client.SandboxOptions{
			Clock: &client.ClockOptions{Mode: string(clock.Manual)}, Webhooks: map[string]string{vendor: server.URL},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(box.Close) // before its application
		l := &lab{t: t, box: box, api: emu, env: box.Placeholders()[vendor], app: a}
		l.text(ana, "STOP")
		rec := l.call("POST", "/"+vendor+l.messages(), `{"to":"`+string(ben)+`","body":"Hello"}`)
		if rec.Code != 201 {
			t.Fatalf("told %d %s", rec.Code, rec.Body)
		}
		l.advance(0)
		items, _, err := box.Messages(sandbox.Query{})
		if err != nil || len(items) != 3 {
			t.Fatalf("sandbox %d lists %d messages, %v", i, len(items), err)
		}
		boxes[i], ids[i] = box, items[2].ID
	}
	for i := range boxes {
		other := boxes[1-i].Placeholders()[vendor]
		l := &lab{t: t, box: boxes[i], api: emu, env: other}
		if rec := l.call("GET", "/"+vendor+"/messages/"+ids[i], ""); rec.Code != 404 {
			t.Errorf("with the key of the other sandbox a message is told %d %s", rec.Code, rec.Body)
		}
		if got := len(apps[i].hooks()); got != 4 {
			t.Errorf("application %d saw %d webhooks; want its own 4", i, got)
		}
		if err := boxes[i].Journal().Each(0, func(e journal.Entry) bool {
			if e.Message != nil && e.Message.ID == ids[1-i] {
				t.Errorf("the record of %d holds a message of the other", i)
			}
			return true
		}); err != nil {
			t.Fatal(err)
		}
	}
	mine, others := boxes[0].Placeholders()[vendor], boxes[1].Placeholders()[vendor]
	for _, name := range []string{"key", "trial_key", "secret", "account"} {
		if mine[name] == others[name] {
			t.Errorf("both sandboxes have %s %s", name, mine[name])
		}
	}
	boxes[0].Close()
	if rec := (&lab{t: t, box: boxes[1], api: emu, env: others}).call("GET", "/"+vendor+"/messages/"+ids[1], ""); rec.Code != 200 {
		t.Errorf("after the other sandbox ended: told %d", rec.Code)
	}
}

// TestMixedCallsAtOnce is for the race detector: 50 callers of everything.
func TestMixedCallsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if err := l.box.SetClock(clock.Auto, 0, time.Time{}); err != nil {
		t.Fatal(err)
	}
	ctx := deadline(t)
	calls := []func(i int) error{
		func(i int) error { _, err := l.box.Text("", number(i), "", "hello", nil); return err },
		func(i int) error { return told(l.send(number(i), "Hi {first_name}")) },
		func(i int) error { _, _, err := l.box.Messages(sandbox.Query{Handset: string(number(i))}); return err },
		func(i int) error { _, _, err := l.box.Attempts(sandbox.Query{Limit: 3}); return err },
		func(i int) error { return l.box.SetEndpoint(sms.Endpoint{URL: l.app.url, Parallel: i%9 + 1}) },
		func(i int) error { return l.box.SetSwitches(vendor, map[string]string{"page_size": fmt.Sprint(i + 1)}) },
		func(i int) error { return l.box.SetHandset(sms.NewHandset(number(i))) },
		func(i int) error { _, err := l.box.Advance(ctx, clock.Move{By: time.Second}); return err },
		func(i int) error { _, err := l.box.Settle(ctx, 0, time.Millisecond); return err },
		func(i int) error { l.box.Handset(number(i)); l.box.Placeholders(); l.box.Clock(); return nil },
		func(i int) error {
			f, err := l.box.Plan(journal.Fault{Kind: journal.Faults()[i%len(journal.Faults())].Kind, After: sms.Duration(time.Millisecond)})
			if err != nil {
				return err
			}
			l.box.Faults()
			if err := l.box.Cancel(f.ID); !isCode(err, sms.NotFound) { // a Reset forgets rules
				return err
			}
			return nil
		},
		func(i int) error {
			_, err := l.box.Note(journal.Entry{Kind: journal.KindMarker, Marker: "x"})
			return err
		},
		func(i int) error { return l.box.Reset() },
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			for n := range 6 {
				// An Advance that meets a Reset loses its clock.
				if err := calls[(i+n)%len(calls)](i); err != nil && !strings.Contains(err.Error(), clock.ErrClosed.Error()) {
					t.Errorf("caller %d, call %d: %v", i, n, err)
				}
			}
		})
	}
	all.Wait()
	if _, err := l.box.Settle(ctx, 0, 0); err != nil {
		t.Error(err)
	}
	last := uint64(0)
	if err := l.box.Journal().Each(0, func(e journal.Entry) bool {
		if e.Seq != last+1 || e.Cause >= e.Seq {
			t.Errorf("entry %d, caused by %d, follows entry %d", e.Seq, e.Cause, last)
		}
		last = e.Seq
		return true
	}); err != nil {
		t.Error(err)
	}
}

func number(i int) sms.Number { return sms.Number(fmt.Sprintf("+1801555%04d", 1000+i%7)) }

func isCode(err error, code sms.Code) bool {
	var told *sms.Error
	return errors.As(err, &told) && told.Code == code
}

// told is an error if a send was told what none of the faults can cause.
func told(rec *httptest.ResponseRecorder) error {
	switch rec.Code {
	case 200, 201, 422, 429, 500: // 200 stands for nothing
		return nil
	}
	return fmt.Errorf("a send was told %d %s", rec.Code, rec.Body)
}

// TestAdvanceEndsWithItsCaller holds that a caller that went away is not
// waited for, and leaves the clock where it is.
func TestAdvanceEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.begin(l.hang(), ana)
	ctx, cancel := context.WithCancel(deadline(t))
	cancel()
	now := l.box.Now()
	if _, err := l.box.Advance(ctx, clock.Move{By: time.Hour}); !errors.Is(err, context.Canceled) || !l.box.Now().Equal(now) {
		t.Errorf("told %v, and the clock went from %v to %v", err, now, l.box.Now())
	}
}
