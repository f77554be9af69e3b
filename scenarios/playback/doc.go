// Package playback plays the provider's side of a recording to an application:
// it sends the recorded webhooks and triggers again, signed anew, answers the
// application's calls as they were answered then, and says where the
// application did something else.
//
//	recording ──▶ webhooks, triggers ──▶ application ──calls──▶ matched with the
//	              in the recorded order                         recorded, and answered
//
// No emulator is needed: ids, numbers and answers are those of the recording, so
// one of the real provider plays as well.
//
// What began in the recording after something else had ended begins only after
// that; what overlapped overlaps. Recorded times are not waited for, but where
// there was a silence the application may get done what it does without a call, if
// it has a probe that says so. A call is known by its operation, its conversation
// and its shape.
//
// What is compared: which calls were made, how many, in which conversation, in
// what order within one, of what shape, and how webhooks were answered. Another
// text is a note. What is not: ids, times, keys of the application's own
// making, headers, and the order between conversations.
//
// What is left out: judging whether the recorded behaviour was right, which is
// for the oracles; pages, which package stage plays; and a restart of the
// application in the middle.
package playback
