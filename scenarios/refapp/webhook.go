package refapp

import (
	"cmp"
	"errors"
	"io"
	"net/http"
)

// webhook trusts nothing before the signature is checked, and answers before
// any work is done.
func (d *desk) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		fail(w, http.StatusBadRequest, "could not read the body")
		return
	}
	if err := d.vendor.verify(r, body); err != nil {
		if d.bug("poisoned-dedupe") {
			d.poison(r, body)
		}
		d.log.Warn("webhook refused", "why", err)
		fail(w, http.StatusUnauthorized, err.Error())
		return
	}
	in, err := d.vendor.decode(r, body)
	switch {
	case errors.Is(err, errBug):
		fail(w, http.StatusInternalServerError, err.Error())
	case errors.Is(err, errLater):
		fail(w, http.StatusServiceUnavailable, err.Error())
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
	case d.ctx.Err() != nil:
		fail(w, http.StatusServiceUnavailable, "shutting down: try again")
	default:
		w.WriteHeader(d.take(in))
	}
}

// take gives a webhook its effect and returns the status to answer with.
func (d *desk) take(in inbound) int {
	handset := d.store.learn(in)
	code := http.StatusOK
	switch in.kind {
	case text:
		code = d.takeText(in)
	case optedOut, optedIn:
		d.takeConsent(in)
	case progress:
		d.store.progress(in)
	case newThread:
		d.zoo.enter(handset, in.conversation)
	}
	if handset != "" {
		d.release(handset)
	}
	if d.bug("slow-ack") {
		sleep(d.ctx, d.slow)
	}
	return code
}

// takeText files a text, once, and wakes the worker of its conversation.
func (d *desk) takeText(in inbound) int {
	key, word := d.dedupeKey(in), d.keyword(in.body)
	blind := d.bug("no-dedupe")
	if d.bug("check-then-mark-race") && !d.store.seen(key) {
		d.zoo.meet(key)
		blind = true
	}
	d.zoo.enter(in.handset, in.conversation)
	fresh, turned := d.store.accept(key, in, word, blind)
	in.turned = turned
	if word == stopWord {
		d.drain(in.handset)
	}
	switch {
	case !fresh && d.bug("conflict-on-duplicate"):
		return http.StatusConflict
	case !fresh && d.bug("error-on-duplicate"):
		return http.StatusInternalServerError
	case !fresh:
		return http.StatusOK
	case d.bug("marks-before-success"):
		if !d.process(in) {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	}
	d.lanes.put(in.conversation, func() { d.process(in) })
	return http.StatusOK
}

// dedupeKey is what makes two attempts the same text: the provider's message id.
func (d *desk) dedupeKey(in inbound) string {
	switch {
	case d.bug("dedupe-on-body"):
		return in.handset + " " + in.body
	case d.bug("dedupe-on-event-id"):
		return cmp.Or(in.event, in.message)
	}
	return in.message
}

// poison marks the message of a webhook that was just refused.
func (d *desk) poison(r *http.Request, body []byte) {
	if in, err := d.vendor.decode(r, body); err == nil && in.kind == text {
		d.store.mark(d.dedupeKey(in))
	}
}
