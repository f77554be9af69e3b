// Package exchange makes of the entries of a recording what a contract can be
// asked about: it says which exchange is whose, and holds each against its
// contract.
//
// A call belongs to a provider if it went to one of the servers that the
// contract names, if the recording says so, or if somebody who knows does
// (Options.Force). All else is counted and left out: the HAR of a browser holds
// far more than calls of a provider.
//
// What was taken out of a recording is no fault of anybody's: findings about
// values that were replaced, and about bodies that were not kept, are dropped.
//
// What is left out: signatures themselves, of which a recording has the verdict
// alone (switchhook contracts webhook checks one), and the order of messages,
// which package drift compares.
package exchange
