package emulator

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/control"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sandbox"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// Options says how to make an emulator; the zero value works.
type Options struct {
	Providers []provider.Provider // default: all
	Seed      int64               // of the default sandbox
	Clock     clock.Options       // of the default sandbox
	BaseURL   string              // where it is reached; default http://127.0.0.1:7767
	Token     string              // if set, control calls need it
	Hosts     []string            // further names that control calls may come under
	Allow     []netip.Prefix      // where webhooks may go besides loopback
	Version   string

	NoContracts bool // calls are not held against the contracts
	// SelfCheck lets every answer and webhook be held against its provider's
	// contract, but for those that a fault distorts. What is wrong is in the
	// record, and OffContract is told of it; by default that logs it.
	SelfCheck   bool
	OffContract func(journal.Finding)
}

// Emulator is the fake network: an http.Handler with any number of sandboxes.
type Emulator struct {
	opts    Options
	guard   webhook.Guard
	poster  *webhook.Poster
	faces   map[string]http.Handler // by provider
	hosts   map[string]string       // Host to provider
	control http.Handler

	mu        sync.RWMutex
	base      string
	host      netip.Addr // of base; not valid if that is a name
	port      uint16     // of base
	sandboxes []*sandbox.Sandbox
	byID      map[string]*sandbox.Sandbox
	byKey     map[string]*sandbox.Sandbox // provider and credential
	made      int

	loading sync.WaitGroup // contracts
}

// DefaultBase is where an emulator is reached unless told otherwise.
const DefaultBase = "http://127.0.0.1:7767"

// New makes an emulator with its default sandbox.
func New(opts Options) (*Emulator, error) {
	if opts.Providers == nil {
		opts.Providers = Providers()
	}
	if opts.BaseURL == "" {
		opts.BaseURL = DefaultBase
	}
	if opts.OffContract == nil {
		opts.OffContract = offContract
	}
	e := &Emulator{
		opts: opts, faces: map[string]http.Handler{}, hosts: map[string]string{},
		byID: map[string]*sandbox.Sandbox{}, byKey: map[string]*sandbox.Sandbox{},
	}
	e.guard = webhook.Guard{Allow: opts.Allow, Deny: e.isSelf}
	e.poster = webhook.NewPoster(e.guard, clock.Wall)
	if err := e.SetBaseURL(opts.BaseURL); err != nil {
		return nil, err
	}
	for _, p := range opts.Providers {
		e.faces[p.Name] = e.face(p)
		for _, h := range p.Hosts {
			e.hosts[h] = p.Name
		}
	}
	e.load()
	e.control = control.New(control.Options{Network: e, Hosts: opts.Hosts, Token: opts.Token, Version: opts.Version})
	_, err := e.add(sandbox.Options{ID: client.Default, Seed: opts.Seed, Clock: opts.Clock, Fixed: true})
	return e, err
}

// load reads the contracts ahead of the first message.
func (e *Emulator) load() {
	if e.opts.NoContracts && !e.opts.SelfCheck {
		return
	}
	for _, p := range e.opts.Providers {
		if p.Contract == nil {
			continue
		}
		e.loading.Go(func() {
			if _, err := p.Contract(); err != nil {
				slog.Error("nothing is checked against this contract", "provider", p.Name, "error", err)
			}
		})
	}
}

// offContract tells of a message of the emulator's own that is wrong.
func offContract(f journal.Finding) {
	slog.Error("off contract", "provider", f.Provider, "of", f.Of, "finding", f.String())
}

// SetBaseURL says where the emulator is reached, once it listens.
func (e *Emulator) SetBaseURL(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("base URL %q: write it like %s", base, DefaultBase)
	}
	port, err := net.LookupPort("tcp", cmp.Or(u.Port(), u.Scheme))
	if err != nil {
		return fmt.Errorf("base URL %q: the port is out of range; write it like %s", base, DefaultBase)
	}
	host, _ := netip.ParseAddr(u.Hostname()) // a name is not one
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base, e.host, e.port = strings.TrimSuffix(base, "/"), host, uint16(port)
	return nil
}

// BaseURL is where the emulator is reached, without a final slash.
func (e *Emulator) BaseURL() string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.base
}

// isSelf guards against webhooks that call the emulator itself in a loop. One
// that is reached by a name, or at every address, may be at any loopback address.
func (e *Emulator) isSelf(at netip.AddrPort) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	here := !e.host.IsValid() || e.host.IsUnspecified()
	return at.Port() == e.port && (at.Addr() == e.host || here && at.Addr().IsLoopback())
}

// Sandbox is the sandbox with that id. One that is still being made is not there yet.
func (e *Emulator) Sandbox(id string) (*sandbox.Sandbox, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	s := e.byID[id]
	return s, s != nil
}

// Default is the sandbox that is always there.
func (e *Emulator) Default() *sandbox.Sandbox {
	s, _ := e.Sandbox(client.Default)
	return s
}

