// Package mta speaks version 3 of the Mobile Text Alerts API: sending to
// subscribers and groups, scheduled sends, webhooks and their registration,
// consent, deliveries, threads, templates, verification codes and the lists
// around them.
//
// It turns wire structs into the words of package sms and back, and decides
// nothing that another vendor could decide the same way. What only this vendor
// has (groups, templates, scheduled sends) it keeps as documents. It leaves out
// e-mail, voice, iMessage and whatever the vendor does not describe well enough
// to be imitated; New lists each under Declined. What each rule rests on is
// written in contracts/mta/EVIDENCE.md.
package mta
