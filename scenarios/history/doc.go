// Package history reads a record once and says, per customer and conversation,
// who wrote, which webhooks told of it and how they ended, what the system
// under test asked the provider to send, what was really done and what it was
// told.
//
// It is pure: the same entries and the same promise give the same history. It
// judges nothing; package oracle does.
package history
