// Package suite runs scenario pages against a system under test that talks to
// an emulator, and says of each page whether it passed.
//
// It is black-box: it reaches the emulator through package client and the
// application through its webhooks and what sut.yaml declares. Each provider that
// the application serves has its pages played in sandboxes of its own. Run gives
// a report; Register puts the same pages into a Ginkgo suite of your own.
//
// It does not judge: the record of a page goes to the oracles. It does not
// search for faults: a page says which to plan.
package suite
