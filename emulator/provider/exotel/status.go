package exotel

import (
	"github.com/switchhook/switchhook/emulator/sms"
)

// status is how Exotel says where a message stands.
type status struct {
	code     int
	status   string
	detailed string
}

// Why messages fail that no other vendor has a word for.
const (
	failDND               sms.Reason = "dnd"
	failExpired           sms.Reason = "expired"
	failRejected          sms.Reason = "rejected"
	failInvalidMessage    sms.Reason = "invalid-message"
	failInvalidSender     sms.Reason = "invalid-sender"
	failSenderBlocked     sms.Reason = "dlt-sender-blocked"
	failEntityBlocked     sms.Reason = "dlt-entity-blocked"
	failTemplateBlocked   sms.Reason = "dlt-template-blocked"
	failScrubbing         sms.Reason = "dlt-scrubbing"
	failConsent           sms.Reason = "dlt-consent"
	failTemplateInvalid   sms.Reason = "dlt-template-invalid"
	failTemplateNotFound  sms.Reason = "dlt-template-not-found"
	failTemplateInactive  sms.Reason = "dlt-template-inactive"
	failTemplateBlacklist sms.Reason = "dlt-template-blacklisted"
	failTemplateMismatch  sms.Reason = "dlt-template-mismatch"
	failLength            sms.Reason = "dlt-length"
	failEntityNotFound    sms.Reason = "dlt-entity-not-found"
	failHandset           sms.Reason = "handset-error"
	failSubscriber        sms.Reason = "subscriber-error"
	failUnknown           sms.Reason = "unknown"
)

// failure is one way to fail, in the words of both families of documents.
type failure struct {
	reason    sms.Reason
	canonical status
	guide     status
	free      bool // not charged
}

const (
	failed      = "failed"
	failedDND   = "failed-dnd"
	undelivered = "undelivered"
	expired     = "expired"
)

// failures has one row per reason. Reasons of other vendors come last: they
// share the code of the row that is nearest.
var failures = []failure{
	{failDND, status{23005, failedDND, "FAILED_REJECTED_DND"}, status{30004, failed, "FAILED_DND"}, true},
	{sms.NotMobile, status{23010, failed, "FAILED_INVALID_DESTINATION_NUMBER"}, status{30010, failed, "FAILED_INVALID_NUMBER"}, true},
	{sms.Spam, status{23015, failed, "FAILED_SPAM_DETECTED"}, status{30014, failed, "FAILED_SPAM_DETECTED"}, false},
	{sms.Refused, status{23020, failed, "FAILED_REJECTED_BLACKLIST"}, status{30007, failed, "FAILED_DLT_PREFERENCE"}, false},
	{sms.NoRoute, status{23030, failed, "FAILED_UNAVAILABLE_ROUTE"}, status{30012, undelivered, "FAILED_NETWORK_ERROR"}, false},
	{sms.Unreachable, status{23035, failed, "FAILED_SUBSCRIBER_UNAVAILABLE"}, status{30011, undelivered, "FAILED_UNREACHABLE"}, false},
	{sms.InvalidNumber, status{23040, failed, "FAILED_SUBSCRIBER_UNKNOWN"}, status{30010, failed, "FAILED_INVALID_NUMBER"}, true},
	{failExpired, status{23050, failed, "FAILED_EXPIRED"}, status{30020, expired, "EXPIRED"}, false},
	{failRejected, status{23060, failed, "FAILED_REJECTED"}, status{30013, failed, "FAILED_OPERATOR_REJECTED"}, false},
	{failInvalidMessage, status{23070, failed, "FAILED_INVALID_MESSAGE"}, status{30051, failed, "FAILED_MESSAGE_TOO_LONG"}, false},
	{failInvalidSender, status{23072, failed, "FAILED_INVALID_SENDER_ID"}, status{30003, failed, "FAILED_INVALID_SENDER"}, true},
	{failSenderBlocked, status{23080, failed, "SENDER_BLOCKED_BY_DLT"}, status{30005, failed, "FAILED_DLT_SCRUBBING"}, true},
	{failEntityBlocked, status{23081, failed, "ENTITY_BLOCKED_BY_DLT"}, status{30002, failed, "FAILED_DLT_ENTITY"}, true},
	{failTemplateBlocked, status{23082, failed, "TEMPLATE_BLOCKED_BY_DLT"}, status{30001, failed, "FAILED_DLT_TEMPLATE"}, true},
	{failScrubbing, status{23083, failed, "FAILED_DLT_SCRUBBING_ERROR"}, status{30005, failed, "FAILED_DLT_SCRUBBING"}, true},
	{failConsent, status{23084, failed, "FAILED_DLT_CONSENT_ERROR"}, status{30006, failed, "FAILED_DLT_CONSENT"}, true},
	{failTemplateInvalid, status{23181, failed, "DLT_TEMPLATE_ID_INVALID"}, status{30001, failed, "FAILED_DLT_TEMPLATE"}, true},
	{failTemplateNotFound, status{23182, failed, "DLT_TEMPLATE_NOT_FOUND"}, status{30001, failed, "FAILED_DLT_TEMPLATE"}, true},
	{failTemplateInactive, status{23183, failed, "DLT_TEMPLATE_ID_INACTIVE"}, status{30001, failed, "FAILED_DLT_TEMPLATE"}, true},
	{failTemplateBlacklist, status{23184, failed, "DLT_TEMPLATE_ID_BLACKLISTED"}, status{30001, failed, "FAILED_DLT_TEMPLATE"}, true},
	{failTemplateMismatch, status{23185, failed, "DLT_TEMPLATE_DOES_NOT_MATCH"}, status{30001, failed, "FAILED_DLT_TEMPLATE"}, true},
	{failLength, status{23186, failed, "DLT_LENGTH_EXCEEDED"}, status{30051, failed, "FAILED_MESSAGE_TOO_LONG"}, true},
	{failEntityNotFound, status{23281, failed, "DLT_ENTITY_NOT_FOUND"}, status{30002, failed, "FAILED_DLT_ENTITY"}, true},
	{sms.Throttled, status{24010, failed, "FAILED_SYSTEM_ERROR"}, status{30032, failed, "FAILED_RATE_LIMITED"}, false},
	{failHandset, status{24105, failed, "FAILED_HANDSET_ERROR"}, status{30022, expired, "EXPIRED_MEMORY_FULL"}, false},
	{sms.CarrierFault, status{24110, failed, "FAILED_OPERATOR_ERROR"}, status{30012, undelivered, "FAILED_NETWORK_ERROR"}, false},
	{failSubscriber, status{24120, failed, "FAILED_SUBSCRIBER_ERROR"}, status{30013, failed, "FAILED_OPERATOR_REJECTED"}, false},
	{failUnknown, status{24990, failed, "FAILED_UNKNOWN_ERROR"}, status{30099, failed, "FAILED_UNKNOWN"}, false},

	{sms.Filtered, status{23015, failed, "FAILED_SPAM_DETECTED"}, status{30014, failed, "FAILED_SPAM_DETECTED"}, false},
	{sms.Blocked, status{23060, failed, "FAILED_REJECTED"}, status{30013, failed, "FAILED_OPERATOR_REJECTED"}, false},
	{sms.NoMMS, status{24105, failed, "FAILED_HANDSET_ERROR"}, status{30022, expired, "EXPIRED_MEMORY_FULL"}, false},
}

