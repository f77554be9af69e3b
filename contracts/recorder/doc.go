// Package recorder stands between an application and its provider, passes on
// what they say to each other, and makes a recording of it.
//
//	application ──call──▶ Provider() ──▶ upstream, the real provider
//	                          │
//	                      timeline ──▶ Recording()
//	                          │
//	application ◀──────── App() ◀──webhook── provider, or a trigger of anybody
//
// Everything is passed on as it is: a reset stays a reset, half a body stays
// half, who hangs up is hung up on, nothing is repeated or answered on anybody's
// behalf. A request goes on once its body is there, or a megabyte of it, so that
// it is kept even if nobody reads it. What is kept has been through a
// [recording.Redactor] first.
//
// What is left out: listening, which is the caller's, and storing (package
// recording writes files). A request that asks for another protocol (Upgrade)
// is passed on, and only its beginning recorded.
package recorder
