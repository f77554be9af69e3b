// Package drift plays a recording of a provider at another network that should
// behave like it, and says where the two differ: in statuses, headers that
// matter, the shape and types of bodies, the vendor's words in them, and the
// order of events.
//
//	recording ──▶ Run ──Call, Text, Next──▶ Player (the emulator, or the real service)
//	               │ ◀──answers, webhooks──
//	          differences, one for each quirk
//
// Ids and times differ by nature and are not compared; what an answer or a
// webhook of the Player brings where the recording has an id stands for it from
// then on, so that later requests are about the right things. A recorded MO is
// made to happen by a handset's text; all other webhooks are expected to come by
// themselves as time goes on.
//
// What is left out: the network itself (Player is the caller's), retries of
// webhooks, which hang on what the application answered, and any judgement of
// the recording by a contract, which is for package exchange.
package drift
