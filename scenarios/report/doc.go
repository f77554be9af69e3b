// Package report shows what a run of scenario pages found: one table for all of
// them, and for each page that failed the sentence that says why, a timeline
// with a lane for each party, and the command that plays it again.
//
// It decides no verdict. Whatever came from outside (texts, answers) is shown
// escaped.
package report
