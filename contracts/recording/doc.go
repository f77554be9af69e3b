// Package recording reads and writes what went over the wire between an
// application and its provider, as HAR 1.2 with our additions under keys that
// begin with an underscore, and takes out of it what must not be kept.
//
// Both directions stand on one timeline: calls of the application to the
// provider, webhooks of the provider to the application, and triggers, which
// are requests of anybody else to the application. [Entry.Seq] and [Entry.Ended]
// are positions on that timeline, so that one can see which call was made
// while which webhook was open.
//
// A [Redactor] is what stands between a message and a file. It knows by the
// contract of a provider (x-sensitive) what a field holds, and looks for the
// shapes of secrets and numbers everywhere besides, so that a field that no
// contract names gives nothing away either:
//
//   - Credentials become REDACTED with a fingerprint: equal ones stay equal.
//     Signatures become REDACTED alone.
//   - Telephone numbers become fictional ones of the same country and
//     spelling: different ones stay different, so that conversations match.
//   - E-mail addresses and names become invented ones.
//   - The words of message texts become placeholders on request, with the same
//     alphabet and length, so that a text takes as many segments as before.
//   - What cannot be read (images, unknown encodings) is left out.
//
// The fictional numbers are 555-01XX of the North American plan. India reserves
// none for fiction: +91 6570 XXXXXX is as near as one gets, since 657 is the
// area code of a city and no subscriber's number there begins with 0, yet what
// tells mobile numbers by their first digit takes it for one; +91 110 XXXXXXX
// stands for landlines by the same reasoning. Elsewhere the national number
// begins with 00, as it does in no country.
//
// What is left out: sending anything (package recorder listens in, others
// replay), and any judgement of what was recorded, which is for package
// contracts. What nothing marks as a name stays: a name within a text is gone
// only if texts are redacted. So do the host of the application and a path of
// its own making, unless a secret in it is known or looks like one.
package recording
