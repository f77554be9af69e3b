package sms

import (
	"strconv"
	"strings"
)

// FindingKind classes what a check of a message against a contract found.
type FindingKind string

// What can be found.
const (
	FoundRoute       FindingKind = "route"        // the contract names no such path or webhook
	FoundMethod      FindingKind = "method"       // the path is known, the method is not
	FoundContentType FindingKind = "content-type" // a type of body that the contract does not name
	FoundMalformed   FindingKind = "malformed"    // the body or the query cannot be read
	FoundMissing     FindingKind = "missing"      // something required is not there
	FoundType        FindingKind = "type"         // a number where the contract says text, and the like
	FoundValue       FindingKind = "value"        // right type, wrong value: enum, pattern, format, range, length
	FoundShape       FindingKind = "shape"        // fits none of several alternatives
	FoundUnread      FindingKind = "unread"       // part of a request that no provider reads
	FoundUnknown     FindingKind = "unknown"      // part of an answer or webhook that the contract does not name
	FoundStatus      FindingKind = "status"       // a status that the contract does not name
	FoundHeader      FindingKind = "header"       // a header is wrong
	FoundSignature   FindingKind = "signature"    // a webhook's signature is missing, wrong, or of another time
)

// FindingKinds lists every kind of finding.
func FindingKinds() []FindingKind {
	return []FindingKind{
		FoundRoute, FoundMethod, FoundContentType, FoundMalformed, FoundMissing, FoundType, FoundValue, FoundShape,
		FoundUnread, FoundUnknown, FoundStatus, FoundHeader, FoundSignature,
	}
}

// Finding is one difference between a message and what a contract promises.
type Finding struct {
	Kind  FindingKind `json:"kind"`
	Place string      `json:"place"` // "body", "query", "path", "header", "status" or "signature"
	// Pointer says where in the place: a JSON pointer into a body ("" is the
	// whole of it), else the name of a parameter or header.
	Pointer string `json:"pointer,omitempty"`
	Problem string `json:"problem"` // one sentence: what was found, what the contract says
	Rule    string `json:"rule"`    // what was broken: a JSON pointer into the contract, "#/components/schemas/…"
	// Evidence is what the rule rests on ("documented", "recorded" or
	// "inferred") and Source where that can be read; empty if nothing says.
	Evidence  string `json:"evidence,omitempty"`
	Source    string `json:"source,omitempty"`
	Operation string `json:"operation"` // "POST /v3/send" or "webhook message.received"
}

// Unread reports whether f is a note rather than a violation: the request has
// something that nobody reads, which harms nobody but the one who relies on it.
func (f Finding) Unread() bool { return f.Kind == FoundUnread }

// String is f for people, on one line.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.Operation + ": " + f.Place)
	if f.Pointer != "" {
		b.WriteString(" " + oneLine(f.Pointer))
	}
	b.WriteString(": " + oneLine(f.Problem))
	if f.Evidence != "" {
		b.WriteString(" (" + f.Evidence)
		if f.Source != "" {
			b.WriteString(": " + oneLine(f.Source))
		}
		b.WriteString(")")
	}
	return b.String()
}

// oneLine writes what a terminal could take for a command as an escape.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}
