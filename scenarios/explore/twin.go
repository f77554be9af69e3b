package explore

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Proof shows that a duplicate or a loss could not be avoided: under two plans
// the application was told the same, did the same, and in the other that was
// right.
type Proof struct {
	Says string   `json:"says"`
	Plan []string `json:"plan"` // the other
	// Here and There are the entries of the send whose outcome could not be
	// known and of its answer, in the record of the case and in that of the other plan.
	Here  []uint64 `json:"here,omitempty"`
	There []uint64 `json:"there,omitempty"`
}

// opposites are faults that answer the same and do the other thing.
var opposites = map[journal.FaultKind]journal.FaultKind{
	journal.TimeoutBefore: journal.TimeoutAfter,
	journal.TimeoutAfter:  journal.TimeoutBefore,
	journal.ErrorBefore:   journal.ErrorAfter,
	journal.ErrorAfter:    journal.ErrorBefore,
	journal.ResetAfter:    journal.TimeoutBefore, // the connection ends without an answer, too
}

// twin is a plan under which the application is told the same although the
// other thing was done; false if there is none.
func twin(plan []page.Step) ([]page.Step, bool) {
	out, found := slices.Clone(plan), false
	for i, s := range out {
		switch other, ok := opposites[s.Fault.Kind]; {
		case s.Verb == page.Plan && ok:
			out[i].Fault.Kind, found = other, true
		case s.Verb == page.Slay && s.Kill.Point == page.Called:
			out[i].Kill.Point, found = page.Accepted, true
		case s.Verb == page.Slay && s.Kill.Point == page.Accepted:
			out[i].Kill.Point, found = page.Called, true
		}
		out[i].Text = ""
	}
	return out, found
}

// excuse looks for the proof of a case that an oracle holds to be unavoidable.
// Where there is none the case is a failure of the policy. One play of the twin
// may be hindered by chance, so it gets several.
func (x *explorer) excuse(ctx context.Context, c *Case, b breach) error {
	other := c.Page
	plan, ok := twin(c.Page.Plan)
	if !ok {
		x.fall(c, b.finding(c.Result), "no other plan would have told the application the same, so it could have known")
		return nil
	}
	other.Plan = plan
	var why string
	for range tries {
		results, err := x.company.play(ctx, c.Provider, other)
		if err != nil {
			return err
		}
		var proof Proof
		if proof, why = compare(c.Result, results[0], *b.finding(c.Result)); why == "" {
			proof.Says = fmt.Sprintf("under %q it was told the same and did the same, and that was right: nobody could tell the two apart", spell(plan))
			for _, s := range plan {
				proof.Plan = append(proof.Plan, s.String())
			}
			c.Verdict, c.Proof = report.Unavoidable, &proof
			return nil
		}
	}
	x.fall(c, b.finding(c.Result), fmt.Sprintf("under %q %s", spell(plan), why))
	return nil
}

// fall makes a case that was not proved a failure of the policy.
func (x *explorer) fall(c *Case, f *oracle.Finding, why string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.out.fell()
	c.Unproved = why
	f.Status = oracle.Fail
	f.Says += "; not proved to be unavoidable: " + why
}

// uphold plays the twins of plans of one script that ended like a case that nobody
// could help. Those that are proved at once are counted with it; any other is
// pursued by itself.
func (x *explorer) uphold(ctx context.Context, plans []plan, results []report.Result, like []int) error {
	var twins []page.Page
	for _, i := range like {
		other := plans[i].page
		other.Plan, _ = twin(other.Plan)
		twins = append(twins, other)
	}
	if len(twins) == 0 {
		return nil
	}
	there, err := x.company.play(ctx, plans[0].provider, twins...)
	if err != nil {
		x.dropAll(plans, like)
		return err
	}
	for n, i := range like {
		b, _ := breachOf(results[i])
		if _, why := compare(results[i], there[n], *b.finding(results[i])); why == "" {
			x.proved(plans[i], b)
			continue
		}
		key := fmt.Sprint("by itself ", plans[i].name())
		if err := x.pursue(ctx, key, newCase(plans[i], b, x.played()), results[i], b); err != nil {
			x.dropAll(plans, like[n+1:])
			return err
		}
	}
	return nil
}

