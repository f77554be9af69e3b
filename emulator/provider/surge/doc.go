// Package surge speaks the messaging half of the Surge API: sending, contacts,
// attachments, paging, errors, and signed webhooks.
//
// It turns wire structs into the words of package sms and back, and decides
// nothing that another vendor could decide the same way. It leaves out blasts,
// audiences, campaigns, numbers, accounts, users, verifications and voice; New
// lists every such operation under Declined. What each rule rests on is written
// in contracts/surge/EVIDENCE.md.
package surge
