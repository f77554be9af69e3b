package emulator

import (
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
)

// ServeHTTP routes by Host, then by the first part of the path: a provider's
// name, or the control API.
func (e *Emulator) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if face, ok := e.faces[e.hosts[hostname(r.Host)]]; ok {
		face.ServeHTTP(rw, r)
		return
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if face, ok := e.faces[name]; ok {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = "/"+rest, ""
		face.ServeHTTP(rw, r)
		return
	}
	e.control.ServeHTTP(rw, r)
}

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(host)
}

// face is one vendor's API over all sandboxes.
func (e *Emulator) face(p provider.Provider) http.Handler {
	mux := http.NewServeMux()
	for _, route := range p.Routes {
		mux.HandleFunc(route.Pattern, func(rw http.ResponseWriter, r *http.Request) { e.serve(p, route, rw, r) })
	}
	lost := refusing(sms.Fail(sms.NotFound, "no such route"))
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) { e.serve(p, lost, rw, r) })
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path.Clean(r.URL.Path) { // the mux would redirect; no vendor does
			e.serve(p, lost, rw, r)
			return
		}
		mux.ServeHTTP(rw, r)
	})
}

// serve finds the sandbox whose request it is. One that is nobody's is
// recorded in the default sandbox, where people look first.
func (e *Emulator) serve(p provider.Provider, route provider.Route, rw http.ResponseWriter, r *http.Request) {
	if s, ok := e.owner(p, route, r); ok {
		s.Serve(p, route, rw, r)
		return
	}
	err := sms.Fail(sms.BadCredential, "no sandbox has this key")
	switch {
	case route.Open != nil:
		err = sms.Fail(sms.NotFound, "nothing here under that id")
	case p.Credential(r) == "":
		err = sms.Fail(sms.NoCredential, "no key was given")
	}
	e.Default().Serve(p, refusing(err), rw, r)
}

func (e *Emulator) owner(p provider.Provider, route provider.Route, r *http.Request) (*sandbox.Sandbox, bool) {
	e.mu.RLock()
	s, ok := e.byKey[p.Name+" "+p.Credential(r)]
	e.mu.RUnlock()
	if ok || route.Open == nil {
		return s, ok
	}
	for _, s := range e.Sandboxes() {
		if s.Owns(p, route, r) {
			return s, true
		}
	}
	return nil, false
}

// refusing is a route that answers with an error and nothing else.
func refusing(err *sms.Error) provider.Route {
	return provider.Route{Serve: func(provider.Network, http.ResponseWriter, *http.Request) *sms.Error { return err }}
}

// NewServer is an HTTP server for h with the limits that a local server needs
// against slow, endless and greedy clients. What rightly takes longer, such as
// a stream, moves the write limit itself.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
	}
}
