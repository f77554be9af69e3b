// Package catalog holds the built-in scenario pages, by topic: replies,
// duplicates, delivery, consent, trust, tolerance and sending.
//
// Each page that names bugs in its header is known to catch them in the
// reference application, and all pass on the correct one. The package runs
// nothing.
package catalog
