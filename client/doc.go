// Package client is the Go client of the control API: make sandboxes, move
// their clocks, text from handsets, plan faults, read the record.
//
// It speaks HTTP to an emulator that runs anywhere, holds no state of its own,
// and its types are the ones that the control API reads and writes. It leaves
// out what a system under test does: calling a provider.
package client
