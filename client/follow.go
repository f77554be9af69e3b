package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
)

// StreamEnd is the event that ends a stream for good: the sandbox was dropped,
// or reset and has a new record.
const StreamEnd = "end"

// maxLine bounds one entry of a stream.
const maxLine = 32 << 20

// Waits between the tries of a stream that broke off.
var reconnect = []time.Duration{
	10 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second,
}

// errEnough ends a stream from the reader's side.
var errEnough = errors.New("the reader has enough")

// Follow calls fn with every entry that follows seq after, in order and as they
// come, until fn says stop, ctx ends (an error), or the sandbox is dropped or
// reset. A stream that breaks off is taken up again where it stopped; after
// several tries in vain Follow returns why.
func (c *Client) Follow(ctx context.Context, after uint64, fn func(journal.Entry) (more bool)) error {
	for failed := 0; ; failed++ {
		before := after
		err := c.stream(ctx, &after, fn)
		var refused *Error
		switch {
		case err == nil || errors.Is(err, errEnough):
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &refused):
			return err
		}
		if after != before {
			failed = 0
		}
		if failed == len(reconnect) {
			return fmt.Errorf("follow the record after entry %d: %w", after, err)
		}
		if err := pause(ctx, reconnect[failed]); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stream reads one connection, moving after along. It returns nil only if the
// emulator said that the record ended.
func (c *Client) stream(ctx context.Context, after *uint64, fn func(journal.Entry) bool) error {
	at := withQuery(c.world("journal", "stream"), url.Values{"after": {strconv.FormatUint(*after, 10)}})
	req, err := c.request(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := c.do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return readEvents(res.Body, func(event string, data []byte) (bool, error) {
		if event == StreamEnd {
			return false, nil
		}
		var e journal.Entry
		if err := json.Unmarshal(data, &e); err != nil {
			return false, &Error{Status: res.StatusCode, Detail: fmt.Sprintf("no entry follows %d in the stream: %v", *after, err)}
		}
		*after = e.Seq
		if !fn(e) {
			return false, errEnough
		}
		return true, nil
	})
}

// readEvents reads server-sent events until fn says stop. The emulator writes
// each event as an id line, an event line and one data line.
func readEvents(from io.Reader, fn func(event string, data []byte) (more bool, err error)) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	var event string
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			event = value
		case "data":
			if more, err := fn(event, []byte(value)); !more || err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}
