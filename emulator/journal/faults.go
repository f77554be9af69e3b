package journal

// Faults lists every kind of fault, in the order people read about them.
func Faults() []FaultInfo {
	return []FaultInfo{
		{DuplicateNow, OnAttempt, "the same attempt once more, right after the first was answered"},
		{DuplicateLate, OnAttempt, "the same attempt once more, long after (72h unless `after` says otherwise)"},
		{DuplicateConcurrent, OnAttempt, "the same attempt twice at the same moment"},
		{NewEventID, OnAttempt, "the same message again under a new event id"},
		{NewMessageID, OnAttempt, "the same words again as a new message"},
		{Reorder, OnAttempt, "after the next event of the same handset"},
		{Hold, OnAttempt, "held until `count` other attempts have passed"},
		{Delay, OnAttempt, "`after` later than it was due (10s)"},
		{Drop, OnAttempt, "never sent"},
		{ReplayOld, OnAttempt, "a capture sent again `after` later (10m) with its old signature"},
		{LoseAnswer, OnAnswer, "processed by the application, but its answer is lost"},
		{HangUp, OnAnswer, "closed by us `after` 100ms while the application works"},
		{ResetMid, OnAnswer, "the connection is reset in the middle of the answer"},
		{SlowRead, OnAnswer, "the answer is read a few bytes at a time"},
		{BadSignature, OnTrust, "a signature that does not match"},
		{NoSignature, OnTrust, "no signature at all"},
		{OldSecret, OnTrust, "signed with a secret that is no longer valid"},
		{Rotated, OnTrust, "signed with two secrets, the right one second"},
		{StaleTime, OnTrust, "rightly signed, but ten minutes old"},
		{FutureTime, OnTrust, "rightly signed, but ten minutes in the future"},
		{BodyChanged, OnTrust, "the body altered after it was signed"},
		{UnknownType, OnTrust, "an event of an unknown type comes first"},
		{ExtraFields, OnTrust, "fields that no document names"},
		{WrongContentType, OnTrust, "text/plain instead of the vendor's content type"},
		{ErrorBefore, OnCall, "`status` (500) and no message is made"},
		{RateLimit, OnCall, "429 with Retry-After `retry_after` (1s); no message is made"},
		{SayOptedOut, OnCall, "the recipient is said to have opted out, `after` no time; no message is made"},
		{TimeoutBefore, OnCall, "silence for `after` (1s), then closed; no message is made"},
		{ErrorAfter, OnCall, "`status` (500) although the message was made"},
		{TimeoutAfter, OnCall, "silence for `after` (1s), then closed, although the message was made"},
		{ResetAfter, OnCall, "connection reset although the message was made"},
		{HalfBody, OnCall, "half an answer although the message was made"},
		{Malformed, OnCall, "an answer that is not well formed although the message was made"},
		{SlowAnswer, OnCall, "the right answer, `after` 500ms"},
		{StatusFirst, OnCall, "the status webhook is answered before the call is"},
	}
}

// Info is the description of kind, and whether there is such a kind.
func Info(kind FaultKind) (FaultInfo, bool) {
	for _, f := range Faults() {
		if f.Kind == kind {
			return f, true
		}
	}
	return FaultInfo{}, false
}
