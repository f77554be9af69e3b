package mta

import (
	"time"

	"github.com/switchhook/switchhook/emulator/provider"
	"github.com/switchhook/switchhook/emulator/sms"
)

// scheduledKey lists the requests that are yet to be sent.
const scheduledKey = "is scheduled"

// readSchedule reads when and how often the order is sent. A date in the past
// means at once, unless it is to be refused.
func (o *order) readSchedule(f *form, now time.Time, refusePast bool) {
	if f.has("scheduledDate") {
		o.Date = f.instant("scheduledDate")
		if !o.Date.IsZero() && !o.Date.After(now) {
			if refusePast {
				f.complain("scheduledDate", "must be in the future")
			}
			o.Date = time.Time{}
		}
		o.First = o.Date
	}
	if f.has("repeat") {
		o.Repeat = readRepeat(f)
		if o.Repeat != nil && !f.given("scheduledDate") && o.Date.IsZero() {
			f.complain("repeat", "needs a scheduledDate")
		}
	}
}

// wake is called when a document is due.
func wake(net provider.Network, d sms.Document) {
	var err *sms.Error
	switch d.Kind {
	case kindRequest:
		err = sendDue(net, load[order](d))
	case kindGroup:
		g := load[group](d)
		err = net.Do(g.gone())
	case kindOptIn:
		err = tellOptIn(net, d)
	}
	// There is no caller to tell: what could not be done is in the record.
	_ = err
}

// sendDue sends a scheduled order and plans its next time, if it has one.
func sendDue(net provider.Network, r record[order]) *sms.Error {
	if err := skipTurn(net, &r); err != nil {
		return err
	}
	_, err := r.v.deliver(net, r.doc.Account, r.doc.ID)
	return err
}

// skipTurn plans the next time of an order; one that has none is over.
func skipTurn(net provider.Network, r *record[order]) *sms.Error {
	next, ok := r.v.next()
	if !ok {
		return net.Do(r.gone())
	}
	r.v.Date, r.doc.Due = next, next
	return net.Do(r.change(scheduledKey))
}
