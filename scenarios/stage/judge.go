package stage

import (
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
	own := p.tape.split()
	if p.fell != "" && len(p.casts) == 1 {
		p.casts[0].broken(p.fellAt, p.fell)
	}
	for i, c := range p.casts {
		r := &results[i]
		r.Entries, r.Expects, r.Cast, r.Virtual, r.Wall = own[i], c.expects, c.who, virtual, wall
		r.Refused = c.refused
		h := history.New(r.Entries, p.promise())
		r.Findings = oracle.Judge(h)
		r.Verdict, r.Reason = Verdict(c.page, h, r.Findings, Beside{
			Broken: len(c.expects) > 0, Restless: p.unquiet, Stuck: c.why, Company: len(p.casts) > 1,
		})
		_, open := oracle.Undecided(h)
		p.undecided = p.undecided || open != "" && r.Verdict == report.NotExercised
	}
}
