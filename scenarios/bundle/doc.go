// Package bundle keeps a run in one text file: the page with its plan, the
// application's description, the seed, the record and the verdict. Such a file,
// *.run.txtar, plays like any page, can be judged again by its record alone, and
// as a regression in a repository says what must not come back.
//
// What the description says of credentials is not kept: Format puts REDACTED in
// place of values under names like API_KEY, of headers like Authorization, and
// of whatever looks like a bearer token, a known make of key, or a name and
// password within a URL. Comments, and what the application promises, stay as
// they are.
//
// It plays and judges nothing.
package bundle
