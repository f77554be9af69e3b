// Package historytest writes records by hand, for tests of what reads them: who
// texts, which attempts tell of it and how they end, what the application calls.
//
// A record made here has the same shape as one of the network. It holds only
// what such tests look at: no endpoints, no headers, one line a customer unless
// a test says otherwise.
package historytest
