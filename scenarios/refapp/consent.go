package refapp

import (
	"context"
	"maps"
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
func (d *desk) takeConsent(in inbound) error {
	if d.bug("stop-case-sensitive") {
		return nil
	}
	c := &decided{In: in}
	err := d.store.do(c)
	if err == nil && in.Kind == optedOut && c.handset != "" {
		d.drain(c.handset)
	}
	return err
}

// drain waits until the calls to a handset that are open, of any worker, are
// answered, or have been open for so long that they must have begun.
func (d *desk) drain(handset string) {
	ctx, cancel := context.WithTimeout(d.ctx, drainTime)
	defer cancel()
	open := map[string]int{} // the try of each call, by outbox id
	_ = d.store.look(func(now *state) {
		for id := range now.calling[handset] {
			open[id] = now.outbox[id].tries
		}
	})
	for len(open) > 0 && sleep(ctx, drainTime/50) {
		err := d.store.look(func(now *state) {
			maps.DeleteFunc(open, func(id string, try int) bool {
				m := now.outbox[id]
				return !m.calling || m.tries > try
			})
		})
		if err != nil {
			return
		}
	}
}
