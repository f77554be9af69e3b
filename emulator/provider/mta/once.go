package mta

import (
	"net/http"
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// onceFor is how long an X-Request-Id stays used.
const onceFor = 24 * time.Hour

// use is when an X-Request-Id was used.
type use struct {
	At time.Time `json:"at"`
}

// repeated is the answer to an X-Request-Id that was used.
var repeated = sms.Fail(sms.Taken, "A request with this X-Request-Id was already processed")

// claim is the document that keeps the caller's id of a request, to be made
// together with what the request does; nil if there is none or none is
// looked at. An id counts for
// one endpoint, and only once a request was accepted.
func claim(net provider.Network, r *http.Request, account string) (*sms.Document, *sms.Error) {
	id := r.Header.Get(requestID)
	if id == "" || !on(net.Context(), "idempotency") {
		return nil, nil
	}
	now, key := net.Book().Now(), r.URL.Path+" "+id
	if old, ok := find[use](net.Book(), kindOnce, key); ok {
		if now.Sub(old.v.At) < onceFor {
			return nil, repeated
		}
		if err := net.Do(old.gone()); err != nil {
			return nil, err
		}
	}
	fresh := draft(kindOnce, account, use{now})
	d := fresh.change(key)
	d.New = true
	return d, nil
}
