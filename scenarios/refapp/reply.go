package refapp

import "strings"

// What is said to keywords where the provider leaves that to the app. Goodbye
// is also what the bug answers-stop says where it does not.
const (
	goodbye = "You are unsubscribed. Goodbye!"
	help    = "We book tables. Text us what you need, or STOP to hear no more."
)

// reply returns the answer to a text; empty means silence. Most providers
// answer the keywords themselves.
func (d *desk) reply(in inbound) string {
	word := d.keyword(in.body)
	switch {
	case d.bug("silent"):
		return ""
	case word == stopWord && (d.bug("answers-stop") || d.manners.silent && (in.turned || d.store.deaf)):
		return goodbye
	case word == helpWord && d.manners.silent:
		return help
	case word != noWord:
		return ""
	}
	body := strings.TrimSpace(in.body)
	if name, ok := strings.CutPrefix(body, "Book 3pm for "); ok {
		if d.bug("shared-name") {
			name = d.zoo.sharedName(name)
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
func (d *desk) replies(in inbound) []outbound {
	body := d.reply(in)
	if body == "" {
		return nil
	}
	o := outbound{conversation: in.conversation, handset: in.handset, body: body, force: body == goodbye}
	if d.bug("thread-by-handset") {
		o.conversation = d.zoo.firstConversation(in.handset)
	}
	if d.bug("last-conversation") {
		o.conversation = d.zoo.currentConversation()
	}
	if d.bug("default-number") {
		o.conversation = ""
	}
	if d.bug("double-send") {
		return []outbound{o, o}
	}
	return []outbound{o}
}
