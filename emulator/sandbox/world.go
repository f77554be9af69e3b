package sandbox

import (
	"context"
	"encoding/binary"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/switchhook/switchhook/emulator/carrier"
	"github.com/switchhook/switchhook/emulator/clock"
	"github.com/switchhook/switchhook/emulator/fault"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/emulator/webhook"
)

// world is the history of a sandbox from one reset to the next.
type world struct {
	box       *Sandbox
	providers map[string]provider.Provider
	journal   *journal.Journal
	clock     *clock.Clock
	ctx       context.Context // ends with the world
	end       context.CancelFunc
	open      sync.WaitGroup // attempts on their way

	mu      sync.Mutex // one decision at a time; never held over I/O
	carrier *carrier.Carrier
	queue   *webhook.Queue
	faults  *fault.Rules
	calls   uint64
	planned uint64 // faults
	broken  error  // the journal refused an entry: nothing more is decided
}

func (s *Sandbox) newWorld(opts clock.Options) (*world, error) {
	w := &world{
		box: s, providers: map[string]provider.Provider{}, faults: fault.New(),
		journal: journal.New(s.opts.Store(), clock.Wall),
	}
	w.ctx, w.end = context.WithCancel(context.Background())
	rules, ladders := map[string]carrier.Rules{}, map[string]webhook.Ladder{}
	for _, p := range s.opts.Providers {
		w.providers[p.Name] = p
		ladders[p.Name] = p.Retry
		rules[p.Name] = s.rules(p)
	}
	w.carrier = carrier.New(s.root(), rules)
	w.queue = webhook.NewQueue(ladders, w.encode, w.jitter)
	opts.Fire, opts.Jumped = w.fire, w.jumped
	w.clock = clock.New(opts)
	if err := w.begin(); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (s *Sandbox) rules(p provider.Provider) carrier.Rules {
	settings := s.settings(p.Name)
	return carrier.Rules{
		Account: s.setups[p.Name].Account, Keywords: p.Keywords, Magic: p.Magic, ID: p.ID, Render: p.Render,
		MMSOver: func() int { return p.MMSOver(settings) },
		PerLine: func() bool { return settings("optout_scope") == "line" },
	}
}

// begin writes the endpoints and switches that the world starts with.
func (w *world) begin() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.draft(0)
	for _, p := range w.box.opts.Providers {
		w.box.mu.Lock()
		ep, values := w.box.urls[p.Name], maps.Clone(w.box.switches[p.Name])
		w.box.mu.Unlock()
		d.Add(journal.Entry{Kind: journal.KindEndpoint, Endpoint: w.box.redacted(ep)})
		d.Add(journal.Entry{Kind: journal.KindSwitches, Switches: &journal.Switches{Provider: p.Name, Values: values}})
	}
	return w.commit(d)
}

func (w *world) close() {
	w.end()
	w.clock.Close()
	w.open.Wait()
	w.journal.Close()
}

// draft begins a decision. The caller holds mu until it is committed.
func (w *world) draft(cause uint64) *carrier.Draft {
	return &carrier.Draft{Now: w.clock.Now(), First: w.journal.Last() + 1, Cause: cause}
}

// commit orders the entries of a decision and folds them into every part. An
// entry that the journal could not keep changes nothing.
func (w *world) commit(d *carrier.Draft) error {
	if w.broken != nil {
		return w.broken
	}
	entries, err := w.journal.Append(d.Now, d.Entries...)
	if err != nil {
		w.broken = err
		return err
	}
	for _, e := range entries {
		w.apply(e)
	}
	return nil
}

// apply is the fold: the only code that changes state.
func (w *world) apply(e journal.Entry) {
	w.carrier.Apply(e)
	w.faults.Apply(e)
	for _, a := range w.queue.Apply(e) {
		w.clock.At(clock.Item{Due: a.Due, Seq: e.Seq, Key: keyAttempt + a.ID})
	}
	switch e.Kind {
	case journal.KindMessage:
		if next := e.Message.Next; next != nil {
			w.clock.At(clock.Item{Due: next.At, Seq: e.Seq, Key: keyMessage + e.Message.ID})
		}
	case journal.KindFaultPlanned:
		if at := e.Fault.Expires; !at.IsZero() {
			w.clock.At(clock.Item{Due: at, Seq: e.Seq, Key: keyFault + e.Fault.ID})
		}
	}
}

// What the clock's items are about.
const (
	keyMessage = "message "
	keyAttempt = "attempt "
	keyFault   = "fault "
)

// fire does what is due. The item only says where to look: what is to be done
// is in the state, and an item that the state has outrun does nothing.
func (w *world) fire(item clock.Item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kind, id, _ := strings.Cut(item.Key, " ")
	switch kind + " " {
	case keyMessage:
		d := w.draft(0)
		w.carrier.Step(d, id)
		_ = w.commit(d)
	case keyAttempt:
		if provider := w.queue.Ready(id, w.clock.Now()); provider != "" {
			w.pump(provider)
		}
	case keyFault:
		w.miss(id)
	}
}

func (w *world) jumped(from, to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.draft(0)
	d.Now = to
	d.Add(journal.Entry{Kind: journal.KindClock, Clock: &journal.Clock{From: from, To: to}})
	_ = w.commit(d)
}

func (w *world) encode(ev sms.Event) (webhook.Payload, bool) {
	p := w.providers[ev.Provider]
	return p.Encode(ev, w.box.context(p, ""))
}

// context is what answers and webhooks of a provider depend on besides the book.
func (s *Sandbox) context(p provider.Provider, request string) provider.Context {
	return provider.Context{
		Provider: p.Name, Base: s.opts.Base(p.Name), Settings: s.settings(p.Name), Request: request,
	}
}

// jitter draws from the seed, the delivery and the rung alone.
func (w *world) jitter(delivery string, failures int) float64 {
	b := carrier.Entropy(w.box.root()+"\x00jitter", delivery, uint64(failures))
	return float64(binary.BigEndian.Uint64(b[:8])>>11) / (1 << 53)
}
