package oracle

import (
	"slices"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
)

// Oracle is one rule over a history.
type Oracle struct {
	Number int
	Name   string
	Safety bool   // broken once it is broken; otherwise it may still come true
	Says   string // the rule in one sentence
	Judge  func(*history.History) Finding
}

// Status is what an oracle found.
type Status string

// The statuses of a finding.
const (
	Pass         Status = "pass"
	Fail         Status = "fail"
	NotExercised Status = "not exercised"
)

// Finding is what one oracle found in one history.
type Finding struct {
	Oracle   int        `json:"oracle"`
	Name     string     `json:"name"`
	Status   Status     `json:"status"`
	Says     string     `json:"says"`               // one sentence
	Evidence []uint64   `json:"evidence,omitempty"` // entries of the record, by seq
	Handset  sms.Number `json:"handset,omitempty"`
	Need     string     `json:"need,omitempty"` // not exercised: what would exercise it
}

// All lists the oracles in the order of their numbers.
func All() []Oracle {
	return []Oracle{
		{1, "at most once", true, "an inbound text has at most its declared replies, whatever event and attempt ids did", atMostOnce},
		{2, "answered", false, "an inbound text that was acknowledged, or should have been, has its replies", answered},
		{3, "same words twice", true, "the same words in two texts are answered twice", sameWordsTwice},
		{4, "new event id", true, "the same text under a new event id is answered once", newEventID},
		{6, "silent after STOP", true, "no send starts after the webhook about STOP was acknowledged", silentAfterStop},
		{10, "right conversation", true, "a reply goes to the handset that wrote, from the number that was written to", rightConversation},
		{11, "no leakage", true, "what one customer wrote never shows in a message to another", noLeakage},
		{17, "trust", true, "a forged webhook is refused, has no effect, and spoils nothing for the genuine one", trust},
		{19, "answered in time", true, "every genuine attempt, first or duplicate, is answered with success inside the timeout", answeredInTime},
		{20, "no new calls after an ack", true, "attempts after an acknowledgement cause no further sends", noCallsAfterAck},
	}
}

// Judge asks all oracles, in order.
func Judge(h *history.History) []Finding {
	var found []Finding
	for _, o := range All() {
		f := o.Judge(h)
		f.Oracle, f.Name = o.Number, o.Name
		found = append(found, f)
	}
	return found
}

// specific orders oracles from causes to symptoms, because one bug often breaks
// several rules. A program that believes forged webhooks also answers twice;
// one that dedupes on the event id or on the words also answers too often or
// too seldom; a leaked or misdirected reply is one too many here and one too
// few there; a refused webhook ends as a text without an answer. So the rules
// that name one mistake come first and the plain counts last: too many replies
// (1), then too many calls (20), of which 1 is the effect that a customer sees,
// then too few replies (2), which everything above can bring about.
var specific = []int{17, 4, 3, 11, 10, 6, 19, 1, 20, 2}

// Primary is the failed finding that says most about the cause; nil if none failed.
func Primary(found []Finding) *Finding {
	for _, number := range specific {
		i := slices.IndexFunc(found, func(f Finding) bool { return f.Oracle == number && f.Status == Fail })
		if i >= 0 {
			return &found[i]
		}
	}
	i := slices.IndexFunc(found, func(f Finding) bool { return f.Status == Fail })
	if i < 0 {
		return nil
	}
	return &found[i]
}

func passed(says string) Finding { return Finding{Status: Pass, Says: says} }

func failed(handset sms.Number, says string, evidence ...uint64) Finding {
	evidence = slices.DeleteFunc(evidence, func(seq uint64) bool { return seq == 0 })
	slices.Sort(evidence)
	return Finding{Status: Fail, Says: says, Handset: handset, Evidence: slices.Compact(evidence)}
}

func notExercised(says, need string) Finding {
	return Finding{Status: NotExercised, Says: says, Need: need}
}
