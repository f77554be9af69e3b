package sandbox

import (
	"fmt"
	"slices"

	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// threadLength is how much of a handset's thread is shown with it.
const threadLength = 100

// Handset is how a handset behaves and the newest of its thread, oldest first.
func (s *Sandbox) Handset(n sms.Number) (sms.Handset, []sms.Message) {
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	thread, _ := w.carrier.Messages("handset", string(n), sms.Page{Limit: threadLength})
	slices.Reverse(thread.Items)
	return w.carrier.Handset(n), thread.Items
}

// SetHandset says how a handset behaves.
func (s *Sandbox) SetHandset(h sms.Handset) error {
	return s.ChangeHandset(h.Number, func(is *sms.Handset) { *is = h })
}

// ChangeHandset changes how a handset behaves; of two changes at once, the
// second sees what the first did.
func (s *Sandbox) ChangeHandset(n sms.Number, change func(*sms.Handset)) error {
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.carrier.Handset(n)
	change(&h)
	h.Number = n
	if err := checkHandset(h); err != nil {
		return err
	}
	d := w.draft(0)
	d.Add(journal.Entry{Kind: journal.KindHandset, Handset: &h})
	return w.commit(d)
}

func checkHandset(h sms.Handset) error {
	switch {
	case !h.Number.Valid():
		return sms.InvalidField("number", fmt.Sprintf("%q is not E.164; write it like +18015550142", h.Number))
	case h.Failure != "" && !slices.Contains(sms.Reasons(), h.Failure):
		return sms.InvalidField("failure", fmt.Sprintf("%q is not a reason; the reasons are %v", h.Failure, sms.Reasons()))
	case h.Flagged != "" && !slices.Contains(sms.Reasons(), h.Flagged):
		return sms.InvalidField("flagged", fmt.Sprintf("%q is not a reason; the reasons are %v", h.Flagged, sms.Reasons()))
	case h.Sent < 0 || h.Delivered < 0:
		return sms.InvalidField("sent_after", "and delivered_after must not be negative")
	}
	return nil
}

// Text sends an MO. An empty provider is the first, an empty to its default number.
func (s *Sandbox) Text(provider string, from, to sms.Number, body string, media []sms.Media) (sms.Message, error) {
	p, err := s.provider(provider)
	if err != nil {
		return sms.Message{}, err
	}
	w := s.now()
	release := w.clock.Hold() // until the dialect has heard it too
	defer release()
	m, bad := w.receive(p.Name, from, to, body, media)
	if bad != nil {
		return sms.Message{}, bad
	}
	if p.Heard != nil {
		p.Heard(&caller{world: w, provider: p, context: s.context(p, "")}, m)
	}
	return m, nil
}

func (w *world) receive(provider string, from, to sms.Number, body string, media []sms.Media) (sms.Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.draft(0)
	m, err := w.carrier.Receive(d, provider, from, to, body, media)
	if err != nil {
		return m, err
	}
	return m, w.commit(d)
}

// Resend makes one more attempt of an event now, whatever became of it.
func (s *Sandbox) Resend(event string) (journal.Attempt, error) {
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.carrier.Event(event); !ok {
		return journal.Attempt{}, sms.Fail(sms.NotFound, "there is no event "+event)
	}
	d := w.draft(0)
	var first journal.Attempt
	for i, delivery := range w.queue.Deliveries(event) {
		a, _ := w.queue.Another(delivery, journal.Manual, d.Now, 0)
		d.Add(journal.Entry{Kind: journal.KindAttemptPlanned, Attempt: &a})
		if i == 0 {
			first = a
		}
	}
	if first.ID == "" {
		return first, sms.Fail(sms.Invalid, "no endpoint wanted event "+event+" when it happened; set one and let it happen again")
	}
	return first, w.commit(d)
}

// Note records an entry of the harness: a marker, a probe or a process.
func (s *Sandbox) Note(e journal.Entry) (journal.Entry, error) {
	switch {
	case e.Kind == journal.KindMarker && e.Marker != "":
		e = journal.Entry{Kind: e.Kind, Marker: e.Marker}
	case e.Kind == journal.KindProbe && e.Probe != nil:
		e = journal.Entry{Kind: e.Kind, Probe: e.Probe}
	case e.Kind == journal.KindProcess && e.Process != nil:
		e = journal.Entry{Kind: e.Kind, Process: e.Process}
	default:
		return e, sms.InvalidField("kind", "must be marker, probe or process, with that field set")
	}
	w := s.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.draft(0)
	d.Add(e)
	if err := w.commit(d); err != nil {
		return e, err
	}
	return d.Entries[0], nil
}
