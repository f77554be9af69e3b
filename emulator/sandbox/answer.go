package sandbox

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

const (
	second = time.Second
	unread = 30 * time.Second // a caller that takes nothing of its answer for so long is cut off
)

// answer holds what a dialect says until it is decided how it is told.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}, status: http.StatusOK} }

// reset forgets what a dialect had begun to say.
func (a *answer) reset() {
	a.status = http.StatusOK
	a.body.Reset()
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// tell records what the caller is told and then tells it, as its faults allow.
func (c *caller) tell(rw http.ResponseWriter, r *http.Request, a *answer) {
	said := c.garble(a)
	for _, f := range c.faults {
		switch f.Kind {
		case journal.SlowAnswer:
			pause(r.Context(), orElse(f.After, second/2))
		case journal.ErrorBefore, journal.ErrorAfter, journal.RateLimit, journal.SayOptedOut:
			pause(r.Context(), time.Duration(f.After))
		case journal.TimeoutBefore, journal.TimeoutAfter:
			c.told(journal.Call{})
			pause(r.Context(), orElse(f.After, second))
			panic(http.ErrAbortHandler)
		case journal.ResetAfter:
			c.told(journal.Call{})
			reset(rw)
			panic(http.ErrAbortHandler)
		case journal.StatusFirst:
			c.statusFirst(r.Context(), orElse(f.After, 5*second))
		case journal.HalfBody:
			c.told(journal.Call{Answer: string(said)})
			write(rw, a, said, a.body.Len())
			panic(http.ErrAbortHandler)
		}
	}
	c.told(journal.Call{Status: a.status, Answer: string(said)})
	write(rw, a, said, len(said))
}

// garble is the body as it goes out.
func (c *caller) garble(a *answer) []byte {
	body := a.body.Bytes()
	for _, f := range c.faults {
		if f.Kind == journal.HalfBody || f.Kind == journal.Malformed {
			return body[:len(body)/2]
		}
	}
	return body
}

func write(rw http.ResponseWriter, a *answer, body []byte, length int) {
	for name, values := range a.header {
		rw.Header()[name] = values
	}
	rw.Header().Set("Content-Length", strconv.Itoa(length))
	wire := http.NewResponseController(rw)
	_ = wire.SetWriteDeadline(clock.Wall().Add(unread)) // a fault may have used up the server's own; not every writer has one
	rw.WriteHeader(a.status)
	_, _ = rw.Write(body)
	_ = wire.Flush()
}

// told records what reached the caller, status 0 if no answer did, and with it
// what was wrong with the request and the answer.
func (c *caller) told(t journal.Call) {
	t.ID, t.Provider = c.call.ID, c.provider.Name
	if t.Status != 0 {
		t.Header = c.box.headers(c.answer.header)
	}
	found := c.attribute(journal.ByApp, c.found())
	offences := c.attribute(journal.ByEmulator, c.selfCheck(t))
	c.record(t, found, offences)
	c.complain(offences)
}

func (c *caller) record(t journal.Call, found, offences []journal.Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.draft(c.seq)
	seq := d.Add(journal.Entry{Kind: journal.KindTold, Call: &t})
	note(d, c.asked, found)
	note(d, seq, offences)
	_ = c.world.commit(d)
	c.release()
	c.clock.Touch()
}

func (c *caller) attribute(by string, found []sms.Finding) []journal.Finding {
	return attribute(journal.Finding{Of: c.call.ID, Provider: c.provider.Name, Handset: c.handset, By: by}, found)
}

func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// reset closes the connection so that the caller sees a reset, not an end.
func reset(rw http.ResponseWriter) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// statusFirst lets the message move on until an endpoint is told of it, and
// waits until the system under test has answered that webhook.
func (c *caller) statusFirst(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c.mu.Lock()
	since := c.journal.Last()
	c.release()
	told := c.hasten()
	c.mu.Unlock()
	if told == "" {
		return
	}
	_ = c.journal.Follow(ctx, since, func(e journal.Entry) bool {
		return !(e.Kind == journal.KindAttemptEnded && e.Attempt.Event == told)
	})
}

// hasten takes the message of the call from state to state until one is told
// to an endpoint, and says which event that is; "" if none takes any. The
// caller holds mu.
func (c *caller) hasten() (told string) {
	for {
		d := c.draft(c.seq)
		if !c.carrier.Hasten(d, c.message) || c.world.commit(d) != nil {
			return ""
		}
		d = c.draft(c.seq)
		c.carrier.Step(d, c.message)
		if c.world.commit(d) != nil {
			return ""
		}
		for _, e := range d.Entries {
			if e.Kind == journal.KindEvent && e.Event.Type != sms.ConversationCreated && len(c.queue.Deliveries(e.Event.ID)) > 0 {
				return e.Event.ID
			}
		}
	}
}

func asError[T error](err error, target *T) bool { return err != nil && errors.As(err, target) }
