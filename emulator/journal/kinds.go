package journal

// Kinds lists every kind of entry.
func Kinds() []Kind {
	return []Kind{
		KindMessage, KindConversation, KindAccount, KindContact, KindDocument, KindOptOut, KindHandset, KindEvent,
		KindEndpoint, KindAttemptPlanned, KindAttemptStarted, KindAttemptEnded,
		KindCall, KindAccepted, KindRefused, KindTold, KindFinding,
		KindFaultPlanned, KindFaultFired, KindFaultMissed,
		KindClock, KindSwitches, KindProcess, KindProbe, KindMarker,
	}
}
