// Package report shows what a run of scenario pages found: one table for all of
// them, and for each page that failed the sentence that says why, a timeline
// with a lane for each party, and the command that plays it again. It says so as
// text, as JSON, as JUnit's XML, and as one HTML file to look at in a browser.
//
// The HTML file needs nothing else, reaches for nothing else, and has one script
// of its own. Its timelines are drawn in steps that are tested one by one: weave
// makes steps of a record, compare sets them against a run that passed, shown
// folds what does not matter, draw puts the rest in its place.
//
// It decides no verdict and plays nothing. Whatever came from outside (texts,
// answers) is shown escaped.
package report
