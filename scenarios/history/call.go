package history

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Call is one request of the system under test: what it asked, what was done,
// and what it was told.
type Call struct {
	Conversation // as far as it is known
	ID           string
	Request      journal.Call
	Seq          uint64
	Wall         time.Time
	Done         uint64 // accepted or refused; 0: neither
	Made         []*Sent
	Refused      sms.Code
	Named        bool   // the provider itself said whom a refused call meant
	Told         uint64 // 0: nothing is recorded
	Status       int    // 0: no answer reached the caller
	Faults       []journal.Fault
	Wait         time.Duration // before it comes back, as it was told; 0: it was not
	Killed       uint64        // the kill that kept the caller from its answer, or from writing it down

	answer []journal.Header
	fields map[string]string // the texts in the body, by where they stand
}

// Sent is an MT that a call made.
type Sent struct {
	Conversation
	ID      string
	Seq     uint64
	Call    *Call
	Message sms.Message // as it was last seen; the zero value if never
	Changes []Change
	Reports []Report // what webhooks told of it, in the order in which they began
	Views   []View   // what the system under test said of it
}

// Sends reports whether the call asked for a message, whatever became of it.
func (c *Call) Sends() bool {
	return len(c.Made) > 0 || c.Refused != "" && c.Named || len(c.Faults) > 0 && c.Request.Method != http.MethodGet
}

// Unknown reports whether the caller cannot know what was done: no answer, a
// failing one, one that could not be read, or its own end.
func (c *Call) Unknown() bool {
	return c.Told == 0 || c.Killed > 0 || c.Status == 0 || c.Status >= http.StatusInternalServerError || c.blurred()
}

// Unnoted reports whether the call was answered plainly right before a kill, so
// that its caller may not have lived to take note: nobody outside can tell.
func (c *Call) Unnoted() bool {
	answered := c.Told > 0 && c.Told < c.Killed && c.Status > 0 && c.Status < http.StatusInternalServerError
	return answered && !c.blurred()
}

func (c *Call) blurred() bool {
	return slices.ContainsFunc(c.Faults, func(f journal.Fault) bool { return blurs(f.Kind) })
}

// blurs reports whether a fault keeps the caller from knowing. The rest answer
// plainly: a refusal, or the truth.
func blurs(kind journal.FaultKind) bool {
	info, ok := journal.Info(kind)
	if !ok || info.Group != journal.OnCall {
		return false
	}
	return kind != journal.RateLimit && kind != journal.SayOptedOut && kind != journal.StatusFirst
}

// Again reports whether it is in order to ask once more.
func (c *Call) Again() bool { return c.Status == http.StatusTooManyRequests || c.Unknown() }

// Open reports whether the call was open at some moment of the span from one seq to another.
func (c *Call) Open(from, to uint64) bool {
	return c.Seq < to && (c.Told == 0 || c.Told > from)
}

func (h *History) readCall(e journal.Entry) {
	if e.Call == nil || e.Call.ID == "" {
		return
	}
	c := h.calls[e.Call.ID]
	if e.Kind == journal.KindCall && c == nil {
		c = &Call{ID: e.Call.ID, Request: *e.Call, Seq: e.Seq, Wall: e.Wall, fields: fields(e.Call.Body)}
		h.calls[c.ID] = c
		h.Calls = append(h.Calls, c)
	}
	if c == nil {
		return
	}
	switch e.Kind {
	case journal.KindAccepted:
		h.accept(c, e)
	case journal.KindRefused:
		c.Done, c.Refused = e.Seq, e.Call.Code
		c.Conversation = Conversation{e.Call.Handset, e.Call.Line}
		c.Named = c.Handset != ""
	case journal.KindTold:
		c.Told, c.Status, c.answer = e.Seq, e.Call.Status, e.Call.Header
	}
}

func (h *History) accept(c *Call, e journal.Entry) {
	c.Done = e.Seq
	c.Conversation = Conversation{e.Call.Handset, e.Call.Line}
	if e.Call.Message == "" {
		return
	}
	s := &Sent{Conversation: c.Conversation, ID: e.Call.Message, Seq: e.Seq, Call: c}
	c.Made = append(c.Made, s)
	h.Sent = append(h.Sent, s)
}

func (h *History) placeSent(s *Sent) {
	m := h.messages[s.ID]
	if m == nil {
		return
	}
	s.Message = *m
	if s.Handset == "" {
		s.Handset = m.Handset
	}
	if s.Line == "" {
		s.Line = m.Line
	}
	if len(s.Call.Made) == 1 {
		s.Call.Conversation = s.Conversation
	}
}

// placeCall finds the conversation of a call of which the provider did not say
// it, because it failed before anybody looked: by what the request names.
func (h *History) placeCall(c *Call) {
	if c.Handset != "" && c.Line != "" || c.Request.Method == http.MethodGet {
		return
	}
	text := c.Request.Path + "\n" + c.Request.Body
	if plain, err := url.QueryUnescape(c.Request.Body); err == nil {
		text += "\n" + plain // a form
	}
	for _, id := range h.conversationIDs {
		at := h.conversations[id]
		if strings.Contains(text, id) && (c.Handset == "" || c.Handset == at.Handset) {
			c.Conversation = at
			return
		}
	}
	for _, in := range h.Inbound {
		if c.Handset == in.Handset || c.Handset == "" && in.Handset != "" && strings.Contains(text, string(in.Handset)) {
			c.Conversation = in.Conversation
			return
		}
	}
}
