package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/fault"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Faults lists every rule and what became of it.
func (s *Sandbox) Faults() []journal.Fault {
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.faults.List()
}

// Plan adds a rule.
func (s *Sandbox) Plan(f journal.Fault) (journal.Fault, error) {
	f, err := fault.Check(f)
	if err != nil {
		return f, err
	}
	if err := s.checkMatch(f.Match); err != nil {
		return f, err
	}
	if !slices.ContainsFunc(s.opts.Providers, func(p provider.Provider) bool {
		return (f.Match.Provider == "" || f.Match.Provider == p.Name) && shows(p, f.Kind)
	}) {
		return f, sms.InvalidField("kind", fmt.Sprintf("%s cannot be told from an honest webhook of %s: nothing in one would show it", f.Kind, f.Match.Provider))
	}
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.planned++
	f.ID = fmt.Sprintf("fault-%d", w.planned)
	d := w.draft(0)
	if !f.Expires.IsZero() && !f.Expires.After(d.Now) {
		return f, sms.InvalidField("expires", "lies in the past of the sandbox's clock, which is at "+d.Now.Format("2006-01-02T15:04:05Z07:00"))
	}
	kept := f
	d.Add(journal.Entry{Kind: journal.KindFaultPlanned, Fault: &kept})
	return f, w.commit(d)
}

// checkMatch refuses a rule that could never match anything.
func (s *Sandbox) checkMatch(m journal.FaultMatch) error {
	if _, err := s.provider(m.Provider); err != nil {
		return err
	}
	var routes []string
	for _, p := range s.opts.Providers {
		if m.Provider != "" && m.Provider != p.Name {
			continue
		}
		for _, r := range p.Routes {
			routes = append(routes, r.Pattern)
		}
	}
	if m.Route != "" && !slices.Contains(routes, m.Route) {
		return sms.InvalidField("match.route", fmt.Sprintf("%q is not a route; the routes are %s", m.Route, strings.Join(routes, ", ")))
	}
	return nil
}

// Cancel ends a rule. If it never fired it counts as missed.
func (s *Sandbox) Cancel(id string) error {
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.faults.Get(id); !ok {
		return sms.Fail(sms.NotFound, "there is no fault "+id)
	}
	return w.miss(id)
}

// miss ends a rule that still waits. The caller holds mu.
func (w *world) miss(id string) error {
	f, ok := w.faults.Get(id)
	if !ok || f.State != fault.Planned {
		return nil
	}
	d := w.draft(0)
	d.Add(journal.Entry{Kind: journal.KindFaultMissed, Fault: &f})
	return w.commit(d)
}
