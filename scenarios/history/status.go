package history

import (
	"maps"
	"net/url"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Progress is how far a message got, in whosever words.
type Progress int

// Progress in its order. Arrived and Lost are both the end; Unclear is a word
// that is not known to mean any of them.
const (
	Unclear Progress = iota
	Waiting          // not yet at the carrier
	Left             // taken by the carrier
	Arrived
	Lost
)

// Final reports whether nothing can follow.
func (p Progress) Final() bool { return p >= Arrived }

// Below reports whether p is an earlier step than q. Neither end is below the other.
func (p Progress) Below(q Progress) bool { return min(p, Arrived) < min(q, Arrived) }

func (p Progress) String() string {
	return [...]string{"unclear", "waiting", "sent", "delivered", "failed"}[p]
}

// words that programs use for the state of a message, without anything but letters.
var words = map[string]Progress{
	"queued": Waiting, "pending": Waiting, "accepted": Waiting, "scheduled": Waiting, "created": Waiting,
	"new": Waiting, "waiting": Waiting, "processing": Waiting, "sending": Waiting,
	"sent": Left, "senttocarrier": Left,
	"delivered": Arrived, "delivrd": Arrived, "deliveredtohandset": Arrived,
	"failed": Lost, "failure": Lost, "undelivered": Lost, "undeliverable": Lost, "undeliv": Lost,
	"notdelivered": Lost, "deliveryfailed": Lost, "rejected": Lost, "rejectd": Lost, "expired": Lost,
}

// ReadProgress reads the word of a program: capitals and signs do not matter,
// nor does a "message" before it.
func ReadProgress(word string) Progress {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(word))
	return words[strings.TrimPrefix(letters, "message")]
}

// progress by the events that webhooks tell of.
var told = map[sms.EventType]Progress{
	sms.MessageAccepted: Waiting, sms.MessageSending: Waiting, sms.MessageSent: Left, sms.MessageUnconfirmed: Left,
	sms.MessageDelivered: Arrived, sms.MessageFailed: Lost,
}

// Change is a state that an MT reached.
type Change struct {
	Seq   uint64
	State sms.State
}

// Report is a genuine attempt to tell of the progress of a message.
type Report struct {
	*Attempt
	Progress Progress
}

// View is what the system under test said of one of its messages when it was asked.
type View struct {
	journal.Probe
	Seq      uint64
	Progress Progress
}

// Knows reports whether the system under test knew the message.
func (v View) Knows() bool { return v.Status/100 == 2 && v.Value != "" }

// The names of probes that a record may hold.
const (
	statusProbe  = "status"
	pendingProbe = "pending"
)

func (h *History) readChange(e journal.Entry) {
	m := e.Message
	if m == nil || m.ID == "" || m.Direction != sms.MT {
		return
	}
	if all := h.changes[m.ID]; len(all) == 0 || all[len(all)-1].State != m.State {
		h.changes[m.ID] = append(all, Change{e.Seq, m.State})
	}
}

func (h *History) readProbe(e journal.Entry) {
	if e.Probe == nil {
		return
	}
	v := View{Probe: *e.Probe, Seq: e.Seq}
	switch v.Name {
	case pendingProbe:
		h.Pending = append(h.Pending, v)
	case statusProbe:
		v.Progress = ReadProgress(v.Value)
		h.views = append(h.views, v)
	}
}

// linkStatus gives the messages their states, what webhooks told of them, and
// what the system under test said of them.
func (h *History) linkStatus() {
	sent := map[string]*Sent{}
	for _, s := range h.Sent {
		s.Changes = h.changes[s.ID]
		sent[s.ID] = s
	}
	names := h.names(sent)
	for _, a := range h.Attempts {
		p, about := told[a.Neutral]
		if s := sent[a.Message]; s != nil && about && a.Genuine() && a.Why != journal.Stranger {
			s.Reports = append(s.Reports, Report{a, p})
		}
	}
	for _, v := range h.views {
		if s := asked(names, v.Path); s != nil {
			s.Views = append(s.Views, v)
		}
	}
}

// names lists the messages by all that the system under test may know them
// under: besides their ids the id of the request that asked for one alone, and
// its own reference.
func (h *History) names(sent map[string]*Sent) map[string]*Sent {
	all := map[string]*Sent{}
	for _, s := range h.Sent {
		for _, name := range []string{s.Message.Reference, s.Message.Batch} {
			if other, taken := all[name]; taken && other != s {
				all[name] = nil // it stands for several
			} else {
				all[name] = s
			}
		}
	}
	delete(all, "")
	maps.Copy(all, sent)
	return all
}

// asked finds the message that the path of a probe names: one of its segments,
// or of the values of its query, maybe with an ending like .json.
func asked(sent map[string]*Sent, path string) *Sent {
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/?&=", r) }) {
		if plain, err := url.PathUnescape(part); err == nil {
			part = plain
		}
		if s := sent[part]; s != nil {
			return s
		}
		if dot := strings.LastIndexByte(part, '.'); dot > 0 && sent[part[:dot]] != nil {
			return sent[part[:dot]]
		}
	}
	return nil
}
