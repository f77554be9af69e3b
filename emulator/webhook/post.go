package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
)

// Classes of failure.
const (
	ClassDNS      = "dns"
	ClassRefused  = "refused"
	ClassReset    = "reset"
	ClassTimeout  = "timeout"
	ClassTLS      = "tls"
	ClassBlocked  = "blocked"
	ClassStatus   = "status"
	ClassProtocol = "protocol"
	ClassDropped  = "dropped"
	ClassLost     = "lost-answer"
	ClassHangUp   = "hang-up"
)

// maxAnswer is how much of an endpoint's answer is read and kept.
const maxAnswer = 64 << 10

// Behaviour is how the network misbehaves in one exchange; the zero value is well.
type Behaviour struct {
	LoseAnswer bool
	HangUp     time.Duration // close so long after the whole request was sent
	Reset      bool
	SlowRead   time.Duration // pause before each part of the answer
}

// Result is how an exchange ended.
type Result struct {
	Outcome journal.Outcome
	Class   string
	Status  int
	Answer  string
	Detail  string
	Took    time.Duration
}

// Poster makes exchanges with endpoints. It follows no redirects, uses no
// proxy, and connects to no address that its Guard refuses.
type Poster struct {
	client *http.Client
	wall   func() time.Time
}

// NewPoster is a poster that may connect where guard allows; wall measures how
// long exchanges take.
func NewPoster(guard Guard, wall func() time.Time) *Poster {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: guard.control}
	transport := &http.Transport{
		DialContext: dialer.DialContext, MaxResponseHeaderBytes: 64 << 10, DisableCompression: true, ForceAttemptHTTP2: false,
		// A connection for each attempt: one that the endpoint closed while it
		// was idle would make a failure that nobody planned.
		DisableKeepAlives: true,
	}
	return &Poster{wall: wall, client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Post makes one exchange within timeout. success says which statuses acknowledge.
func (p *Poster) Post(ctx context.Context, req *http.Request, timeout time.Duration, success func(int) bool, b Behaviour) Result {
	begun := p.wall()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, hangUp := context.WithCancelCause(ctx)
	defer hangUp(nil)
	var wire conn
	if b.HangUp > 0 {
		wire.wrote = func() { time.AfterFunc(b.HangUp, func() { hangUp(errHungUp) }) }
	}
	res := p.exchange(httptrace.WithClientTrace(ctx, wire.trace()), req, success, b, &wire)
	res.Took = p.wall().Sub(begun)
	return res
}

// errHungUp ends an exchange that we hang up on.
var errHungUp = errors.New("we hung up")

func (p *Poster) exchange(ctx context.Context, req *http.Request, success func(int) bool, b Behaviour, wire *conn) Result {
	resp, err := p.client.Do(req.WithContext(ctx))
	switch {
	case b.HangUp > 0 && (err == nil || classOf(err) == ClassTimeout || errors.Is(context.Cause(ctx), errHungUp)):
		if err == nil {
			wire.reset()
			_ = resp.Body.Close()
		}
		return Result{Outcome: journal.Unknown, Class: ClassHangUp, Detail: "we closed the connection while the application worked"}
	case err != nil:
		return classify(err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case b.Reset:
		wire.reset()
		return Result{Outcome: journal.Unknown, Class: ClassReset, Detail: "we reset the connection in the middle of the answer"}
	case b.LoseAnswer:
		return Result{Outcome: journal.Unknown, Class: ClassLost, Status: resp.StatusCode, Detail: "the application answered, and the answer was lost"}
	}
	answer, err := read(ctx, resp.Body, b.SlowRead)
	if err != nil {
		res := classify(err)
		res.Status = resp.StatusCode
		return res
	}
	res := Result{Outcome: journal.OK, Status: resp.StatusCode, Answer: answer}
	if !success(resp.StatusCode) {
		res.Outcome, res.Class = journal.Failure, ClassStatus
		res.Detail = fmt.Sprintf("answered %d", resp.StatusCode)
	}
	return res
}

// read takes what is kept of an answer; what follows is never read.
func read(ctx context.Context, body io.Reader, pause time.Duration) (string, error) {
	body = io.LimitReader(body, maxAnswer)
	if pause <= 0 {
		all, err := io.ReadAll(body)
		return string(all), err
	}
	var out strings.Builder
	part := make([]byte, 16)
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		n, err := body.Read(part)
		out.Write(part[:n])
		if err == io.EOF {
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return out.String(), ctx.Err()
		}
	}
}

// conn remembers the connection of an exchange, so that it can be cut.
type conn struct {
	mu    sync.Mutex
	raw   net.Conn
	wrote func() // is told when the whole request is on its way; nil if nobody wants to know
}

func (c *conn) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.raw = info.Conn
		},
		WroteRequest: func(httptrace.WroteRequestInfo) {
			if c.wrote != nil {
				c.wrote()
			}
		},
	}
}

// reset closes the connection so that the other side sees a reset, not an end.
func (c *conn) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	raw := c.raw
	if t, ok := raw.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	if t, ok := raw.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	if raw != nil {
		_ = raw.Close()
	}
}

func classify(err error) Result {
	res := Result{Outcome: journal.Failure, Class: classOf(err), Detail: reason(err)}
	if res.Class == ClassTimeout {
		res.Detail = "no complete answer within the timeout"
	}
	return res
}

func classOf(err error) string {
	var (
		dns      *net.DNSError
		record   tls.RecordHeaderError
		alert    tls.AlertError
		verify   *tls.CertificateVerificationError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		blocked  *BlockedError
		timeout  interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &blocked):
		return ClassBlocked
	case errors.As(err, &dns): // before timeout: a resolver that does not answer is still a name that is not found
		return ClassDNS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return ClassTimeout
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &verify), errors.As(err, &unknown), errors.As(err, &hostname):
		return ClassTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return ClassRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return ClassReset
	}
	return ClassProtocol
}

// reason is the error without the method and URL that net/http puts before it.
func reason(err error) string {
	var u interface{ Unwrap() error }
	if errors.As(err, &u) && strings.HasPrefix(err.Error(), "Post ") {
		return u.Unwrap().Error()
	}
	return err.Error()
}
