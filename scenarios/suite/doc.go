// Package suite is for tests of an application that talks to an emulator.
//
// Run plays scenario pages against it and gives a report; each provider that
// the application serves has its pages played, by package stage, in sandboxes
// of its own. Register puts the same pages into a Ginkgo suite of your own.
//
// Read and the matchers are for tests that you write yourself, with Ginkgo or
// without. They look at the record as the oracles do, and a failure shows it.
// To start an emulator, see package emulatortest; to drive it, package client.
package suite
