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
// What it remembers is a state that only changes make, each of them one
// transaction. With [Options].Store the changes are also a log on disk, written
// before a webhook is acknowledged and before a call is made, so that the process
// may be killed at any point: what was acknowledged is answered once after a
// restart, under the same idempotency key, and a call that nobody lived to hear
// the answer of is one whose outcome is unknown. Several processes may share
// the log. Each lane belongs to one of them, and to another when its owner is
// dead, which the lock that it held for as long as it lived tells. Without Store a
// kill loses what was acknowledged.
//
// It promises at-most-once by default: where the send API takes no idempotency
// key, a send whose outcome is unknown is never repeated. A refusal that is
// certain to have had no effect is: 429. A 503 is not, whatever it says of when
// to come again: it may come from what stands before the provider.
//
// A dedupe key is kept for 30 days by the provider's clock, statuses only go
// forward, texts to a list of people are one text to each, and a dialogue of
// numbered steps ("Step 1") says when one is missing.
//
// Left out: a log that is ever made shorter, a store for systems without
// advisory file locks, attachments, receipts for each segment (none of the
// providers sends any), and texts held back to restore an order that the
// network lost.
package refapp
