package oracle

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history"
)

// look is one answer of the application to what it thinks of one of its
// messages, after webhooks had told of the message and the world had come to
// rest. A message whose making it could not know of is not looked at.
type look struct {
	sent  *history.Sent
	view  history.View
	heard []history.Report // acknowledged, and at rest since
	top   history.Report   // the first of them that tells of the furthest progress
	fine  bool             // in this record the application tells sent from waiting
}

// looks lists all looks whose word is known, in the order of messages and views.
func looks(h *history.History) []look {
	var all []look
	fine := tellsApart(h)
	for _, s := range h.Sent {
		if s.Call.Unknown() {
			continue
		}
		for _, v := range s.Views {
			l := look{sent: s, view: v, heard: heard(h, s, v), fine: fine}
			if len(l.heard) > 0 && v.Knows() && v.Progress != history.Unclear {
				l.top = slices.MaxFunc(l.heard, func(a, b history.Report) int { return cmp.Compare(a.Progress, b.Progress) })
				all = append(all, l)
			}
		}
	}
	return all
}

// tellsApart reports whether the application has a word for a message that the
// carrier took. One that waits for the end alone has none.
func tellsApart(h *history.History) bool {
	return slices.ContainsFunc(h.Sent, func(s *history.Sent) bool {
		return slices.ContainsFunc(s.Views, func(v history.View) bool { return v.Progress == history.Left })
	})
}

func heard(h *history.History, s *history.Sent, v history.View) []history.Report {
	var out []history.Report
	for _, r := range s.Reports {
		if r.Outcome == journal.OK && r.Ended > 0 && r.Ended < v.Seq && h.AtRest(r.Ended, v.Seq) {
			out = append(out, r)
		}
	}
	return out
}

// telling reports whether the view must show what the furthest report told.
func (l look) telling() bool {
	return l.top.Progress.Final() || l.top.Progress == history.Left && l.fine
}

// behind reports whether the view does not show what was acknowledged.
func (l look) behind() bool { return l.telling() && l.view.Progress.Below(l.top.Progress) }

// overtaken is a report of less that was told, or told again, after the
// furthest one had been acknowledged; nil if there is none.
func (l look) overtaken() *history.Report {
	for _, r := range l.sent.Reports {
		later := r.Ended == 0 || r.Ended > l.top.Ended
		if r.Progress.Below(l.top.Progress) && r.Started < l.view.Seq && later {
			return &r
		}
	}
	return nil
}

// early reports whether a report was told before the send call was answered.
func (l look) early(r history.Report) bool { return r.Started < l.sent.Call.Told }

// before is the last report of less that was acknowledged before the furthest
// one was told; nil if there is none.
func (l look) before() *history.Report {
	for _, r := range slices.Backward(l.heard) {
		if r.Progress.Below(l.top.Progress) && r.Ended < l.top.Started {
			return &r
		}
	}
	return nil
}

// fail is the finding that this look shows something wrong.
func (l look) fail(says string, also ...uint64) Finding {
	return failed(l.sent.Handset, says, append(also, l.sent.Call.Seq, l.sent.Call.Told, l.top.Started, l.top.Ended, l.view.Seq)...)
}

// says is what the application said, in its own word.
func (l look) says() string { return fmt.Sprintf("the application calls it %q", l.view.Value) }
