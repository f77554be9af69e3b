// Package golden compares what a test got with a file under testdata, which
// -update writes anew. It is apart from providertest because that drives the
// dialects, so the tests inside a dialect's own package cannot import it.
//
// It leaves out what a file should hold: taking out what differs from run to
// run is the test's business.
package golden
