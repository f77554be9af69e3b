package oracle

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/scenarios/history"
)

const needStatus = "a `status` probe in sut.yaml"

func everyStatusCounts(h *history.History) Finding {
	seen := 0
	for _, l := range looks(h) {
		first := l.before()
		if first == nil || !l.telling() {
			continue
		}
		seen++
		if l.behind() && l.overtaken() == nil && !l.early(l.top) {
			return l.fail(fmt.Sprintf("message %s was told as %s and then as %s, both were acknowledged, and the second had no effect: %s",
				l.sent.ID, first.Progress, l.top.Progress, l.says()), first.Started, first.Ended)
		}
	}
	if seen == 0 {
		return notExercised("the application was not asked about a message of which two statuses had been told", needStatus+", and a message that is sent and then delivered")
	}
	return passed(count(seen, "time", "times") + " a further status of the same message showed")
}

func statusNeverBack(h *history.History) Finding {
	seen := 0
	for _, l := range looks(h) {
		late := l.overtaken()
		if late == nil || !l.telling() {
			continue
		}
		seen++
		if l.behind() {
			return l.fail(fmt.Sprintf("message %s went back: it was told as %s, then %s came (%s), and now %s",
				l.sent.ID, l.top.Progress, late.Progress, title(late.Attempt), l.says()), late.Started, late.Ended)
		}
	}
	for _, s := range h.Sent {
		n, back := backwards(s)
		seen += n
		if back != "" {
			return failed(s.Handset, back, viewSeqs(s)...)
		}
	}
	if seen == 0 {
		return notExercised("the application was not asked twice about a message", needStatus+", and a message whose status changes")
	}
	return passed(count(seen, "time", "times") + " a status could have gone back and did not")
}

// backwards compares what the application said of a message with what it said
// before, and says how often there was something to compare and what went back.
// Only a word that the provider had told before binds: an application may
// correct a guess of its own.
func backwards(s *history.Sent) (seen int, back string) {
	var last *history.View
	for _, v := range s.Views {
		if !v.Knows() || v.Progress == history.Unclear {
			continue
		}
		if last != nil {
			seen++
			changed := v.Progress.Below(last.Progress) || last.Progress.Final() && v.Progress != last.Progress
			if changed && wasTold(s, last) {
				return seen, fmt.Sprintf("message %s went back: the application called it %q and later %q", s.ID, last.Value, v.Value)
			}
		}
		last = &v
	}
	return seen, ""
}

func wasTold(s *history.Sent, v *history.View) bool {
	return v.Progress >= history.Left && slices.ContainsFunc(s.Reports, func(r history.Report) bool {
		return r.Progress == v.Progress && r.Started < v.Seq
	})
}

func viewSeqs(s *history.Sent) []uint64 {
	seqs := []uint64{s.Call.Seq}
	for _, r := range s.Reports {
		seqs = append(seqs, r.Started, r.Ended)
	}
	for _, v := range s.Views {
		seqs = append(seqs, v.Seq)
	}
	return seqs
}

func earlyStatus(h *history.History) Finding {
	seen := 0
	for _, l := range looks(h) {
		if !l.early(l.top) || !l.telling() {
			continue
		}
		seen++
		if l.behind() && l.overtaken() == nil {
			return l.fail(fmt.Sprintf("message %s was told as %s before its send call was answered, and that was lost: %s",
				l.sent.ID, l.top.Progress, l.says()))
		}
	}
	if seen == 0 {
		return notExercised("no status came before the answer to its send call and could be seen",
			needStatus+", a message that it calls sent, and then one with the fault status-first")
	}
	return passed(count(seen, "status", "statuses") + " came before the answer to the send call and was kept")
}

func failedSegment(h *history.History) Finding {
	seen := 0
	for _, l := range looks(h) {
		lost := slices.IndexFunc(l.heard, func(r history.Report) bool { return r.Progress == history.Lost })
		if l.sent.Message.Segments < 2 || lost < 0 {
			continue
		}
		seen++
		if l.view.Progress == history.Arrived {
			return l.fail(fmt.Sprintf("message %s of %d segments was told as failed, and %s", l.sent.ID, l.sent.Message.Segments, l.says()),
				l.heard[lost].Started, l.heard[lost].Ended)
		}
	}
	if seen == 0 {
		return notExercised("no message of several segments failed and was asked about",
			needStatus+", and a text of more than 160 characters to a handset that is off")
	}
	return passed(count(seen, "time", "times") + " a failed message of several segments was not taken for delivered")
}

func convergence(h *history.History) Finding {
	if n := len(h.Pending); n > 0 && h.Pending[n-1].Knows() && h.Pending[n-1].Value != "0" {
		last := h.Pending[n-1]
		return failed("", fmt.Sprintf("at the end the application still has work to do: its probe %s says %s", last.Path, last.Value), last.Seq)
	}
	seen := 0
	for _, l := range looks(h) {
		if l.view.Seq != l.sent.Views[len(l.sent.Views)-1].Seq || !l.top.Progress.Final() {
			continue
		}
		seen++
		if l.view.Progress != l.top.Progress {
			return l.fail(fmt.Sprintf("message %s was told as %s, and at the end %s", l.sent.ID, l.top.Progress, l.says()))
		}
	}
	if f, lost := forgotten(h, seen); lost {
		return f
	}
	switch {
	case seen > 0:
		return passed(count(seen, "message", "messages") + " at the end as the provider has them")
	case len(h.Pending) > 0:
		return passed("no work is left")
	}
	return notExercised("the application was not asked about a message that came to its end", needStatus+", and a message that is delivered or fails")
}

// forgotten finds a message that came to its end and that the application does
// not know, though it knows others by the same probe.
func forgotten(h *history.History, known int) (Finding, bool) {
	for _, s := range h.Sent {
		if known == 0 || s.Call.Unknown() || len(s.Views) == 0 {
			continue
		}
		last := s.Views[len(s.Views)-1]
		for _, r := range heard(h, s, last) {
			if r.Progress.Final() && last.Status == 404 {
				return failed(s.Handset, fmt.Sprintf("message %s was told as %s, and at the end the application does not know it", s.ID, r.Progress),
					s.Call.Seq, r.Started, r.Ended, last.Seq), true
			}
		}
	}
	return Finding{}, false
}
