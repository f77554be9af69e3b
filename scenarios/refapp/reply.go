package refapp

import (
	"fmt"
	"strconv"
	"strings"
)

// What is said to keywords where the provider leaves that to the app. Goodbye
// is also what the bug answers-stop says where it does not.
const (
	goodbye = "You are unsubscribed. Goodbye!"
	help    = "We book tables. Text us what you need, or STOP to hear no more."
)

// reply returns the answer to a text; empty means silence. Most providers
// answer the keywords themselves.
func (d *desk) reply(in inbound) string {
	word := d.keyword(in.Body)
	switch {
	case d.bug("silent"):
		return ""
	case word == stopWord && (d.bug("answers-stop") || d.manners.silent && (in.Turned || d.bug("ignores-stop"))):
		return goodbye
	case word == helpWord && d.manners.silent:
		return help
	case word != noWord:
		return ""
	}
	body := strings.TrimSpace(in.Body)
	if name, ok := strings.CutPrefix(body, "Book 3pm for "); ok {
		if d.bug("shared-name") {
			name = d.zoo.sharedName(name)
		}
		return "Booked 3pm for " + name + "."
	}
	if strings.Contains(body, "free") {
		return "Yes, 3pm is free. Shall I book it?"
	}
	return "Thanks, we will get back to you."
}

// step is the number of a step of a dialogue that a text is; 0 if it is none.
func step(body string) int {
	n, ok := strings.CutPrefix(strings.TrimSpace(body), "Step ")
	number, err := strconv.Atoi(n)
	if !ok || err != nil || number < 1 {
		return 0
	}
	return number
}

// takeStep answers a step of a dialogue. It says so when one is missing between
// it and the last that was answered, but takes it all the same: texts overtake
// one another on their way.
func (d *desk) takeStep(in inbound, n int) string {
	last := d.zoo.lastStep(in.Conversation)
	if !d.bug("session-in-memory") {
		_ = d.store.look(func(now *state) { last = now.dialogue[in.Conversation] })
	} else if last == 0 && n > 1 {
		return ""
	}
	d.zoo.tookStep(in.Conversation, n)
	if n > last+1 {
		return fmt.Sprintf("Got step %d, but not the one before.", n)
	}
	return fmt.Sprintf("Got step %d.", n)
}

// replies returns what to send for a text, which is one message into its
// conversation or none, and which step of a dialogue that is.
func (d *desk) replies(in inbound) (all []outbound, n int) {
	var body string
	if n = step(in.Body); n > 0 && !d.bug("silent") {
		body = d.takeStep(in, n)
	} else {
		body = d.reply(in)
	}
	if body == "" {
		return nil, n
	}
	o := outbound{
		Conversation: in.Conversation, Handset: in.Handset, Body: body,
		Force: body == goodbye && !d.bug("confirmation-blocked"),
	}
	if d.bug("thread-by-handset") {
		o.Conversation = d.zoo.firstConversation(in.Handset)
	}
	if d.bug("last-conversation") {
		o.Conversation = d.zoo.currentConversation()
	}
	if d.bug("default-number") {
		o.Conversation = ""
	}
	if d.bug("double-send") {
		return []outbound{o, o}, n
	}
	return []outbound{o}, n
}
