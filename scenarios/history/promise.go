package history

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/sms"
)

// What a system under test may promise about a send whose outcome it cannot
// know. Without a promise, to send again and to leave it are both right.
const (
	AtLeastOnce = "at-least-once" // it sends again
	AtMostOnce  = "at-most-once"  // it does not
)

// Undeclared is the Expected of a text that no promise speaks of.
const Undeclared = -1

// Promise is what the system under test says of itself.
type Promise struct {
	Replies   []Reply
	Confirms  int           // messages that it sends by itself after STOP
	Policy    string        // AtLeastOnce, AtMostOnce or empty
	Keyed     bool          // the provider takes a send once that is repeated under its idempotency key
	Timeout   time.Duration // of a webhook, where the record does not say
	StopWords []string      // that count as STOP besides the usual ones
	// Keywords classes a text; by default the usual words of the United States
	// with StopWords among them.
	Keywords func(body string) sms.Keyword
}

// Reply says how often a text is answered. To may hold {{token}}, which stands
// for any one word.
type Reply struct {
	To     string
	Expect int
}

var usual = sms.Keywords{
	Stop:  []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"},
	Start: []string{"START", "YES", "UNSTOP"},
	Help:  []string{"HELP", "INFO"},
}

const token = "{{token}}"

// reader applies a promise to texts.
type reader struct {
	promise  Promise
	patterns []*regexp.Regexp
}

func newReader(p Promise) reader {
	if p.Keywords == nil {
		words := usual
		words.Stop = slices.Concat(usual.Stop, upper(p.StopWords))
		p.Keywords = func(body string) sms.Keyword { return words.Match(body, false) }
	}
	r := reader{promise: p}
	for _, reply := range p.Replies {
		r.patterns = append(r.patterns, pattern(reply.To))
	}
	return r
}

func upper(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, strings.ToUpper(strings.TrimSpace(w)))
	}
	return out
}

// pattern matches the whole of a text. Each token is one group.
func pattern(to string) *regexp.Regexp {
	parts := strings.Split(to, token)
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(strings.ToValidUTF8(part, "\uFFFD"))
	}
	return regexp.MustCompile(`\A` + strings.Join(parts, `(\S+)`) + `\z`)
}

// read says what is expected for body and which word in it, if any, marks it.
// A promise that names a keyword outright goes before its meaning; a STOP that
// no promise names is answered with silence, apart from the declared confirmations.
func (r reader) read(body string) (keyword sms.Keyword, expected int, canary string) {
	keyword = r.promise.Keywords(body)
	for i, p := range r.patterns {
		groups := p.FindStringSubmatch(body)
		if groups == nil || keyword != sms.NoKeyword && len(groups) > 1 {
			continue
		}
		if len(groups) > 1 {
			canary = groups[1]
		}
		return keyword, max(r.promise.Replies[i].Expect, 0), canary
	}
	if keyword == sms.Stop {
		return keyword, 0, ""
	}
	return keyword, Undeclared, ""
}
