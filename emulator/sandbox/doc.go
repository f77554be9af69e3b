// Package sandbox is one isolated world: a clock, a journal, a carrier, a
// webhook queue, fault rules and a seed, reached by the credentials that the
// system under test already sends.
//
// It is where the parts meet. Every change is a draft of journal entries that
// is ordered and then folded into all parts, under one lock that is never held
// over I/O. It knows vendors only as values of provider.Provider.
package sandbox
