// Package exotel speaks the SMS half of the Exotel API: sending to one or to
// many, message details, ExoPhones, the balance, number metadata, short links,
// status callbacks and inbound webhooks; answers in XML or JSON.
//
// It turns wire structs into the words of package sms and back, and decides
// nothing that another vendor could decide the same way. It leaves out voice,
// WhatsApp, campaigns, lists and click tracking; New names every such operation
// under Declined. What each rule rests on is written in
// contracts/exotel/EVIDENCE.md.
package exotel
