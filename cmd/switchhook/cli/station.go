package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator"
)

// defaultAddr is where an emulator listens unless told otherwise.
const defaultAddr = "127.0.0.1:7767"

// drainTime is how long a call that is open at the end may still take.
const drainTime = 5 * time.Second

// station is an emulator that listens.
type station struct {
	em     *emulator.Emulator
	url    string
	token  string // of its control API; "" if it needs none
	minted bool   // the token was made here
	server *http.Server
	leave  context.CancelFunc // ends control calls, which may wait for long
	served chan error
}

// listen starts an emulator. One that others can reach gets a control token.
func listen(addr string, o emulator.Options) (*station, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, misuse(fmt.Sprintf("%q is not an address to listen on", addr), "write it like --addr "+defaultAddr)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, notListening(addr, err)
	}
	at := listener.Addr().(*net.TCPAddr)
	s := &station{token: o.Token, url: reach(at), served: make(chan error, 1)}
	if s.token == "" && !at.IP.IsLoopback() {
		s.token, s.minted = rand.Text(), true
	}
	if host != "" && !at.IP.IsUnspecified() {
		o.Hosts = append(o.Hosts, host)
	}
	o.BaseURL, o.Token, o.Version = s.url, s.token, version()
	if s.em, err = emulator.New(o); err != nil {
		_ = listener.Close()
		return nil, couldNot(err.Error(), "")
	}
	s.serve(listener)
	return s, nil
}

// reach is the URL of what listens at an address, from this machine.
func reach(at *net.TCPAddr) string {
	if at.IP.IsUnspecified() {
		at = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: at.Port}
	}
	return "http://" + at.String()
}

func notListening(addr string, err error) error {
	hint := "choose another with --addr"
	if errors.Is(err, syscall.EADDRINUSE) {
		hint = "something listens there already: stop it, or take a free port with --addr 127.0.0.1:0"
	}
	return couldNot(fmt.Sprintf("listen on %s: %v", addr, err), hint)
}

func (s *station) serve(listener net.Listener) {
	leaving, leave := context.WithCancel(context.Background())
	s.leave = leave
	s.server = emulator.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, client.Prefix) {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(leaving, cancel)()
			r = r.WithContext(ctx)
		}
		s.em.ServeHTTP(w, r)
	}))
	go func() { s.served <- s.server.Serve(listener) }()
}

// wait blocks until ctx ends, which is no error, or serving breaks off.
func (s *station) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.served:
		return couldNot(fmt.Sprintf("serving broke off: %v", err), "")
	}
}

// close lets open calls of applications end, then ends all sandboxes.
func (s *station) close() {
	s.leave()
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close() // somebody does not let go
	}
	s.em.Close()
}

// flags are what other commands need to reach the station, but for its token.
func (s *station) flags() string {
	if s.url == client.DefaultURL {
		return ""
	}
	return " --emulator " + s.url
}

// showToken prints a token that was made here; nobody else knows it.
func (s *station) showToken(t *terminal) {
	if s.minted {
		t.printf("control calls need a token, shown only now; in each terminal:\n  export SWITCHHOOK_TOKEN=%s\n", s.token)
	}
}
