package suite

import (
	"cmp"
	"path"
	"slices"

	"github.com/onsi/ginkgo/v2"

	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
	"github.com/switchhook/switchhook/scenarios/stage"
)

// Register puts pages into a Ginkgo suite: a Describe for each provider that
// the application takes webhooks of, in it one for each topic, and in that an It
// for each page. Provider and topic are labels, as are the page's own, so
// --label-filter "surge && consent" picks. Call it where you would write a
// Describe:
//
//	var _ = suite.Register(func() suite.Options { return suite.Options{URL: emulator.URL, SUT: app} })
//
// options is called while the tree is built, for SUT.Webhooks, SUT.Start, Pages,
// Providers and Seed, and once more when pages are about to be played, for all
// the rest; so what a BeforeSuite finds out can be in it.
//
// With ginkgo -p, an application that sut.yaml says how to start has a process
// and a sandbox for each topic of each provider, and these are played side by
// side. One that runs already has the default sandbox, of which there is one
// clock: its pages are Serial, so they begin when all other specs are done.
// A failing page does not stop the others.
func Register(options func() Options) bool {
	o := options().withDefaults()
	t := tree{options: options, pages: o.Pages, apart: len(o.SUT.Start) > 0, to: outcome{func(report.Result) {}, func(error) {}}}
	for _, provider := range o.Providers {
		t.describe(provider)
	}
	return true
}

// outcome hears of every result, and of what kept a page from having one.
type outcome struct {
	done  func(report.Result)
	broke func(error)
}

// fail tells Ginkgo that a page has no result, and why.
func (o outcome) fail(err error) {
	o.broke(err)
	ginkgo.Fail(err.Error())
}

// tree is what is registered of pages.
type tree struct {
	options func() Options
	pages   []page.Page
	apart   bool // a world for each topic, not one for all
	to      outcome
}

// describe registers the pages for one provider.
func (t tree) describe(provider string) {
	inTurn := []any{ginkgo.Ordered, ginkgo.ContinueOnFailure}
	if !t.apart {
		ginkgo.Describe(cmp.Or(provider, "scenarios"), label(provider), inTurn, ginkgo.Serial, func() {
			set := t.open(provider, t.pages)
			for _, topic := range topics(t.pages) {
				ginkgo.Describe(topic, label(topic), func() { t.play(set, topic) })
			}
		})
		return
	}
	ginkgo.Describe(cmp.Or(provider, "scenarios"), label(provider), func() {
		for _, topic := range topics(t.pages) {
			ginkgo.Describe(topic, label(topic), inTurn, func() {
				ofTopic := slices.DeleteFunc(slices.Clone(t.pages), func(p page.Page) bool { return topicOf(p) != topic })
				t.play(t.open(provider, ofTopic), topic)
			})
		}
	})
}

// label is a label that an empty name does not make.
func label(name string) ginkgo.Labels {
	if name == "" {
		return nil
	}
	return ginkgo.Label(name)
}

// topicOf is the topic of a page: its name up to the last slash.
func topicOf(p page.Page) string {
	if dir := path.Dir(p.Name); dir != "." {
		return dir
	}
	return "pages"
}

// topics lists those of pages, each once.
func topics(pages []page.Page) []string {
	var all []string
	for _, p := range pages {
		if topic := topicOf(p); !slices.Contains(all, topic) {
			all = append(all, topic)
		}
	}
	return all
}

// set is a world while its pages are played.
type set struct {
	provider string
	options  Options
	world    *stage.World
}

// open registers the begin and the end of a world for pages; it stays closed if
// the provider leaves all of them out.
func (t tree) open(provider string, pages []page.Page) *set {
	s := &set{provider: provider}
	ginkgo.BeforeAll(func(ctx ginkgo.SpecContext) {
		s.options = t.options().withDefaults()
		if !slices.ContainsFunc(pages, func(p page.Page) bool { _, out := stage.LeftOut(p, provider); return !out }) {
			return
		}
		w, err := stage.Open(ctx, s.options.stage(), provider)
		if err != nil {
			t.to.fail(err)
		}
		s.world = w
		ginkgo.DeferCleanup(w.Close)
	})
	return s
}

// play registers the pages of a topic.
func (t tree) play(s *set, topic string) {
	for i, p := range t.pages {
		if topicOf(p) != topic {
			continue
		}
		ginkgo.It(p.Name+": "+p.Title, ginkgo.Label(p.Labels...), func(ctx ginkgo.SpecContext) {
			if r, out := stage.LeftOut(p, s.provider); out {
				s.options.show(r, t.to)
				return
			}
			r, err := s.world.PlayFrom(ctx, i, p)
			if err != nil {
				t.to.fail(err)
			}
			s.options.show(r[0], t.to)
		})
	}
}

// show tells Ginkgo how a page went.
func (o Options) show(r report.Result, to outcome) {
	to.done(r)
	tell(o, r)
	text := report.Explain(report.Run{SUT: o.SUT.Name, Provider: r.Provider, Seed: o.Seed}, r, report.Options{})
	switch r.Verdict {
	case report.Pass:
	case report.Unavoidable: // no failure, but nobody should have to guess that it happened
		ginkgo.AddReportEntry(string(r.Verdict), text)
	case report.NotExercised, report.LeftOut:
		ginkgo.Skip(r.Reason)
	default:
		ginkgo.Fail(text)
	}
}
