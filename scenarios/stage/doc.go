// Package stage plays scenario pages: it makes a world of a sandbox and an
// application in it, starts the application if it says how, does what the pages
// say in their own handsets' names, kills and restarts the application where
// they say so, and has the record of each page judged.
//
// What a kill leaves open it asks after: it tells the application again of a text
// that was not answered, and plays a page again whose kills tell nothing.
//
// Pages that differ only in their plan of faults can be played in lock-step, by
// casts of their own: a step is done for all of them before the next, and one
// wait for quiet serves all.
//
// It is black-box: it reaches the emulator through package client and the
// application through its webhooks and what sut.yaml declares. It does not
// judge: the record of a page goes to the oracles, and Verdict says what they and
// the record come to, for a play as for a saved run. It chooses no faults and no
// pages: those who call it do.
package stage
