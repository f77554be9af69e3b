package refapp

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// drainTime is how long the answer to a STOP waits for calls already open, so
// that no call begins, in anybody's record, after the STOP was acknowledged.
const drainTime = 500 * time.Millisecond

type keyword int

const (
	noWord keyword = iota
	stopWord
	startWord
	helpWord
)

var keywords = map[keyword][]string{
	stopWord:  {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"},
	startWord: {"START", "YES", "UNSTOP"},
	helpWord:  {"HELP", "INFO"},
}

// keyword classes a text: the whole message, trimmed, case ignored.
func (d *desk) keyword(body string) keyword {
	word := strings.ToUpper(strings.TrimSpace(body))
	for class, words := range keywords {
		if slices.Contains(words, word) || class == stopWord && slices.Contains(d.manners.stopWords, word) {
			if d.bug("stop-case-sensitive") && class == stopWord && body != "STOP" {
				return noWord
			}
			return class
		}
	}
	if d.bug("stop-substring") && strings.Contains(word, "STOP") {
		return stopWord
	}
	return noWord
}

// takeConsent applies what the provider says about a contact.
func (d *desk) takeConsent(in inbound) {
	if d.bug("stop-case-sensitive") {
		return
	}
	handset := d.store.decide(in)
	if in.kind == optedOut && handset != "" {
		d.drain(handset)
	}
}

// drain waits until the calls to a handset that are open are answered, or have
// been open for so long that they must have begun.
func (d *desk) drain(handset string) {
	ctx, cancel := context.WithTimeout(d.ctx, drainTime)
	defer cancel()
	for _, answered := range d.store.open(handset) {
		select {
		case <-answered:
		case <-ctx.Done():
			return
		}
	}
}

// learn notes which handset a contact is, and returns the handset of the
// webhook, which a consent event does not name itself.
func (s *store) learn(in inbound) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meet(in.contact, in.handset)
	if in.handset != "" {
		return in.handset
	}
	return s.handset[in.contact]
}

// meet ties a contact to its handset. What was heard of the contact before it
// had a number counts from now on.
func (s *store) meet(contact, handset string) {
	if contact == "" || handset == "" {
		return
	}
	s.handset[contact] = handset
	if early, heard := s.consent[contact]; heard {
		delete(s.consent, contact)
		s.choose(handset, early.out, early.at)
	}
}

// decide applies a consent event once and returns the contact's handset, which
// is empty while it is unknown.
func (s *store) decide(in inbound) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	handset := s.handset[in.contact]
	if s.events[in.event] {
		return handset
	}
	s.events[in.event] = true
	s.choose(cmp.Or(handset, in.contact), in.kind == optedOut, in.at)
	return handset
}

// choose keeps somebody's choice unless a newer one is known: webhooks arrive
// late and out of order, and the times inside them do not lie.
func (s *store) choose(who string, out bool, at time.Time) {
	old := s.consent[who]
	if s.deaf || !at.IsZero() && at.Before(old.at) {
		return
	}
	s.consent[who] = choice{out: out, at: at, turn: old.turn + 1}
}
