package stage

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
	"github.com/switchhook/switchhook/scenarios/page"
	"github.com/switchhook/switchhook/scenarios/report"
)

// Beside is what bears on a verdict and is not in the record: only who played the
// page knows it. Of a saved run nobody does, so there it is the zero value.
type Beside struct {
	Broken   bool   // an expectation did not hold
	Restless string // why the world did not come to rest, where the record does not say so
	Stuck    string // what kept the page from going on
	Company  bool   // others were played at once, and any of them may have ended the application
}

// Verdict is what became of a page, by its record and what was found in it. What
// is broken is broken, even if the world did not come to rest or a later step
// could not be done, unless it may be so because the page of somebody else ended
// the application; nothing unfinished is green. Where a kill left open what the
// application would have done, expectations show no more.
func Verdict(p page.Page, h *history.History, found []oracle.Finding, b Beside) (v report.Verdict, reason string) {
	_, open := oracle.Undecided(h)
	fell, restless := fall(h), cmp.Or(b.Restless, h.Restless)
	switch {
	case !h.Whole():
		return report.Inconclusive, "the record ends before the page did, so it shows nothing; take it as it was saved, or play the page again"
	case fell != "" && b.Company:
		return report.Inconclusive, fell + "\nseveral pages were played at once; play this one by itself to see whether it is the one"
	case oracle.Primary(found) != nil:
		return report.Fail, ""
	case open != "" && fell == "" && restless == "":
		return report.NotExercised, open
	case b.Broken:
		return report.Fail, ""
	case fell != "":
		return report.Fail, fell
	case restless != "":
		return report.Inconclusive, restless
	}
	if why := cmp.Or(b.Stuck, missed(p, h)); why != "" {
		return report.NotExercised, why
	}
	for _, f := range found {
		if f.Status == oracle.Unavoidable {
			return report.Unavoidable, f.Says
		}
	}
	return report.Pass, ""
}

// fall says how the application ended by itself; "" if it did not.
func fall(h *history.History) string {
	switch {
	case len(h.Exits) > 0:
		return fmt.Sprintf("nothing had asked the application to end, but it ended with code %d", h.Exits[0].Code)
	case h.Stillborn():
		return "the application was killed and did not start again"
	}
	return ""
}

// missed says which fault or kill of a page never came; "" if all did. At some
// points of kills the world is held up by a fault of their own.
func missed(p page.Page, h *history.History) string {
	faults, kills := slices.Clone(h.Faults.Planned), slices.Clone(h.Kills)
	fired := func(kind journal.FaultKind) bool {
		f, planned := take(&faults, func(f journal.Fault) bool { return f.Kind == kind })
		return planned && h.Faults.Struck(f.ID)
	}
	killed := func(at page.Point) bool {
		_, came := take(&kills, func(k *history.Kill) bool { return k.Point == string(at) })
		return came
	}
	for _, s := range slices.Concat(p.Plan, p.Steps()) {
		switch s.Verb {
		case page.Plan:
			if !fired(s.Fault.Kind) {
				return where(s) + ": the fault never fired, because nothing came to where it would strike"
			}
		case page.Slay:
			if hold, held := withholding[s.Kill.Point]; held && !fired(hold.Kind) || !killed(s.Kill.Point) {
				return where(s) + ": the application was not killed, because it never came to that point"
			}
		}
	}
	return ""
}

// take takes the first that is meant out of a list.
func take[T any](list *[]T, meant func(T) bool) (one T, found bool) {
	i := slices.IndexFunc(*list, meant)
	if i < 0 {
		return one, false
	}
	one = (*list)[i]
	*list = slices.Delete(*list, i, i+1)
	return one, true
}
