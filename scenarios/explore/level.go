package explore

import (
	"cmp"
	"maps"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/page"
)

// saved are earlier failures, as they are.
func (x *explorer) saved() []batch {
	var all []batch
	for _, provider := range x.Providers {
		for _, p := range x.Saved {
			if _, out := p.LeftOut(provider); !out {
				all = append(all, batch{1, true, func() []plan { return []plan{{Regressions, provider, p.Name, p}} }})
			}
		}
	}
	return all
}

// bare are the workloads without a fault.
func (x *explorer) bare() []batch {
	var all []batch
	for _, provider := range x.Providers {
		for _, p := range x.Workloads {
			if reason, out := p.LeftOut(provider); out {
				x.out.omit(plan{Baseline, provider, p.Name, p}, reason)
				continue
			}
			w, err := workload(p, x.KeepFaults)
			if err != nil {
				x.out.omit(plan{Baseline, provider, p.Name, p}, err.Error())
				continue
			}
			all = append(all, batch{1, false, func() []plan { return []plan{{Baseline, provider, w.Name, w}} }})
		}
	}
	return all
}

// singles are all faults at all positions, those first that are likelier to
// show something new.
func (x *explorer) singles() []batch {
	lists := make([][][]batch, ranks)
	seen := map[string]bool{}
	for _, g := range x.ready() {
		var plans []plan
		for _, at := range g.at {
			steps := strikes(at)
			if x.Kills {
				steps = append(steps, ends(at)...)
			}
			for _, s := range steps {
				plans = append(plans, g.with(Singles, s))
			}
		}
		if x.Kills {
			for _, s := range atRest() {
				plans = append(plans, g.with(Singles, s))
			}
		}
		shuffle(x.Seed, plans, plan.name)
		off := x.Unkeyed[g.provider]
		for r, some := range ranked(plans, seen) {
			lists[r] = append(lists[r], x.pack(g, some))
			if len(off) > 0 {
				lists[r] = append(lists[r], x.pack(g, forgetful(some, off)))
			}
		}
	}
	var all []batch
	for _, list := range lists {
		all = append(all, interleave(list)...)
	}
	return all
}

// ranks is how many groups of plans there are that come one after the other.
const ranks = 3

// ranked parts plans by what their last fault or kill is: the first of its kind
// to befall a status, or to be a matter of trust, or one that befalls somebody's
// first text or send; what befalls a later one; and the rest of the statuses, which
// seldom show more in another script.
func ranked(plans []plan, seen map[string]bool) [ranks][]plan {
	var out [ranks][]plan
	for _, p := range plans {
		r := novelty(p, seen)
		out[r] = append(out[r], p)
	}
	return out
}

func novelty(p plan, seen map[string]bool) int {
	s := p.page.Plan[len(p.page.Plan)-1]
	info, _ := journal.Info(s.Fault.Kind)
	status := s.Fault.Match.Event != "" && s.Fault.Match.Event != sms.MessageReceived
	if status || info.Group == journal.OnTrust {
		s.Who, s.Fault.Nth = nil, 0
		key := p.provider + " " + s.String()
		known := seen[key]
		seen[key] = true
		if known && status {
			return 2
		}
		if known {
			return 1
		}
		return 0
	}
	if max(s.Fault.Nth, s.Kill.Nth) > 1 || s.Kill.Late {
		return 1
	}
	return 0
}

func (x *explorer) pack(g *ground, plans []plan) []batch {
	return group(len(plans), x.size(g), func(i int) bool { return lonely(plans[i].page) }, func(i int) plan { return plans[i] })
}

// size is how many plans of a workload are played at once: fewer where each has
// more handsets.
func (x *explorer) size(g *ground) int { return max(1, x.Batch/max(1, len(g.page.Handsets()))) }

// forgetful are those of the plans that make the application hear twice, at a
// provider that takes no idempotency keys.
func forgetful(plans []plan, switches map[string]string) []plan {
	var out []plan
	for _, p := range plans {
		if last := p.page.Plan[len(p.page.Plan)-1]; !repeats(last) {
			continue
		}
		first := p.page.Phases[0]
		first.Steps = slices.Concat(turned(switches), first.Steps)
		p.page.Phases = append([]page.Phase{first}, p.page.Phases[1:]...)
		out = append(out, p)
	}
	return out
}

// turned are steps that set switches.
func turned(switches map[string]string) []page.Step {
	var out []page.Step
	for _, name := range slices.Sorted(maps.Keys(switches)) {
		out = append(out, page.Step{Verb: page.Switch, Word: name, Value: switches[name]})
	}
	return out
}

// with is the workload with faults added to it.
func (g *ground) with(level int, steps ...page.Step) plan {
	p := g.page
	p.Plan = slices.Concat(g.page.Plan, steps)
	return plan{level, g.provider, g.page.Name, p}
}

// pairs are those of the faults that were borne alone.
func (x *explorer) pairs() []batch {
	var lists [][]batch
	for _, g := range x.ready() {
		alone := g.usable(plain)
		all := couples(alone)
		shuffle(x.Seed, all, func(c couple) string { return g.provider + g.page.Name + spell(c.of(alone)) })
		slow := lonely(g.page)
		lists = append(lists, group(len(all), x.size(g),
			func(i int) bool { return slow || solitary(alone[all[i].a]) || solitary(alone[all[i].b]) },
			func(i int) plan { return g.with(Pairs, all[i].of(alone)...) }))
	}
	return interleave(lists)
}

// solitary reports whether a step makes a page one that is played alone.
func solitary(s page.Step) bool { return s.Verb == page.Slay || s.Fault.Kind == journal.Hold }

// usable are the single faults that were borne, in an order of their own.
func (g *ground) usable(keep func(page.Step) bool) []page.Step {
	out := slices.DeleteFunc(slices.Clone(g.borne), func(s page.Step) bool { return !keep(s) })
	slices.SortFunc(out, func(a, b page.Step) int { return cmp.Compare(a.String(), b.String()) })
	return out
}

// random are handfuls of faults.
func (x *explorer) random() []batch {
	x.round++
	from := (x.round - 1) * x.Handfuls
	var lists [][]batch
	for _, g := range x.ready() {
		all := g.usable(func(page.Step) bool { return true })
		if len(all) == 0 {
			continue
		}
		var plans []plan
		for n := range x.Handfuls {
			plans = append(plans, g.with(Random, handful(x.Seed, g.provider+g.page.Name, from+n, all)...))
		}
		lists = append(lists, x.pack(g, plans))
	}
	return interleave(lists)
}
