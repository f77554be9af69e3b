// Package refapp is the reference system under test: a small booking assistant
// that takes webhooks and texts back, right in every respect by default. Each
// entry of [Bugs] breaks it in one place, so that a harness can be shown to
// catch what it claims to catch. That is why it knows nothing of the emulator
// or the harness: like any program under test it speaks only HTTP, and uses
// the standard library alone.
//
// A text takes this way:
//
//	webhook ─▶ verify ─▶ decode ─▶ inbox (deduped on the message id) ─▶ 200
//	                                 │
//	                     lane of the conversation: reply ─▶ outbox ─▶ consent? ─▶ send
//
// It serves Surge, Mobile Text Alerts and Exotel at once, each at a desk of its
// own. What knows a provider's wire is behind one small interface, and where
// providers differ in what they leave to the app, manners says so.
//
// It promises at-most-once by default: where the send API takes no idempotency
// key, a send whose outcome is unknown is never repeated. A refusal that is
// certain to have had no effect is: 429, and 503 when it names a Retry-After.
//
// Left out: a store that outlives the process (one mutex-guarded struct stands
// for it, so a kill loses what was acked), more than one replica, attachments,
// and texts held back to restore an order that the network lost.
package refapp
