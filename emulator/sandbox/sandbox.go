package sandbox

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// Options says how to make a sandbox.
type Options struct {
	ID        string
	Seed      int64
	Providers []provider.Provider
	Clock     clock.Options
	Poster    *webhook.Poster
	Guard     webhook.Guard
	// Base is the URL under which a provider is reached, without a final slash.
	Base func(provider string) string
	// Store makes the store of a world's journal, one for each world that a
	// Reset begins; default memory.
	Store func() journal.Store
	// Fixed gives the sandbox the credentials that each vendor has for the
	// default one, instead of its own.
	Fixed bool
	// Unlimited lifts the vendors' limits on calls.
	Unlimited bool
	// NoContracts leaves calls unchecked.
	NoContracts bool
	// OffContract, if set, lets every answer and webhook be held against its
	// provider's contract, but for those that a fault distorts, and is told
	// what is wrong with them.
	OffContract func(journal.Finding)
}

// Sandbox is one isolated world. It is safe for concurrent use.
type Sandbox struct {
	opts   Options
	setups map[string]provider.Setup // by provider; fixed for life

	change sync.Mutex // one Reset, Close or change of settings at a time; taken before mu
	closed bool

	mu       sync.Mutex // guards what follows, for the short time of a look
	world    *world
	urls     map[string]sms.Endpoint      // webhook endpoints by id, secrets in full
	switches map[string]map[string]string // by provider
}

// New makes a sandbox whose world has no history.
func New(opts Options) (*Sandbox, error) {
	if opts.Store == nil {
		opts.Store = func() journal.Store { return &journal.Memory{} }
	}
	s := &Sandbox{
		opts: opts, setups: map[string]provider.Setup{},
		urls: map[string]sms.Endpoint{}, switches: map[string]map[string]string{},
	}
	for _, p := range opts.Providers {
		setup := s.setup(p)
		s.setups[p.Name] = setup
		s.urls[p.Name] = sms.Endpoint{ID: p.Name, Provider: p.Name, Secrets: []string{setup.Secret}}
		values := map[string]string{}
		for _, sw := range p.Switches {
			values[sw.Name] = sw.Default
		}
		s.switches[p.Name] = values
	}
	var err error
	if s.world, err = s.newWorld(opts.Clock); err != nil {
		return nil, err
	}
	return s, nil
}

// setup makes the account of a provider. It depends on the id of the sandbox
// alone, so that credentials stay when the seed changes.
func (s *Sandbox) setup(p provider.Provider) provider.Setup {
	minted := map[sms.Kind]uint64{}
	setup := p.Setup(func(kind sms.Kind) string {
		n := minted[kind]
		minted[kind]++
		return p.ID(kind, n, clock.Epoch, carrier.Entropy(s.opts.ID+"\x00setup", string(kind), n))
	})
	if setup.Secret == "" {
		setup.Secret = p.NewSecret(sha256.Sum256([]byte(s.opts.ID + "\x00secret\x00" + p.Name)))
	}
	if s.opts.Fixed && p.Fixed != nil {
		setup = p.Fixed(setup)
	}
	return setup
}

// root is what all ids, secrets and draws of the sandbox come from.
func (s *Sandbox) root() string { return fmt.Sprintf("%d\x00%s", s.opts.Seed, s.opts.ID) }

// ID names the sandbox.
func (s *Sandbox) ID() string { return s.opts.ID }

// Seed is what its ids and draws come from.
func (s *Sandbox) Seed() int64 { return s.opts.Seed }

// Credentials lists the keys that pick this sandbox at a provider.
func (s *Sandbox) Credentials(provider string) []string {
	setup := s.setups[provider]
	if setup.Trial == "" {
		return []string{setup.Key}
	}
	return []string{setup.Key, setup.Trial}
}

// Placeholders are the values that an application needs, by provider and name.
func (s *Sandbox) Placeholders() map[string]map[string]string {
	out := map[string]map[string]string{}
	for name, setup := range s.setups {
		values := map[string]string{
			"url": s.opts.Base(name), "key": setup.Key, "account": setup.Account.ID,
			"secret": s.endpoint(name).Secrets[0],
		}
		if setup.Trial != "" {
			values["trial_key"] = setup.Trial
		}
		maps.Copy(values, setup.Env)
		out[name] = values
	}
	return out
}

// Providers names what is served; the first is the default.
func (s *Sandbox) Providers() []string {
	var names []string
	for _, p := range s.opts.Providers {
		names = append(names, p.Name)
	}
	return names
}

func (s *Sandbox) provider(name string) (provider.Provider, *sms.Error) {
	for _, p := range s.opts.Providers {
		if p.Name == name || name == "" {
			return p, nil
		}
	}
	return provider.Provider{}, sms.InvalidField("provider", fmt.Sprintf("%q is not served; the providers are %v", name, s.Providers()))
}

// now is the world as it is; a Reset puts another in its place.
func (s *Sandbox) now() *world {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world
}

// endpoint is an endpoint with its secrets in full.
func (s *Sandbox) endpoint(id string) sms.Endpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.urls[id]
}

// settings reads the switches of a provider as they are at each call.
func (s *Sandbox) settings(name string) provider.Settings {
	return func(key string) string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.switches[name][key]
	}
}

// Reset drops all state and begins again: same credentials, endpoints,
// switches, seed and clock mode. Time begins again where it first did.
func (s *Sandbox) Reset() error {
	s.change.Lock()
	defer s.change.Unlock()
	if s.closed {
		return sms.Fail(sms.NotFound, "sandbox "+s.opts.ID+" was dropped; make another")
	}
	old := s.now()
	state := old.clock.State()
	opts := s.opts.Clock
	opts.Mode, opts.Scale = state.Mode, state.Scale
	fresh, err := s.newWorld(opts)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.world = fresh
	// Endpoints that the application registered itself are state; they go.
	maps.DeleteFunc(s.urls, func(id string, e sms.Endpoint) bool { return id != e.Provider })
	s.mu.Unlock()
	old.close()
	return nil
}

// Close ends the sandbox's world, for good.
func (s *Sandbox) Close() {
	s.change.Lock()
	defer s.change.Unlock()
	s.closed = true
	s.now().close()
}

// Journal is the record of the present world.
func (s *Sandbox) Journal() *journal.Journal { return s.now().journal }

// Now is the present virtual time.
func (s *Sandbox) Now() time.Time { return s.now().clock.Now() }
