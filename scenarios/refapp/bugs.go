package refapp

import "slices"

// Bug is one deliberate mistake.
type Bug struct {
	Name   string // what --bug takes
	Says   string // what the app does wrong
	Oracle int    // the number of the oracle that must catch it
	// Providers are those with whom it can be made; empty: all.
	Providers []string
}

// With reports whether the mistake can be made with a provider.
func (b Bug) With(provider string) bool {
	return len(b.Providers) == 0 || slices.Contains(b.Providers, provider)
}

// Bugs lists every bug, in the order of the oracles that catch them.
func Bugs() []Bug {
	var (
		identified = []string{"surge"}        // events have ids of their own
		stamped    = []string{"surge"}        // a signature has a time and may be one of several
		signed     = []string{"surge", "mta"} // webhooks are signed
		typed      = []string{"surge", "mta"} // webhooks are of types, to which more may come
		answering  = []string{"surge", "mta"} // the provider itself answers STOP
		silent     = []string{"exotel"}       // the provider leaves STOP to the app
		keyed      = []string{"mta"}          // a send call has an idempotency key
		telling    = []string{"surge", "mta"} // there is a status before the last one
		refusing   = []string{"surge"}        // a send call to somebody who opted out is refused
	)
	return []Bug{
		{"no-dedupe", "every attempt of a webhook is a new text", 1, nil},
		{"check-then-mark-race", "looking a message up and marking it seen are two steps", 1, nil},
		{"dedupe-fails-open", "takes a text for new when the look-up in the store fails", 1, nil},
		{"dedupe-ttl-too-short", "forgets after an hour which texts it has seen", 1, nil},
		{"double-send", "every reply is sent twice", 1, nil},
		{"new-key-on-retry", "repeats a send whose outcome is unknown under a new idempotency key", 1, keyed},
		{"silent", "no text is ever answered", 2, nil},
		{"marks-before-success", "a message is marked processed before its reply was taken, so the retry after a failure is swallowed", 2, nil},
		{"stop-substring", "any text with the letters of STOP in it counts as STOP", 2, nil},
		{"dedupe-on-body", "the same words from the same handset count as a duplicate", 3, nil},
		{"dedupe-on-event-id", "dedupes on the id of the event instead of the message", 4, identified},
		{"status-deduped", "dedupes statuses on the id of the message, so the second is swallowed", 5, telling},
		{"ignores-stop", "keeps no consent at all", 6, nil},
		{"consent-checked-when-queued", "looks at consent when a text is queued, not when it leaves", 6, nil},
		{"stop-case-sensitive", "only the exact text STOP opts out; consent events are ignored", 6, nil},
		{"spelling-splits", "keeps who writes by the last ten digits of the number, so that who says STOP and who is texted are two people", 6, nil},
		{"answers-stop", "says goodbye to somebody who said STOP", 9, answering},
		{"confirmation-blocked", "the STOP that it confirms keeps the confirmation from leaving", 9, silent},
		{"thread-by-handset", "replies into the first conversation that a handset was seen in", 10, nil},
		{"default-number", "replies to the handset from the account's default number", 10, nil},
		{"last-conversation", "one variable holds the current conversation, whoever wrote last", 11, nil},
		{"shared-name", "one variable holds the customer's name, and it is never replaced", 11, nil},
		{"status-last-wins", "the status that came last counts, however late it is", 14, telling},
		{"early-status-dropped", "drops a status that comes before the send call was answered", 15, telling},
		{"segments-counted", "counts a receipt for each segment of a long text, and calls it delivered when there are enough", 16, telling},
		{"no-signature-check", "trusts every webhook", 17, signed},
		{"no-timestamp-check", "accepts a signature of any age", 17, stamped},
		{"poisoned-dedupe", "marks a message seen although its signature was wrong", 17, signed},
		{"first-signature-only", "checks only the first of several signatures", 19, stamped},
		{"conflict-on-duplicate", "answers a duplicate with 409", 19, nil},
		{"error-on-duplicate", "answers a duplicate with 500", 19, nil},
		{"slow-ack", "answers a webhook only long after the work is done", 19, nil},
		{"unknown-event-500", "answers an event of an unknown type with 500", 19, typed},
		{"extra-field-500", "answers an event with a field it does not know with 500", 19, nil},
		{"ignores-retry-after", "repeats a send that was told to wait at once", 22, nil},
		{"retries-refusal", "sends again what was refused, or failed, for good", 23, nil},
		{"refusal-aborts-batch", "texts that nobody asked for share one queue, and the refusal of one recipient empties it", 23, refusing},
		{"ack-before-persist", "acknowledges a text first and keeps it when its turn comes", 25, nil},
		{"forgets-work", "keeps which texts it saw, but not what was still to do when it was killed", 25, nil},
		{"session-in-memory", "keeps dialogues in memory, so after a restart a further step belongs to none and is ignored", 25, nil},
	}
}
