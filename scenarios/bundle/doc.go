// Package bundle keeps a run in one text file: the page with its plan, the
// application's description, the seed, the record and the verdict. Such a file,
// *.run.txtar, plays like any page, can be judged again by its record alone, and
// as a regression in a repository says what must not come back.
//
// It plays and judges nothing.
package bundle
