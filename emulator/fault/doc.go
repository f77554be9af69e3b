// Package fault keeps the rules of misbehaviour of one sandbox and says which
// of them strike at a position: the a-th attempt of the n-th matching event, or
// the n-th matching send or call.
//
// It counts and decides; it never misbehaves itself. How an attempt or an
// answer goes wrong is done where attempts and answers are made.
package fault