// proved counts a plan with the case that it ended like.
func (x *explorer) proved(p plan, b breach) {
	x.mu.Lock()
	defer x.mu.Unlock()
	own := marks(p.page.Plan)
	for _, c := range x.out.Cases {
		if c.covers(p, b, own) {
			c.Same++
			return
		}
	}
	if c := x.open[signature(p, b)]; c != nil {
		c.Same++
	}
}

// drop takes back that a plan ended in a way that nobody could help, for there
// was no time to prove it.
func (x *explorer) drop(key string, p plan) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.open, key)
	x.out.Verdicts[report.Unavoidable]--
	x.out.Verdicts[report.Inconclusive]++
	x.out.doubt(p, "the time was up before it was proved that nobody could do better")
}

func (x *explorer) dropAll(plans []plan, which []int) {
	for _, i := range which {
		x.drop("", plans[i])
	}
}

func (x *explorer) played() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.out.Played
}

// compare looks for what a program could have gone by; why says what it was, or
// what else spoils the proof.
func compare(here, there report.Result, f oracle.Finding) (p Proof, why string) {
	a := sends(here, f.Handset)
	b := sends(there, there.Cast[nameOf(here, f.Handset)])
	switch {
	case there.Verdict != report.Pass:
		return p, fmt.Sprintf("the verdict was %s", there.Verdict)
	case slices.ContainsFunc(there.Findings, func(g oracle.Finding) bool { return g.Status == oracle.Unavoidable }):
		return p, "what its policy led to was not right either"
	case len(a) != len(b):
		return p, fmt.Sprintf("it sent %d times where it sent %d times here", len(b), len(a))
	}
	for i := range a {
		if asked(a[i]) != asked(b[i]) {
			return p, fmt.Sprintf("its call %d was another", i+1)
		}
		if blind(a[i]) != blind(b[i]) {
			return p, fmt.Sprintf("it knew the outcome of call %d", i+1)
		}
		if !blind(a[i]) {
			continue
		}
		if told(here, a[i]) != told(there, b[i]) {
			return p, fmt.Sprintf("it was told something else after call %d", i+1)
		}
		if len(p.Here) == 0 {
			p.Here, p.There = []uint64{a[i].Seq, a[i].Told}, []uint64{b[i].Seq, b[i].Told}
		}
	}
	if len(p.Here) == 0 {
		return p, "no call had an outcome that could not be known"
	}
	return p, ""
}

// nameOf is the name of a handset in the script.
func nameOf(r report.Result, n sms.Number) string {
	for name, number := range r.Cast {
		if number == n {
			return name
		}
	}
	return ""
}

// sends are the calls that would text a handset.
func sends(r report.Result, who sms.Number) []*history.Call {
	h := history.New(r.Entries, history.Promise{})
	return slices.DeleteFunc(h.Calls, func(c *history.Call) bool { return c.Handset != who || !c.Sends() })
}

// blind reports whether nobody could know the outcome of a call. Of one that was
// answered right before a kill somebody might.
func blind(c *history.Call) bool { return c.Unknown() && !c.Unnoted() }

func asked(c *history.Call) string { return c.Request.Method + " " + c.Request.Route }

// own are the parts of an answer that no two answers share: ids and times.
var own = regexp.MustCompile(`[0-9A-Za-z_+:.-]*[0-9][0-9A-Za-z_+:.-]*`)

// told is what a call was answered, apart from ids and times.
func told(r report.Result, c *history.Call) string {
	for _, e := range r.Entries {
		if e.Seq == c.Told && e.Call != nil {
			return fmt.Sprint(e.Call.Status, " ", own.ReplaceAllString(strings.TrimSpace(e.Call.Answer), "#"))
		}
	}
	return ""
}
