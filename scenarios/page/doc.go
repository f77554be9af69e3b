// Package page reads and writes scenario pages: one behaviour, told on one page
// of text, with a verb a line and comments as phases.
//
//	# Ana asks once and is answered once
//	provider any
//	labels replies
//	kills no-dedupe
//
//	-- script --
//	# the customer asks
//	ana asks
//	settle
//	expect replies ana 1
//
// A page that does not apply to a provider says why under its provider line:
// "except acme: no signature exists".
//
// A page has no loops, variables, conditions or expressions. What needs them
// is a Go program over package client. What goes wrong besides what the script
// says may stand in a section of its own, "-- plan --", and a bundle keeps more
// of the run that it is from. This package runs nothing and knows no vendor;
// package stage does the first.
package page
