package mta

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Kinds of documents.
const (
	kindRequest      sms.Kind = "request" // one call of /send, sent or scheduled; its id is the messageId
	kindOnce         sms.Kind = "once"    // an X-Request-Id that was used
	kindWebhook      sms.Kind = "webhook" // a registration; its secret is in the endpoint alone
	kindSubscriber   sms.Kind = "subscriber"
	kindGroup        sms.Kind = "group"
	kindTemplate     sms.Kind = "template"
	kindSmartReply   sms.Kind = "smart-reply"
	kindVariable     sms.Kind = "variable"
	kindLink         sms.Kind = "link"
	kindVerification sms.Kind = "verification"
	kindDrip         sms.Kind = "drip"
	kindThread       sms.Kind = "thread" // what was read and deleted of a conversation
)

// firstID is the id of the first thing of a kind; the next is one more. The ids
// of requests and of messages are ten million apart, for a reply must never
// have the id of a request. A kind that is missing has UUIDs.
var firstID = map[sms.Kind]uint64{
	sms.KindAccount:      5001,
	sms.KindLine:         9001,
	sms.KindContact:      30000001,
	sms.KindConversation: 701,
	sms.KindMessage:      80000001,
	kindRequest:          60000001,
	kindWebhook:          11,
	kindSubscriber:       1001,
	kindGroup:            301,
	kindTemplate:         501,
	kindSmartReply:       901,
	kindVariable:         601,
	kindLink:             201,
	kindDrip:             801,
}

// newID is an integer in digits, or a UUID.
func newID(kind sms.Kind, n uint64, _ time.Time, entropy [16]byte) string {
	if first, ok := firstID[kind]; ok {
		return strconv.FormatUint(first+n, 10)
	}
	entropy[6] = entropy[6]&0x0f | 0x40 // version 4
	entropy[8] = entropy[8]&0x3f | 0x80 // variant of RFC 9562
	return uuid.UUID(entropy).String()
}

// ref is an id that is written as a JSON number. It is read from a number or
// from digits in a string.
type ref string

// MarshalJSON writes the digits; "" is null.
func (r ref) MarshalJSON() ([]byte, error) {
	switch {
	case r == "":
		return []byte("null"), nil
	case digits(string(r)):
		return []byte(r), nil
	}
	return provider.EncodeJSON(string(r)), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *ref) UnmarshalJSON(text []byte) error {
	id, ok := readRef(text)
	if !ok {
		return sms.InvalidField("id", "must be a number")
	}
	*r = id
	return nil
}

// readRef reads an id from JSON: an integer that is not negative, as a number or a string.
func readRef(raw []byte) (ref, bool) {
	text := string(raw)
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	if text == "null" {
		return "", true
	}
	return ref(text), digits(text)
}

// digits reports whether s is an integer in the form in which ids are written.
func digits(s string) bool {
	if s == "" || len(s) > 15 || s[0] == '0' && s != "0" {
		return false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
