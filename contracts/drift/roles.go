package drift

import "github.com/switchhook/switchhook/contracts"

// hook is a webhook with what its contract says that its parts mean.
type hook struct {
	operation *contracts.Operation
	request   contracts.Request
	body      any      // nil: there is none that can be read
	message   string   // the id of the message whose status it reports; "" if none
	state     string   // that status, where one type of webhook reports several
	talk      []string // what names its conversation, best first
	mo        *mo      // nil: it brings no MO
	entry     int      // in the recording
	place     int      // among those that were played
	used      bool
}

// mo is a text of a handset.
type mo struct{ handset, line, text string }

func newHook(o *contracts.Operation, q contracts.Request) *hook {
	m, _ := o.ReadRequest(q) // what cannot be read has no parts
	h := &hook{
		operation: o, request: q, body: m.Value,
		message: m.Role("x-status", "message"), state: m.Role("x-status", "state"), talk: m.Conversation(),
	}
	if text := (mo{m.Role("x-mo", "handset"), m.Role("x-mo", "line"), m.Role("x-mo", "text")}); text.handset != "" {
		h.mo = &text
	}
	return h
}

// name is what h tells, for people.
func (h *hook) name() string {
	if h.state == "" || h.state == h.operation.Path {
		return h.operation.Path
	}
	return h.operation.Path + " " + h.state
}

// group is what webhooks have in common whose order means something.
func (h *hook) group() string {
	switch {
	case h.message != "":
		return "message " + h.message
	case len(h.talk) > 0:
		return "conversation " + h.talk[0]
	}
	return ""
}

// fits says how surely a webhook that is played is the one that was recorded;
// 0: it is another one.
func (h *hook) fits(played *hook, m *ids) int {
	if played.operation != h.operation {
		return 0
	}
	score := 1
	if theirs, known := m.texts[h.message]; known && h.message != "" {
		if theirs != played.message {
			return 0
		}
		score += 2
	}
	if h.state == played.state {
		score += 2
	}
	for i, ours := range h.talk {
		if i >= len(played.talk) {
			break
		}
		theirs := played.talk[i]
		a, b := national(m.number(ours)), national(theirs)
		switch mapped, known := m.texts[ours]; {
		case a != "" && b != "" && a != b, known && mapped != theirs:
			return 0
		case a != "" && a == b || known:
			score++
		}
	}
	return score
}

// text is what a retry of h has in common with it.
func (h *hook) text() string {
	return h.operation.Path + "\x00" + h.request.URL + "\x00" + string(h.request.Body)
}
