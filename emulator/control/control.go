package control

import (
	"net/http"
	"sync"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/sandbox"
)

// Network is the emulator as the control API sees it.
type Network interface {
	Sandbox(id string) (*sandbox.Sandbox, bool)
	// Sandboxes lists them, the default one first.
	Sandboxes() []*sandbox.Sandbox
	Make(client.SandboxOptions) (*sandbox.Sandbox, error)
	Drop(id string) error
}

// Options configure the control API. Only Network is needed.
type Options struct {
	Network   Network
	Hosts     []string      // names besides the loopback ones that a Host header may hold
	Token     string        // if set, every call needs it as a bearer token
	Version   string        // of the product, for /livez and the document
	Heartbeat time.Duration // between signs of life on a silent stream; default 15s
}

const heartbeat = 15 * time.Second

// api is what root routes work on.
type api struct {
	network  Network
	version  string
	document func() ([]byte, error)
}

// New is the handler of all control routes: everything under client.Prefix,
// /livez and /readyz, and a page at / for who finds the address.
func New(o Options) http.Handler {
	if o.Heartbeat <= 0 {
		o.Heartbeat = heartbeat
	}
	a := &api{network: o.Network, version: o.Version}
	a.document = sync.OnceValues(func() ([]byte, error) { return document(o.Version) })
	mux, open := http.NewServeMux(), map[string]bool{}
	for _, r := range rootRoutes() {
		for _, at := range r.mounts() {
			open[at] = r.Health
			mux.Handle(r.Method+" "+at, r.on(func(*http.Request) (*api, error) { return a, nil }))
		}
	}
	open["/"] = true
	mux.HandleFunc("GET /{$}", a.front)
	for _, r := range worldRoutes(o.Heartbeat) {
		mux.Handle(r.Method+" "+client.Prefix+r.Path, r.on(a.defaultWorld))
		mux.Handle(r.Method+" "+client.Prefix+worldPath+r.Path, r.on(a.namedWorld))
	}
	return gate{
		hosts: append([]string{"localhost", "127.0.0.1", "::1"}, o.Hosts...), token: o.Token, open: open,
		origins: http.NewCrossOriginProtection(), next: unknown(mux),
	}
}

func (a *api) defaultWorld(*http.Request) (*sandbox.Sandbox, error) {
	return a.world(client.Default)
}

func (a *api) namedWorld(r *http.Request) (*sandbox.Sandbox, error) {
	return a.world(r.PathValue("sandbox"))
}

func (a *api) world(id string) (*sandbox.Sandbox, error) {
	if s, ok := a.network.Sandbox(id); ok {
		return s, nil
	}
	return nil, missing("there is no sandbox %q; GET %s/sandboxes lists those there are", id, client.Prefix)
}
