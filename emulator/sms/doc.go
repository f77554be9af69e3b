// Package sms holds the words of the trade: numbers, messages, conversations,
// handsets, opt-outs, events and errors, as every part of Switchhook means them.
//
// It leaves out everything that belongs to one vendor (field names, status
// words, id formats), and it does no I/O and reads no clock.
package sms
