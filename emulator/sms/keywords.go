package sms

import "strings"

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
	Blocks            bool     // the provider refuses sends to an opted-out handset
	// Reply is the provider's own answer to a keyword from a sender called
	// brand; empty means that it stays silent.
	Reply func(k Keyword, brand string) string
}

// Match classes a text: trimmed, case ignored, the whole message.
func (k Keywords) Match(body string) Keyword {
	word := strings.ToUpper(strings.TrimSpace(body))
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
