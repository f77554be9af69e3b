// Package cli is the command switchhook as a function: arguments, environment
// and streams in, exit code out, so that a test needs no process.
//
// Each command is a struct whose fields are its flags and whose Run does the
// work with the emulator, the client or the harness. It leaves out all that a
// program could want to do itself: that is in those packages.
package cli