// Sandboxes lists them, the default one first.
func (e *Emulator) Sandboxes() []*sandbox.Sandbox {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return slices.Clone(e.sandboxes)
}

// maxSeed is the largest integer that every JSON reader keeps exact.
const maxSeed = 1 << 53

// Make makes a sandbox with credentials of its own.
func (e *Emulator) Make(o client.SandboxOptions) (*sandbox.Sandbox, error) {
	opts := sandbox.Options{ID: o.ID, Unlimited: o.Unlimited}
	if o.ID != "" && strings.Trim(o.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(o.ID) > 40 {
		return nil, sms.InvalidField("id", "must be at most 40 of a to z, 0 to 9 and -")
	}
	if o.Seed != nil {
		opts.Seed = *o.Seed
	}
	if opts.Seed < 0 || opts.Seed >= maxSeed {
		return nil, sms.InvalidField("seed", "must be 0 to 2^53-1")
	}
	if o.Clock != nil {
		c, err := clockOptions(*o.Clock)
		if err != nil {
			return nil, err
		}
		opts.Clock = c
	}
	s, err := e.add(opts)
	if err != nil {
		return nil, err
	}
	if err := configure(s, o); err != nil {
		_ = e.Drop(s.ID())
		return nil, err
	}
	return s, nil
}

// lastYear leaves a clock some way to go: it ends with the year 9999.
const lastYear = 9000

func clockOptions(o client.ClockOptions) (clock.Options, error) {
	out := clock.Options{Mode: clock.Mode(o.Mode), Scale: o.Scale}
	switch o.Start {
	case "":
	case "now":
		out.Start = clock.Wall().UTC().Truncate(time.Second)
	default:
		start, err := time.Parse(time.RFC3339, o.Start)
		if err != nil || start.Year() < 1970 || start.Year() > lastYear {
			return out, sms.InvalidField("clock.start", fmt.Sprintf("%q is not an instant from 1970 to %d; write \"now\" or one like 2026-01-01T00:00:00Z", o.Start, lastYear))
		}
		out.Start = start
	}
	if err := out.Validate(); err != nil {
		return out, sms.InvalidField("clock", err.Error())
	}
	return out, nil
}

func configure(s *sandbox.Sandbox, o client.SandboxOptions) error {
	for name, values := range o.Switches {
		if err := s.SetSwitches(name, values); err != nil {
			return err
		}
	}
	for name, to := range o.Webhooks {
		if err := s.SetEndpoint(sms.Endpoint{Provider: name, URL: to}); err != nil {
			return err
		}
	}
	return nil
}

// add makes a sandbox reachable.
func (e *Emulator) add(opts sandbox.Options) (*sandbox.Sandbox, error) {
	opts.Providers, opts.Poster, opts.Guard = e.opts.Providers, e.poster, e.guard
	opts.NoContracts = e.opts.NoContracts
	if e.opts.SelfCheck {
		opts.OffContract = e.opts.OffContract
	}
	opts.Base = func(provider string) string { return e.BaseURL() + "/" + provider }
	e.mu.Lock()
	for n := e.made + 1; opts.ID == ""; n++ {
		if _, taken := e.byID["sb"+strconv.Itoa(n)]; !taken {
			e.made, opts.ID = n, "sb"+strconv.Itoa(n)
		}
	}
	_, taken := e.byID[opts.ID]
	if !taken {
		e.byID[opts.ID] = nil // the name is ours from now on
	}
	e.mu.Unlock()
	if taken {
		return nil, sms.Fail(sms.Taken, fmt.Sprintf("there is a sandbox %q already; choose another id or drop it", opts.ID))
	}
	s, err := sandbox.New(opts)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		delete(e.byID, opts.ID)
		return nil, err
	}
	e.byID[opts.ID] = s
	e.sandboxes = append(e.sandboxes, s)
	for _, p := range e.opts.Providers {
		for _, key := range s.Credentials(p.Name) {
			e.byKey[p.Name+" "+key] = s
		}
	}
	return s, nil
}

// Drop ends a sandbox. The default one stays.
func (e *Emulator) Drop(id string) error {
	e.mu.Lock()
	s := e.byID[id]
	if s == nil || id == client.Default {
		e.mu.Unlock()
		return sms.Fail(sms.NotFound, fmt.Sprintf("there is no sandbox %q that can be dropped", id))
	}
	delete(e.byID, id)
	e.sandboxes = slices.DeleteFunc(e.sandboxes, func(other *sandbox.Sandbox) bool { return other == s })
	for key, owner := range e.byKey {
		if owner == s {
			delete(e.byKey, key)
		}
	}
	e.mu.Unlock()
	s.Close()
	return nil
}

// Close ends all sandboxes. Requests that are still open fail.
func (e *Emulator) Close() {
	for _, s := range e.Sandboxes() {
		s.Close()
	}
	e.loading.Wait()
}
