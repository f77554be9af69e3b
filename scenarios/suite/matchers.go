package suite

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/oracle"
)

// HaveReplied succeeds if the application sent n texts to the handset after the
// handset had written. A text that it sends of its own accord after that counts
// as well, a promised confirmation of a STOP does not. To have replied 0 times
// the world must have come to rest first (client.Settle).
func HaveReplied(n int) types.GomegaMatcher {
	wants := func(whom string) string { return fmt.Sprintf("to have replied %s to %s", times(n), whom) }
	return &matcher{name: "HaveReplied", wants: wants, look: func(c Conversation) (found, error) {
		from, err := c.start()
		if err != nil {
			return found{}, err
		}
		texts, replies := c.inbound(), c.replies(from)
		if len(texts) == 0 {
			return found{}, fmt.Errorf("the record holds no text of %s, so there is nothing to reply to", c.whom())
		}
		if n == 0 && len(replies) == 0 && !c.atRest(texts) {
			return found{}, errors.New(restless)
		}
		f := found{holds: len(replies) == n, says: "It did not reply", evidence: made(replies)}
		if len(replies) > 0 {
			f.says = fmt.Sprintf("It replied %s: %s", times(len(replies)), list(replies))
		}
		if len(replies) < max(n, 1) {
			f.evidence = append(f.evidence, told(texts)...)
		}
		return f, nil
	}}
}

// HaveSentExactlyOnce succeeds if the provider made one message to the handset
// of all that the application asked for, or with a text (or a matcher for it),
// one with that text. How often the application asked does not matter.
func HaveSentExactlyOnce(text ...any) types.GomegaMatcher {
	wants := func(whom string) string {
		return fmt.Sprintf("to have sent exactly one text%s to %s", fitting(text), whom)
	}
	return &matcher{name: "HaveSentExactlyOnce", wants: wants, look: func(c Conversation) (found, error) {
		from, err := c.start()
		if err != nil {
			return found{}, err
		}
		all := c.sent(from)
		fit, err := fit(all, text)
		if err != nil {
			return found{}, err
		}
		f := found{holds: len(fit) == 1, evidence: made(fit)}
		switch {
		case len(fit) > 0:
			f.says = fmt.Sprintf("It sent it %s: %s", times(len(fit)), list(fit))
		case len(all) > 0:
			f.says, f.evidence = "It sent others: "+list(all), made(all)
		default:
			f.says = "It sent nothing"
		}
		return f, nil
	}}
}

// fit lists the messages with a text. A matcher that cannot judge one is an error.
func fit(all []*history.Sent, text []any) ([]*history.Sent, error) {
	var out []*history.Sent
	for _, s := range all {
		fits := true
		for _, want := range text {
			m, ok := want.(types.GomegaMatcher)
			if !ok {
				m = gomega.Equal(want)
			}
			one, err := m.Match(s.Message.Body)
			if err != nil {
				return nil, err
			}
			fits = fits && one
		}
		if fits {
			out = append(out, s)
		}
	}
	return out, nil
}

// fitting says in words which text is meant.
func fitting(text []any) string {
	if len(text) == 0 {
		return ""
	}
	if body, ok := text[0].(string); ok {
		return fmt.Sprintf(" %q", body)
	}
	return " that matches"
}

// BeInConversation succeeds if all that the application sent to the handset is
// in one conversation, by the provider's id of it, as in the message that
// client.Text returned. That it sent nothing is an error.
func BeInConversation(id string) types.GomegaMatcher {
	wants := func(whom string) string {
		return fmt.Sprintf("to have sent what it sent to %s in conversation %s", whom, id)
	}
	return every("BeInConversation", wants, func(s *history.Sent) (bool, string) {
		return s.Message.Conversation == id, "is in conversation " + s.Message.Conversation
	})
}

// HaveState succeeds if all that the application sent to the handset is in one
// state now. That it sent nothing is an error.
func HaveState(state sms.State) types.GomegaMatcher {
	wants := func(whom string) string {
		return fmt.Sprintf("to have only messages to %s that are %s", whom, state)
	}
	return every("HaveState", wants, func(s *history.Sent) (bool, string) {
		return s.Message.State == state, "is " + string(s.Message.State)
	})
}

// every is a matcher about each message to the handset.
func every(name string, wants func(string) string, is func(*history.Sent) (bool, string)) types.GomegaMatcher {
	return &matcher{name: name, wants: wants, look: func(c Conversation) (found, error) {
		from, err := c.start()
		if err != nil {
			return found{}, err
		}
		all := c.sent(from)
		if len(all) == 0 {
			return found{}, fmt.Errorf("the application sent nothing to %s", c.whom())
		}
		for _, s := range all {
			if ok, says := is(s); !ok {
				return found{says: "Message " + s.ID + " " + says, evidence: made([]*history.Sent{s})}, nil
			}
		}
		_, says := is(all[0])
		return found{holds: true, says: fmt.Sprintf("Each of %s %s", list(all), says), evidence: made(all)}, nil
	}}
}

