// Package sut describes the system under test and keeps its process: the file
// sut.yaml, how to start it pointed at an emulator, how to make it text
// somebody, and what it says about itself.
//
// It speaks HTTP to the system under test and to nobody else. It does not know
// what the system should do; that is for the oracles.
package sut
