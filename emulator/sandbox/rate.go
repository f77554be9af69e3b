package sandbox

import (
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
)

// rates counts the calls of the windows that are open, in virtual time.
type rates struct {
	calls map[string][]time.Time // by provider and rate; only those that were let in
	off   bool                   // nothing is limited
}

func newRates(off bool) *rates { return &rates{calls: map[string][]time.Time{}, off: off} }

// use says how much of its limit a call would use, and whether it is over it.
func (r *rates) use(p provider.Provider, s provider.Settings, pattern string, now time.Time) (used provider.Used, over bool) {
	rate, ok := r.of(p, s, pattern)
	if !ok {
		return used, false
	}
	open := r.open(p, rate, now)
	used = provider.Used{Limit: rate.Limit, Remaining: max(0, rate.Limit-len(open)-1), Reset: rate.Window}
	if len(open) > 0 {
		used.Reset = open[0].Add(rate.Window).Sub(now)
	}
	return used, len(open) >= rate.Limit
}

// apply counts a call that was let in.
func (r *rates) apply(p provider.Provider, s provider.Settings, e journal.Entry) {
	rate, ok := r.of(p, s, e.Call.Route)
	if !ok {
		return
	}
	if open := r.open(p, rate, e.At); len(open) < rate.Limit {
		r.calls[key(p, rate)] = append(open, e.At)
	}
}

// open are the calls that the window still holds.
func (r *rates) open(p provider.Provider, rate provider.Rate, now time.Time) []time.Time {
	k := key(p, rate)
	r.calls[k] = slices.DeleteFunc(r.calls[k], func(t time.Time) bool { return !t.Add(rate.Window).After(now) })
	return r.calls[k]
}

func key(p provider.Provider, rate provider.Rate) string { return p.Name + " " + rate.Name }

// of is the limit that a call of a route counts against.
func (r *rates) of(p provider.Provider, s provider.Settings, pattern string) (provider.Rate, bool) {
	if r.off {
		return provider.Rate{}, false
	}
	for _, rate := range p.Rates {
		if rate.Unless != nil && rate.Unless(s) {
			continue
		}
		if len(rate.Routes) == 0 || slices.Contains(rate.Routes, pattern) {
			return rate, true
		}
	}
	return provider.Rate{}, false
}
