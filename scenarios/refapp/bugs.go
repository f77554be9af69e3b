package refapp

// Bug is one deliberate mistake.
type Bug struct {
	Name   string // what --bug takes
	Says   string // what the app does wrong
	Oracle int    // the number of the oracle that must catch it
}

// Bugs lists every bug, in the order of the oracles that catch them.
func Bugs() []Bug {
	return []Bug{
		{"no-dedupe", "every attempt of a webhook is a new text", 1},
		{"check-then-mark-race", "looking a message up and marking it seen are two steps", 1},
		{"double-send", "every reply is sent twice", 1},
		{"silent", "no text is ever answered", 2},
		{"marks-before-success", "a message is marked processed before its reply was taken, so the retry after a failure is swallowed", 2},
		{"stop-substring", "any text with the letters of STOP in it counts as STOP", 2},
		{"dedupe-on-body", "the same words from the same handset count as a duplicate", 3},
		{"dedupe-on-event-id", "dedupes on the id of the event instead of the message", 4},
		{"ignores-stop", "keeps no consent at all", 6},
		{"consent-checked-when-queued", "looks at consent when a text is queued, not when it leaves", 6},
		{"stop-case-sensitive", "only the exact text STOP opts out; consent events are ignored", 6},
		{"answers-stop", "says goodbye to somebody who said STOP", 6},
		{"thread-by-handset", "replies into the first conversation that a handset was seen in", 10},
		{"default-number", "replies to the handset from the account's default number", 10},
		{"last-conversation", "one variable holds the current conversation, whoever wrote last", 11},
		{"shared-name", "one variable holds the customer's name, and it is never replaced", 11},
		{"no-signature-check", "trusts every webhook", 17},
		{"no-timestamp-check", "accepts a signature of any age", 17},
		{"poisoned-dedupe", "marks a message seen although its signature was wrong", 17},
		{"first-signature-only", "checks only the first of several signatures", 19},
		{"conflict-on-duplicate", "answers a duplicate with 409", 19},
		{"error-on-duplicate", "answers a duplicate with 500", 19},
		{"slow-ack", "answers a webhook only long after the work is done", 19},
		{"unknown-event-500", "answers an event of an unknown type with 500", 19},
		{"extra-field-500", "answers an event with a field it does not know with 500", 19},
	}
}
