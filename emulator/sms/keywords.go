package sms

import (
	"slices"
	"strings"
)

// Keyword is a class of words that a handset may text to manage its consent.
type Keyword string

// Keyword classes. NoKeyword is an ordinary text.
const (
	NoKeyword Keyword = ""
	Stop      Keyword = "stop"
	Start     Keyword = "start"
	Help      Keyword = "help"
)

// Keywords is how a provider treats STOP, START and HELP.
type Keywords struct {
	Stop, Start, Help []string // upper case
	// StartIfOut are words that count as START from a handset that is opted
	// out, and are ordinary text from any other.
	StartIfOut []string
	Blocks     Block
	// Reply is the provider's own answer to a keyword from a sender called
	// brand; empty means that it stays silent.
	Reply func(k Keyword, brand string) string
}

// Block is what a provider does with a send to an opted-out handset.
type Block string

// Ways to treat a send to an opted-out handset.
const (
	BlockNever  Block = ""       // consent is the application's business
	BlockRefuse Block = "refuse" // an error, and no message
	BlockFail   Block = "fail"   // accepted, and then failed with Refused
)

// Match classes a text from a handset that is opted out or not: trimmed, case
// ignored, the whole message.
func (k Keywords) Match(body string, out bool) Keyword {
	word := strings.ToUpper(strings.TrimSpace(body))
	if out && slices.Contains(k.StartIfOut, word) {
		return Start
	}
	for _, class := range []struct {
		is    Keyword
		words []string
	}{{Stop, k.Stop}, {Start, k.Start}, {Help, k.Help}} {
		for _, w := range class.words {
			if w == word {
				return class.is
			}
		}
	}
	return NoKeyword
}
