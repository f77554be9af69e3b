// Package clock is virtual time: it says what time it is in a sandbox, lets
// work wait for its hour, and moves on by itself or when it is told to.
//
// What waits is data (an Item with an opaque key), never a closure: whoever
// owns the clock knows what a key stands for and can schedule it again after a
// restart. Time between HTTP exchanges is virtual, time inside one is real:
// while a Hold is open the clock does not jump.
//
// It leaves out what the items mean, where they are kept, and time zones:
// every virtual time is UTC.
package clock
