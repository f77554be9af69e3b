package mta

// Golden compares with a file under testdata, for the tests from outside.
var Golden = golden
