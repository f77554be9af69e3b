// Package provider says what a vendor's dialect must supply, as data and
// function values, and what it may ask of the network.
//
// A dialect turns wire structs into the neutral words of package sms and back.
// It decides nothing that another vendor could decide the same way: that
// belongs further in. It never sees another vendor, a clock or a socket.
package provider
