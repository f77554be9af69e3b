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
	// Unavoidable is a duplicate or a loss after an outcome that nobody could
	// know, at a provider that takes no idempotency key: the application kept
	// what it promised, and no program can do better.
	Unavoidable Status = "unavoidable"
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
		{5, "every status counts", true, "a further status of the same message has its effect", everyStatusCounts},
		{6, "silent after STOP", true, "no send starts after the webhook about STOP was acknowledged", silentAfterStop},
		{7, "queued never leaves", true, "what waits for a handset that opted out never leaves: consent is looked at when it is sent", queuedNeverLeaves},
		{8, "back after START", true, "after START sends resume, and what was suppressed does not come after it", backAfterStart},
		{9, "keywords confirmed", true, "STOP has exactly the declared confirmations, and HELP its answer", confirmations},
		{10, "right conversation", true, "a reply goes to the handset that wrote, from the number that was written to", rightConversation},
		{11, "no leakage", true, "what one customer wrote never shows in a message to another", noLeakage},
		{12, "one identity", true, "spellings of a number are one customer, and two lines of the application two conversations", oneIdentity},
		{13, "ordered chain", true, "numbered texts of a conversation are answered in order, none twice and none left out", orderedChain},
		{14, "status never goes back", true, "what the application says of a message never goes back", statusNeverBack},
		{15, "early status", true, "a status that comes before the answer to the send call is not lost", earlyStatus},
		{16, "failed segment", true, "a message of several segments of which one failed is not delivered", failedSegment},
		{17, "trust", true, "a forged webhook is refused, has no effect, and spoils nothing for the genuine one", trust},
		{18, "rotation", true, "while the secret changes either signature is taken, and afterwards not the old one", rotation},
		{19, "answered in time", true, "every genuine attempt, first or duplicate, is answered with success inside the timeout", answeredInTime},
		{20, "no new calls after an ack", true, "attempts after an acknowledgement cause no further sends", noCallsAfterAck},
		{21, "same send again", true, "a send made again after an unknown outcome carries the same idempotency key, or reference, and the same words", sameAgain},
		{22, "patience", true, "a send that was told to wait is not repeated before its time, and none is repeated without end or pause", patient},
		{23, "refusal", true, "a recipient who is refused for good is not asked for again and does not stop the rest", refusalTaken},
		{24, "convergence", false, "at the end no work is left and the application has its messages as the provider has them", convergence},
		{25, "crash recovery", false, "after a kill and a restart every text that had been acknowledged has its replies, once", survives},
		{26, "contract", true, "every call conforms to the provider's contract", conforms},
		{27, "tolerance", true, "unknown event types and fields are taken and have no effect", noveltyTolerated},
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
//
// A rotated secret (18) breaks less than trust does and is refused where 19
// only sees an error. What a kill wiped out (25) shows as a duplicate or as
// silence; a call against the contract (26), as silence; a send made again
// under another key (21) as a duplicate; a refusal that is argued with (23) or
// not waited out (22), as calls too many.
//
// A program that chokes on what it does not know (27) also answers with errors
// (19). Two conversations taken for one (12) are the plainest way to the wrong
// one (10). What was queued (7) is among what is sent after STOP (6), and that
// shows in how often STOP was confirmed (9); who stays silent after START (8)
// leaves texts without an answer. Of the rules about statuses the one that says
// how one was lost goes first: segments (16), order (14), before the call was
// answered (15), and only then the second of two (5). A chain (13) is broken by
// a duplicate or by silence, and that things did not come together in the end
// (24) says least of all.
var specific = []int{17, 18, 27, 4, 3, 11, 12, 10, 7, 6, 25, 9, 8, 16, 14, 15, 5, 19, 26, 21, 23, 22, 1, 20, 13, 2, 24}

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

// unavoidable is what no program could have done better.
func unavoidable(handset sms.Number, says string, evidence ...uint64) Finding {
	f := failed(handset, says, evidence...)
	f.Status = Unavoidable
	return f
}

func failed(handset sms.Number, says string, evidence ...uint64) Finding {
	evidence = slices.DeleteFunc(evidence, func(seq uint64) bool { return seq == 0 })
	slices.Sort(evidence)
	return Finding{Status: Fail, Says: says, Handset: handset, Evidence: slices.Compact(evidence)}
}

func notExercised(says, need string) Finding {
	return Finding{Status: NotExercised, Says: says, Need: need}
}
