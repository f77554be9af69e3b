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

	mu       sync.Mutex // one decision at a time; never held over I/O
	carrier  *carrier.Carrier
	queue    *webhook.Queue
	faults   *fault.Rules
	rates    *rates
	findings *findings
	calls    uint64
	planned  uint64        // faults
	later    *[]clock.Item // set while the decision of a call is committed
	broken   error         // the journal refused an entry: nothing more is decided
}

func (s *Sandbox) newWorld(opts clock.Options) (*world, error) {
	w := &world{
		box: s, providers: map[string]provider.Provider{}, faults: fault.New(), rates: newRates(s.opts.Unlimited),
		findings: newFindings(),
		journal:  journal.New(s.opts.Store(), clock.Wall),
	}
	w.ctx, w.end = context.WithCancel(context.Background())
	rules := map[string]carrier.Rules{}
	for _, p := range s.opts.Providers {
		w.providers[p.Name] = p
		rules[p.Name] = s.rules(p)
	}
	w.carrier = carrier.New(s.root(), rules)
	w.queue = webhook.NewQueue(w.ladder, w.encode, w.jitter)
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
		Pace: p.Pace, Events: p.Events, Keywords: p.Keywords, Magic: p.Magic, ID: p.ID, Render: p.Render,
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
		account := w.box.setups[p.Name].Account
		account.Provider = p.Name
		d.Add(journal.Entry{Kind: journal.KindAccount, Account: &account})
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
	due := w.queue.Apply(e)
	if e.Kind != journal.KindEvent || len(due) > 0 { // rules look at what is told, not at what no endpoint takes
		w.faults.Apply(e)
	}
	for _, a := range due {
		w.at(clock.Item{Due: a.Due, Seq: e.Seq, Key: keyAttempt + a.ID})
	}
	switch e.Kind {
	case journal.KindMessage:
		if next := e.Message.Next; next != nil {
			w.at(clock.Item{Due: next.At, Seq: e.Seq, Key: keyMessage + e.Message.ID})
		}
	case journal.KindDocument:
		if due := e.Document.Due; !due.IsZero() && !e.Document.Gone {
			w.at(clock.Item{Due: due, Seq: e.Seq, Key: keyDocument + e.Document.Provider + " " + string(e.Document.Kind) + " " + e.Document.ID})
		}
	case journal.KindCall:
		w.rates.apply(w.providers[e.Call.Provider], w.box.settings(e.Call.Provider), e)
	case journal.KindFinding:
		w.findings.apply(e)
	case journal.KindFaultPlanned:
		if at := e.Fault.Expires; !at.IsZero() {
			w.at(clock.Item{Due: at, Seq: e.Seq, Key: keyFault + e.Fault.ID})
		}
	}
}

// at plans an item. What falls due while a call is still being decided waits
// until its caller was told: an answer is not overtaken by its own webhook,
// unless a fault says so.
func (w *world) at(item clock.Item) {
	if w.later != nil && !item.Due.After(w.clock.Now()) {
		*w.later = append(*w.later, item)
		return
	}
	w.clock.At(item)
}

// What the clock's items are about.
const (
	keyMessage  = "message "
	keyAttempt  = "attempt "
	keyFault    = "fault "
	keyPump     = "pump "
	keyDocument = "document "
)

// fire does what is due. The item only says where to look: what is to be done
// is in the state, and an item that the state has outrun does nothing.
func (w *world) fire(item clock.Item) {
	kind, id, _ := strings.Cut(item.Key, " ")
	if kind+" " == keyDocument {
		w.wake(id)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch kind + " " {
	case keyMessage:
		d := w.draft(0)
		w.carrier.Step(d, id)
		_ = w.commit(d)
	case keyAttempt:
		if endpoint := w.queue.Ready(id, w.clock.Now()); endpoint != "" {
			w.pump(endpoint)
		}
	case keyPump:
		w.pump(id)
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

// wake tells a dialect that a document of its own is due. That it was told is
// on record first, so that it is told once.
func (w *world) wake(id string) {
	part := strings.SplitN(id, " ", 3)
	p := w.providers[part[0]]
	if doc, seq, ok := w.rouse(p.Name, sms.Kind(part[1]), part[2]); ok && p.Wake != nil {
		p.Wake(&caller{world: w, provider: p, context: w.box.context(p, ""), seq: seq}, doc)
	}
}

// rouse takes the due time off a document, if it has come.
func (w *world) rouse(provider string, kind sms.Kind, id string) (doc sms.Document, seq uint64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.draft(0)
	doc, ok = w.carrier.Document(provider, kind, id)
	if !ok || doc.ID != id || doc.Due.IsZero() || doc.Due.After(d.Now) {
		return doc, 0, false
	}
	doc.Due = time.Time{}
	kept := doc
	seq = d.Add(journal.Entry{Kind: journal.KindDocument, Document: &kept})
	return doc, seq, w.commit(d) == nil
}

func (w *world) ladder(provider string) webhook.Ladder {
	return w.providers[provider].Retry(w.box.settings(provider))
}

func (w *world) encode(ev sms.Event) (webhook.Payload, bool) {
	p := w.providers[ev.Provider]
	return p.Encode(ev, w.box.context(p, ""))
}

// context is what answers and webhooks of a provider depend on besides the book.
func (s *Sandbox) context(p provider.Provider, request string) provider.Context {
	return provider.Context{
		Provider: p.Name, Base: s.opts.Base(p.Name), Settings: s.settings(p.Name), Request: request,
		Draw: func(words string) [16]byte { return carrier.Entropy(s.root()+"\x00draw", words, 0) },
	}
}

// jitter draws from the seed, the delivery and the rung alone.
func (w *world) jitter(delivery string, failures int) float64 {
	b := carrier.Entropy(w.box.root()+"\x00jitter", delivery, uint64(failures))
	return float64(binary.BigEndian.Uint64(b[:8])>>11) / (1 << 53)
}
