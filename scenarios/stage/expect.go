package stage

import (
	"fmt"
	"slices"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
	"github.com/switchhook/switchhook/scenarios/history"
	"github.com/switchhook/switchhook/scenarios/page"
)

// expect looks at the record of a cast as it was read last.
func (p *play) expect(c *cast, s page.Step) error {
	entries, who := p.tape.dealt(c), c.first(s)
	look := view{
		History: history.New(entries, p.promise()), entries: entries, who: who, asked: c.asked[who],
	}
	if s.Word == page.State {
		if state := look.state(); string(state) != s.Value {
			c.broken(s, fmt.Sprintf("the newest message to %s is %s, not %s", s.Who[0], state, s.Value))
		}
		return nil
	}
	var from uint64
	if s.SinceStop {
		var ok bool
		if from, ok = look.stopped(); !ok {
			return cannot("%s has not said STOP above this line, so there is nothing to count from", s.Who[0])
		}
	}
	if n := look.count(s.Word, from); n != s.N {
		c.broken(s, fmt.Sprintf("there were %d %s of %s, not %d", n, s.Word, s.Who[0], s.N))
	}
	return nil
}

// view is what the record says of one handset.
type view struct {
	*history.History
	entries []journal.Entry
	who     sms.Number
	asked   []string // texts to it that the application was made to send
}

// count counts what page.Step can expect, from what the application began, or
// what left, after seq from.
func (v view) count(what string, from uint64) int {
	switch what {
	case page.Replies:
		return v.sent(from, func(body string) bool { return !slices.Contains(v.asked, body) })
	case page.SendsTo:
		return v.sent(from, func(string) bool { return true })
	case page.CallsTo:
		return v.callsTo(from)
	case page.Attempts:
		return v.attempts()
	default:
		return v.conversations()
	}
}

func (v view) sent(from uint64, counts func(body string) bool) int {
	n, confirms := 0, v.confirms()
	for _, s := range v.Sent {
		if s.Handset == v.who && v.left(s, from) && !s.Message.Automatic && counts(s.Message.Body) && !confirms[s.Call] {
			n++
		}
	}
	return n
}

// left reports whether a text was asked for after seq from, or was scheduled
// before and let go after it.
func (v view) left(s *history.Sent, from uint64) bool {
	if s.Call.Seq > from {
		return true
	}
	went := s.Message.State != sms.Scheduled && s.Message.State != sms.Failed
	return went && s.Message.SendAt.After(v.timeOf(from))
}

// timeOf is the virtual time of an entry.
func (v view) timeOf(seq uint64) time.Time {
	for _, e := range v.entries {
		if e.Seq == seq {
			return e.At
		}
	}
	return time.Time{}
}

func (v view) callsTo(from uint64) int {
	n, confirms := 0, v.confirms()
	for _, c := range v.Calls {
		if c.Handset == v.who && c.Seq > from && c.Sends() && !confirms[c] {
			n++
		}
	}
	return n
}

// confirms are the calls that count as the declared confirmations of the
// handset's STOP: the first that follow it, apart from what was asked for.
func (v view) confirms() map[*history.Call]bool {
	out := map[*history.Call]bool{}
	for _, c := range v.ConsentOf(v.who) {
		left := v.Promise.Confirms
		for _, s := range v.Sent {
			if left > 0 && v.MayConfirm(c, s.Call) && !slices.Contains(v.asked, s.Message.Body) {
				out[s.Call] = true
				left--
			}
		}
	}
	return out
}

func (v view) attempts() int {
	n := 0
	for _, a := range v.Attempts {
		if a.Handset == v.who && a.Neutral == sms.MessageReceived {
			n++
		}
	}
	return n
}

func (v view) conversations() int {
	ids := map[string]bool{}
	for _, e := range v.entries {
		if e.Message != nil && e.Message.Handset == v.who {
			ids[e.Message.Conversation] = true
		}
	}
	return len(ids)
}

// state is that of the newest message to the handset; "none" if there is none.
func (v view) state() sms.State {
	for _, s := range slices.Backward(v.Sent) {
		if s.Handset == v.who {
			return s.Message.State
		}
	}
	return "none"
}

// stopped is where the application acknowledged the handset's last STOP, or
// where the handset said it if it never did.
func (v view) stopped() (uint64, bool) {
	for _, c := range slices.Backward(v.ConsentOf(v.who)) {
		if c.Out {
			return max(c.Seq, c.Told), true
		}
	}
	return 0, false
}