// Rejected entries of a bulk send, which never become messages.
var (
	rejectedNumber = status{23010, failed, "FAILED_INVALID_DESTINATION_NUMBER"}
	rejectedBody   = status{23000, failed, "FAILED_MISSING_BODY"}
)

// failureOf finds the row of a reason; any that is unknown is an unknown error.
func failureOf(r sms.Reason) failure {
	last := failure{}
	for _, f := range failures {
		if f.reason == r {
			return f
		}
		if f.reason == failUnknown {
			last = f
		}
	}
	return last
}

// reasons are the vendor's words for why messages fail.
func reasons() map[sms.Reason]string {
	all := map[sms.Reason]string{}
	for _, f := range failures {
		all[f.reason] = f.canonical.detailed
	}
	return all
}

// standing is where a message stands for Exotel.
type standing int

const (
	queued standing = iota
	toOperator
	onOperator
	deliveredToHandset
	deliveredToOperator
	ended // failed
	incoming
)

// standings are the states that are not failures. The guides name no code for
// the first two; there the canonical ones serve.
var standings = map[standing]struct{ canonical, guide status }{
	queued:              {status{21010, "queued", "PENDING_TO_OPERATOR"}, status{21010, "queued", "PENDING_TO_OPERATOR"}},
	toOperator:          {status{21015, "sending", "SENDING_TO_OPERATOR"}, status{21015, "queued", "SENDING_TO_OPERATOR"}},
	onOperator:          {status{21020, "submitted", "PENDING_ON_OPERATOR"}, status{20002, "sent", "SUBMITTED_TO_CARRIER"}},
	deliveredToHandset:  {status{20005, "sent", "DELIVERED_TO_HANDSET"}, status{20000, "delivered", "DELIVERED_TO_HANDSET"}},
	deliveredToOperator: {status{20006, "sent", "DELIVERED_TO_OPERATOR"}, status{20001, "delivered", "DELIVERED_TO_OPERATOR"}},
	incoming:            {status{0, "received", ""}, status{0, "received", ""}},
}

// standingOf reads a message as it lies in the book. One that waits for its
// hour counts as parked at the operator, and stays there until the end; one that
// was sent and has no step to come will never have a receipt, and is as final as
// it gets.
func standingOf(m sms.Message) standing {
	switch m.State {
	case sms.Accepted, sms.Scheduled, sms.Sending:
		if parked(m) {
			return onOperator
		}
		if m.State == sms.Sending {
			return toOperator
		}
		return queued
	case sms.Sent:
		if m.Next == nil {
			return deliveredToOperator
		}
		return onOperator
	case sms.Delivered:
		return deliveredToHandset
	case sms.Failed:
		return ended
	case sms.Received:
		return incoming
	}
	return queued
}

// parked reports whether a message waits, or has waited, for its hour.
func parked(m sms.Message) bool { return m.State == sms.Scheduled || !m.SendAt.IsZero() }

// final reports whether nothing can follow.
func (s standing) final() bool {
	return s == deliveredToHandset || s == deliveredToOperator || s == ended
}

// say puts a standing in the words of a family of documents.
func (s standing) say(why sms.Reason, guide bool) status {
	if s == ended {
		f := failureOf(why)
		if guide {
			return f.guide
		}
		return f.canonical
	}
	if guide {
		return standings[s].guide
	}
	return standings[s].canonical
}
