package refapp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// desk serves the customers of one provider, with a memory of its own: consent
// towards one provider says nothing about another.
type desk struct {
	name    string
	manners manners
	vendor  vendor
	client  *http.Client

	log    *slog.Logger
	policy Policy
	slow   time.Duration
	zoo    *zoo
	store  *store
	lanes  *lanes
	ctx    context.Context // ends with close; workers outlive the requests that woke them
	stop   context.CancelFunc

	watching sync.WaitGroup
	unsaved  atomic.Int32 // webhooks that were answered and are not kept: only the bug ack-before-persist has any
}

// edge is how the app speaks to one provider.
type edge struct {
	name    string
	base    func(Options) string // empty: not set up
	open    func(Options, *http.Client, func(bug string) bool) (vendor, error)
	manners manners
}

// vendors are the providers that the app can speak to, the usual one first.
var vendors = []edge{
	{"surge", func(o Options) string { return o.Surge.BaseURL }, newSurge, manners{schedules: true}},
	{"mta", func(o Options) string { return o.MTA.BaseURL }, newMTA, manners{schedules: true, takesOnce: true}},
	{"exotel", func(o Options) string { return o.Exotel.BaseURL }, newExotel, manners{silent: true, stopWords: []string{"NO"}}},
}

func newDesk(v edge, opts Options) (*desk, error) {
	zoo, err := newZoo(opts.Bugs)
	if err != nil {
		return nil, err
	}
	d := &desk{
		name: v.name, manners: v.manners, client: newClient(opts),
		log: opts.Log, policy: opts.Policy, slow: opts.SlowAck, zoo: zoo, lanes: newLanes(),
	}
	if d.vendor, err = v.open(opts, d.client, zoo.bug); err != nil {
		return nil, err
	}
	if d.store, err = openStore(opts.Store, v.name, d.bug("ignores-stop")); err != nil {
		return nil, err
	}
	d.ctx, d.stop = context.WithCancel(context.Background())
	if opts.Store != "" {
		d.watching.Go(d.watch)
	}
	return d, nil
}

// unique is a beginning for keys that no other process ever uses.
func unique() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (d *desk) bug(name string) bool { return d.zoo.bug(name) }

func (d *desk) close() {
	d.stop()
	d.watching.Wait()
	d.lanes.close()
	d.client.CloseIdleConnections()
	d.store.close()
}

// sleep waits for d and reports whether it was left in peace.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
