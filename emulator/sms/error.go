package sms

import "time"

// Code classes an Error. Each provider maps every code to an answer of its own.
type Code string

// What can go wrong.
const (
	BadRequest      Code = "bad-request"     // not JSON, wrong content type
	TooLarge        Code = "too-large"       // body over the limit
	Unsupported     Code = "unsupported"     // content encoding or type that is not taken
	NoCredential    Code = "no-credential"   // none given
	BadCredential   Code = "bad-credential"  // unknown or revoked
	DemoCredential  Code = "demo-credential" // not allowed with a trial key
	DemoLimit       Code = "demo-limit"      // the trial's messages are used up
	NotFound        Code = "not-found"       // unknown id or route
	AccountNotFound Code = "account-missing" // unknown account
	Invalid         Code = "invalid"         // a field is missing or wrong; see Fields
	BadCursor       Code = "bad-cursor"      // paging position not understood
	RecipientOut    Code = "recipient-out"   // recipient opted out
	RecipientOff    Code = "recipient-off"   // the account blocked sends to the contact
	NoLine          Code = "no-line"         // no sending number given and no default
	LineNotFound    Code = "line-missing"    // unknown sending number
	Links           Code = "links"           // too many or too long links
	BadMedia        Code = "bad-media"       // attachment type not taken
	Taken           Code = "taken"           // exists already
	RateLimited     Code = "rate-limited"    // too many calls; see RetryAfter
	Internal        Code = "internal"        // the provider's own fault (only ever injected)
	Unavailable     Code = "unavailable"     // 503 (only ever injected)
)

// Error is the one error that crosses from the engine to a provider's edge,
// where it becomes an answer in the provider's own shape.
type Error struct {
	Code       Code
	Detail     string              // what is wrong, in words
	Fields     map[string][]string // for Invalid: field to complaints
	RetryAfter time.Duration       // for RateLimited and Unavailable
	At         time.Time           // when, in virtual time; set by the network
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Detail
}

// Fail is an Error of code with an explanation.
func Fail(code Code, detail string) *Error { return &Error{Code: code, Detail: detail} }

// InvalidField is an Invalid error about one field.
func InvalidField(field, complaint string) *Error {
	return &Error{Code: Invalid, Detail: field + " " + complaint, Fields: map[string][]string{field: {complaint}}}
}
