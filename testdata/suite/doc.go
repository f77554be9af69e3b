// Package bookings is an application under test: it answers each text that
// arrives through Surge, once, and texts a customer when it is told to, unless
// the customer said STOP.
//
// It keeps everything in memory and knows nothing of the emulator: only its
// tests do.
package bookings
