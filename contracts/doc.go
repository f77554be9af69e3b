// Package contracts holds what each provider promises, as one OpenAPI 3.1
// document per provider, and holds messages against it: a request of an
// application, the answer to it, a webhook with its signature. It also reads
// messages as their schemas mean them (Message, Reading), and signs webhooks. It
// works without the emulator: on recordings, in other tests, on a proxy.
//
// Every finding names the rule that was broken, and what that rule rests on:
// a document of the vendor's, a recording, or our own inference. What is
// behaviour rather than shape stands in the same documents (x-rules); the
// EVIDENCE.md beside each is generated from it.
//
// What is left out: anything about the order of messages, which is for the
// oracles of the harness, and anything that needs to know a world (whether an
// account exists, whether a number is opted out).
package contracts
