// Package webhook makes the attempts: it keeps which event is due at which
// endpoint, in which order and how often again, signs and posts each attempt,
// and classes how it ended.
//
// It decides nothing about messages and knows no vendor; a vendor's payload,
// signature and ladder come to it as values.
package webhook
