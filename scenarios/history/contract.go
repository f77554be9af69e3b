package history

import (
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// Drift is a difference between a call or an attempt and what the provider's
// contract promises.
type Drift struct {
	Seq uint64
	journal.Finding
}

func (h *History) readFinding(e journal.Entry) {
	if e.Finding != nil {
		h.Drift = append(h.Drift, Drift{e.Seq, *e.Finding})
	}
}

// Began is where a call or an attempt began, by its id; 0 if it is not in the record.
func (h *History) Began(id string) uint64 {
	switch c, a := h.calls[id], h.attempts[id]; {
	case c != nil:
		return c.Seq
	case a != nil:
		return a.Started
	}
	return 0
}

// Whom is the handset that a difference concerns; empty if that is not known.
func (h *History) Whom(d Drift) sms.Number {
	if c := h.calls[d.Of]; c != nil && d.Handset == "" {
		return c.Handset
	}
	return d.Handset
}
