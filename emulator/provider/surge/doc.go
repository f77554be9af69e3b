// Package surge speaks the Surge API: accounts, sending to one and to many,
// contacts, audiences, numbers, campaigns, users, verifications, recordings,
// short links, and signed webhooks.
//
// It turns wire structs into the words of package sms and back, keeps what only
// Surge knows as documents, and decides nothing that another vendor could
// decide the same way. New lists what it leaves out under Declined. What each
// rule rests on is written in contracts/surge/EVIDENCE.md.
package surge
