package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/control"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// lines opens a stream and reads it line by line; it ends with the test.
func (w *world) lines(t *testing.T, path string, headers ...string) (next func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	req, err := http.NewRequestWithContext(ctx, "GET", w.url+client.Prefix+path, nil)
	ok(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := w.judge.RoundTrip(req)
	ok(t, err)
	t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream answers %d in %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	scan := bufio.NewScanner(res.Body)
	return func() string {
		t.Helper()
		if !scan.Scan() {
			t.Fatalf("the stream ended: %v", scan.Err())
		}
		return scan.Text()
	}
}

func (w *world) mark(t *testing.T, text string) journal.Entry {
	t.Helper()
	return must(w.Note(t.Context(), client.Note{Kind: journal.KindMarker, Marker: text}))(t)
}

// expectEntry reads one event and compares it with an entry.
func expectEntry(t *testing.T, next func() string, want journal.Entry) {
	t.Helper()
	data, err := json.Marshal(want)
	ok(t, err)
	for _, want := range []string{
		fmt.Sprintf("id: %d", want.Seq), "event: " + string(want.Kind), "data: " + string(data), "",
	} {
		if got := next(); got != want {
			t.Fatalf("the stream says %q, want %q", got, want)
		}
	}
}

// A stream tells what was before and what comes, and begins where it is told.
func TestStream(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{})
	first := w.mark(t, "first")
	before := fmt.Sprint(first.Seq - 1)
	next := w.lines(t, "/journal/stream?after="+before)
	expectEntry(t, next, first)
	second := w.mark(t, "second\nline")
	expectEntry(t, next, second)

	again := w.lines(t, "/sandboxes/default/journal/stream?after=0", "Last-Event-ID", fmt.Sprint(first.Seq))
	expectEntry(t, again, second)
	third := w.mark(t, "third")
	expectEntry(t, next, third)
	expectEntry(t, again, third)
}

func TestStreamRefusesABadPosition(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{})
	for _, last := range []string{"x", "-1", "99999"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", w.url+client.Prefix+"/journal/stream", nil)
		ok(t, err)
		req.Header.Set("Last-Event-ID", last)
		if res := w.exchange(t, req); res.status/100 != 4 {
			t.Errorf("Last-Event-ID %s answers %d", last, res.status)
		}
	}
}

func TestStreamEndsWithItsRecord(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{})
	for name, end := range map[string]func(*client.Client) error{
		"reset":   func(c *client.Client) error { return c.Reset(t.Context()) },
		"dropped": func(c *client.Client) error { return c.DropSandbox(t.Context()) },
	} {
		c := w.In(must(w.MakeSandbox(t.Context(), client.SandboxOptions{ID: name}))(t).ID)
		seen := 0
		ok(t, c.Follow(t.Context(), 0, func(journal.Entry) bool {
			if seen++; seen == 1 {
				ok(t, end(c))
			}
			return true
		}))
		if seen == 0 {
			t.Errorf("%s: the stream ended before it began", name)
		}
	}
}

// hasty serves a control API under a deadline that its slow calls must outlive.
func hasty(t *testing.T) (w *world, last uint64) {
	t.Helper()
	o := control.Options{Network: network(t), Heartbeat: 20 * time.Millisecond}
	server := httptest.NewUnstartedServer(control.New(o))
	server.Config.WriteTimeout = 50 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	j := newJudge(t)
	c := client.New(client.Options{URL: server.URL, HTTP: &http.Client{Transport: j}})
	return &world{Client: c, url: server.URL, judge: j}, o.Network.Sandboxes()[0].Journal().Last()
}

// A silent stream shows that it lives.
func TestStreamHeartbeat(t *testing.T) {
	t.Parallel()
	w, last := hasty(t)
	next := w.lines(t, fmt.Sprintf("/journal/stream?after=%d", last))
	for range 8 {
		if got := next(); got != ": still here" {
			t.Fatalf("a silent stream says %q", got)
		}
		next()
	}
}

func TestSlowCallsOutliveTheDeadline(t *testing.T) {
	t.Parallel()
	w, last := hasty(t)
	long := sms.Duration(150 * time.Millisecond)
	for name, call := range map[string]func() error{
		"wait": func() error {
			_, err := w.Wait(t.Context(), client.Wait{After: last, Where: client.Where{Kind: journal.KindMarker}, Timeout: long})
			return err
		},
		"settle": func() error { _, err := w.Settle(t.Context(), client.Settle{Quiet: long}); return err },
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStreamHead(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{})
	res := w.send(t, "HEAD", client.Prefix+"/journal/stream", "")
	if res.status != http.StatusOK || !strings.HasPrefix(res.header.Get("Content-Type"), "text/event-stream") {
		t.Errorf("HEAD answers %d %v", res.status, res.header)
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{})
	first := w.mark(t, "one")
	markers := client.Where{Kind: journal.KindMarker}

	past := must(w.Wait(t.Context(), client.Wait{Where: markers}))(t)
	if !past.Held || len(past.Entries) != 1 || past.Last != first.Seq {
		t.Errorf("what is there already gives %+v", past)
	}
	none := must(w.Wait(t.Context(), client.Wait{After: first.Seq, Where: markers, Timeout: 1e6}))(t)
	if none.Held || len(none.Entries) != 0 || none.Last != first.Seq {
		t.Errorf("what never comes gives %+v", none)
	}

	came := make(chan client.Waited, 1)
	go func() {
		seen, err := w.Wait(t.Context(), client.Wait{After: first.Seq, Where: markers, Count: 2})
		if err != nil {
			t.Error(err)
		}
		came <- seen
	}()
	w.mark(t, "two")
	must(w.Note(t.Context(), client.Note{Kind: journal.KindProcess, Process: &journal.Process{State: "ready"}}))(t)
	last := w.mark(t, "three")
	if seen := <-came; !seen.Held || len(seen.Entries) != 2 || seen.Last != last.Seq {
		t.Errorf("waiting for two gives %+v", seen)
	}
}

// A wait ends when its sandbox does, and when its caller leaves.
func TestWaitEnds(t *testing.T) {
	t.Parallel()
	w := start(t, control.Options{})
	c := w.In(must(w.MakeSandbox(t.Context(), client.SandboxOptions{}))(t).ID)
	came := make(chan error, 1)
	go func() {
		seen, err := c.Wait(t.Context(), client.Wait{Where: client.Where{Kind: journal.KindMarker}})
		if err == nil && seen.Held {
			err = fmt.Errorf("held although nothing came: %+v", seen)
		}
		came <- err
	}()
	ok(t, c.DropSandbox(t.Context()))
	if err := <-came; err != nil && slug(err) != "not-found" {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if _, err := w.Wait(ctx, client.Wait{Where: client.Where{Kind: journal.KindMarker}}); err == nil {
		t.Error("a caller that left got an answer")
	}
}
