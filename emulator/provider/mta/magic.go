package mta

import (
	"fmt"

	"github.com/switchhook/switchhook/emulator/sms"
)

// codes are the statuses of delivery-status for failures.
var codes = map[sms.Reason]int{
	sms.NoRoute:       5,
	sms.Throttled:     5,
	sms.CarrierFault:  6,
	sms.NoMMS:         6,
	sms.Filtered:      8,
	sms.Spam:          8,
	sms.Unreachable:   9,
	sms.InvalidNumber: 10,
	sms.Refused:       11,
	sms.NotMobile:     12,
	sms.Blocked:       13,
}

// Statuses that the table of reasons lacks.
const (
	codeQueued      = 1
	codeSending     = 2
	codeSent        = 3
	codeDelivered   = 4
	codeUnconfirmed = 7
	codeFailed      = 5  // for a reason that the table lacks
	codeUnnamed     = 14 // a failure whose name is not published
)

// status is a code of delivery-status with the word that a list shows for it.
type status struct{ name, word string }

// statuses are the codes that can occur here.
var statuses = map[int]status{
	1:  {"QUEUED", "sent"},
	3:  {"SENT", "sent"},
	4:  {"DELIVERED", "delivered"},
	5:  {"SENDING_FAILED", "undelivered"},
	6:  {"DELIVERY_FAILED", "undelivered"},
	7:  {"DELIVERY_UNCONFIRMED", "unknown"},
	8:  {"DELIVERY_REJECTED", "rejected"},
	9:  {"UNDELIVERED", "undelivered"},
	10: {"INVALID_NUMBER", "undeliverable"},
	11: {"STOPPED_NUMBER", "undeliverable"},
	12: {"LANDLINE", "undeliverable"},
	13: {"SEND_REJECTED", "rejected"},
}

// reasons are the names of the codes.
var reasons = reasonNames()

func reasonNames() map[sms.Reason]string {
	names := map[sms.Reason]string{}
	for reason, code := range codes {
		names[reason] = statuses[code].name
	}
	return names
}

func codeOf(r sms.Reason) int {
	if code, ok := codes[r]; ok {
		return code
	}
	return codeFailed
}

// magic gives numbers whose last two digits are the status they come to; where
// two reasons share a status, the second is a hundred higher. They are ours:
// the vendor has none.
func magic() (all []sms.Magic) {
	taken := map[sms.Number]bool{}
	for _, reason := range append(sms.Reasons(), sms.Refused) {
		n := magicNumber(codes[reason])
		if taken[n] {
			n = magicNumber(100 + codes[reason])
		}
		taken[n] = true
		all = append(all, sms.Magic{
			Number: n, Failure: reason,
			Says: fmt.Sprintf("delivery-status %d, %s", codes[reason], reasons[reason]),
		})
	}
	return append(all,
		sms.Magic{Number: magicNumber(codeUnconfirmed), Silent: true, Says: "delivery-status 7, DELIVERY_UNCONFIRMED"},
		sms.Magic{Number: magicNumber(100 + codeDelivered), NoMMS: true, Says: "an MMS is delivered as SMS"},
	)
}

func magicNumber(ending int) sms.Number { return sms.Number(fmt.Sprintf("+1500555%04d", 1000+ending)) }
