package refapp

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"time"
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

// take gives a webhook its effect and returns the status to answer with. What
// could not be kept must come again.
func (d *desk) take(in inbound) int {
	if d.bug("spelling-splits") {
		in.Handset = atHome(in.Handset)
	}
	known := &learned{Contact: in.Contact, Handset: in.Handset}
	err := d.store.do(known)
	code := http.StatusOK
	switch {
	case err != nil:
	case in.Kind == text:
		code, err = d.takeText(in)
	case in.Kind == optedOut, in.Kind == optedIn:
		err = d.takeConsent(in)
	case in.Kind == progress:
		err = d.takeProgress(in)
	case in.Kind == newThread:
		d.zoo.enter(known.handset, in.Conversation)
	}
	if err == nil && known.handset != "" {
		err = d.release(known.handset)
	}
	if err != nil {
		d.log.Error("store", "problem", err)
		return http.StatusServiceUnavailable
	}
	if d.bug("slow-ack") {
		sleep(d.ctx, d.slow)
	}
	return code
}

// keepTime is how long a text is known that may come again: longer than any
// provider tries.
const keepTime = 30 * 24 * time.Hour

// takeText files a text, once, and wakes the worker of its conversation.
func (d *desk) takeText(in inbound) (code int, err error) {
	d.zoo.enter(in.Handset, in.Conversation)
	c := &filed{Key: d.dedupeKey(in), In: in, Word: d.keyword(in.Body), Keep: keepTime, Worker: d.store.me}
	if err := d.misfile(c); err != nil {
		return 0, err
	}
	if d.bug("ack-before-persist") {
		d.takeLater(c)
		return http.StatusOK, nil
	}
	if err := d.store.do(c); err != nil {
		return 0, err
	}
	if c.Word == stopWord {
		d.drain(in.Handset)
	}
	switch {
	case !c.fresh && d.bug("conflict-on-duplicate"):
		return http.StatusConflict, nil
	case !c.fresh && d.bug("error-on-duplicate"):
		return http.StatusInternalServerError, nil
	case c.fresh && c.Idle:
		in.Turned = c.turned
		if !d.processNow(in) {
			return http.StatusInternalServerError, nil
		}
	case c.fresh:
		d.wake(in.Conversation)
	}
	return http.StatusOK, nil
}

// dedupeKey is what makes two attempts the same text: the provider's message id.
func (d *desk) dedupeKey(in inbound) string {
	switch {
	case d.bug("dedupe-on-body"):
		return in.Handset + " " + in.Body
	case d.bug("dedupe-on-event-id"):
		return cmp.Or(in.Event, in.Message)
	}
	return in.Message
}

// takeProgress notes how far one of the app's own texts got.
func (d *desk) takeProgress(in inbound) error {
	if d.bug("segments-counted") {
		in.Status = d.countReceipt(in)
	}
	err := d.store.do(&progressed{
		In: in, LastWins: d.bug("status-last-wins"), Once: d.bug("status-deduped"), KnownOnly: d.bug("early-status-dropped"),
	})
	if err == nil && in.Status == "failed" && d.bug("retries-refusal") {
		c := &asked{Message: in.Message, Worker: d.store.me, Most: mostTries}
		err = d.store.do(c)
		d.wake(c.lane)
	}
	return err
}

// poison marks the message of a webhook that was just refused.
func (d *desk) poison(r *http.Request, body []byte) {
	if in, err := d.vendor.decode(r, body); err == nil && in.Kind == text {
		_ = d.store.do(&marked{Key: d.dedupeKey(in), At: in.At})
	}
}
