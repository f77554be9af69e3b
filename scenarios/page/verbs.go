package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// reserved are first words of a line that cannot name a handset.
var reserved = []string{"app", "settle", "advance", "fault", "kill", "handset", "webhooks", "switch", "expect"}

// step takes one verb with all that belongs to it.
func (l *line) step() Step {
	switch word := l.peek(); {
	case !slices.Contains(reserved, word):
		return l.subject()
	case word == "app":
		return l.app()
	default:
		l.took(word)
		s := Step{Verb: Verb(word)}
		switch s.Verb {
		case Settle:
			l.settle(&s)
		case Advance:
			l.advance(&s)
		case Plan:
			l.fault(&s)
		case Slay:
			l.kill(&s)
		case Behave:
			l.behave(&s)
		case Webhooks:
			l.webhooks(&s)
		case Switch:
			s.Word, s.Value = l.word("the name of a switch").text, l.word("the value of the switch").text
		case Expect:
			l.expect(&s)
		}
		return s
	}
}

// planned takes a line of a plan, which may name only handsets of the script.
func (l *line) planned(cast map[string]bool) Step {
	column, word := 1, l.peek()
	if len(l.tokens) > 0 {
		column = l.tokens[0].column
	}
	if l.err == nil && word != string(Plan) && word != string(Slay) {
		l.fail(column, "a plan holds faults and kills only; write a line like \"fault duplicate of ana\", or move this one to the script")
	}
	tokens := l.tokens
	s := l.step()
	for _, who := range s.Who {
		for _, t := range tokens {
			if t.text == who && !cast[who] {
				l.fail(t.column, "%q does nothing in the script; name one of its handsets", who)
			}
		}
	}
	return s
}

// subject takes a line that begins with handsets: "ana,ben asks named".
func (l *line) subject() Step {
	const want = `a handset or a verb, like "ana asks" or "settle"`
	first := l.word(want)
	names := strings.Split(first.text, ",")
	for i, name := range names {
		if l.err == nil && (!isName(name) || slices.Contains(reserved, name) || slices.Contains(names[:i], name)) {
			l.fail(first.column, "%q is neither a verb nor handsets; write %s", first.text, want)
		}
	}
	s := Step{Who: names, Verb: Verb(l.oneOf([]string{string(Texts), string(Asks)}))}
	switch s.Verb {
	case Texts:
		s.Body = l.body()
	case Asks:
		s.Named = l.took("named")
	}
	if l.took("on") {
		s.On = l.on()
	}
	return s
}

// bare are the texts that need no quotes.
var bare = []string{"STOP", "START", "HELP"}

func (l *line) body() string {
	if word := l.peek(); slices.Contains(bare, word) {
		l.took(word)
		return word
	}
	return l.text(`the text in double quotes, or STOP, START, HELP`)
}

// on takes the number that is texted: line2 to line9.
func (l *line) on() string {
	t := l.word("a number of the application, like line2")
	if n, ok := strings.CutPrefix(t.text, "line"); !ok || len(n) != 1 || n < "2" || n > "9" {
		l.fail(t.column, "%q is not one of the application's numbers; write line2 for its second", t.text)
	}
	return t.text
}

func (l *line) app() Step {
	l.took("app")
	s := Step{Verb: Verb(l.oneOf([]string{string(Sends), string(Queues)}))}
	s.Who = []string{l.name()}
	s.Body = l.text("the text in double quotes")
	if s.Verb == Sends && l.took("at") {
		s.At = l.ahead()
	}
	return s
}

func (l *line) advance(s *Step) {
	if !l.took("next") {
		s.By = l.duration()
	}
}

func (l *line) behave(s *Step) {
	s.Who = []string{l.name()}
	s.Word = l.oneOf([]string{"off", "on", "no-receipts", "no-mms", "fails"})
	if s.Word == "fails" {
		var reasons []string
		for _, r := range sms.Reasons() {
			reasons = append(reasons, string(r))
		}
		s.Value = l.oneOf(reasons)
	}
}

func (l *line) webhooks(s *Step) {
	s.Word = l.oneOf([]string{"timeout", "parallel", "unordered", "rotate"})
	switch s.Word {
	case "timeout":
		s.By = l.duration()
	case "parallel":
		s.N = l.count(1)
	}
}

func (l *line) expect(s *Step) {
	s.Word = l.oneOf([]string{Replies, SendsTo, CallsTo, Attempts, Conversations, State})
	s.Who = []string{l.name()}
	if s.Word == State {
		s.Value = l.oneOf([]string{string(sms.Delivered), string(sms.Failed), string(sms.Sent), string(sms.Scheduled)})
		return
	}
	s.N = l.count(0)
	if (s.Word == SendsTo || s.Word == CallsTo) && l.took("since") {
		l.oneOf([]string{"STOP"})
		s.SinceStop = true
	}
}

// fault takes a kind and where it strikes: "rate-limit on send of ana nth 2".
func (l *line) fault(s *Step) {
	t := l.word("a kind of fault")
	info, ok := journal.Info(journal.FaultKind(t.text))
	if l.err == nil && !ok {
		l.fail(t.column, "%q is not a fault; write one of %s", t.text, kinds())
	}
	s.Fault.Kind = info.Kind
	l.each(faultWords, func(key string, _ int) { l.faultWord(s, key, info.Group) })
	if info.Group != journal.OnCall && s.Fault.Match.Event == "" {
		s.Fault.Match.Event = sms.MessageReceived
	}
}

var faultWords = []string{"on", "of", "nth", "attempt", "times", "after", "count", "status", "retry-after"}

func (l *line) faultWord(s *Step, key string, group journal.Group) {
	f := &s.Fault
	switch key {
	case "on":
		f.Match.Event = l.target(group)
	case "of":
		s.Who = []string{l.name()}
	case "nth":
		f.Nth = l.count(1)
	case "attempt":
		f.Attempt = l.attempt(group)
	case "times":
		f.Times = l.count(1)
	case "after":
		f.After = sms.Duration(l.duration())
	case "count":
		f.Count = l.count(1)
	case "status":
		f.Status = l.status()
	case "retry-after":
		f.RetryAfter = sms.Duration(l.duration())
	}
}

// attempt takes a number of an attempt; calls of the application have none.
func (l *line) attempt(group journal.Group) int {
	if group == journal.OnCall && len(l.tokens) > 0 {
		l.fail(l.tokens[0].column, "a send has no attempts; write nth for the n-th send")
	}
	return l.count(1)
}

// status takes an HTTP status that is an error.
func (l *line) status() int {
	t := l.word("an HTTP status, like 503")
	n, err := strconv.Atoi(t.text)
	if l.err == nil && (err != nil || n < 400 || n > 599) {
		l.fail(t.column, "%q is not the status of an error; write one from 400 to 599", t.text)
	}
	return n
}

// target takes what a fault strikes: "send" for a call of the application, an event for the rest.
func (l *line) target(group journal.Group) sms.EventType {
	if group == journal.OnCall {
		l.oneOf([]string{"send"})
		return ""
	}
	var events []string
	for _, e := range sms.EventTypes() {
		events = append(events, string(e))
	}
	return sms.EventType(l.oneOf(events))
}

func kinds() string {
	var names []string
	for _, f := range journal.Faults() {
		names = append(names, fmt.Sprint(f.Kind))
	}
	return strings.Join(names, ", ")
}
