package refapp

import (
	"errors"
	"io"
	"net/http"
)

// maxBody is the most octets that are read of anything.
const maxBody = 1 << 20

// webhook trusts nothing before the signature is checked, and answers before
// any work is done.
func (a *App) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		fail(w, http.StatusBadRequest, "could not read the body")
		return
	}
	if err := a.vendor.verify(r.Header, body); err != nil {
		if a.bug("poisoned-dedupe") {
			a.poison(r.Header, body)
		}
		a.log.Warn("webhook refused", "why", err)
		fail(w, http.StatusUnauthorized, err.Error())
		return
	}
	in, err := a.vendor.decode(r.Header, body)
	switch {
	case errors.Is(err, errBug):
		fail(w, http.StatusInternalServerError, err.Error())
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
	case a.ctx.Err() != nil:
		fail(w, http.StatusServiceUnavailable, "shutting down: try again")
	default:
		w.WriteHeader(a.take(in))
	}
}

// take gives a webhook its effect and returns the status to answer with.
func (a *App) take(in inbound) int {
	handset := a.store.learn(in)
	code := http.StatusOK
	switch in.kind {
	case text:
		code = a.takeText(in)
	case optedOut, optedIn:
		a.takeConsent(in)
	case progress:
		a.store.progress(in.message, in.status)
	case newThread:
		a.zoo.enter(handset, in.conversation)
	}
	if handset != "" {
		a.release(handset)
	}
	if a.bug("slow-ack") {
		sleep(a.ctx, a.slow)
	}
	return code
}

// takeText files a text, once, and wakes the worker of its conversation.
func (a *App) takeText(in inbound) int {
	key, word := a.dedupeKey(in), a.keyword(in.body)
	blind := a.bug("no-dedupe")
	if a.bug("check-then-mark-race") && !a.store.seen(key) {
		a.zoo.meet(key)
		blind = true
	}
	a.zoo.enter(in.handset, in.conversation)
	fresh := a.store.accept(key, in, word, blind)
	if word == stopWord {
		a.drain(in.handset)
	}
	switch {
	case !fresh && a.bug("conflict-on-duplicate"):
		return http.StatusConflict
	case !fresh && a.bug("error-on-duplicate"):
		return http.StatusInternalServerError
	case !fresh:
		return http.StatusOK
	case a.bug("marks-before-success"):
		if !a.process(in) {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	}
	a.lanes.put(in.conversation, func() { a.process(in) })
	return http.StatusOK
}

// dedupeKey is what makes two attempts the same text: the provider's message id.
func (a *App) dedupeKey(in inbound) string {
	switch {
	case a.bug("dedupe-on-body"):
		return in.handset + " " + in.body
	case a.bug("dedupe-on-event-id"):
		return in.event
	}
	return in.message
}

// poison marks the message of a webhook that was just refused.
func (a *App) poison(header http.Header, body []byte) {
	if in, err := a.vendor.decode(header, body); err == nil && in.kind == text {
		a.store.mark(a.dedupeKey(in))
	}
}
