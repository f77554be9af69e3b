package control

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

const (
	streamChunk = 256              // entries between two flushes
	stalled     = 30 * time.Second // a reader that takes nothing for so long is cut off
)

// stream sends the record as server-sent events, as it grows.
func stream(heartbeat time.Duration) func(*sandbox.Sandbox, http.ResponseWriter, *http.Request) error {
	return func(s *sandbox.Sandbox, w http.ResponseWriter, r *http.Request) error {
		after, err := streamStart(r)
		if err != nil {
			return err
		}
		record := s.Journal()
		if err := checkAfter(record, after); err != nil {
			return err
		}
		out := &events{w: w, flush: http.NewResponseController(w)}
		out.begin()
		if r.Method == http.MethodHead {
			return nil
		}
		beat := time.NewTicker(heartbeat)
		defer beat.Stop()
		// The head is out: what goes wrong now can only end the stream.
		_ = out.follow(r.Context(), record, after, beat.C)
		return nil
	}
}

// streamStart is where to begin. What a reconnecting reader saw last counts
// more than where its address said to begin.
func streamStart(r *http.Request) (uint64, error) {
	after, err := natural(r, "after", 0, math.MaxInt64)
	if err != nil {
		return 0, err
	}
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		return after, nil
	}
	after, err = strconv.ParseUint(last, 10, 64)
	if err != nil {
		return 0, bad("Last-Event-ID %q is not the id of an entry; send a whole number, or none", last)
	}
	return after, nil
}

// events writes server-sent events.
type events struct {
	w     http.ResponseWriter
	flush *http.ResponseController
}

func (o *events) begin() {
	h := o.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	o.w.WriteHeader(http.StatusOK)
	_ = o.flush.Flush() // a writer that cannot flush is found out by the first event
}

// follow sends entries until the journal ends or the reader leaves.
func (o *events) follow(ctx context.Context, j *journal.Journal, after uint64, beat <-chan time.Time) error {
	for {
		sent, err := o.chunk(j, after)
		if err != nil {
			return err
		}
		if sent > after {
			after = sent
			continue
		}
		ready, more := j.Watch(after)
		if !more && j.Last() <= after {
			return o.send("event: " + client.StreamEnd + "\ndata: {}\n\n")
		}
		select {
		case <-ready:
		case <-beat:
			err = o.send(": still here\n\n")
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// chunk sends the next entries and returns the seq of the last.
func (o *events) chunk(j *journal.Journal, after uint64) (uint64, error) {
	entries, err := j.Since(after, streamChunk)
	if err != nil || len(entries) == 0 {
		return after, err
	}
	var text []byte
	for _, e := range entries {
		data, err := json.Marshal(e)
		if err != nil {
			return after, err
		}
		text = fmt.Appendf(text, "id: %d\nevent: %s\ndata: %s\n\n", e.Seq, e.Kind, data)
		after = e.Seq
	}
	return after, o.send(string(text))
}

// send writes and flushes text within a deadline.
func (o *events) send(text string) error {
	_ = o.flush.SetWriteDeadline(clock.Wall().Add(stalled)) // not every writer has one
	if _, err := o.w.Write([]byte(text)); err != nil {
		return err
	}
	return o.flush.Flush()
}
