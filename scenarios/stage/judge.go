package stage

import (
	"cmp"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// LeftOut is the result of a page that does not apply to a provider.
func LeftOut(p page.Page, provider string) (report.Result, bool) {
	reason, out := p.LeftOut(provider)
	if !out || provider == "" {
		return report.Result{}, false
	}
	r := blank(p, provider)
	r.Verdict, r.Reason = report.LeftOut, reason
	return r, true
}

// blank is the result of a page before anything happened.
func blank(p page.Page, provider string) report.Result {
	return report.Result{Page: p.Name, Title: p.Title, Provider: provider, Labels: p.Labels, Kills: p.Kills}
}

// Promise is what an application is held to, as it is described for one
// provider. Whether that takes idempotency keys is not in the description.
func Promise(app *sut.SUT) history.Promise {
	out := history.Promise{Confirms: app.OptOut.Confirms, StopWords: app.OptOut.Words, Policy: app.Policy}
	for _, r := range app.Replies {
		out.Replies = append(out.Replies, history.Reply{To: r.To, Expect: r.Expect})
	}
	return out
}

// judge gives each cast its verdict.
func (p *play) judge(results []report.Result) {
	virtual, wall := p.tape.lengths()
	own, fired := p.tape.split(), p.tape.fired()
	if p.fell != "" && len(p.casts) == 1 {
		p.casts[0].broken(p.fellAt, p.fell)
	}
	for i, c := range p.casts {
		r := &results[i]
		r.Entries, r.Expects, r.Cast, r.Virtual, r.Wall = own[i], c.expects, c.who, virtual, wall
		r.Refused = c.refused
		h := history.New(r.Entries, p.promise())
		r.Findings = oracle.Judge(h)
		r.Verdict, r.Reason = p.verdict(c, r, fired, h)
	}
}

// verdict of a cast. What is broken is broken, even if the world did not come
// to rest or a later step could not be done, unless the page of another cast may
// have ended the application; nothing unfinished is green. Where a
// kill left open what the application would have done, expectations show no more.
func (p *play) verdict(c *cast, r *report.Result, fired map[string]bool, h *history.History) (report.Verdict, string) {
	broken := oracle.Primary(r.Findings) != nil
	if _, says := oracle.Undecided(h); says != "" && !broken && p.fell == "" && p.unquiet == "" {
		p.undecided = true
		return report.NotExercised, says
	}
	switch {
	case p.fell != "" && len(p.casts) > 1: // and whatever is broken may be so because of it
		return report.Inconclusive, p.fell + "\nseveral pages were played at once; play this one by itself to see whether it is the one"
	case broken || len(r.Expects) > 0:
		return report.Fail, ""
	case p.unquiet != "":
		return report.Inconclusive, p.unquiet
	}
	if why := cmp.Or(c.why, c.missed(fired), p.reaper.missed()); why != "" {
		return report.NotExercised, why
	}
	for _, f := range r.Findings {
		if f.Status == oracle.Unavoidable {
			return report.Unavoidable, f.Says
		}
	}
	return report.Pass, ""
}

// missed says which planned fault of a cast never fired; "" if all did.
func (c *cast) missed(fired map[string]bool) string {
	for _, f := range c.planned {
		if !fired[f.id] {
			return where(f.step) + ": the fault never fired, because nothing came to where it would strike"
		}
	}
	return ""
}

// fired are the faults that struck at least once, by id.
func (t *tape) fired() map[string]bool {
	out := map[string]bool{}
	for _, e := range t.entries {
		if e.Kind == journal.KindFaultFired && e.Fault != nil {
			out[e.Fault.ID] = true
		}
	}
	return out
}