// HaveStayedSilentSince succeeds if the application asked for no message to the
// handset after it had acknowledged the webhook about a text of that handset,
// as client.Text returned it. Promised confirmations, and all that follows a
// later START, are left out. Silence can only be seen by who waits: that the
// application was not told, or the world did not come to rest since
// (client.Settle), is an error.
func HaveStayedSilentSince(stop sms.Message) types.GomegaMatcher {
	wants := func(whom string) string {
		return fmt.Sprintf("to have stayed silent towards %s since it wrote %q", whom, stop.Body)
	}
	return &matcher{name: "HaveStayedSilentSince", wants: wants, look: func(c Conversation) (found, error) {
		in, err := c.text(stop.ID)
		if err != nil {
			return found{}, err
		}
		from, until := c.absence(in)
		if from == 0 {
			return found{}, errors.New("the application did not acknowledge the webhook about that text, so it cannot know of it yet")
		}
		calls := c.asked(in.Handset, from, until)
		if len(calls) == 0 && !c.record.history.AtRest(from, until) {
			return found{}, errors.New(restless)
		}
		f := found{holds: len(calls) == 0, says: fmt.Sprintf("It acknowledged that in entry %d and asked for nothing after", from), evidence: []uint64{in.Seq, from}}
		if len(calls) > 0 {
			f.says = fmt.Sprintf("It acknowledged that in entry %d and asked for a text after that %s, first in entry %d", from, times(len(calls)), calls[0].Seq)
		}
		for _, call := range calls {
			f.evidence = append(f.evidence, call.Seq)
		}
		return f, nil
	}}
}

// restless is why silence was not shown.
const restless = "the world did not come to rest since the application was told; call Settle of the client before you read the record"

// HaveBeenToldOnce succeeds if the application acknowledged every text of the
// handset at the first attempt and no further attempt told it again; forged
// ones do not count. To make sure that a duplicate came, write
// NotTo(HaveBeenToldOnce()).
func HaveBeenToldOnce() types.GomegaMatcher {
	wants := func(whom string) string { return fmt.Sprintf("to have been told once of each text of %s", whom) }
	return &matcher{name: "HaveBeenToldOnce", wants: wants, look: func(c Conversation) (found, error) {
		from, err := c.start()
		if err != nil {
			return found{}, err
		}
		texts := slices.DeleteFunc(c.inbound(), func(in *history.Inbound) bool { return max(in.Seq, in.Tried()) < from })
		if len(texts) == 0 {
			return found{}, fmt.Errorf("the record holds no text of %s", c.whom())
		}
		for _, in := range texts {
			switch n := genuine(in); {
			case in.Acked() == 0:
				return found{says: fmt.Sprintf("Message %s was told %s and not acknowledged", in.Message.ID, times(n)), evidence: told(texts)}, nil
			case n != 1:
				return found{says: fmt.Sprintf("Message %s was told %s", in.Message.ID, times(n)), evidence: told([]*history.Inbound{in})}, nil
			}
		}
		return found{holds: true, says: "Each was told once and acknowledged", evidence: told(texts)}, nil
	}}
}

// KeepRules succeeds if a whole Record breaks none of the rules that scenario
// pages are judged by; with names, as reports give them ("trust", "no leakage"),
// none of those. A named rule that nothing in the record puts to the test is an
// error, and so is a record that tests none. Most rules about counts need a
// promise: see Record.Promising.
func KeepRules(names ...string) types.GomegaMatcher {
	wants := func(string) string {
		if len(names) == 0 {
			return "to have kept every rule"
		}
		return fmt.Sprintf("to have kept the rules %q", names)
	}
	return &matcher{name: "KeepRules", wants: wants, look: func(c Conversation) (found, error) {
		if c.handset != "" {
			return found{}, errors.New("rules are about a whole record; write Expect(suite.Read(ctx, emulator))")
		}
		judged, err := judge(c.record.history, names)
		if err != nil {
			return found{}, err
		}
		if broken := oracle.Primary(judged); broken != nil {
			return found{says: fmt.Sprintf("Oracle %d, %s: %s", broken.Oracle, broken.Name, broken.Says), evidence: broken.Evidence}, nil
		}
		return found{holds: true, says: "It broke none of them"}, nil
	}}
}

// judge gives what the named oracles found; all that something was there for,
// if none is named.
func judge(h *history.History, names []string) ([]oracle.Finding, error) {
	var out []oracle.Finding
	for _, f := range oracle.Judge(h) {
		switch named := slices.Contains(names, f.Name); {
		case named && f.Status == oracle.NotExercised:
			return nil, fmt.Errorf("nothing put the rule %q to the test: %s; what does is %s", f.Name, f.Says, f.Need)
		case named, len(names) == 0 && f.Status != oracle.NotExercised:
			out = append(out, f)
		}
	}
	if len(names) == 0 && len(out) == 0 {
		return nil, errors.New("nothing in the record puts any rule to the test")
	}
	var known []string
	for _, o := range oracle.All() {
		known = append(known, o.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no rule %q; the rules are: %s", name, strings.Join(known, ", "))
		}
	}
	return out, nil
}
