// Package catalog holds the built-in scenario pages, by topic: replies,
// duplicates, ordering, delivery, consent, sending, trust, tolerance, unknown,
// crash and replicas.
//
// Each page that names bugs in its header is known to catch them in the
// reference application, and all pass on the correct one, or show what no program could avoid. The package runs
// nothing.
package catalog
