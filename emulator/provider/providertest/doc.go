// Package providertest is the suite that every dialect must pass. It drives
// the real engine over HTTP on the loopback interface, as an application and
// its customers would, and knows no vendor: a dialect's own test supplies a
// Dialect, a little data and a few functions that read the vendor's wire.
//
// It holds what is the same for all: that what is accepted is told of, in order
// and once; that retries, signatures, consent and refusals are as declared. It
// leaves out what one vendor alone has; that is for the vendor's own tests.
package providertest
