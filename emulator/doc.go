// Package emulator is the fake carrier network as a library: an http.Handler
// that answers in each vendor's dialect and sends signed webhooks back.
//
//	SUT ──HTTP──▶ provider/x    decode wire struct ─▶ sms words
//	                                                 │
//	handset (control API, scenario) ──MO──▶      carrier      decides
//	                                                 │ entries
//	                                                 ▼
//	                                              journal      the only total order
//	                                                 │ fold
//	                                                 ▼
//	          provider.Encode(event) ─▶ webhook ──clock──▶ fault ─▶ sign, POST ──▶ SUT
//
// Each sandbox is a world of its own: clock, journal, carrier, webhooks,
// faults and seed, chosen by the credential that a request carries. The
// control API under /_switchhook/v1 does nothing that a Go call on a sandbox
// cannot do. What an application does with its webhooks is judged elsewhere.
package emulator
