package oracle

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/scenarios/history"
)

func rotation(h *history.History) Finding {
	both, old := 0, 0
	for _, a := range h.Attempts {
		switch {
		case a.Ended == 0 || a.Status == 0 || mayRefuse(a):
		case signedTwice(a) && a.Genuine():
			if both++; turnedAway(h, a) {
				return failed(a.Handset, fmt.Sprintf("while the secret changed, a webhook signed with the old and the new was answered %d: %s", a.Status, title(a)), a.Started, a.Ended)
			}
		case a.Forged == journal.OldSecret && both > 0:
			if old++; a.Outcome == journal.OK {
				return failed(a.Handset, fmt.Sprintf("after the secret had changed, a webhook signed only with one that is not valid was answered %d: %s", a.Status, title(a)), a.Started, a.Ended)
			}
		}
	}
	if both == 0 {
		return notExercised("no webhook was signed with two secrets", "`webhooks rotate`, or a fault of kind rotated, at a provider that signs with both while they change")
	}
	says := fmt.Sprintf("%s signed with two secrets and accepted", count(both, "webhook", "webhooks"))
	if old > 0 {
		says += fmt.Sprintf("; %s afterwards, signed with one that is not valid, refused", count(old, "webhook", "webhooks"))
	}
	return passed(says)
}

func signedTwice(a *history.Attempt) bool {
	return a.Signers > 1 || slices.Contains(a.Faults, journal.Rotated)
}

// turnedAway reports whether a genuine attempt was refused as one that cannot
// be trusted. What had been taken before is refused for another reason.
func turnedAway(h *history.History, a *history.Attempt) bool {
	switch a.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
		return a.Outcome == journal.Failure && !repeats(h, a) && !h.Downed(a)
	}
	return false
}
