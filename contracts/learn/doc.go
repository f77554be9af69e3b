// Package learn proposes changes of a contract's text from what a recording
// shows of the provider: a new field, a new value, null, another type, a new
// status, a new header that matters, a new type of webhook, a new operation.
//
// It works on the text of the document: what is new is put in as lines, and
// nothing else moves, so that the change can be read, and taken or not, by a
// person. Each piece says that it was recorded (x-evidence), in which file
// (x-source) and when (x-date, by the recording's own clock).
//
// From requests it learns only where the provider took them: one that it refused
// is a fault of the application's, and changes no contract.
//
// What is left out: what a recording cannot show (that a field is required, that
// values are limited, how an operation is called), and judging whether what was
// recorded is what the provider promises. That is for the person who reads the
// change.
package learn
