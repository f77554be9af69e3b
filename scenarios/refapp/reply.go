package refapp

import "strings"

// goodbye is said to somebody who wrote STOP by nobody but the bug answers-stop.
const goodbye = "You are unsubscribed. Goodbye!"

// reply returns the answer to a text; empty means silence. The provider itself
// answers the keywords.
func (a *App) reply(in inbound) string {
	word := a.keyword(in.body)
	switch {
	case a.bug("silent"):
		return ""
	case word == stopWord && a.bug("answers-stop"):
		return goodbye
	case word != noWord:
		return ""
	}
	body := strings.TrimSpace(in.body)
	if name, ok := strings.CutPrefix(body, "Book 3pm for "); ok {
		if a.bug("shared-name") {
			name = a.zoo.sharedName(name)
		}
		return "Booked 3pm for " + name + "."
	}
	if n, ok := strings.CutPrefix(body, "Step "); ok {
		return "Got step " + n + "."
	}
	if strings.Contains(body, "free") {
		return "Yes, 3pm is free. Shall I book it?"
	}
	return "Thanks, we will get back to you."
}

// replies returns what to send for a text: one message into its conversation,
// or none.
func (a *App) replies(in inbound) []outbound {
	body := a.reply(in)
	if body == "" {
		return nil
	}
	o := outbound{conversation: in.conversation, handset: in.handset, body: body, force: body == goodbye}
	if a.bug("thread-by-handset") {
		o.conversation = a.zoo.firstConversation(in.handset)
	}
	if a.bug("last-conversation") {
		o.conversation = a.zoo.currentConversation()
	}
	if a.bug("default-number") {
		o.conversation = ""
	}
	if a.bug("double-send") {
		return []outbound{o, o}
	}
	return []outbound{o}
}
